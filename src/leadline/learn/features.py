"""What may be learned from: fields of leads and accounts, and how often events came lately.

Counts of events come from the product's own statement, by rules of 0 points that only count: so
what is learned from is what is scored.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from leadline.history.fields_then import Known, KnownField, known, named_by_task
from leadline.history.identifying import KEYS, NAMES, owners, says_who
from leadline.history.judged import Judged
from leadline.learn.clock import Clock
from leadline.learn.event_counts import Curve, event_counts
from leadline.learn.sheet import Course, Field, Flags, Floats, Sheet, field_of_arrow
from leadline.model.expressions import KEYWORDS, SCOPES, Name
from leadline.model.task import field_of
from leadline.model.types import Type
from leadline.sql.text import Sql, name, sql_text

LEAD_AGE = "age(lead.created_at) / 86400"
"""Days since the lead was created; moments that repeat find leads young and old."""


@dataclass(frozen=True)
class LeftOut:
    """A field that is not learned from, and why."""

    name: str
    reason: str


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
    counts, curves, rules = event_counts(judged, sheet, late)
    sheet = replace(sheet, fields={**given, **_age(judged), **counts})
    return Features(sheet, _called(sheet.fields), tuple(left_out), rules, tuple(curves))


_LATE = "is written after the fact, says the audit"
_NAMED = "is the outcome, its time, or the order"
_ORDERED = "where counts order by lead_id, as_of"


def outcomes(judged: Judged) -> Sheet:
    """Return the sheet of the judged rows that count, without fields."""
    horizon = judged.task.task.horizon
    columns = (
        "outcome, order_key::double as order_key, group_key, epoch_us(ended_at)::double as ended"
    )
    table = name(judged.table)
    found = judged.run.engine.arrow(
        sql_text("select {c} from {t} {o}", c=Sql(columns), t=table, o=Sql(_ORDERED))
    )
    order = field_of_arrow(found["order_key"]).numbers if judged.ordered_by else None
    groups = field_of_arrow(found["group_key"]).codes
    in_time = judged.ordered_by == "time" and order is not None and horizon is not None
    until = order + judged.task.task.settled_after if in_time and order is not None else None
    is_apart = judged.task.task.group is not None
    sheet = Sheet({}, np.array(found["outcome"], bool), order, groups, until, is_apart)
    if not judged.unripe or judged.end is None or until is None or not sheet.outcome.any():
        return sheet
    ended = field_of_arrow(found["ended"]).numbers
    assert ended is not None  # noqa: S101 - a number, by the query
    return replace(sheet, course=_course(sheet, ended, judged.end.timestamp() * 1e6))


def _course(sheet: Sheet, ended: Floats, seen: float) -> Course:
    """Return when outcomes were known: when the lead ended, or its horizon did."""
    assert sheet.order is not None and sheet.until is not None  # noqa: S101, PT018 - asked before
    has_ended: Flags = ~np.isnan(ended) & (ended <= np.minimum(sheet.until, seen))
    known = np.where(has_ended, ended, sheet.until)
    after = np.minimum(known, seen) - sheet.order
    return Course(known, seen, Clock.of_rows(after, sheet.outcome, has_ended & ~sheet.outcome))


def _fields(
    judged: Judged, suspects: Collection[tuple[str, str]]
) -> tuple[dict[str, Field], list[LeftOut]]:
    """Return fields of leads and accounts as the judged rows have them, by expression."""
    rows = known(judged)
    chosen, left_out = _choices(judged, rows, suspects)
    if not chosen:
        return {}, left_out
    found = judged.run.engine.arrow(
        sql_text(
            "select {c} from {t} order by lead_id, as_of",
            c=[name(each.column) for each in chosen],
            t=name(rows.table),
        )
    )
    had = owners(rows, chosen)
    kept: dict[str, Field] = {}
    for each in chosen:
        here = field_of_arrow(found[each.column])
        reason = _useless(here, had.get(each.column))
        if reason:
            left_out.append(LeftOut(f"{each.entity}.{each.name}", reason))
        else:
            kept[str(Name((each.entity, each.name)))] = here
    return kept, left_out


def _age(judged: Judged) -> dict[str, Field]:
    """Return the age of leads in days, where it is known and not the same for all."""
    if judged.run.loaded.schema.get("leads", {}).get("created_at") is not Type.TIME:
        return {}
    query = (
        "select (epoch_us(r.as_of) - epoch_us(l.created_at)) / 86400e6 as age from {t} as r "
        "left join leads as l on l.lead_id = r.lead_id where r.counts order by r.lead_id, r.as_of"
    )
    found = field_of_arrow(judged.run.engine.arrow(sql_text(query, t=name(judged.table)))["age"])
    return {LEAD_AGE: found} if found.varies else {}


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
        if field not in KEYS
    ]
    chosen = []
    for each in rows.fields:
        reason = refused.get((each.entity, each.name)) or _unfit(each)
        if reason is None:
            chosen.append(each)
        elif each.name not in KEYS:
            left_out.append(LeftOut(f"{each.entity}.{each.name}", reason))
    return chosen, left_out


def _unfit(field: KnownField) -> str | None:
    if field.name in KEYS:
        return "is an identifier"
    if says_who(field):
        return "says who it is, not what"
    return {Type.TIME: "is a time", Type.ANY: "has no value"}.get(field.kind)


def _useless(found: Field, had: int | None) -> str | None:
    if not found.varies:
        return "has one value only"
    if had is not None and len(found.levels) > NAMES * had:
        return "is different for most, like a name"
    return None


def _called(fields: Mapping[str, Field]) -> dict[str, str]:
    """Return a name of a rule for each expression, each once."""
    found: dict[str, str] = {}
    for expression in fields:
        text = re.sub(r"[^a-z0-9]+", "_", expression.split(".", 1)[1].lower()).strip("_")
        text = text if text[:1].isalpha() else f"field_{text}"
        text = f"by_{text}" if expression.startswith("hits.") else text
        taken = {*found.values(), *KEYWORDS, *SCOPES, "base"}
        called, number = text, 2
        while called in taken:
            called, number = f"{text}_{number}", number + 1
        found[expression] = called
    return found
