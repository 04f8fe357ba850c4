"""What a change of the model does to the leads: who changes band, why, and the load a week."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from leadline.engines.duckdb.engine import DuckDB
from leadline.history.replay import SAMPLE, WEEKS, Replay, Weekly, days, replayed, weekly
from leadline.model.diff import Difference, difference
from leadline.model.document import Ladder, Model
from leadline.model.fingerprint import canonical
from leadline.model.shown import columns_shown, names_shown
from leadline.model.types import Type
from leadline.query.context import Level
from leadline.review.diff.reasons import (
    CHANGED,
    Names,
    Side,
    changed,
    compared,
    make_deltas,
    names_of,
)
from leadline.scoring import Run, read_model
from leadline.sql.text import Sql, joined, name, sql_text
from leadline.tables.places.inputs import Input

if TYPE_CHECKING:
    import pyarrow as pa

LISTED = 10
"""Leads of each ladder and direction that are listed by name."""


@dataclass(frozen=True)
class Cell:
    """How many leads, or accounts, are in one band by the first model, in another by the second."""

    from_band: str | None
    to_band: str | None
    leads: int


@dataclass(frozen=True)
class Load:
    """Entries into one band a week by both models; None where a model does not have the band."""

    band: str
    before: Weekly | None
    after: Weekly | None


@dataclass(frozen=True)
class LadderImpact:
    """What happens in one ladder.

    Attributes:
        ladder: Its name.
        bands: In rising order, those of overrides last.
        cells: Counts of leads by both bands; the bands of the first by their names in the second.
        up: Leads that rise.
        down: Leads that fall.
        changed: Leads that change band, to or from a band outside the edges included.
        causes: Cause to the leads that change because of it.
        load: Entries into each band a week; none of accounts.
        listed: Some of the leads that change, those with the largest change of value first.
        beside: The bands that stand in overrides alone.
        unit: lead, or account: whose ladder it is, and what all counts are of.
        of: How many there are.
    """

    ladder: str
    bands: tuple[str, ...]
    cells: tuple[Cell, ...]
    up: int
    down: int
    changed: int
    causes: Mapping[str, int]
    load: tuple[Load, ...]
    listed: tuple[Mapping[str, Any], ...]
    beside: tuple[str, ...] = ()
    unit: Level = "lead"
    of: int = 0


@dataclass(frozen=True)
class Spread:
    """Where the values of a score lie; None where no lead has one."""

    mean: float | None
    p10: float | None
    median: float | None
    p90: float | None


@dataclass(frozen=True)
class Shift:
    """How one score moves.

    Attributes:
        score: Its name in the second model.
        before: Where its values lie by the first model.
        after: And by the second.
        leads: Leads whose value differs.
        least: The largest fall, 0 where none falls.
        most: The largest rise.
    """

    score: str
    before: Spread
    after: Spread
    leads: int
    least: float
    most: float


@dataclass(frozen=True)
class Impact:
    """Everything that two models say differently of the same leads.

    Attributes:
        difference: What differs between the documents.
        as_of: The moment of the comparison.
        leads: Leads known then.
        ladders: Of each ladder that both models have.
        shifts: Of each score that both models have.
        weeks: Weeks that were replayed, day by day.
        replayed: Leads that were replayed, all of them or a sample.
        notes: What a person should know, one sentence each.
        changed: One row a lead or account, and ladder, where the band differs: ``lead_id,
            account_id, ladder, from_band, to_band, direction, from_value, to_value, cause,
            reason``.
    """

    difference: Difference
    as_of: datetime
    leads: int
    ladders: tuple[LadderImpact, ...]
    shifts: tuple[Shift, ...]
    weeks: int
    replayed: int
    notes: tuple[str, ...]
    changed: pa.Table

    def plain(self) -> dict[str, Any]:
        """Return all but the table of changed leads, as JSON has it."""
        return {
            "as_of": self.as_of.isoformat().replace("+00:00", "Z"),
            "leads": self.leads,
            "ladders": [asdict(each) for each in self.ladders],
            "scores": [asdict(each) for each in self.shifts],
            "weeks": self.weeks,
            "replayed": self.replayed,
            "notes": list(self.notes),
        }


@dataclass(frozen=True)
class _Scored:
    sides: Mapping[Level, Side]
    replay: Replay | None


def impact(  # noqa: PLR0913 - all but the run and the model are named
    run: Run,
    after: str | Path | Mapping[str, Any] | Model,
    inputs: Mapping[str, Input],
    *,
    as_of: datetime,
    weeks: int = WEEKS,
    sample: int | None = SAMPLE,
) -> Impact:
    """Compare the model of a run with another one over the same leads.

    The engine of the run then holds the table ``impact_changed``.

    Args:
        run: The model in use over its tables, as ``Run.open`` gives it, without a spine.
        after: The model that may replace it.
        inputs: The tables of the run, read again where the models read columns in other ways.
        as_of: The moment of the run.
        weeks: Weeks before it that are replayed day by day; 0 for none.
        sample: Of more leads than these, so many are replayed; None for all.

    Raises ModelError, InputError, EngineError, FileError.
    """
    model = read_model(after)[0]
    _refuse(run, model)
    first = _scored(run, as_of, weeks, sample)
    if _reads_alike(run.model, model):
        other = run.with_model(model)
    else:
        other = Run.open(run.engine, model, inputs, as_of=as_of)
    second = _scored(other, as_of, weeks, sample)
    return _compared(run, first, second, as_of)


def _reads_alike(one: Model, other: Model) -> bool:
    return bool(canonical(one.columns, "columns") == canonical(other.columns, "columns"))


def _refuse(run: Run, after: Model) -> None:
    """Refuse what cannot be scored by the second model before the first one is computed."""
    if _reads_alike(run.model, after):
        run.with_model(after)


def _scored(run: Run, as_of: datetime, weeks: int, sample: int | None) -> _Scored:
    """Compute a model now and over the past days; its tables stay on the engine."""
    sides = {
        level: _side(run, level) for level in _RESULTS if level == "lead" or run.model.account_bands
    }
    if not weeks or not run.model.lead_bands or not _has_times(run):
        return _Scored(sides, None)
    found = replayed(run, days(as_of, weeks), sample)
    found.run.table("scores")
    return _Scored(sides, found)


_RESULTS: Mapping[Level, tuple[str, str]] = {
    "lead": ("scores", "points"),
    "account": ("account_scores", "account_points"),
}


def _side(run: Run, level: Level) -> Side:
    """Return the results of a level; accounts may have no rules of their own, and no ledger."""
    results = _RESULTS[level]
    run.keep(*(each for each in results if each in run.statement.outputs))
    scores, points = (
        Sql(run.duckdb.address(run.table(each)) if _is_made(run, each) else _NO_POINTS)
        for each in results
    )
    return Side(run.model, scores, points, level)


_NO_POINTS = (
    "(select '' as account_id, '' as score, '' as rule, '' as state, 0.0 as points limit 0)"
)


def _is_made(run: Run, result: str) -> bool:
    return result in run.statement.outputs or result in run.statement.steps


def _has_times(run: Run) -> bool:
    """Say whether the tables hold any time, so that past days can differ."""
    tables = {"events", "outcomes", "field_history"} & set(run.loaded.schema)
    if tables or run.loaded.schema["leads"].get("created_at") is not Type.TIME:
        return bool(tables)
    return bool(run.engine.rows("select count(created_at) > 0 from leads")[0][0])


def _compared(run: Run, first: _Scored, second: _Scored, as_of: datetime) -> Impact:
    engine = run.duckdb
    before, after = first.sides["lead"], second.sides["lead"]
    found = difference(before.model, after.model)
    names = names_of(before.model, after.model, found)
    known = _known(run, as_of, "lead")
    engine.run(EMPTY)
    ladders: list[LadderImpact] = []
    for level in first.sides.keys() & second.sides.keys():
        make_deltas(engine, first.sides[level], second.sides[level], names)
        ladders += (
            _ladder(engine, first, second, names, ladder, _known(run, as_of, level))
            for ladder in names.ladders
            if ladder in _ladders(before.model, level)
        )
    replay = first.replay or second.replay
    return Impact(
        difference=found,
        as_of=as_of,
        leads=_count(engine, before, known),
        ladders=tuple(sorted(ladders, key=lambda each: names.ladders.index(each.ladder))),
        shifts=tuple(_shifts(engine, before, after, names, known)),
        weeks=replay.weeks if replay else 0,
        replayed=replay.leads if replay else 0,
        notes=tuple(_notes(before.model, after.model, replay, timeless=not _has_times(run))),
        changed=engine.arrow(CHANGED_SQL),
    )


def _ladders(model: Model, level: Level) -> Mapping[str, Ladder]:
    return model.account_bands if level == "account" else model.lead_bands


def _count(engine: DuckDB, side: Side, known: Sql) -> int:
    query = sql_text("select count(*) from {t} as a where {known}", t=side.scores, known=known)
    return int(engine.rows(query)[0][0])


EMPTY = (
    f"create or replace temp table {CHANGED} (lead_id text, account_id text, ladder text, "
    "from_band text, to_band text, direction text, from_value double, to_value double, "
    "cause text, reason text)"
)
CHANGED_SQL = f"select * from {CHANGED} order by ladder, lead_id, account_id"
"""Who changes band, in an order that compares."""


def _known(run: Run, as_of: datetime, level: Level) -> Sql:
    """Return the condition that a lead, or an account, of ``a`` is known at the moment."""
    if run.loaded.schema.get(f"{level}s", {}).get("created_at") is not Type.TIME:
        return Sql("true")
    return sql_text(
        "a.{key} not in (select {key} from {table} where created_at > timestamp {at})",
        key=name(f"{level}_id"),
        table=name(f"{level}s"),
        at=as_of.replace(tzinfo=None).isoformat(sep=" "),
    )


def _ladder(  # noqa: PLR0913, PLR0917 - both sides and what they share
    engine: DuckDB, first: _Scored, second: _Scored, names: Names, ladder: str, known: Sql
) -> LadderImpact:
    level: Level = "account" if ladder in first.sides["lead"].model.account_bands else "lead"
    before, after = first.sides[level], second.sides[level]
    query = compared(before, after, names, ladder, known)
    engine.run(f"create or replace temp table impact_compared as {query}")
    engine.run(f"insert into {CHANGED} by name {changed(before, after, ladder)}")
    cells = engine.rows("select from_band, to_band, count(*) from impact_compared group by all")
    bands, beside = _bands(before.model, after.model, names, ladder, cells)
    place = {band: index for index, band in enumerate(bands)}
    cells.sort(key=lambda row: (place.get(row[0], -1), place.get(row[1], -1)))
    directions = _counts(engine, "direction", ladder)
    is_lead = level == "lead"
    return LadderImpact(
        ladder=ladder,
        bands=bands,
        cells=tuple(Cell(*row) for row in cells),
        up=directions.get("up", 0),
        down=directions.get("down", 0),
        changed=sum(directions.values()),
        causes=_counts(engine, "cause", ladder),
        load=tuple(_load(first.replay, second.replay, names, ladder, bands)) if is_lead else (),
        listed=tuple(_listed(engine, after, ladder)),
        beside=beside,
        unit=level,
        of=_count(engine, before, known),
    )


def _bands(
    before: Model, after: Model, names: Names, ladder: str, cells: Sequence[tuple[Any, ...]]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the bands of the edges of either model and those found beside them; and the latter."""
    new = list(after.bands[ladder].edges or {})
    old = [names.bands.get((ladder, each), each) for each in before.bands[ladder].edges or {}]
    ranked = merged(old, new)
    seen = {band for row in cells for band in row[:2] if band is not None}
    found = sorted(seen - set(ranked))
    return (*ranked, *found), tuple(found) if ranked else ()


