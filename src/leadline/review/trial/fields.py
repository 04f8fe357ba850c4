"""The fields that a model reads: where they are empty, and whether their past is known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from leadline.model.names import fields_of
from leadline.query.context import Context, rule_expressions
from leadline.query.subjects import TABLE_OF, field
from leadline.review.trial.coverage import RuleCoverage
from leadline.scoring import Run

CONSTANT = frozenset({"lead_id", "account_id", "created_at", "email", "domain"})
"""Fields that say who a lead or account is: they are read as they are for every moment."""


@dataclass(frozen=True)
class FieldUse:
    """A field that the model reads.

    Attributes:
        field: Its name, such as ``account.employees``.
        empty: Leads for which it is null.
        share: The same as a share of all leads.
        has_past: Whether its value at a past moment is known: it is in field_history, is known
            from the start, or says who the lead is.
        weight: Share of the points of all rules that rest on rules that read it.
    """

    field: str
    empty: int
    share: float
    has_past: bool
    weight: float


def field_uses(run: Run, rules: Sequence[RuleCoverage]) -> tuple[FieldUse, ...]:
    """Return the fields that a model reads, in the order written."""
    context = Context(run.model, run.loaded.schema)
    if not context.fields:
        return ()
    columns = ", ".join(f'count(*) - count("{field(*each)}")' for each in context.fields)
    facts = run.sql("lead_facts")
    [row] = run.engine.rows(f"select count(*), {columns} from ({facts}) where in_spine")
    known = _with_past(run)
    weights = _weights(run, rules)
    return tuple(
        FieldUse(".".join(name), empty, empty / (row[0] or 1), name in known, weights[name])
        for name, empty in zip(context.fields, row[1:], strict=True)
    )


def _with_past(run: Run) -> set[tuple[str, str]]:
    """Return the fields whose past is known."""
    declared = {
        (entity, name)
        for entity, table in TABLE_OF.items()
        for name, column in run.model.columns.get(table, {}).items()
        if column.known == "created"
    }
    constant = {(entity, name) for entity in TABLE_OF for name in CONSTANT}
    if "field_history" not in run.loaded.schema:
        return declared | constant
    rows = run.engine.rows("select distinct entity, field from field_history")
    return declared | constant | {(entity, name) for entity, name in rows}


def _weights(run: Run, rules: Iterable[RuleCoverage]) -> dict[tuple[str, str], float]:
    """Return the share of all points that rests on each field."""
    found: dict[tuple[str, str], float] = defaultdict(float)
    for each in rules:
        for name in read_by(run, each):
            found[name] += each.weight
    return found


def read_by(run: Run, covered: RuleCoverage) -> list[tuple[str, str]]:
    """Return the fields that a rule reads."""
    rule = (run.model.scores[covered.score].rules or {})[covered.rule]
    return fields_of(*(each.tree for each in rule_expressions(rule)))


def without_past(run: Run, rules: Sequence[RuleCoverage], uses: Iterable[FieldUse]) -> float:
    """Return the share of all points from rules that read a field whose past is not known."""
    unknown = {each.field for each in uses if not each.has_past}
    resting = (
        each.weight
        for each in rules
        if any(".".join(name) in unknown for name in read_by(run, each))
    )
    return sum(resting) / (sum(each.weight for each in rules) or 1.0)
