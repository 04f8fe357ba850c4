"""Numbers that are round for one outcome, given how large they are: filled in at the end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from leadline.history.fields_then import Known, KnownField
from leadline.review.audit.evidence import FieldEvidence, Suspicion, percent
from leadline.sql.text import name, sql_text
from leadline.statistics.measures import Floats
from leadline.statistics.odds import pooled_odds

_STEPS = (1_000, 10_000, 100_000)
_LEAST_PART = 0.05
"""Round numbers and others are each this part of the rows at least, or nothing is said."""
_ASK, _ALARM = 1.6, 2.5
"""From these odds on, at their end that is nearer to 1, it is a question, and an alarm."""


def round_by_size(
    known: Known, fields: Sequence[KnownField]
) -> Iterator[tuple[KnownField, FieldEvidence]]:
    """Yield for each field the step whose multiples tell most of the outcome, size held apart."""
    for field in fields:
        told = [found for step in _STEPS if (found := _told(step, _counts(known, field, step)))]
        if told:
            yield field, max(told, key=lambda each: each[0])[1]


def _counts(known: Known, field: KnownField, step: int) -> Floats:
    """Return wins and losses of multiples of a step and of other numbers, by size.

    Sizes are halves of a power of ten, from the step on; shape (sizes, 2, 2).
    """
    query = sql_text(
        "select cast(floor(2 * log10(abs({c}))) as int) as size, {c} % {step} <> 0, "
        "count(*) filter (where outcome), count(*) filter (where not outcome) from {t} "
        "where isfinite({c}::double) and abs({c}) >= {step} group by all",
        c=name(field.column),
        step=step,
        t=name(known.table),
    )
    rows = known.of.run.engine.rows(query)
    places = {size: place for place, size in enumerate(sorted({row[0] for row in rows}))}
    counts = np.zeros((len(places), 2, 2))
    for size, is_other, wins, losses in rows:
        counts[places[size], int(is_other)] = wins, losses
    return counts


def _told(step: int, counts: Floats) -> tuple[float, FieldEvidence] | None:
    """Return how much more often the one or the other wins, surely, and the evidence."""
    total = counts.sum(0)
    parts = total.sum(1) / max(total.sum(), 1)
    if parts.min() < _LEAST_PART:
        return None
    odds = pooled_odds(counts)
    if odds.low is None or odds.high is None:
        return None
    sure = max(odds.low, 1 / odds.high)
    if sure < _ASK:
        return None
    of_round, of_others = total[:, 0] / total.sum(1)
    says = (
        f"{percent(parts[0])} of its numbers are multiples of {step:,}: {percent(of_round)} of "
        f"them win, and {percent(of_others)} of the others of their size."
    )
    return sure, FieldEvidence(Suspicion.AFTER, "roundness", says, sure >= _ALARM)