def merged(old: Sequence[str], new: Sequence[str]) -> list[str]:
    """Return the new order, with each old band that is gone after the one that it followed."""
    found = list(new)
    for index, band in enumerate(old):
        if band not in found:
            place = found.index(old[index - 1]) + 1 if index else 0
            found.insert(place, band)
    return found


def _counts(engine: DuckDB, column: str, ladder: str) -> dict[str, int]:
    query = f"select {column}, count(*) from {CHANGED} where ladder = ? group by 1 order by 2 desc"
    return dict(engine.rows(query, [ladder]))


def _listed(engine: DuckDB, after: Side, ladder: str) -> Iterator[dict[str, Any]]:
    """Yield who has the largest change of value in each direction, without the other level's id."""
    query = sql_text(
        "select * exclude (place, ladder, {other}) from (select *, row_number() over (partition by "
        "direction order by abs(coalesce(to_value - from_value, 0)) desc, lead_id, account_id) "
        "as place "
        "from {changed} where ladder = {ladder}) where place <= {most} "
        "order by direction desc, place",
        other=name("account_id" if after.level == "lead" else "lead_id"),
        changed=name(CHANGED),
        ladder=ladder,
        most=LISTED,
    )
    rows = engine.arrow(query).to_pylist()
    key = f"{after.level}_id"
    known = _names(engine, after, [each[key] for each in rows])
    yield from ({**each, "who": known.get(each[key])} for each in rows)


