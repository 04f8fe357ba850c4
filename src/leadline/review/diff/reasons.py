"""Why leads change band between two models: SQL over the results of both."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from leadline.engines.duckdb.engine import DuckDB
from leadline.model.checking.check import scores_read
from leadline.model.diff import Difference
from leadline.model.document import Ladder, Model
from leadline.model.wording import sentence
from leadline.query.bands import by_edges
from leadline.query.context import Level, decides
from leadline.sql.dialects import render
from leadline.sql.text import Sql, joined, literal, name, sql_text
from leadline.sql.trees import column

MOST_RULES = 3
"""Rules that the reason of one lead names."""
CHANGED = "impact_changed"
"""Table on the engine of the leads, and accounts, that change band."""


@dataclass(frozen=True)
class Side:
    """What one model says of leads, or of accounts: the model, and where its results are."""

    model: Model
    scores: Sql
    points: Sql
    level: Level = "lead"

    @property
    def key(self) -> Sql:
        """The column that says whose the results are."""
        return name(f"{self.level}_id")


@dataclass(frozen=True)
class Names:
    """What the second model calls what the first one has, and in which ladders both put leads."""

    scores: Mapping[str, str]
    rules: Mapping[tuple[str, str], tuple[str, str]]
    bands: Mapping[tuple[str, str], str]
    ladders: Sequence[str]


def names_of(before: Model, after: Model, found: Difference) -> Names:
    """Return the names that differ; what is equal under another name is the same thing."""
    scores = {path[1]: new[1] for path, new in found.renamed("scores").items() if len(path) == 2}  # noqa: PLR2004 - scores.NAME
    rules = {
        (path[1], path[3]): (new[1], new[3])
        for path, new in found.renamed("scores").items()
        if len(path) > 3  # noqa: PLR2004 - scores.NAME.rules.NAME
    }
    bands = {
        (path[1], path[3]): new[3]
        for path, new in found.renamed("bands").items()
        if path[2:3] == ("edges",)
    }
    ladders = [
        each
        for one, other in (
            (before.lead_bands, after.lead_bands),
            (before.account_bands, after.account_bands),
        )
        for each in one
        if each in other
    ]
    return Names(scores, rules, bands, ladders)


def make_deltas(engine: DuckDB, before: Side, after: Side, names: Names) -> None:
    """Make the table ``impact_delta``: by how much each rule's points differ, lead by lead.

    Of accounts where the sides are theirs.

    A rollup has no rows of its own in the ledger, and stands in it with the whole score.
    """
    renamed = [(*old, *new) for old, new in names.rules.items()]
    renamed += [
        (old, rule, new, rule)
        for old, new in names.scores.items()
        for rule in before.model.scores[old].rules or {}
    ]
    engine.run("create or replace temp table impact_name (score text, rule text, s text, r text)")
    for row in renamed:
        engine.run(sql_text("insert into impact_name values ({row})", row=row))
    parts = [_of_rules(before, after), *_of_rollups(before, after)]
    union = joined(" union all ", parts)
    engine.run(f"create or replace temp table impact_delta as {union}")


def _of_rules(before: Side, after: Side) -> Sql:
    return sql_text(
        "select {key}, score, score || '.' || rule as label, "
        "coalesce(b.points, 0) - coalesce(a.points, 0) as delta "
        "from (select p.{key}, coalesce(n.s, p.score) as score, coalesce(n.r, p.rule) as rule, "
        "p.points from {before} as p left join impact_name as n "
        "on n.score = p.score and n.rule = p.rule where p.state <> 'missing') as a "
        "full join (select {key}, score, rule, points from {after} where state <> 'missing') "
        "as b using ({key}, score, rule) where coalesce(b.points, 0) <> coalesce(a.points, 0)",
        key=before.key,
        before=before.points,
        after=after.points,
    )


def _of_rollups(before: Side, after: Side) -> Iterator[Sql]:
    for each, score in after.model.scores.items():
        old = before.model.scores.get(each)
        if score.kind == "rollup" and old is not None and old.kind == "rollup":
            yield sql_text(
                "select {key}, {score}, {score}, coalesce(b.{title}, 0) - coalesce(a.{title}, 0) "
                "as delta from {before} as a join {after} as b using ({key}) "
                "where b.{title} is distinct from a.{title}",
                key=before.key,
                score=each,
                title=name(each),
                before=before.scores,
                after=after.scores,
            )


def compared(before: Side, after: Side, names: Names, ladder: str, known: Sql) -> Sql:
    """Return the SQL of one row a known lead or account: bands, values and overrides by both.

    ``crossed_value`` says whether the old edges put both values into different bands,
    ``crossed_edge`` whether both models' edges put the new value into different bands.
    """
    old, new = before.model.bands[ladder], after.model.bands[ladder]
    return sql_text(
        "select *, {value} as crossed_value, {edge} as crossed_edge from ("
        "select a.{key}, {from_band} as from_band, b.{to_band} as to_band, "
        "{from_edge} as from_edge, b.{to_edge} as to_edge, "
        "{from_value} as from_value, {to_value} as to_value, "
        "a.override as from_override, b.override as to_override "
        "from {before} as a join {after} as b using ({key}) where {known})",
        key=before.key,
        value=_differ(_edge_band(old, "from_value"), _edge_band(old, "to_value")),
        edge=_differ(_edge_band(old, "to_value", names, ladder), _edge_band(new, "to_value")),
        from_band=_renamed(names, ladder, sql_text("a.{c}", c=name(before.model.column(ladder)))),
        from_edge=_renamed(
            names, ladder, sql_text("a.{c}", c=name(f"edge_{before.model.column(ladder)}"))
        ),
        to_band=name(after.model.column(ladder)),
        to_edge=name(f"edge_{after.model.column(ladder)}"),
        from_value=_value(old, "a"),
        to_value=_value(new, "b"),
        before=before.scores,
        after=after.scores,
        known=known,
    )


def _value(ladder: Ladder, source: str) -> Sql:
    by = ladder.by
    return (
        sql_text("{s}.{c}", s=Sql(source), c=name(by))
        if isinstance(by, str)
        else Sql("null::double")
    )


def _edge_band(ladder: Ladder, value: str, names: Names | None = None, of: str = "") -> Sql:
    """Return the band that edges alone give a value; null for a ladder of cells."""
    if ladder.edges is None:
        return Sql("null")
    edges = ladder.edges
    if names is not None:
        edges = {names.bands.get((of, band), band): edge for band, edge in edges.items()}
    return Sql(render(by_edges(column(value), edges), "duckdb"))


def _differ(one: Sql, other: Sql) -> Sql:
    return sql_text("({a}) is distinct from ({b})", a=one, b=other)


def _renamed(names: Names, ladder: str, band: Sql) -> Sql:
    pairs = [(old, new) for (of, old), new in names.bands.items() if of == ladder]
    if not pairs:
        return band
    whens = joined(" ", (sql_text("when {a} then {b}", a=old, b=new) for old, new in pairs))
    return sql_text("case {band} {whens} else {band} end", band=band, whens=whens)


_CAUSE = (
    ("from_edge is not distinct from to_edge", "override"),
    ("from_band is distinct from from_edge or to_band is distinct from to_edge", "override"),
    ("{cells}", "grades"),
    ("crossed_value and from_value is distinct from to_value", "points"),
    ("crossed_edge", "edge"),
)
"""What a change of band comes from; the first that is true."""


def changed(before: Side, after: Side, ladder: str) -> Sql:
    """Return the SQL of who changes band in a ladder, with cause and reason in words.

    It reads ``impact_compared`` of that ladder and ``impact_delta``.
    """
    cells = after.model.bands[ladder].edges is None or before.model.bands[ladder].edges is None
    whens = joined(
        " ",
        (
            sql_text(
                "when {test} then {cause}", test=Sql(test.format(cells=str(cells).lower())), cause=c
            )
            for test, c in _CAUSE
        ),
    )
    return sql_text(
        "with caused as (select *, case {whens} else 'requirement' end as cause "
        "from impact_compared where from_band is distinct from to_band), "
        "moved as (select {key}, string_agg(label || ' ' || {points}, ', ' "
        "order by abs(delta) desc, label) as rules from (select *, row_number() over "
        "(partition by {key} order by abs(delta) desc, label) as place from impact_delta "
        "where score in ({scores}) and {key} in (select {key} from caused)) "
        "where place <= {most} group by {key}) "
        "select c.{key}, {ladder} as ladder, c.from_band, c.to_band, "
        "case when {up} then 'up' when {down} then 'down' else '' end as direction, "
        "c.from_value, c.to_value, c.cause, {reason} as reason "
        "from caused as c left join moved as m using ({key})",
        key=before.key,
        whens=whens,
        points=_POINTS,
        scores=sorted(reached(before.model, ladder) | reached(after.model, ladder)) or [""],
        most=MOST_RULES,
        ladder=ladder,
        up=_compare_ranks(before, after, ladder, "<"),
        down=_compare_ranks(before, after, ladder, ">"),
        reason=_reason(before.model, after.model, ladder),
    )


_POINTS = Sql(r"regexp_replace(printf('%+.2f', delta), '\.?0+$', '')")


def reached(model: Model, ladder: str) -> set[str]:
    """Return the scores that a ladder's value comes from."""
    by = model.bands[ladder].by
    return scores_read(
        model, [by] if isinstance(by, str) else [model.grades[each].by for each in by]
    )


