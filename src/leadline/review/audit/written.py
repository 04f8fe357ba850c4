"""What the values of fields tell of when and how they were written: one pass over each table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from leadline.history.counts_by_value import Cells, Coded, cells
from leadline.history.fields_then import ROW_NUMBER, Known, KnownField
from leadline.model.types import Type
from leadline.review.audit.clustering import around, clustering, window
from leadline.review.audit.evidence import FieldEvidence, Suspicion, percent
from leadline.sql.text import Sql, name, sql_text

_TRACKS = 0.5
"""Part of the variance of the place in the order that a field explains."""
_RUNS = 0.85
"""How much more often than by lot neighbours in the order have the same value."""
_UNIQUE = 0.9
_FEWEST_ROWS = 20
_FEWEST_VALUES = 50
_LATER = 0.2
_FEWEST_LATER = 10
_ALWAYS = 0.99
_LONG_NUMBER = 10_000
_LARGE = 1000
_MONTHS = "january february march april may june july august september october november december"
_DAYS = "monday tuesday wednesday thursday friday saturday sunday"
_SHORTEST = 3


def calendar(given: Cells, same: float | None, ordered_by: str | None) -> Iterator[FieldEvidence]:
    """Yield evidence that a field says when a row is from.

    Args:
        given: Counts of the field.
        same: How often neighbours in the order have the same value; None without order.
        ordered_by: What the order is; None without.
    """
    names = [str(each.value).lower() for each in given.cells if each.value is not None]
    for words, noun in ((_MONTHS, "months"), (_DAYS, "days of the week")):
        if len(names) >= _SHORTEST and all(_is_of(each, words) for each in names):
            yield FieldEvidence(Suspicion.CALENDAR, "names", f"Its values are {noun}.")
    if ordered_by is None or same is None:
        return
    is_time = ordered_by != ROW_NUMBER  # a file may be sorted by anything
    rows = given.rows.sum(1)
    total = rows.sum()
    if total < _FEWEST_ROWS:
        return
    explained = _explained(given)
    if explained >= _TRACKS:
        says = f"It explains {percent(explained)} of where a row stands by {ordered_by}."
        yield FieldEvidence(Suspicion.CALENDAR, "tracks the order", says, is_time)
    by_lot = float(((rows / total) ** 2).sum())
    if by_lot < 1 and (same - by_lot) / (1 - by_lot) >= _RUNS:
        says = (
            f"{percent(same)} of neighbours by {ordered_by} have the same value; by lot it would "
            f"be {percent(by_lot)}."
        )
        yield FieldEvidence(Suspicion.CALENDAR, "runs", says, is_time)


def _is_of(text: str, words: str) -> bool:
    return len(text) >= _SHORTEST and any(each.startswith(text) for each in words.split())


def _explained(given: Cells) -> float:
    """Return the share of the variance of places between cells, without what chance gives."""
    rows = given.rows.sum(1)
    kept = rows > 0
    rows, places = rows[kept], given.places[kept]
    total = rows.sum()
    means = places / rows
    share = float((rows * (means - places.sum() / total) ** 2).sum() / total * 12)
    return share - float((len(rows) - 1) / max(total - 1, 1))


def same_as_neighbour(given: Coded) -> dict[str, float]:
    """Return how often neighbours in the order have the same value, by column."""
    if given.known.ordered_by is None or not given.columns or given.known.rows < 2:  # noqa: PLR2004 - a pair
        return {}
    columns = [
        sql_text("avg(({c} is not distinct from before_{n})::int)", c=name(each), n=Sql(each))
        for each in given.columns
    ]
    before = [
        sql_text("lag({c}) over w as before_{n}", c=name(each), n=Sql(each))
        for each in given.columns
    ]
    query = sql_text(
        "select {columns} from (select *, {before}, row_number() over w as nr from {t} "
        "window w as (order by place, lead_id, as_of)) where nr > 1",
        columns=columns,
        before=before,
        t=name(given.table),
    )
    [row] = given.known.of.run.engine.rows(query)
    return dict(zip(given.columns, row, strict=True))


@dataclass(frozen=True)
class Profile:
    """What all values of a field in its table are like.

    Attributes:
        filled: How many there are.
        distinct: How many different ones.
        is_whole: Whether all are whole numbers.
        low: Least number.
        high: Greatest number.
    """

    filled: int
    distinct: int
    is_whole: bool = False
    low: float | None = None
    high: float | None = None


def profiles(known: Known) -> dict[str, Profile]:
    """Return what the values of each field are like, with one query a table."""
    found: dict[str, Profile] = {}
    for entity, table in (("lead", "leads"), ("account", "accounts")):
        fields = [
            each for each in known.fields if each.entity == entity and each.kind is not Type.ANY
        ]
        if fields:
            query = sql_text(
                "select {c} from {t}", c=[_profiled(each) for each in fields], t=name(table)
            )
            [row] = known.of.run.engine.rows(query)
            for place, each in enumerate(fields):
                filled, distinct, *numbers = row[5 * place : 5 * place + 5]
                found[each.column] = Profile(filled, distinct, *numbers)
    return found


def _profiled(field: KnownField) -> Sql:
    column = name(field.name)
    if field.kind is not Type.NUMBER:
        return sql_text(
            "count({c}), count(distinct {c}), false, null::double, null::double", c=column
        )
    return sql_text(
        "count({c}), count(distinct {c}), coalesce(bool_and({c} = floor({c})), false), "
        "min({c})::double, max({c})::double",
        c=column,
    )


def identifier(field: KnownField, profile: Profile) -> Iterator[FieldEvidence]:
    """Yield evidence that a field is a name or number of its row."""
    if profile.distinct < _FEWEST_VALUES or profile.distinct < _UNIQUE * profile.filled:
        return
    share = percent(profile.distinct / profile.filled)
    says = f"{share} of its {profile.filled:,} values are different"
    if field.kind is Type.TEXT:
        yield FieldEvidence(Suspicion.IDENTIFIER, "nearly unique", f"{says}.")
    elif field.kind is Type.NUMBER and _runs(profile):
        says += f", whole numbers from {profile.low:,.0f} to {profile.high:,.0f}"
        yield FieldEvidence(Suspicion.IDENTIFIER, "running number", f"{says}.")


def _runs(profile: Profile) -> bool:
    """Return whether numbers are dense, or as long as each other and all different."""
    if not profile.is_whole or profile.low is None or profile.high is None or profile.low < 0:
        return False
    if profile.high - profile.low + 1 <= 2 * profile.distinct:
        return True
    as_long = len(f"{profile.low:.0f}") == len(f"{profile.high:.0f}")
    return as_long and profile.low >= _LONG_NUMBER and profile.distinct == profile.filled


def later(known: Known) -> Iterator[tuple[KnownField, FieldEvidence]]:
    """Yield times that lie after the moment at which a row is judged, or after all its others."""
    times = [each for each in known.fields if each.kind is Type.TIME]
    if not times:
        return
    for start, said in _starts(known, times):
        others = [each for each in times if name(each.column) != start]
        columns = [
            sql_text(
                "count({c}), count(*) filter (where {c} > {s} and {s} is not null)",
                c=name(each.column),
                s=start,
            )
            for each in others
        ]
        if not columns:
            return
        query = "select {columns} from {t} join leads as l using (lead_id)"
        [row] = known.of.run.engine.rows(sql_text(query, columns=columns, t=name(known.table)))
        for place, field in enumerate(others):
            count, after = row[2 * place : 2 * place + 2]
            if count and after >= max(_FEWEST_LATER, _LATER * count):
                says = f"{percent(after / count)} of its {count:,} values are later than {said}."
                yield field, FieldEvidence(Suspicion.AFTER, "later than the moment", says)


def _starts(known: Known, times: list[KnownField]) -> Iterator[tuple[Sql, str]]:
    """Yield since when a lead is there: its moment, when it was created, or its first time."""
    if known.of.task.task.when != "once":
        yield Sql("as_of"), "the moment"
        return
    [(created,)] = known.of.run.engine.rows("select count(created_at) from leads")
    if created:
        yield Sql("l.created_at"), "created_at"
        return
    if first := _first_time(known, times):
        yield name(first.column), first.title


def _first_time(known: Known, times: list[KnownField]) -> KnownField | None:
    """Return the time that is nearly never after another one."""
    if len(times) < 2:  # noqa: PLR2004 - a time and another one
        return None
    columns = [
        sql_text(
            "coalesce(avg(({c} <= least({all}))::int), 0), count({c})",
            c=name(each.column),
            all=[name(other.column) for other in times],
        )
        for each in times
    ]
    [row] = known.of.run.engine.rows(
        sql_text("select {c} from {t}", c=columns, t=name(known.table))
    )
    found = [
        each
        for place, each in enumerate(times)
        if row[2 * place] >= _ALWAYS and row[2 * place + 1] >= _LATER * known.rows
    ]
    return max(found, key=lambda each: row[2 * times.index(each) + 1], default=None)


def changed(known: Known, ends: str) -> Iterator[tuple[KnownField, FieldEvidence]]:
    """Yield fields whose history shows changes that come with the end of leads, or only after it.

    ``ends`` has ``lead_id, ended_at``. Of accounts it is a question: they outlive their leads, and
    what changed with the end of one was known of the next.
    """
    if "field_history" not in known.of.run.loaded.schema:
        return
    titles = {f"{each.entity}.{each.name}": each for each in known.fields}
    lives = sql_text(_LIVES, ends=Sql(ends))
    found = around(known.of, Sql(_CHANGES), lives, window(known.of, lives))
    for title, each in found.items():
        if title in titles:
            for evidence in clustering(each, len(found), noun="changes"):
                is_alarm = evidence.is_alarm and titles[title].entity == "lead"
                yield titles[title], replace(evidence, is_alarm=is_alarm)


_LIVES = """(
  select l.lead_id as who, l.created_at as started_at, e.ended_at,
    (select max(valid_from) from field_history) as until
  from leads as l left join {ends} as e on e.lead_id = l.lead_id
)"""
_CHANGES = """(
  select h.entity || '.' || h.field as type, l.lead_id as who, h.valid_from as happened_at
  from field_history as h join leads as l
    on case h.entity when 'lead' then l.lead_id else l.account_id end = h.id
  where h.valid_from > l.created_at
)"""


def roundness(known: Known, found: Mapping[str, Profile]) -> list[Cells]:
    """Return counts by how round numbers are, of fields with many and large numbers."""
    fields = [replace(each, kind=Type.TEXT) for each in large_numbers(known, found)]
    if not fields:
        return []
    table = f"{known.table}_round"
    columns = [
        sql_text(
            "case when not isfinite({c}::double) or {c} = 0 then null "
            "when {c} <> floor({c}) then 'decimals' when {c} % 1000 = 0 then '000' "
            "when {c} % 100 = 0 then '00' when {c} % 10 = 0 then '0' "
            "when {c} is not null then 'not round' end as {c}",
            c=name(each.column),
        )
        for each in fields
    ]
    known.of.run.engine.run(
        sql_text(
            "create or replace temp table {t} as select lead_id, as_of, outcome, place, fold, "
            "bucket, {columns} from {source}",
            t=name(table),
            columns=columns,
            source=name(known.table),
        )
    )
    return cells(Coded(replace(known, fields=tuple(fields)), table, {}))


def large_numbers(known: Known, found: Mapping[str, Profile]) -> list[KnownField]:
    """Return the fields with many and large numbers, which may be round."""
    return [
        each for each in known.fields if each.kind is Type.NUMBER and _is_large(found[each.column])
    ]


def _is_large(profile: Profile) -> bool:
    return profile.distinct >= _FEWEST_VALUES and (profile.high or 0) >= _LARGE
