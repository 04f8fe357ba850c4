"""What of a model rests on fields whose past is not known: at past moments they are as today."""

from __future__ import annotations

from dataclasses import dataclass

from leadline.history.fields_then import declared
from leadline.history.judged import Judged
from leadline.model.task import field_of
from leadline.review.trial.coverage import coverage
from leadline.review.trial.fields import field_uses, without_past
from leadline.sql.text import Sql, name, sql_text

SAMPLE = 20_000
"""So many rows tell the share of points well enough."""


@dataclass(frozen=True)
class Resting:
    """Fields whose past is not known.

    Attributes:
        fields: Each, with the share of all points from rules that read it.
        share: Share of all points from rules that read any of them.
    """

    fields: tuple[tuple[str, float], ...]
    share: float


def resting(of: Judged) -> Resting:
    """Return what of a model rests on such fields.

    Of many rows, always the same ones are drawn as if by lot.
    """
    run = of.run.over_query(sampled(of))
    rules, _ = coverage(run)
    uses = field_uses(run, rules)
    cleared = {each for each, is_late in declared(of).items() if not is_late}
    found = tuple(
        (each.field, each.weight)
        for each in uses
        if not each.has_past and field_of(each.field) not in cleared
    )
    return Resting(found, without_past(run, rules, uses) if found else 0.0)


def sampled(of: Judged) -> Sql:
    """Return rows that count, of many always the same ones, as if by lot."""
    return sql_text(
        "select lead_id, as_of from {t} where counts "
        "order by hash(lead_id, as_of), lead_id, as_of limit {n}",
        t=name(of.table),
        n=SAMPLE,
    )