def _compare_ranks(before: Side, after: Side, ladder: str, sign: str) -> Sql:
    old, new = (list(each.model.bands[ladder].edges or {}) for each in (before, after))
    order = list(dict.fromkeys([*new, *(band for band in old if band not in new)]))
    if not order:
        return Sql("false")
    rank = "list_position([{order}], c.{side})"
    sides = [sql_text(rank, order=order, side=Sql(side)) for side in ("from_band", "to_band")]
    return sql_text("{a} {sign} {b}", a=sides[0], sign=Sql(sign), b=sides[1])


def _reason(before: Model, after: Model, ladder: str) -> Sql:
    """Return the reason in words for each cause."""
    words = {
        "override": _override_words(before, after, ladder),
        "points": Sql(f"coalesce(m.rules, {literal(_formulas(before, after, ladder))})"),
        "edge": _edge_words(before.bands[ladder], after.bands[ladder], ladder),
        "grades": Sql("coalesce('grades: ' || m.rules, 'other cells or edges of grades')"),
    }
    whens = joined(
        " ",
        (sql_text("when {c} then {words}", c=cause, words=each) for cause, each in words.items()),
    )
    return sql_text(
        "case c.cause {whens} else {other} end",
        whens=whens,
        other=Sql("'what the band requires or is left at' || coalesce('; ' || m.rules, '')"),
    )


