"""Whom to score and when: leads and accounts at their moments, with their fields as known then.

Every subject, a lead or an account at one moment, has a key ``k`` by which the later steps
join. ``reach`` says whose events are a subject's: its own, and those of leads merged into it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlglot import exp

from leadline.model.names import NameFault
from leadline.model.types import Type
from leadline.query import moments
from leadline.query.context import Context, Level
from leadline.sql.kinds import SQL_TYPES
from leadline.sql.trees import Tree, all_of, case, column, named, null, sql_tree, text, union

Step = tuple[str, Tree]
TABLE_OF = {"lead": "leads", "account": "accounts"}


def steps(context: Context) -> Iterator[Step]:
    """Yield the relations ``lead_facts``, ``account_facts`` and those below them."""
    yield from _moments(context)
    yield from _merges(context)
    yield from _history(context, "lead", "moment")
    yield "lead_base", _base(context, "lead", "moment")
    if _joins_moments(context):
        yield "account_moment", _account_moment(context)
        yield from _history(context, "account", "account_moment")
        yield "account_facts", _base(context, "account", "account_moment")
    yield "lead_facts", _lead_facts(context)
    if context.has("lead_merges"):
        yield "lead_reach", sql_tree(_LEAD_REACH)
    if context.has_accounts:
        yield from _account_reach(context)


def field(entity: str, name: str) -> str:
    """Return the column of the facts that holds a field."""
    return f"{entity}.{name}"


def shown(context: Context, level: Level) -> list[Tree]:
    """Return the fields that a result of leads or accounts carries beside the id."""
    return [
        named(column(field(*each), "f"), field(*each))
        for each in context.shown
        if level == "lead" or each[0] == "account"
    ]


def _moments(context: Context) -> Iterator[Step]:
    spine: Tree = sql_tree("select lead_id, as_of, true as in_spine from spine")
    if context.has_rollups:
        there = sql_tree(context.recorded("leads", "l", "touched.as_of"))
        spine = sql_tree(_WITH_MATES, links=links(context), there=there)
    if context.profile.moments:
        yield from moments.steps(context, spine)
    else:
        number = _number(context, "lead_id")
        yield "moment", sql_tree(f"select {number} as k, s.* from (:spine) as s", spine=spine)


def _number(context: Context, key: str) -> str:
    """Return what stands for a subject: at one moment its own id, else a number of its own."""
    if context.profile.one_moment:
        return key
    numbering = context.profile.planning.numbering
    if numbering == "by_text":
        return f"concat(cast(microseconds(as_of) as text), ' ', {key})"
    order = f"order by {key}, as_of" if numbering == "in_order" else ""
    return f"row_number() over ({order})"


_WITH_MATES = """
    with links as (select * from :links as l),
    touched as (
        select distinct links.account_id, spine.as_of
        from spine join links on links.lead_id = spine.lead_id
    ),
    wanted as (
        select lead_id, as_of, true as in_spine from spine
        union all
        select links.lead_id, touched.as_of, false as in_spine
        from touched join links on links.account_id = touched.account_id
            join leads as l on l.lead_id = links.lead_id and :there
    )
    select lead_id, as_of, bool_or(in_spine) as in_spine from wanted group by lead_id, as_of
