"""Events that no rule of a model reads, as rules to be tried."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from leadline.model.document import EventRule, Model
from leadline.model.task import Moments, TaskDocument
from leadline.scoring import Run
from leadline.sql.text import sql_text

MOST = 20
"""Of more kinds of events than this the most frequent are tried."""


@dataclass(frozen=True)
class Unread:
    """Rules for events that no rule reads, each of one point, once.

    Attributes:
        run: Scores the same rows by a model that has these rules too.
        rules: Name of each rule to the type of its events.
    """

    run: Run
    rules: Mapping[str, str]


def unread(run: Run, task: TaskDocument, score: str) -> Unread | None:
    """Return them as rules of a score; None where there are none.

    Left out are events that are no signs of life, and those that the task itself names: what is
    to be foreseen, and what sales did.
    """
    if "events" not in run.loaded.schema:
        return None
    known = {*run.model.passive, *_of_task(task), *_read(run.model)}
    rows = run.engine.rows(
        sql_text(
            "select type from events where type is not null group by type "
            "order by count(*) desc, type limit {n}",
            n=MOST + len(known),
        )
    )
    taken = set(run.model.scores[score].rules or {})
    types = [kind for (kind,) in rows if kind not in known and kind.isidentifier()][:MOST]
    rules = {f"{kind}_added" if kind in taken else kind: kind for kind in types}
    if not rules:
        return None
    return Unread(run.with_model(with_rules(run.model, score, rules)), rules)


def with_rules(model: Model, score: str, rules: Mapping[str, str]) -> Model:
    """Return a model with a rule more for each type of events."""
    added = {
        name: EventRule.model_validate({"event": kind, "points": 1, "count": "once"})
        for name, kind in rules.items()
    }
    found = model.scores[score]
    changed = found.model_copy(update={"rules": {**(found.rules or {}), **added}})
    scores = {**model.scores, score: changed}
    return model.model_copy(update={"scores": scores, "examples": ()})


def _read(model: Model) -> set[str]:
    """Return the types that rules with points read."""
    return {
        kind
        for _, _, rule in model.rules()
        for kind in (getattr(rule, "event", None) or ())
        if getattr(rule, "points", 0) != 0
    }


def _of_task(task: TaskDocument) -> set[str]:
    asked = (task.task.outcome, task.task.closed, task.task.worked)
    found = {kind for each in asked if each is not None for kind in each.event or ()}
    if isinstance(task.task.when, Moments):
        found |= set(task.task.when.first or ())
    return found