def _names(engine: DuckDB, after: Side, ids: Sequence[str]) -> dict[str, str | None]:
    """Return what the second model shows of some leads, or of some accounts, by their ids."""
    shown = columns_shown(after.model, after.level)
    if not shown or not ids:
        return {}
    query = sql_text(
        "select {key}, {shown} from {scores} where {key} in ({ids})",
        key=after.key,
        shown=joined(", ", map(name, shown)),
        scores=after.scores,
        ids=list(ids),
    )
    rows = engine.arrow(query).to_pylist()
    return {row[f"{after.level}_id"]: names_shown(after.model, row) for row in rows}


def _load(
    first: Replay | None,
    second: Replay | None,
    names: Names,
    ladder: str,
    bands: Sequence[str],
) -> Iterator[Load]:
    if first is None or second is None:
        return
    old = {
        names.bands.get((ladder, band), band): each for band, each in weekly(first, ladder).items()
    }
    new = weekly(second, ladder)
    for band in dict.fromkeys([*bands, *old, *new]):
        if band in old or band in new:
            yield Load(band, old.get(band), new.get(band))


def _shifts(engine: DuckDB, before: Side, after: Side, names: Names, known: Sql) -> Iterator[Shift]:
    for score in after.model.scores:
        old = next((was for was, now in names.scores.items() if now == score), score)
        if old in before.model.scores:
            yield _shift(engine, before, after, (old, score), known)