"""


def links(context: Context) -> Tree:
    """Return which leads and accounts ever belonged together."""
    now = "select lead_id, account_id from leads where account_id is not null"
    if not context.has("field_history"):
        return sql_tree(now)
    then = (
        "select id as lead_id, value as account_id from field_history "
        "where entity = 'lead' and field = 'account_id' and value is not null"
    )
    return union([sql_tree(now), sql_tree(then)], distinct=True)


def _joins_moments(context: Context) -> bool:
    """Say whether accounts need moments of their own."""
    return context.has_accounts or context.has("field_history")


def _account_moment(context: Context) -> Tree:
    """Return the accounts of leads at their moments; in the spine are those of its leads.

    Also of leads that have ended. Of the others not all leads are gathered.
    """
    held = column(field("lead", "account_id"))
    sources = [
        sql_tree(
            "select :held as account_id, as_of, is_asked from lead_base where :held is not null",
            held=held,
        )
    ]
    if context.profile.every_account:
        tables = ["leads", *(["accounts"] if context.has("accounts") else [])]
        every = union(
            sql_tree(
                f"select account_id, {_when(context, each)} from {each} "
                "where account_id is not null"
            )
            for each in tables
        )
        moments = sql_tree("select distinct as_of from spine")
        sources.append(
            sql_tree(
                "select every.account_id, moments.as_of, true as is_asked "
                "from :every as every join :moments as moments "
                "on every.recorded_at is null or every.recorded_at <= moments.as_of",
                every=every,
                moments=moments,
            )
        )
    return sql_tree(
        f"select {_number(context, 'account_id')} as k, account_id, as_of, in_spine from ("
        "select account_id, as_of, bool_or(is_asked) as in_spine from :source as a "
        "group by account_id, as_of) as d",
        source=union(sources),
    )


def _when(context: Context, table: str) -> str:
    """Return when the rows of a table came to be there, null for always."""
    given = "recorded_at" in context.schema.get(table, {})
    return "recorded_at" if given else "cast(null as timestamp) as recorded_at"


def _fields(context: Context, entity: str) -> list[str]:
    """Return the fields of an entity that the statement reads."""
    always = ["account_id", "created_at"] if entity == "lead" else ["created_at"]
    read = [name for kind, name in (*context.fields, *context.shown) if kind == entity]
    read += context.aged(entity)
    return list(dict.fromkeys([*always, *read]))


def _stored(context: Context, entity: str, name: str) -> tuple[Tree, Type]:
    """Return a field as it stands in its table, null where the table has no value of it."""
    table = TABLE_OF[entity]
    try:
        kind = context.names.column(table, name)
    except NameFault:
        kind = Type.ANY
    if context.schema.get(table, {}).get(name, Type.ANY) is not Type.ANY:
        return column(name, "t"), kind
    return null(SQL_TYPES[kind]), kind


def _history(context: Context, entity: Level, moment: str) -> Iterator[Step]:
    """Yield the value of each field with a history as it was at the moment."""
    if not context.has("field_history"):
        return
    fields = _fields(context, entity)
    yield (
        f"{entity}_history",
        sql_tree(
            _HISTORY,
            moment=exp.to_table(moment),
            key=column(f"{entity}_id", "m"),
            entity=text(entity),
            fields=[text(each) for each in fields],
            **_versions(context, "m.as_of"),
        ),
    )
    columns = [
        named(
            sql_tree(f"{function} filter (where field = :field)", field=text(each)),
            f"{prefix}.{each}",
        )
        for each in fields
        for prefix, function in (("has", "count(*)"), ("value", "max(value)"))
    ]
    yield (
        f"{entity}_known",
        sql_tree(
            "select k, :columns from :source where place = 1 group by k",
            columns=columns,
            source=exp.to_table(f"{entity}_history"),
        ),
    )
    yield from _ages(context, entity)


def _versions(context: Context, at: str) -> dict[str, Tree]:
    """Return which values of a history were known at a moment, and since when each is."""
    recorded = "recorded_at" in context.schema.get("field_history", {})
    known = f"h.valid_from <= {at} and {context.recorded('field_history', 'h', at)}"
    return {
        "known": exp.paren(sql_tree(known)),
        "since": sql_tree("coalesce(h.recorded_at, h.valid_from)" if recorded else "h.valid_from"),
    }


_LATEST = """
    order by case when :known then 0 else 1 end, h.valid_from desc, :since desc,
        case when h.value is null then 1 else 0 end, in_bytes(h.value) desc
"""
"""Of the values of a field that were known the last, then the last that became known, is first."""


def _ages(context: Context, entity: Level) -> Iterator[Step]:
    """Yield since when fields have the value that they had at the moment."""
    aged = context.aged(entity)
    if not aged or not context.has("field_history"):
        return
    columns = [
        named(sql_tree("max(case when field = :f then since end)", f=text(each)), f"since.{each}")
        for each in aged
    ]
    yield (
        f"{entity}_since",
        sql_tree(_SINCE, columns=columns, history=exp.to_table(f"{entity}_history")),
    )


_SINCE = """
    select k, :columns from (
        select k, field, min(case when other is null or valid_from > other then valid_from end)
            as since
        from (
            select v.*, max(case when value is null or value <> latest then valid_from end)
                over (partition by k, field) as other
            from (
                select k, field, valid_from, value, turn,
                    max(case when place = 1 then value end) over (partition by k, field) as latest
                from (
                    select h.*, row_number() over (
                        partition by k, field, valid_from order by place
                    ) as turn
                    from :history as h where known
                ) as h
            ) as v where turn = 1
        ) as v where latest is not null group by k, field
    ) as s group by k
