"""Costs of sources and campaigns: a table of what was spent when, against the leads of the time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from leadline.errors import Fault, InputError
from leadline.review.sources.cohort import Cohort, plain
from leadline.review.sources.ways import CAMPAIGNS, UNKNOWN, Way, source_field
from leadline.sql.text import Sql, name, sql_text
from leadline.tables.places.inputs import Input, files_or_rows
from leadline.tables.places.raw import Raw, prepare
from leadline.tables.read import read_raw

_TITLE = "costs"
_KEYS = ("from", "to", "amount")


@dataclass(frozen=True)
class Costs:
    """What was spent.

    ``table`` has ``way, value, since, until, amount``: the place of the way, its value, the first
    day, the day after the last, and the money. Rows of a day that is not over for the leads that
    came on it do not count, and of longer times the part of the days that are.

    Attributes:
        table: The table.
        totals: What is counted of each way, by its place.
        uncounted: What is not: of days whose leads are too young, or before the first lead.
    """

    table: str
    totals: Mapping[int, float]
    uncounted: float


def read_costs(of: Cohort, ways: Sequence[Way], given: Input) -> Costs:
    """Return the costs, for those ways that they name. Raises InputError, FileError."""
    engine = of.run.duckdb.embedded
    prepare(engine, [_TITLE])
    raw = read_raw(engine, _TITLE, files_or_rows(_TITLE, given))
    _refuse_lacking(raw)
    _refuse_currencies(of, raw)
    found = dict(_ways(of, raw, ways))
    table = of.run.workspace.name("costs")
    rows = [_rows(raw, number, column) for number, column in found.items()]
    parts = Sql(" union all ".join(rows))
    engine.run(sql_text("create temp table {t} as {parts}", t=name(table), parts=parts))
    _refuse_wrong(of, raw, table)
    all_of_it = _cut(of, table)
    query = "select way, sum(amount) from {t} group by 1 order by 1"
    totals = dict(engine.rows(sql_text(query, t=name(table))))
    return Costs(table, totals, all_of_it - sum(totals.values()))


def _refuse_lacking(raw: Raw) -> None:
    faults = [
        Fault(raw.where, "", f"must have a column {each}") for each in _KEYS if not raw.column(each)
    ]
    if faults:
        raise InputError(*faults)


def _refuse_currencies(of: Cohort, raw: Raw) -> None:
    if (column := raw.column("currency")) is None:
        return
    query = sql_text("select distinct {c} from {r}", c=column.value, r=raw.relation)
    found = sorted(f"{each or 'none'}" for (each,) in of.run.engine.rows(query))
    if len(found) > 1:
        remedy = "Write costs in the currency of the outcomes."
        expected = "must be one currency, as amounts are added"
        raise InputError(Fault(raw.where, "currency", expected, ", ".join(found[:8]), remedy))


def _ways(of: Cohort, raw: Raw, ways: Sequence[Way]) -> Iterator[tuple[int, Sql]]:
    """Yield the ways whose costs are there, with the column that names their values."""
    source = source_field(of.run)
    found = False
    for number, way in enumerate(ways):
        usual = ("source",) if way.name == source else ()
        usual = ("campaign",) if way.name in CAMPAIGNS else usual
        named = (column for each in (way.name, *usual) if (column := raw.column(each)))
        if (column := next(named, None)) is not None:
            found = True
            yield number, column.value
    if not found:
        known = ", ".join(dict.fromkeys(way.name for way in ways))
        expected = "must have a column that names sources or campaigns, such as source"
        remedy = f"Such as {known}."
        raise InputError(Fault(raw.where, "", expected, ", ".join(raw.columns), remedy))


def _rows(raw: Raw, number: int, column: Sql) -> Sql:
    values = {each: raw.column(each) for each in _KEYS}
    known = {each: found.value for each, found in values.items() if found is not None}
    return sql_text(
        "select {n} as way, coalesce(nullif(trim({c}::varchar), ''), {unknown}) as value, "
        "try_cast({since} as timestamp) as since, "
        "try_cast({until} as timestamp) + interval 1 day as until, "
        "try_cast({amount} as double) as amount, {since}::varchar as s, {until}::varchar as u, "
        "{amount}::varchar as a from {r}",
        n=number,
        c=column,
        unknown=UNKNOWN,
        since=known["from"],
        until=known["to"],
        amount=known["amount"],
        r=raw.relation,
    )


def _refuse_wrong(of: Cohort, raw: Raw, table: str) -> None:
    """Refuse rows without days, or with days or an amount that cannot be."""
    wrong = sql_text(
        "select s, u, a from {t} where since is null or until is null or until <= since "
        "or amount is null or amount < 0 or not isfinite(amount) order by all limit 1",
        t=name(table),
    )
    for row in of.run.engine.rows(wrong):
        expected = "must have a first and a last day, and an amount of 0 or more, in each row"
        raise InputError(Fault(raw.where, "", expected, ", ".join(f"{each}" for each in row)))


def _cut(of: Cohort, table: str) -> float:
    """Cut times to the days whose leads' time is over; return what all rows cost before."""
    [(whole,)] = of.run.engine.rows(sql_text("select sum(amount) from {t}", t=name(table)))
    of.run.engine.run(
        sql_text(
            "create or replace temp table {t} as with first as (select "
            "date_trunc('day', min(came_at)) as low from {c}), "
            "cut as (select *, greatest(since, low) as since_, least(until, {high}) as until_ "
            "from {t}, first) select way, value, since_ as since, until_ as until, "
            "amount * (epoch_us(until_) - epoch_us(since_)) / (epoch_us(until) - epoch_us(since)) "
            "as amount from cut where until_ > since_",
            t=name(table),
            c=name(of.table),
            high=sql_text("timestamp {at}", at=plain(of.ripe_until))
            if of.ripe_until
            else Sql("until"),
        )
    )
    return float(whole or 0)