_SPREAD = "avg({c}), quantile_cont({c}, 0.1), median({c}), quantile_cont({c}, 0.9)"


def _shift(engine: DuckDB, before: Side, after: Side, score: tuple[str, str], known: Sql) -> Shift:
    sides = [
        sql_text(f"{side}.{{c}}", c=name(each)) for side, each in zip("ab", score, strict=True)
    ]
    [row] = engine.rows(
        sql_text(
            "select {spreads}, count(*) filter (where {a} is distinct from {b}), "
            "coalesce(min({b} - {a}), 0), coalesce(max({b} - {a}), 0) "
            "from {before} as a join {after} as b using (lead_id) where {known}",
            spreads=joined(", ", (sql_text(_SPREAD, c=each) for each in sides)),
            a=sides[0],
            b=sides[1],
            before=before.scores,
            after=after.scores,
            known=known,
        )
    )
    return Shift(
        score[1], Spread(*row[:4]), Spread(*row[4:8]), row[8], min(row[9], 0.0), max(row[10], 0.0)
    )


def _notes(before: Model, after: Model, replay: Replay | None, *, timeless: bool) -> Iterator[str]:
    for one, other, which in ((before, after, "first"), (after, before, "second")):
        for ladder in one.bands:
            if ladder not in other.bands:
                yield f"ladder {ladder} is only in the {which} model, and is not compared"
    for ladder in before.account_bands.keys() ^ after.account_bands.keys():
        if ladder in before.bands and ladder in after.bands:
            yield f"ladder {ladder} is one of accounts in one model alone, and is not compared"
    if timeless:
        yield "no table holds a time, so that no past days could be replayed"
    if replay is not None and replay.leads < replay.of:
        yield (
            f"entries a week are those of a fixed sample of {replay.leads:,} of {replay.of:,} "
            "leads, scaled up; the interval holds the mean of all leads with 95 % confidence"
        )