"""
"""Of values from the same time on one stands; the age of a value is that of its last run."""

_HISTORY = f"""
    select m.k, m.as_of, h.field, h.valid_from, :known as known,
        case when :known then h.value end as value,
        row_number() over (partition by m.k, h.field {_LATEST}) as place
    from :moment as m join field_history as h on h.id = :key
    where h.entity = :entity and h.field in (:fields)
"""


def _base(context: Context, entity: Level, moment: str) -> Tree:
    """Return the subjects of a level with their own fields."""
    columns = [_as_known(context, entity, each) for each in _fields(context, entity)]
    columns += [_age_of(context, entity, each) for each in context.aged(entity)]
    if entity == "lead" and _is_whole(context):
        there = context.recorded("leads", "t", "the_moment()")
        return sql_tree(f"{_WHOLE}, :columns from leads as t where {there}", columns=columns)
    kept = [sql_tree(f"m.{name}") for name in ("k", f"{entity}_id", "as_of")]
    if entity == "account":
        kept.append(sql_tree("m.in_spine"))
    else:
        kept += [named(sql_tree("m.in_spine"), "is_asked")]
        kept += [named(_is_scored(context), "in_spine"), _merged_away(context)]
    tree = sql_tree(
        "select :columns from :moment as m", columns=[*kept, *columns], moment=exp.to_table(moment)
    )
    assert isinstance(tree, exp.Select)  # noqa: S101 - narrows the type
    if context.has(TABLE_OF[entity]):
        there = context.recorded(TABLE_OF[entity], "t", "m.as_of")
        on = sql_tree(f"t.{entity}_id = m.{entity}_id and {there}")
        tree = tree.join(TABLE_OF[entity], on=on, join_type="left", join_alias="t")
    if context.has("field_history"):
        tree = tree.join(
            f"{entity}_known", on=sql_tree("h.k = m.k"), join_type="left", join_alias="h"
        )
        if context.aged(entity):
            on = sql_tree("w.k = m.k")
            tree = tree.join(f"{entity}_since", on=on, join_type="left", join_alias="w")
    if entity == "lead" and context.has("lead_merges"):
        on = sql_tree("g.from_id = m.lead_id and g.as_of = m.as_of")
        tree = tree.join("merged", on=on, join_type="left", join_alias="g")
        on = sql_tree("d.from_id = m.lead_id and d.as_of = m.as_of")
        tree = tree.join("ended", on=on, join_type="left", join_alias="d")
    return tree


def _is_whole(context: Context) -> bool:
    """Say whether the spine is every lead at one moment, and nothing else is known of them."""
    others = context.has_rollups or context.has("field_history") or context.has("lead_merges")
    return context.profile.one_moment and context.has("leads") and not others


_WHOLE = (
    "select t.lead_id as k, t.lead_id, the_moment() as as_of, true as is_asked, "
    "true as in_spine, false as merged_away"
)


def _is_scored(context: Context) -> Tree:
    """Return whether a lead has a row in the results.

    One that has ended has none, nor has one of a batch of all leads whose row is not there yet.
    """
    found = [sql_tree("m.in_spine")]
    if context.has("lead_merges"):
        found.append(sql_tree("d.from_id is null"))
    if context.profile.one_moment and context.has("leads"):
        found.append(sql_tree("t.lead_id is not null"))
    return all_of(found)


def _merged_away(context: Context) -> Tree:
    away: Tree = exp.false()
    if context.has("lead_merges"):
        away = sql_tree("g.from_id is not null or d.from_id is not null")
    return named(away, "merged_away")


def _as_known(context: Context, entity: str, name: str) -> Tree:
    stored, kind = _stored(context, entity, name)
    known = stored
    if context.has("field_history"):
        value = _from_text(column(f"value.{name}", "h"), kind)
        known = case([(sql_tree(":has > 0", has=column(f"has.{name}", "h")), value)], stored)
    return named(known, field(entity, name))


def _age_of(context: Context, entity: str, name: str) -> Tree:
    """Return how long ago a field took the value that it has, null where no history says so."""
    found: Tree = null("double")
    if context.has("field_history"):
        found = sql_tree(
            "case when :value is not null "
            "then seconds(microseconds(m.as_of) - microseconds(:since)) end",
            value=_as_known(context, entity, name).this,
            since=column(f"since.{name}", "w"),
        )
    return named(found, f"since.{entity}.{name}")


def _from_text(value: Tree, kind: Type) -> Tree:
    """Return a text as a value of a type, null where it is none."""
    if kind in (Type.TEXT, Type.ANY):
        return value
    return exp.Anonymous(this=f"text_to_{kind.value}", expressions=[value])


def _lead_facts(context: Context) -> Tree:
    """Return leads with the fields of their accounts."""
    read = dict.fromkeys((*context.fields, *context.shown))
    fields = [name for entity, name in read if entity == "account"]
    columns: Sequence[Tree]
    if _joins_moments(context):
        columns = [named(sql_tree("a.k"), "account_k")]
        brought = [field("account", each) for each in fields]
        brought += [f"since.account.{each}" for each in context.aged("account")]
        columns += [named(column(each, "a"), each) for each in brought]
        join = "account_facts as a on a.account_id = l.account_id and a.as_of = l.as_of"
    else:
        columns = [
            named(_stored(context, "account", each)[0], field("account", each)) for each in fields
        ]
        columns += [
            named(null("double"), f"since.account.{each}") for each in context.aged("account")
        ]
        there = context.recorded("accounts", "t", "l.as_of")
        join = f"accounts as t on t.account_id = l.account_id and {there}"
        if not context.has("accounts"):
            join = ""
    source = '(select *, "lead.account_id" as account_id from lead_base) as l'
    return sql_tree(
        f"select l.*, :columns from {source} {'left join ' + join if join else ''}", columns=columns
    )


def merge_steps(context: Context) -> Iterator[Step]:
    """Yield ``merge_ever``: who was ever merged into whom, in up to 32 steps."""
    if not context.has("lead_merges"):
        return
    yield (
        "merge_1",
        sql_tree("select distinct from_id, into_id from lead_merges where into_id is not null"),
    )
    for number in range(1, _ROUNDS + 1):
        made = "merge_ever" if number == _ROUNDS else f"merge_{number + 1}"
        step = exp.to_table(f"merge_{number}")
        yield (
            made,
            sql_tree(
                "select from_id, into_id from :step as s union select a.from_id, b.into_id "
                "from :step as a join :step as b on b.from_id = a.into_id",
                step=step,
            ),
        )


_ROUNDS = 5
"""Each round doubles the merges that are followed: 32, as the walk at a moment follows."""


def _has_moments_of_its_own(context: Context) -> bool:
    """Say whether leads may be looked at at so many moments that not all merges fit each.

    An account at its moment reaches leads that are not looked at themselves.
    """
    profile = context.profile
    is_small = profile.one_moment or bool(profile.moments)
    return not (is_small or context.has_accounts or profile.planning.reads_again)


def _merges(context: Context) -> Iterator[Step]:
    if context.has("lead_merges"):
        asked = _EVERYBODY
        if _has_moments_of_its_own(context):
            yield from merge_steps(context)
            yield "merge_asked", sql_tree(_MERGE_ASKED)
            asked = "select as_of, from_id from merge_asked"
        yield "merge_latest", sql_tree(_MERGE_LATEST, asked=sql_tree(asked))
        yield "merge_now", sql_tree(_MERGE_NOW)
        yield "ended", sql_tree("select as_of, from_id from merge_latest where into_id is null")
        yield "merge_walk", sql_tree(_MERGE_WALK)
        yield "merged", sql_tree(_MERGED)


_MERGE_LATEST = """
    select as_of, from_id, into_id from (
        select s.as_of, g.from_id, g.into_id,
            row_number() over (
                partition by s.as_of, g.from_id
                order by g.recorded_at desc, case when g.into_id is null then 1 else 0 end,
                    in_bytes(g.into_id) desc
            ) as place
        from (:asked) as s
        join lead_merges as g on g.from_id = s.from_id and g.recorded_at <= s.as_of
    ) as latest where place = 1
