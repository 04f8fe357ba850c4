"""What should be asked before a learned model is used: signs in the rows that people can judge."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from leadline.history.judged import Judged
from leadline.model.task import field_of
from leadline.query.context import Context
from leadline.review.audit.audit import Audit
from leadline.review.audit.evidence import percent
from leadline.sql.text import Sql, name, sql_text

_MOST = 5
"""More questions of one kind than this are not read."""
_MOVED = 5.0
"""A rate that moves along the file by so many standard errors is no accident."""


@dataclass(frozen=True)
class Doubt:
    """A question, and what to do."""

    says: str
    remedy: str


def doubts(of: Judged, audit: Audit, *, is_kept: bool) -> tuple[Doubt, ...]:
    """Return what should be asked; ``is_kept`` says that suspects were learned from too."""
    found = [*_open_leads(of), *_moved(of)]
    if is_kept and (kept := [each for each in audit.alarms() if not _is_named(each.title, audit)]):
        names = ", ".join(each.title for each in kept[:_MOST])
        remedy = "Learn without --keep-suspects, or make sure that each was known at the moment."
        found.append(Doubt(f"Learned from what the audit says came later: {names}.", remedy))
    asked = [each for each in audit.questions if each.suspicion.value == "after the fact"]
    for each in asked[:_MOST]:
        remedy = f"If it is filled in later, write {each.title} under leave_out and learn again."
        found.append(Doubt(f"Was {each.title} known at the moment? {each.says}", remedy))
    return tuple(found)


def _is_named(title: str, audit: Audit) -> bool:
    return title in audit.named


def _open_leads(of: Judged) -> Iterator[Doubt]:
    """Yield the values of the outcome field that count as no, where there are several."""
    outcome = of.task.task.outcome
    if outcome.field is None or outcome.has_time:
        return
    rows = of.run.engine.rows(
        sql_text(
            "select l.{f}::varchar as value, count(*) from {t} as t join leads as l "
            "on l.lead_id = t.lead_id where t.counts and not t.outcome "
            "group by value order by 2 desc, 1",
            f=name(field_of(outcome.field)[1]),
            t=name(of.table),
        )
    )
    if len(rows) > 1:
        shown = ", ".join(f"{value} ({count:,})" for value, count in rows[:_MOST])
        says = f"All these values of {outcome.field} count as no: {shown}."
        remedy = "If some of these leads are still open, leave them out with eligible."
        yield Doubt(says, remedy)


def _moved(of: Judged) -> Iterator[Doubt]:
    """Yield that the rate moves along the file, where nothing says what its order is."""
    if of.ordered_by is not None:
        return
    place = Sql("try_cast(lead_id as double)")
    [(rows, running, correlation, first, last)] = of.run.engine.rows(
        sql_text(
            "with numbered as (select outcome::int as won, {p} as place, "
            "percent_rank() over (order by {p}) as part from {t} where counts) "
            "select count(*), count(place), corr(won, place), "
            "avg(won) filter (where part < 0.2), avg(won) filter (where part > 0.8) from numbered",
            p=place,
            t=name(of.table),
        )
    )
    if running < rows or correlation is None or abs(correlation) * rows**0.5 < _MOVED:
        return
    says = (
        f"The rate moves along the file: {percent(first)} in its first fifth, {percent(last)} in "
        "its last. Rows look as if they stood in order of time, and were judged as if they did not."
    )
    remedy = (
        "Declare a column with the number of the row and name it as order of the task: "
        "columns: {leads: {row: {from: row number}}} in a model for --columns, and order: row."
    )
    yield Doubt(says, remedy)


def read_by(context: Context, audit: Audit) -> Iterator[Doubt]:
    """Yield fields that a given document reads and the audit says came later."""
    late = audit.not_known
    for entity, field in context.fields:
        if (entity, field) in late:
            says = f"The document reads {entity}.{field}, which the audit says came later."
            yield Doubt(says, "Take its rules out, or pin them and trust no figure here.")
