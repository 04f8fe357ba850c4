"""What may be learned from: fields of leads and accounts, and how often events came lately.

Counts of events come from the product's own statement, by rules of 0 points that only count: so
what is learned from is what is scored.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from leadline.data.sql import Sql, name, sql
from leadline.learn.bins import supervised
from leadline.learn.folds import Fold, folds
from leadline.learn.ledger import in_ledger
from leadline.learn.sheet import Field, Floats, Sheet, field_of_arrow
from leadline.learn.solver import fit
from leadline.learn.terms import BinTerm, log_loss
from leadline.model.document import Model, Score
from leadline.model.expressions import Name
from leadline.model.task import field_of
from leadline.model.types import Type
from leadline.review.judged import Judged
from leadline.review.known import Known, KnownField, known, named_by_task

WINDOWS = ("7d", "30d", "90d", "all")
MOST_TYPES = 30
_NAMES = 0.5
"""A text with more different values than this part of its rows is a name, not a field."""
_NEVER = frozenset({"lead_id", "account_id", "email", "domain", "created_at"})
SEEN = "seen"
"""The score of the rules that only count."""


@dataclass(frozen=True)
class LeftOut:
    """A field that is not learned from, and why."""

    name: str
    reason: str


@dataclass(frozen=True)
class Curve:
    """Windows of an event type with the log-loss of each on rows that were not fitted."""

    type: str
    losses: Mapping[str, float]
    chosen: str


@dataclass(frozen=True)
class Features:
    """What is learned from.

    Attributes:
        sheet: The judged rows.
        called: Expression of each field to the name of its rule.
        left_out: Fields that are not learned from.
        counts: Rules of 0 points that count events, by name.
        curves: How windows were chosen.
    """

    sheet: Sheet
    called: Mapping[str, str]
    left_out: tuple[LeftOut, ...]
    counts: Mapping[str, dict[str, object]] = field(default_factory=dict)
    curves: tuple[Curve, ...] = ()


def features(judged: Judged, suspects: Collection[tuple[str, str]] = ()) -> Features:
    """Return the fields and counts of the judged rows that count.

    ``suspects`` are entity and name of what was not known at the moment: it is left out.
    """
    given, left_out = _fields(judged, suspects)
    sheet = replace(outcomes(judged), fields=given)
    late = {kind for entity, kind in suspects if entity == "event"}
    left_out += [LeftOut(f"event.{kind}", _LATE) for kind in sorted(late)]
    counts, curves, rules = _events(judged, sheet, late)
    sheet = replace(sheet, fields={**given, **counts})
    return Features(sheet, _called(sheet.fields), tuple(left_out), rules, tuple(curves))


_LATE = "is written after the fact, says the audit"
_NAMED = "is the outcome, its time, or the order"
_ORDERED = "where counts order by lead_id, as_of"


def outcomes(judged: Judged) -> Sheet:
    """Return the sheet of the judged rows that count, without fields."""
    horizon = judged.task.task.horizon
    columns = "outcome, order_key::double as order_key, group_key"
    table = name(judged.table)
    found = judged.run.engine.arrow(
        sql("select {c} from {t} {o}", c=Sql(columns), t=table, o=Sql(_ORDERED))
    )
    order = field_of_arrow(found["order_key"]).numbers if judged.ordered_by else None
    groups = field_of_arrow(found["group_key"]).codes
    in_time = judged.ordered_by == "time" and order is not None and horizon is not None
    until = order + horizon.microseconds if in_time and order is not None and horizon else None
    is_apart = judged.task.task.group is not None
    return Sheet({}, np.array(found["outcome"], bool), order, groups, until, is_apart)


def _fields(
    judged: Judged, suspects: Collection[tuple[str, str]]
) -> tuple[dict[str, Field], list[LeftOut]]:
    """Return fields of leads and accounts as the judged rows have them, by expression."""
    rows = known(judged)
    chosen, left_out = _choices(judged, rows, suspects)
    if not chosen:
        return {}, left_out
    found = judged.run.engine.arrow(
        sql(
            "select {c} from {t} order by lead_id, as_of",
            c=[name(each.column) for each in chosen],
            t=name(rows.table),
        )
    )
    kept: dict[str, Field] = {}
    for each in chosen:
        here = field_of_arrow(found[each.column])
        reason = _useless(here)
        if reason:
            left_out.append(LeftOut(f"{each.entity}.{each.name}", reason))
        else:
            kept[str(Name((each.entity, each.name)))] = here
    return kept, left_out


def _choices(
    judged: Judged, rows: Known, suspects: Collection[tuple[str, str]]
) -> tuple[list[KnownField], list[LeftOut]]:
    task = judged.task.task
    own = (task.outcome.field, task.outcome.at, task.outcome.amount, task.order, task.group)
    refused = dict.fromkeys(suspects, _LATE)
    refused |= dict.fromkeys(named_by_task(judged), _NAMED)
    refused |= {field_of(each): _NAMED for each in own if each}
    refused |= {field_of(each): "is left out by the task" for each in task.leave_out}
    left_out = [
        LeftOut(f"{entity}.{field}", _NAMED)
        for entity, field in sorted(named_by_task(judged))
        if field not in _NEVER
    ]
    chosen = []
    for each in rows.fields:
        reason = refused.get((each.entity, each.name)) or _unfit(each.name, each.kind)
        if reason is None:
            chosen.append(each)
        elif each.name not in _NEVER:
            left_out.append(LeftOut(f"{each.entity}.{each.name}", reason))
    return chosen, left_out


def _unfit(column: str, kind: Type) -> str | None:
    if column in _NEVER:
        return "is an identifier"
    return {Type.TIME: "is a time", Type.ANY: "has no value"}.get(kind)


def _useless(found: Field) -> str | None:
    if not found.varies:
        return "has one value only"
    if found.codes is not None and len(found.levels) > _NAMES * max((~found.missing).sum(), 1):
        return "is different in most rows, like a name"
    return None


def _called(fields: Mapping[str, Field]) -> dict[str, str]:
    """Return a name of a rule for each expression, each once."""
    found: dict[str, str] = {}
    for expression in fields:
        text = re.sub(r"[^a-z0-9]+", "_", expression.split(".", 1)[1].lower()).strip("_")
        text = text if text[:1].isalpha() else f"field_{text}"
        text = f"by_{text}" if expression.startswith("hits.") else text
        taken, called, number = set(found.values()) | {"base"}, text, 2
        while called in taken:
            called, number = f"{text}_{number}", number + 1
        found[expression] = called
    return found


def _events(
    judged: Judged, sheet: Sheet, late: Collection[str]
) -> tuple[dict[str, Field], list[Curve], dict[str, dict[str, object]]]:
    """Return counts of each event type within the window that says most."""
    if "events" not in judged.run.loaded.schema:
        return {}, [], {}
    rules = _counting(judged, late)
    if not rules:
        return {}, [], {}
    counted = _counted(judged, rules)
    cuts, found, curves, kept = folds(sheet), {}, [], {}
    for event in dict.fromkeys(str(rule["event"]) for rule in rules.values()):
        names = [each for each, rule in rules.items() if rule["event"] == event]
        choices = {each: Field(numbers=counted[each]) for each in names}
        losses = {each: _loss(choices[each], sheet, cuts) for each in names}
        best = min(reversed(names), key=lambda each: losses[each])
        windows = dict(zip(names, WINDOWS, strict=True))
        curves.append(Curve(event, {windows[each]: losses[each] for each in names}, windows[best]))
        if choices[best].varies:
            found[f"hits.{best}"] = choices[best]
            kept[best] = rules[best]
    return found, curves, kept


def _counting(judged: Judged, late: Collection[str]) -> dict[str, dict[str, object]]:
    """Return a rule for each type that came before a moment, and each window."""
    outcome = judged.task.task
    closing = set(late) | {
        each
        for part in (outcome.outcome, outcome.closed, outcome.worked)
        if part
        for each in part.event or ()
    }
    rows = judged.run.engine.rows(
        sql(
            "select type from events where type is not null group by type "
            "order by count(*) desc, type limit {m}",
            m=MOST_TYPES + len(closing),
        )
    )
    types = [str(row[0]) for row in rows if row[0] not in closing][:MOST_TYPES]
    found: dict[str, dict[str, object]] = {}
    for number, event in enumerate(types):
        stem = re.sub(r"[^a-z0-9]+", "_", event.lower()).strip("_") or f"type_{number}"
        stem = stem if stem[0].isalpha() else f"type_{stem}"
        if f"{stem}_all" in found:
            stem = f"{stem}_{number}"
        for window in WINDOWS:
            within = {} if window == "all" else {"within": window}
            found[f"{stem}_{window}"] = {"event": event, **within, "points": 0}
    return found


def _counted(judged: Judged, rules: Mapping[str, dict[str, object]]) -> dict[str, Floats]:
    """Return the count of each rule in each row, from the ledger."""
    model = judged.run.model.model_copy(
        update={
            "scores": {SEEN: Score.model_validate({"rules": dict(rules)})},
            **{key: {} for key in ("grades", "bands", "overrides")},
            "examples": (),
        }
    )
    found = in_ledger(judged, Model.model_validate(model.plain()), [SEEN], "count")
    return {rule: counts for (_, rule), counts in found.items()}


def _loss(given: Field, sheet: Sheet, cuts: list[Fold]) -> float:
    """Return the log-loss of one field alone, on rows that were not fitted."""
    alone, losses = replace(sheet, fields={"x": given}), []
    for cut in cuts:
        fitted, there = alone.take(cut.fitted), alone.take(cut.judged)
        term = BinTerm("x", supervised(fitted.fields["x"], fitted.outcome))
        losses.append(log_loss(fit([term], fitted).model.log_odds(there), there.outcome))
    return float(np.concatenate(losses).mean()) if losses else 0.0