"""

_EVERYBODY = """
    select m.as_of, g.from_id from (select distinct as_of from moment) as m
    cross join (select distinct from_id from lead_merges) as g
"""

_MERGE_ASKED = """
    select as_of, lead_id as from_id from moment
    union
    select m.as_of, e.into_id from moment as m join merge_ever as e on e.from_id = m.lead_id
    union
    select m.as_of, e.from_id from moment as m join merge_ever as e on e.into_id = m.lead_id
"""
"""Whose merges matter at a moment: those of its lead, of whom it ever went into, of who ever went
into it."""

_MERGE_NOW = "select as_of, from_id, into_id from merge_latest where into_id <> from_id"
"""A lead that is merged into itself is itself again, and one merged into nothing has ended."""

_MERGE_WALK = """
    select as_of, from_id, into_id, 1 as depth from merge_now
    union all
    select w.as_of, w.from_id, n.into_id, w.depth + 1
    from merge_walk as w join merge_now as n on n.as_of = w.as_of and n.from_id = w.into_id
    where w.depth < 64
"""
"""Follows chains of merges; who is still walking after 32 steps goes round in a cycle."""

_MERGED = """
    select as_of, from_id, into_id from (
        select w.as_of, w.from_id,
            coalesce(
                max(case when n.from_id is null then w.into_id end),
                least_text(case when w.depth > 32 then w.into_id end)
            ) as into_id
        from merge_walk as w left join merge_now as n on n.as_of = w.as_of and n.from_id = w.into_id
        group by w.as_of, w.from_id
    ) as ends where from_id <> into_id
