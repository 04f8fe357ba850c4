"""How leads stood when the week in which they came was over: fields, scores, bands, points."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from leadline.history.fields_then import KnownField
from leadline.model.document import Model, Score
from leadline.model.types import Type
from leadline.review.watch.arrivals import REST, Arrivals
from leadline.review.watch.series import Counted, Series, gathered
from leadline.scoring import Run
from leadline.sql.text import Sql, name, sql_text

MOST_VALUES = 8
_FEWEST_SHARE = 0.02
"""A value of fewer leads is watched with the rest."""
_MOST_DISTINCT = 40
"""A text with more values is told by nothing but whether it is empty."""
_HIGHEST = 0.9
_KEYS = {
    "lead": {"lead_id", "account_id", "created_at", "recorded_at"},
    "account": {"account_id", "recorded_at", "created_at"},
}
_TABLES = {"lead": "leads", "account": "accounts"}


@dataclass(frozen=True)
class Standing:
    """Leads at the end of the week in which they came.

    ``table`` has ``lead_id, as_of, week, segment``, and columns of fields (``f0`` and on), of
    scores (``s0``) and of ladders of leads (``b0``), whatever these are called.

    Attributes:
        of: Who came.
        run: Scores them then.
        table: The table.
        fields: The fields that are watched.
    """

    of: Arrivals
    run: Run
    table: str
    fields: tuple[KnownField, ...]

    @property
    def model(self) -> Model:
        """The model."""
        return self.run.model

    def score(self, name_: str) -> str:
        """Return the column of a score."""
        return f"s{list(self.model.scores).index(name_)}"

    def ladder(self, name_: str) -> str:
        """Return the column of a ladder of leads."""
        return f"b{list(self.model.lead_bands).index(name_)}"


def standing(of: Arrivals, left_out: frozenset[tuple[str, str]]) -> Standing:
    """Return how the leads of all weeks stood then; some fields say how a lead ended."""
    spine = sql_text(
        "select lead_id, {over} as as_of from {came} where week >= 0",
        over=of.weeks.over(Sql("came_at")),
        came=name(of.table),
    )
    run = of.run.without("previous", "previous_accounts").over_query(spine)
    run.keep("points", "scores")
    fields = tuple(_fields(run, left_out))
    table = run.workspace.name("standing")
    run.engine.run(
        sql_text(
            "create temp table {t} as select c.lead_id, s.as_of, c.week, c.segment, {columns} "
            "from {came} as c join {scores} as s on s.lead_id = c.lead_id "
            "left join ({facts}) as k on k.lead_id = s.lead_id and k.as_of = s.as_of",
            t=name(table),
            columns=[*_scored(run.model), *_known(fields)],
            came=name(of.table),
            scores=name(run.table("scores")),
            facts=Sql(_facts(run, fields)),
        )
    )
    return Standing(of, run, table, fields)


def _scored(model: Model) -> Iterator[Sql]:
    """Yield the columns of scores and of ladders."""
    for number, score in enumerate(model.scores):
        yield sql_text("s.{c} as {n}", c=name(score), n=name(f"s{number}"))
    for number, ladder in enumerate(model.lead_bands):
        yield sql_text("s.{c} as {n}", c=name(model.column(ladder)), n=name(f"b{number}"))


def _known(fields: Sequence[KnownField]) -> Iterator[Sql]:
    """Yield the columns of fields."""
    for each in fields:
        fact = name(f"{each.entity}.{each.name}")
        yield sql_text("k.{c} as {n}", c=fact, n=name(each.column))


def _fields(run: Run, left_out: frozenset[tuple[str, str]]) -> Iterator[KnownField]:
    number = 0
    for entity, table in _TABLES.items():
        for title, kind in run.loaded.schema.get(table, {}).items():
            named = title in _KEYS[entity] or (entity, title) in left_out
            if not named and kind is not Type.ANY:
                yield KnownField(entity, title, kind, f"f{number}")
                number += 1


def _facts(run: Run, fields: Sequence[KnownField]) -> str:
    """Return the fields as the one statement has them at each moment."""
    rules = {each.column: {"when": f"{each.expression} is null", "points": 0} for each in fields}
    model = Model.model_validate(
        {
            "leadline": 1,
            "model": "known",
            "columns": run.model.plain().get("columns", {}),
            "scores": {"known": Score.model_validate({"rules": rules})},
        }
    )
    return run.with_model(model).sql("lead_facts")


def empties(of: Standing) -> Iterator[Series]:
    """Yield the share of leads for which each field is empty."""
    for each in of.fields:
        among = Sql("true") if each.entity == "lead" else Sql(_has_account(of))
        empty = sql_text("{c} is null", c=name(each.column))
        yield from gathered("empty", "share", of.of.weeks, _counts(of, each.title, empty, among))


def _has_account(of: Standing) -> str:
    accounts = "select lead_id from leads where account_id in (select account_id from accounts)"
    return f"lead_id in ({accounts})" if "accounts" in of.run.loaded.schema else "false"


def _counts(of: Standing, title: str, hits: Sql, among: Sql, part: str = "") -> list[Counted]:
    rows = of.run.engine.rows(
        sql_text(
            "select week, count(*) filter (where {hits}), count(*) from {t} where {among} "
            "group by week order by week",
            hits=hits,
            t=name(of.table),
            among=among,
        )
    )
    return [(title, part, week, float(found), float(size)) for week, found, size in rows]


def values(of: Standing) -> Iterator[Series]:
    """Yield how the values of each field that has few, or that are numbers, are spread.

    Fields that are written anew as deals go, and have a history, move with the age of a firm.
    """
    apart = _rewritten(of.run)
    for each in of.fields:
        if (each.entity, each.name) in apart:
            continue
        parts = _parts(of, each)
        known = sql_text("{c} is not null", c=name(each.column))
        rows = [row for part, hits in parts for row in _counts(of, each.title, hits, known, part)]
        yield from gathered("values", "share", of.of.weeks, rows)


def _rewritten(run: Run) -> set[tuple[str, str]]:
    """Return the fields that have a history."""
    if "field_history" not in run.loaded.schema:
        return set()
    return set(run.engine.rows("select distinct entity, field from field_history"))


def _parts(of: Standing, field: KnownField) -> list[tuple[str, Sql]]:
    if field.kind is Type.NUMBER:
        return _tails(of, field.column)
    if field.kind not in {Type.TEXT, Type.BOOLEAN}:
        return []
    found = of.run.engine.rows(
        sql_text(
            "select {c}::varchar as value, count(*) as n, count(*) over () as distinct_values, "
            "sum(count(*)) over () as whole from {t} where {c} is not null and week < {before} "
            "group by 1 order by n desc, 1 limit {most}",
            c=name(field.column),
            t=name(of.table),
            before=of.of.weeks.before,
            most=MOST_VALUES,
        )
    )
    kept = [row[0] for row in found if row[1] >= _FEWEST_SHARE * row[3]]
    if not found or found[0][2] > _MOST_DISTINCT or len(kept) < 1:
        return []
    column = sql_text("{c}::varchar", c=name(field.column))
    parts = [(value, sql_text("{c} = {v}", c=column, v=value)) for value in kept]
    return [*parts, (REST, sql_text("{c} not in ({v})", c=column, v=kept))]


def _tails(of: Standing, column: str) -> list[tuple[str, Sql]]:
    """Return the upper half and the highest tenth of the weeks before."""
    [(middle, high)] = of.run.engine.rows(
        sql_text(
            "select quantile_disc({c}, 0.5), quantile_disc({c}, {h}) from {t} where week < {b}",
            c=name(column),
            h=_HIGHEST,
            t=name(of.table),
            b=of.of.weeks.before,
        )
    )
    edges = [each for each in dict.fromkeys((middle, high)) if each is not None]
    above = sql_text("{c} >", c=name(column))
    return [(f"above {each:g}", sql_text("{a} {e}", a=above, e=each)) for each in edges]


def scores(of: Standing) -> Iterator[Series]:
    """Yield how each score is spread, by the middle and the highest tenth of the weeks before."""
    for score in of.model.scores:
        known = sql_text("{c} is not null", c=name(of.score(score)))
        parts = _tails(of, of.score(score))
        rows = [row for part, hits in parts for row in _counts(of, score, hits, known, part)]
        yield from gathered("score", "share", of.of.weeks, rows)


def bands(of: Standing) -> Iterator[Series]:
    """Yield the share of leads in each band of each ladder of leads."""
    for ladder, written in of.model.lead_bands.items():
        column = of.ladder(ladder)
        named = list(written.edges or {}) or [written.default or "", *reversed(written.cells or {})]
        parts = [(each, sql_text("{c} = {v}", c=name(column), v=each)) for each in named]
        known = sql_text("{c} is not null", c=name(column))
        rows = [row for part, hits in parts for row in _counts(of, ladder, hits, known, part)]
        yield from gathered("band", "share", of.of.weeks, rows)


@dataclass(frozen=True)
class Shift:
    """What a lead has on average of a rule or a score, or its part in a band, before and since."""

    name: str
    before: float
    since: float

    @property
    def by(self) -> float:
        """How much it moved."""
        return self.since - self.before


def moved_rules(of: Standing, week: int, among: str = "") -> list[Shift]:
    """Return the mean points of each rule before and since a week, the most moved first."""
    points = of.run.table("points")
    rows = of.run.engine.rows(
        sql_text(
            "with chosen as (select lead_id, as_of, week >= {w} as late from {t} "
            "where {among} and (week < {before} or week >= {w})), "
            "sizes as (select count(*) filter (where not late) as n0, "
            "count(*) filter (where late) as n1 from chosen) "
            "select p.score || '.' || p.rule, "
            "coalesce(sum(p.points) filter (where not c.late), 0)::double "
            "/ greatest(any_value(n0), 1), "
            "coalesce(sum(p.points) filter (where c.late), 0)::double "
            "/ greatest(any_value(n1), 1) "
            "from {points} as p join chosen as c on c.lead_id = p.lead_id and c.as_of = p.as_of, "
            "sizes where p.rule not like 'limit:%' group by 1",
            w=week,
            t=name(of.table),
            among=_among(among),
            before=of.of.weeks.before,
            points=name(points),
        )
    )
    return sorted((Shift(*row) for row in rows), key=lambda each: (-abs(each.by), each.name))


def moved_bands(of: Standing, week: int, among: str = "") -> list[Shift]:
    """Return the share of each band of the first ladder before and since a week, lowest first."""
    ladder = next(iter(of.model.lead_bands), None)
    if ladder is None:
        return []
    column, edges = of.ladder(ladder), of.model.lead_bands[ladder].edges or {}
    rows = of.run.engine.rows(
        sql_text(
            "with chosen as (select {c} as band, week >= {w} as late from {t} "
            "where {among} and (week < {before} or week >= {w})) "
            "select band, count(*) filter (where not late) / "
            "greatest((select count(*) from chosen where not late), 1), "
            "count(*) filter (where late) / "
            "greatest((select count(*) from chosen where late), 1) from chosen "
            "where band is not null group by band",
            c=name(column),
            w=week,
            t=name(of.table),
            among=_among(among),
            before=of.of.weeks.before,
        )
    )
    order = [*edges, *sorted(row[0] for row in rows)]
    return sorted((Shift(*row) for row in rows), key=lambda each: order.index(each.name))


def _among(segment: str) -> Sql:
    return sql_text("segment = {s}", s=segment) if segment else Sql("true")
