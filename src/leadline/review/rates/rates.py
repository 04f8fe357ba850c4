"""Close rates: how often leads with each value, number or event win, and what points that suggests.

The manual method of lead scoring: rate of each value against the rate of all leads.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

import numpy as np

from leadline.history.asked import of_rules
from leadline.history.counts_by_value import Cells, cells, coded
from leadline.history.fields_then import Known, known
from leadline.history.identifying import like_names, says_who
from leadline.history.judged import Judged
from leadline.history.outcomes import kinds_known
from leadline.model.task import field_of
from leadline.model.types import Type
from leadline.review.audit.audit import Audit, Suspect, audit
from leadline.sql.text import name, sql_text
from leadline.statistics.measures import Floats, Measured
from leadline.statistics.shares import shares

if TYPE_CHECKING:
    import pyarrow as pa

BINS = 10
"""Numbers are taken in so many ranges of equally many rows."""
POINTS = 10
"""Points of a value whose leads win twice as often as all."""
MOST_POINTS = 30
SMOOTHING = 10.0
"""So many rows of the average rate are added, so that few rows suggest few points."""
FEW_WINS = 10
WIDE = 1.0
"""An interval of the lift that is wider than this is weak."""
_AGAIN = 5
_TIMES = ("never", "once", "2 to 4 times", "5 times or more")


@dataclass(frozen=True)
class Rate:
    """How often leads with one value win.

    Attributes:
        kind: ``field`` or ``event``.
        name: The field, or the type of events.
        value: The value or range; of an event how often it came before the moment.
        rows: Judged rows with it; a lead that is judged again is another row.
        wins: How many of them have the outcome.
        rate: The close rate.
        low: Lower end of its interval of 95 %; 0 where all rows are of one group.
        high: Upper end; 1 where all rows are of one group.
        lift: The rate against that of all rows; None where nobody won.
        caught: Its share of all that won.
        points: What the rate suggests: 10 for twice the average, -10 for none, in whole points.
        question: What to ask sales where the figures are weak; else nothing.
        suspect: Why the field cannot have been known at the moment; else nothing.
    """

    kind: str
    name: str
    value: str
    rows: int
    wins: int
    rate: float
    low: float
    high: float
    lift: float | None
    caught: float
    points: int
    question: str = ""
    suspect: str = ""


@dataclass(frozen=True)
class Rates:
    """Close rates of a task.

    Attributes:
        rows: Judged rows.
        leads: How many leads they are of.
        wins: Rows with the outcome.
        rates: Every value, in the order of fields, those that tell most first.
        suspects: Values of what cannot have been known at the moment: not to be scored.
        ours: What we did ourselves: no sign of the lead, and not to be scored.
        audit: What the audit found.
        share: The close rate of all rows, with its interval.
    """

    rows: int
    leads: int
    wins: int
    rates: tuple[Rate, ...]
    suspects: tuple[Rate, ...]
    ours: tuple[Rate, ...]
    audit: Audit
    share: Measured

    @property
    def rate(self) -> float:
        """The close rate of all rows."""
        return self.wins / self.rows

    @property
    def all(self) -> tuple[Rate, ...]:
        """All values, those not to be scored last."""
        return (*self.rates, *self.suspects, *self.ours)

    @property
    def unit(self) -> str:
        """What is counted: leads, or rows where leads are judged again and again."""
        return "leads" if self.leads == self.rows else "rows"

    def table(self) -> pa.Table:
        """Return all values as an Arrow table, one column an attribute of ``Rate``."""
        import pyarrow as pa  # noqa: PLC0415 - slow to import, and only written out

        columns = [each.name for each in fields(Rate)]
        return pa.table({each: [getattr(row, each) for row in self.all] for each in columns})

    @property
    def questions(self) -> tuple[Rate, ...]:
        """Values with weak figures that would be worth points."""
        return tuple(each for each in self.rates if each.question)


def rates(of: Judged) -> Rates:
    """Return close rates of judged rows; their run stays as it is. Raises EngineError."""
    checked = audit(of)
    rows = known(of)
    suspects = {(each.entity, each.name): each for each in checked.alarms()}
    unnamed = like_names(rows, rows.fields)
    left_out = {field_of(each) for each in of.task.task.leave_out}
    found: list[list[Rate]] = [
        list(_of_cells(rows, each, suspects.get((each.field.entity, each.field.name))))
        for each in cells(coded(rows, BINS))
        if (each.field.entity, each.field.name) not in left_out
        and not _is_identifier(checked, each)
        and each.field.kind is not Type.TIME
        and each.field.column not in unnamed
        and not says_who(each.field)
    ]
    found += _of_events(rows, suspects)
    found = [each for each in found if len(each) > 1]
    listed = [each for several in sorted(found, key=_telling, reverse=True) for each in several]
    ours = {("event", each) for each in of.own_acts}
    scored = [each for each in listed if (each.kind, each.name) not in ours]
    return Rates(
        rows.rows,
        _leads(rows),
        rows.positives,
        tuple(each for each in scored if not each.suspect),
        tuple(each for each in scored if each.suspect),
        tuple(
            replace(each, points=0, question="")
            for each in listed
            if (each.kind, each.name) in ours
        ),
        checked,
        _share(rows),
    )


def _share(rows: Known) -> Measured:
    """Return the close rate of all rows with its interval."""
    counts, wins = _all_by_group(rows)[..., np.newaxis]
    [found] = shares(wins, counts)
    return found


def _leads(rows: Known) -> int:
    counted = sql_text("select count(distinct lead_id) from {t}", t=name(rows.table))
    [(leads,)] = rows.of.run.engine.rows(counted)
    return int(leads)


def _is_identifier(checked: Audit, given: Cells) -> bool:
    names = {
        (each.entity, each.name) for each in checked.suspects if each.suspicion.name == "IDENTIFIER"
    }
    return (given.field.entity, given.field.name) in names


def _telling(several: list[Rate]) -> float:
    """Return how far the values of a field are from the average, over all rows."""
    return sum(each.rows * abs(each.points) for each in several)


def _of_cells(rows: Known, given: Cells, suspect: Suspect | None) -> Iterator[Rate]:
    counts = zip(given.cells, given.rows.sum(1), given.wins.sum(1), given.shares, strict=True)
    for cell, count, wins, share in counts:
        if count:
            what = ("field", given.field.title, cell.label)
            yield _rate(rows, what, (int(count), int(wins)), share, suspect)


def _rate(
    rows: Known,
    what: tuple[str, str, str],
    counts: tuple[int, int],
    share: Measured,
    suspect: Suspect | None,
) -> Rate:
    """Return the close rate of some rows; ``what`` is kind, name and value."""
    count, wins = counts
    base = rows.positives / rows.rows
    points = points_for(count, wins, base)
    return Rate(
        *what,
        rows=count,
        wins=wins,
        rate=wins / count,
        low=share.low or 0.0,
        high=1.0 if share.high is None else share.high,
        lift=wins / count / base if base else None,
        caught=wins / rows.positives if rows.positives else 0.0,
        points=points,
        question=_question(what, counts, share, base, points),
        suspect=suspect.says if suspect else "",
    )


def points_for(rows: int, wins: int, base: float) -> int:
    """Return points in proportion to the close rate: the average is 0, twice as much is 10.

    >>> points_for(1000, 200, 0.1), points_for(5, 1, 0.1), points_for(1000, 0, 0.1)
    (10, 3, -10)
    """
    if not base:
        return 0
    smoothed = (wins + SMOOTHING * base) / (rows + SMOOTHING)
    return max(-POINTS, min(MOST_POINTS, round(POINTS * (smoothed / base - 1))))


def _question(
    what: tuple[str, str, str],
    counts: tuple[int, int],
    share: Measured,
    base: float,
    points: int,
) -> str:
    """Return what to ask sales where the count is small or the interval wide."""
    rows, wins = counts
    low, high = share.low or 0.0, 1.0 if share.high is None else share.high
    if not points or not base or not rows:
        return ""
    is_few = min(wins, rows - wins) < FEW_WINS and rows * base < FEW_WINS
    is_wide = (high - low) / base > WIDE and low <= base <= high
    if not (is_few or is_wide):
        return ""
    said = what[1] if what[0] == "event" else f"{what[1]} {what[2]}"
    better = "more" if points > 0 else "less"
    won = "1 win" if wins == 1 else f"{wins:,} wins"
    few = "1 row" if rows == 1 else f"{rows:,} rows"
    return f"Only {few} with {won}: do you see {said} win {better} often than others?"


def _of_events(rows: Known, suspects: dict[tuple[str, str], Suspect]) -> Iterator[list[Rate]]:
    """Yield the rates of each type of events by how often it came before the moment."""
    if "events" not in rows.of.run.loaded.schema:
        return
    kinds = kinds_known(rows.of.run, "event")
    everybody = _all_by_group(rows)
    counts = np.zeros((len(kinds), 2, everybody.shape[1], len(_TIMES)))
    for kind, times, group, count, wins in rows.of.run.engine.rows(_event_counts(rows, kinds)):
        counts[kind, :, group, times] += (count, wins)
    for kind, each in zip(kinds, counts, strict=True):
        each[:, :, 0] = everybody - each.sum(2)
        yield list(_of_type(rows, kind, each, suspects.get(("event", kind))))


def _of_type(rows: Known, kind: str, counts: Floats, suspect: Suspect | None) -> Iterator[Rate]:
    """Yield the rates of one type; counts of rows and wins have shape (2, groups, times)."""
    leads, wins = counts
    found = zip(_TIMES, leads.sum(0), wins.sum(0), shares(wins, leads), strict=True)
    for times, n, won, share in found:
        if n:
            yield _rate(rows, ("event", kind, times), (int(n), int(won)), share, suspect)


def _all_by_group(rows: Known) -> Floats:
    """Return rows and wins of each group; shape (2, groups)."""
    query = "select bucket, count(*), count(*) filter (where outcome) from {t} group by bucket"
    found = rows.of.run.engine.rows(sql_text(query, t=name(rows.table)))
    made = np.zeros((2, 1 + max((row[0] for row in found), default=0)))
    for group, leads, wins in found:
        made[:, group] = leads, wins
    return made


def _event_counts(rows: Known, kinds: Sequence[str]) -> str:
    """Return ``kind, times, bucket, rows, wins`` of events visible at the moment, by the ledger."""
    rules = {f"type_{n}": {"event": kind, "points": 0} for n, kind in enumerate(kinds)}
    run = rows.of.run.with_model(of_rules(rows.of.run.model, rules))
    return sql_text(
        "select cast(rule[6:] as int) as kind, "
        "case when count = 1 then 1 when count < {again} then 2 else 3 end as times, k.bucket, "
        "count(*), count(*) filter (where k.outcome) from {points} as p join {t} as k "
        "on k.lead_id = p.lead_id and k.as_of = p.as_of where p.state = 'fired' group by all",
        points=name(run.table("points")),
        t=name(rows.table),
        again=_AGAIN,
    )