def _formulas(before: Model, after: Model, ladder: str) -> str:
    """Return what explains a value that no rule explains: formulas and ranges that differ."""
    scores = sorted(reached(before, ladder) | reached(after, ladder))
    formulas = [
        each
        for each in scores
        for old, new in [(before.scores.get(each), after.scores.get(each))]
        if old is None or new is None or (old.kind == "formula" and old.formula != new.formula)
    ]
    return f"formula of {', '.join(formulas)}" if formulas else "another value of the score"


def _override_words(before: Model, after: Model, ladder: str) -> Sql:
    gone, now = (
        _deciding(model, ladder, side) for model, side in ((before, "from"), (after, "to"))
    )
    return sql_text(
        "concat_ws('; ', case when c.to_band is distinct from c.to_edge then {now} end, "
        "case when c.from_band is distinct from c.from_edge then {gone} end)",
        now=sql_text("'override ' || {which} || ' decides now'", which=now),
        gone=sql_text("'override ' || {which} || ' decided before'", which=gone),
    )


def _deciding(model: Model, ladder: str, side: str) -> Sql:
    """Return the override of a side if it is known to be the one that decides this ladder."""
    own = [each for each, override in model.overrides.items() if decides(override, ladder)]
    if not own:
        return Sql("'of another ladder'")
    return sql_text(
        "case when c.{side}_override in ({own}) then c.{side}_override else 'of this ladder' end",
        side=Sql(side),
        own=own,
    )


def _edge_words(before: Ladder, after: Ladder, ladder: str) -> Sql:
    """Return the edge that moved between the two bands, in words."""
    old, new = before.edges or {}, after.edges or {}
    words = {
        band: sentence(
            ("bands", ladder, "edges", band),
            "changed" if band in old and band in new else "added" if band in new else "removed",
            old.get(band),
            new.get(band),
        )
        for band in dict.fromkeys([*new, *old])
        if old.get(band) != new.get(band)
    }
    if not words:
        return Sql("'edge moved'")
    both = [
        joined(" ", (sql_text("when {b} then {w}", b=band, w=text) for band, text in words.items()))
    ] * 2
    return sql_text(
        "coalesce(case c.to_band {to} end, case c.from_band {gone} end, {every})",
        to=both[0],
        gone=both[1],
        every="; ".join(words.values()),
    )
