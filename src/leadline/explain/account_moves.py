"""What could happen to an account now, and what each step alone would make of its score."""

from __future__ import annotations

from datetime import datetime

from leadline.explain.candidates import Around, event_steps, events_of, field_steps
from leadline.explain.explain import best_per_field, explain
from leadline.explain.explanation import Move
from leadline.explain.ways import is_detector
from leadline.explain.what_if import Worlds
from leadline.scoring import Run


def account_moves(
    run: Run, lead_id: str | None, as_of: datetime, score: str
) -> tuple[list[Move], list[str]]:
    """Return what each step would make of a score of an account, and its fields without a value.

    Args:
        run: The model over its tables.
        lead_id: A lead of the account, which does what a step says; without one nobody does.
        as_of: The moment.
        score: The score of accounts.
    """
    if lead_id is None:
        return [], []
    run = run.over([(lead_id, as_of)])
    missing = [
        each for each in explain(run, lead_id, as_of, moves=False).missing if each[:8] == "account."
    ]
    around = Around.of(run, lead_id)
    plans, events = around.plans, list(event_steps(around))
    fields = [("account", each.partition(".")[2]) for each in missing]
    steps = [*events, *field_steps(plans, fields, has_account=True)]
    schema = {**plans.schema, "events": events_of(plans, events)}
    worlds = Worlds(around.engine, run.model, schema, lead_id, as_of, plans)
    try:
        now, *then = worlds.outlooks([(), *((step,) for step in steps)])
    finally:
        worlds.close()
    before = now.values[score]
    moves = [
        Move(step, before, each.values[score], None)
        for step, each in zip(steps, then, strict=True)
        if each.values[score] != before and not is_detector(run.model, step)
    ]
    return best_per_field(moves), missing