"""

_LEAD_REACH = """
    select k, lead_id as source from lead_base where not merged_away
    union all
    select b.k, g.from_id as source
    from merged as g join lead_base as b on b.lead_id = g.into_id and b.as_of = g.as_of
"""


def _account_reach(context: Context) -> Iterator[Step]:
    """Yield the leads whose events are an account's where they name no account themselves."""
    if not context.has("field_history"):
        yield (
            "account_member",
            sql_tree(
                "select a.k, a.as_of, l.lead_id "
                "from account_moment as a join leads as l on l.account_id = a.account_id "
                f"and {context.recorded('leads', 'l', 'a.as_of')}"
            ),
        )
    else:
        yield "account_candidate", sql_tree(_CANDIDATE, links=links(context))
        there = context.recorded("leads", "l", "c.as_of")
        yield (
            "account_member",
            sql_tree(_MEMBER, there=sql_tree(there), **_versions(context, "c.as_of")),
        )
    if context.has("lead_merges"):
        yield "account_reach", sql_tree(_ACCOUNT_REACH)
    else:
        yield "account_reach", sql_tree("select k, lead_id as source from account_member")


_CANDIDATE = """
    select a.k, a.as_of, a.account_id, links.lead_id
    from account_moment as a join (:links) as links on links.account_id = a.account_id
"""

_MEMBER = f"""
    select c.k, c.as_of, c.lead_id
    from account_candidate as c
    left join leads as l on l.lead_id = c.lead_id and :there
    left join (
        select c.k, c.lead_id, case when :known then h.value end as value,
            row_number() over (partition by c.k, c.lead_id {_LATEST}) as place
        from account_candidate as c join field_history as h on h.id = c.lead_id
        where h.entity = 'lead' and h.field = 'account_id'
    ) as was on was.k = c.k and was.lead_id = c.lead_id and was.place = 1
    where case when was.k is not null then was.value else l.account_id end = c.account_id
"""

_ACCOUNT_REACH = """
    select m.k, m.lead_id as source
    from account_member as m
        left join merged as g on g.as_of = m.as_of and g.from_id = m.lead_id
        left join ended as d on d.as_of = m.as_of and d.from_id = m.lead_id
    where g.from_id is null and d.from_id is null
    union all
    select m.k, g.from_id as source
    from account_member as m
        join merged as g on g.as_of = m.as_of and g.into_id = m.lead_id
        left join ended as d on d.as_of = m.as_of and d.from_id = m.lead_id
    where d.from_id is null
"""
