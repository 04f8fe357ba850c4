"""The meaning of every number, a second time: slow, obvious, from the design alone.

It reads as section 5 of the design does. Each name in FAULTS spoils one small place, so that a
test can show that a comparison with this oracle would notice a product wrong in that place.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

from oracle.expressions import (
    AS_OF,
    Path,
    Scope,
    Value,
    evaluate,
    fields,
    plain,
    seconds,
    written,
)

Row = dict[str, Any]
Tables = Mapping[str, Sequence[Row]]
Spine = Sequence[tuple[str, datetime]]
Rule = Mapping[str, Any]

FAULTS: tuple[str, ...] = (
    "resolve.latest",
    "visible.occurred_at",
    "visible.recorded_at",
    "visible.inclusive",
    "visible.marks",
    "visible.marks_stick",
    "merges.ignored",
    "merges.future",
    "merges.one_step",
    "merges.first_account",
    "merges.undone_ignored",
    "merges.ended_scored",
    "merges.ended_member",
    "merges.ended_events",
    "recorded.lead_ignored",
    "recorded.account_ignored",
    "recorded.exclusive",
    "history.ignored",
    "history.exclusive",
    "history.column_before",
    "history.null_skipped",
    "history.recorded_ignored",
    "history.last_recorded_ignored",
    "since.rows",
    "since.latest",
    "account.event_ignored",
    "account.leads_only",
    "account.alone_only",
    "account.none_is_null",
    "account.no_rows",
    "hits.within_inclusive",
    "hits.null_where",
    "hits.first_type",
    "units.daily_utc",
    "units.null_is_one_value",
    "units.once_as_each",
    "units.pick_first_as_latest",
    "units.pick_latest_as_first",
    "units.highest_ties_first",
    "units.highest_null_first",
    "units.highest_weighted",
    "units.tie_by_event_id",
    "at_most.oldest",
    "at_most.before_units",
    "weight.half_life_e",
    "weight.linear_no_floor",
    "weight.steps_not_floored",
    "weight.whole_days",
    "weight.rule_ignored",
    "weight.score_ignored",
    "points.at_least_all_units",
    "points.at_least_hits",
    "points.at_least_in_ignored",
    "points.at_least_in_null",
    "points.at_least_in_latest_alone",
    "points.null_formula_drops_rule",
    "points.count_hits",
    "points.last_at_first",
    "by.unclamped",
    "by.null_each",
    "by.at_least_unclamped",
    "limit.ignored",
    "limit.one_sided",
    "limit.before_by",
    "when.zero_dropped",
    "when.null_fires",
    "of.zero_fires",
    "bins.upper_inclusive",
    "bins.lowest_catches_all",
    "values.other_ignored",
    "missing.as_zero",
    "missing.as_other",
    "missing.no_row",
    "missing.false_too",
    "missing.no_event_row",
    "missing.per_mention",
    "silence.inclusive",
    "silence.passive_counts",
    "silence.passive_first",
    "silence.known_ignored",
    "silence.known_exclusive",
    "silence.created_only",
    "silence.where_ignored",
    "silence.every_ignored",
    "silence.every_of_known",
    "silence.limit_ignored",
    "silence.counted_once",
    "silence.absent_fires",
    "silence.absent_new_too",
    "reset.ignored",
    "reset.inclusive",
    "reset.earliest",
    "reset.outcomes",
    "reset.silence",
    "for.ignored",
    "for.null_applies",
    "for.as_zero",
    "group.unclamped",
    "group.one_sided",
    "range.unclamped",
    "range.no_row",
    "limit.before_group",
    "round.half_even",
    "round.after_sum",
    "formula.null_as_zero",
    "formula.unclamped",
    "rollup.spine_only",
    "rollup.unknown_leads",
    "rollup.undated_left_out",
    "rollup.leads_of_history",
    "rollup.merged_leads",
    "rollup.null_as_zero",
    "rollup.over_inclusive",
    "rollup.unclamped",
    "logistic.no_link",
    "logistic.first_field",
    "hits.where_not_fired",
    "grades.edge_exclusive",
    "grades.below_is_null",
    "edges.exclusive",
    "leave.ignored",
    "leave.previous_ignored",
    "leave.previous_exact",
    "leave.previous_after_override",
    "leave.exclusive",
    "leave.memoryless",
    "leave.null_resets",
    "cells.reversed",
    "cells.no_default",
    "require.ignored",
    "require.lowest",
    "require.after_override",
    "override.last_wins",
    "override.in_ignored",
    "override.null_applies",
    "override.first_written",
    "transitions.keep_first",
)

SIX_PLACES = Decimal("0.000001")
TWO_PLACES = Decimal("0.01")
ZERO = Decimal(0)
NUDGE = Decimal(2) ** -48  # 16 units in the last place: a float just below a tie is the tie
MOST = Decimal("1e-8")
"""No number is nudged farther than this."""


@dataclass
class Result:
    """The rows of every output, points and scores as decimals."""

    ledger: list[Row] = field(default_factory=list)
    scores: list[Row] = field(default_factory=list)
    account_scores: list[Row] = field(default_factory=list)
    transitions: list[Row] = field(default_factory=list)
    account_transitions: list[Row] = field(default_factory=list)


@dataclass(frozen=True)
class Subject:
    """Who is scored: a lead with its account, if it has one, or an account alone."""

    lead: str | None
    account: str | None

    @property
    def owner(self) -> tuple[str, str | None]:
        """Return whose events are read."""
        return ("account", self.account) if self.lead is None else ("lead", self.lead)


@dataclass(frozen=True, eq=False)
class Happening:
    """An event or an outcome; an outcome's `type` is its kind."""

    id: str
    type: str
    lead_id: str | None
    account_id: str | None
    occurred_at: datetime
    recorded_at: datetime
    row: Row


@dataclass(frozen=True)
class Entry:
    """One row of the ledger; without `count` where it counts nothing."""

    rule: str
    state: str
    points: Decimal = ZERO
    count: int | None = None
    last_at: datetime | None = None
    weight: float | None = None


def score(
    document: Row, tables: Tables, spine: Spine, faults: frozenset[str] = frozenset()
) -> Result:
    """Return every output of a model at the moments of a spine."""
    if unknown := faults.difference(FAULTS):
        raise ValueError(f"unknown faults: {sorted(unknown)}")
    tables = {name: [as_read(row) for row in rows] for name, rows in tables.items()}
    facts = Facts(document, tables, faults)
    ladders = Ladders(document, tables, faults)
    result = Result()
    for as_of in sorted({as_of for _, as_of in spine}):
        leads = [lead for lead, moment in spine if moment == as_of]
        held: set[str] = set()
        scoring = Scoring(document, Known(facts, as_of, faults), leads, faults)
        for lead in leads:
            subject = scoring.known.subject(lead)
            if subject.account is not None:
                held.add(subject.account)
            if lead in scoring.known.ended and "merges.ended_scored" not in faults:
                continue
            key = {"lead_id": lead, "as_of": as_of}
            result.ledger += [key | row for row in scoring.ledger(subject)]
            result.scores.append(key | scoring.row(subject) | ladders.row(scoring, subject))
        for account in sorted(held):
            key = {"account_id": account, "as_of": as_of}
            row = ladders.row(scoring, Subject(None, account))
            result.account_scores.append(key | scoring.account_row(account) | row)
    result.transitions = ladders.changes["lead"]
    result.account_transitions = ladders.changes["account"]
    return result


# --- Numbers -------------------------------------------------------------------------------------


def exact(number: float) -> Decimal:
    """Return a number of the document as the decimal that is written there."""
    return Decimal(str(number))


def six_places(number: float) -> Decimal:
    """Return a float as a decimal with 6 places, halves away from zero."""
    value = Decimal(number)
    nudge: Decimal = clamped(value * NUDGE, MOST)
    return (value + nudge).quantize(SIX_PLACES, ROUND_HALF_UP)


def microseconds(span: timedelta | str) -> int:
    """Return a time span, or a duration such as `30d`, in whole microseconds."""
    if isinstance(span, str):
        return seconds(span) * 1_000_000
    return span // timedelta(microseconds=1)


def clamped(number: Any, limit: Any) -> Any:
    """Return a number within [-limit, limit]."""
    return max(-limit, min(number, limit))


def listed(written_value: Any) -> list[Any]:
    """Return a list of what may be written alone or as a list."""
    return written_value if isinstance(written_value, list) else [written_value]


def rank(text: str | None) -> tuple[bool, bytes]:
    """Return what texts are ordered by: their bytes, null least."""
    return (text is not None, (text or "").encode())


# --- What there is: tables with unique keys and defaults -----------------------------------------


def as_read(row: Row) -> Row:
    """Return a row as every format means it: an empty text is null."""
    return {name: None if value == "" else value for name, value in row.items()}


class Facts:
    """The tables as `resolve` leaves them: one row a key, defaults filled in."""

    def __init__(self, document: Row, tables: Tables, faults: frozenset[str]) -> None:
        self.document, self.tables, self.faults = document, tables, faults
        self.rows = {
            "lead": {row["lead_id"]: row for row in tables.get("leads", ())},
            "account": {row["account_id"]: row for row in tables.get("accounts", ())},
        }
        self.events = self.resolved(tables.get("events", ()))
        self.outcomes = [
            happening(row, id=row.get("outcome_id") or "", type=row["outcome"])
            for row in tables.get("outcomes", ())
            if row["occurred_at"] is not None
        ]
        self.history: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
        for row in tables.get("field_history", ()):
            self.history[row["entity"], row["id"], row["field"]].append(row)

    def resolved(self, rows: Iterable[Row]) -> list[Happening]:
        """Return one event an id: the one recorded first, then occurred first, then least lead."""
        found: dict[str, list[Happening]] = defaultdict(list)
        for row in rows:
            if row["occurred_at"] is not None:
                found[row["event_id"]].append(happening(row, id=row["event_id"], type=row["type"]))
        best = max if "resolve.latest" in self.faults else min
        return [best(events, key=precedence) for events in found.values()]

    def account_ids(self) -> list[str]:
        """Return every account there is, with a row or named by a lead at any time."""
        named = {row.get("account_id") for row in self.rows["lead"].values()}
        named |= {
            row["value"]
            for (entity, _, name), rows in self.history.items()
            if (entity, name) == ("lead", "account_id")
            for row in rows
        }
        return sorted({*self.rows["account"], *named} - {None})

    def cast(self, entity: str, name: str, text: str | None) -> Value:
        """Return a text of the field history in the type of its column, null where it has none."""
        try:
            return None if text is None else plain(CASTS[self.type_of(entity, name)](text))
        except (KeyError, ValueError):
            return None

    def type_of(self, entity: str, name: str) -> str:
        """Return the declared type of a column, else that of its first value, else text."""
        if name == "created_at":
            return "time"
        columns = self.document.get("columns", {}).get(f"{entity}s", {})
        values = (row.get(name) for row in self.rows[entity].values())
        sample = next((value for value in values if value is not None), "")
        return str(columns.get(name, {}).get("type", TYPES[type(sample)]))


TYPES: dict[type, str] = {
    str: "text",
    float: "number",
    int: "number",
    bool: "boolean",
    datetime: "time",
}
CASTS: dict[str, Callable[[str], Value]] = {
    "text": str,
    "number": float,
    "boolean": {"true": True, "false": False}.__getitem__,
    "time": datetime.fromisoformat,
}


def happening(row: Row, *, id: str, type: str) -> Happening:  # noqa: A002
    """Return an event or outcome, recorded when it occurred unless it says otherwise."""
    return Happening(
        id,
        type,
        row.get("lead_id"),
        row.get("account_id"),
        row["occurred_at"],
        row.get("recorded_at") or row["occurred_at"],
        row,
    )


def since(row: Row) -> datetime:
    """Return when a value of a field became known."""
    found: datetime = row.get("recorded_at") or row["valid_from"]
    return found


def precedence(event: Happening) -> tuple[Any, ...]:
    """Return what decides which of several events of one id stands: the least."""
    lead = event.lead_id
    return (event.recorded_at, event.occurred_at, lead is None, rank(lead))


# --- What is known at one moment -----------------------------------------------------------------


class Known:
    """What is visible at one moment."""

    def __init__(self, facts: Facts, as_of: datetime, faults: frozenset[str]) -> None:
        self.facts, self.as_of, self.faults = facts, as_of, faults
        self.ended: set[str] = set()
        self.into = self.merges()
        marked = set() if "visible.marks" in faults else self.marked()
        self.events = self.by_owner(one for one in facts.events if one.id not in marked)
        self.outcomes = self.by_owner(facts.outcomes)

    def age(self, time: datetime) -> int:
        """Return the age of a time in microseconds."""
        return microseconds(self.as_of - time)

    def there(self, entity: str, identity: str) -> Row:
        """Return the row of a lead or account, empty before it is recorded."""
        row = self.facts.rows[entity].get(identity, {})
        recorded_at = row.get("recorded_at")
        if recorded_at is None or f"recorded.{entity}_ignored" in self.faults:
            return row
        known = recorded_at <= self.as_of
        if recorded_at == self.as_of and "recorded.exclusive" in self.faults:
            known = False
        return row if known else {}

    def recorded(self, row: Row) -> bool:
        """Return whether a row with a `recorded_at` is known."""
        return bool(row["recorded_at"] <= self.as_of)

    def merges(self) -> dict[str, str]:
        """Return the lead that each merged lead went into first, as last recorded."""
        rows = [
            row
            for row in self.facts.tables.get("lead_merges", ())
            if self.recorded(row) or "merges.future" in self.faults
        ]
        if "merges.undone_ignored" in self.faults:
            rows = [row for row in rows if row["into_id"] != row["from_id"]]
        rows.sort(key=lambda row: (row["recorded_at"], rank(row["into_id"])))
        latest = {row["from_id"]: row["into_id"] for row in rows}
        self.ended = {lead for lead, into in latest.items() if into is None}
        if "merges.ignored" in self.faults:
            return {}
        return {lead: into for lead, into in latest.items() if into not in {None, lead}}

    def final(self, lead: str | None) -> str | None:
        """Return the lead that a lead is by now; those on a cycle are the least of it."""
        if lead not in self.into:
            return lead
        path = [lead]
        while path[-1] in self.into:
            following = self.into[path[-1]]
            if following in path:
                return min(path[path.index(following) :], key=rank)
            path.append(following)
            if "merges.one_step" in self.faults:
                break
        return path[-1]

    def marked(self) -> set[str]:
        """Return the events whose latest mark is not null."""
        rows = [row for row in self.facts.tables.get("event_marks", ()) if self.recorded(row)]
        if "visible.marks_stick" in self.faults:
            return {row["event_id"] for row in rows if row["mark"] is not None}
        rows.sort(key=lambda row: (row["recorded_at"], rank(row["mark"])))
        latest = {row["event_id"]: row["mark"] for row in rows}
        return {event for event, mark in latest.items() if mark is not None}

    def visible(self, one: Happening) -> bool:
        """Return whether an event or outcome counts now."""
        occurred = one.occurred_at <= self.as_of or "visible.occurred_at" in self.faults
        recorded = one.recorded_at <= self.as_of or "visible.recorded_at" in self.faults
        just_now = one.occurred_at == self.as_of and "visible.inclusive" in self.faults
        return occurred and recorded and not just_now

    def by_owner(self, happenings: Iterable[Happening]) -> dict[Any, list[Happening]]:
        """Return what is visible, oldest first, under each lead and each account it belongs to."""
        found = defaultdict(list)
        for one in sorted(filter(self.visible, happenings), key=self.order):
            found["lead", self.final(one.lead_id)].append(one)
            found["account", self.account_of(one)].append(one)
        return found

    def order(self, one: Happening) -> tuple[Any, ...]:
        """Return what events are ordered by: time, and in a tie the greater id is later."""
        identity = one.id.encode()
        if "units.tie_by_event_id" in self.faults:
            identity = bytes(255 - byte for byte in identity) + b"\xff"
        return (one.occurred_at, identity)

    def account_of(self, one: Happening) -> str | None:
        """Return the account of an event: its own, else that of its lead."""
        lead = one.lead_id if "merges.first_account" in self.faults else self.final(one.lead_id)
        of_lead = None if "account.alone_only" in self.faults else self.subject(lead).account
        if lead in self.ended and "merges.ended_events" not in self.faults:
            of_lead = None
        if "account.leads_only" in self.faults:
            return of_lead
        if "account.event_ignored" in self.faults:
            return of_lead or one.account_id
        return one.account_id or of_lead

    def subject(self, lead: str | None) -> Subject:
        """Return a lead with the account it has now."""
        account = self.field("lead", lead, "account_id")
        return Subject(lead, None if account is None else str(account))

    def field(self, entity: str, identity: str | None, name: str) -> Value:
        """Return a field of a lead or account as it was at this moment."""
        facts = self.facts
        if identity is None:
            return None
        column: Value = self.there(entity, identity).get(name)
        history = facts.history.get((entity, identity, name))
        if history is None or "history.ignored" in self.faults:
            return column
        past = [row for row in history if row["valid_from"] <= self.as_of]
        if "history.recorded_ignored" not in self.faults:
            past = [row for row in past if since(row) <= self.as_of]
        if "history.exclusive" in self.faults:
            past = [row for row in past if row["valid_from"] < self.as_of]
        if "history.null_skipped" in self.faults:
            past = [row for row in past if row["value"] is not None]
        if not past:
            return column if "history.column_before" in self.faults else None
        latest = max(past, key=self.recency)
        return facts.cast(entity, name, latest["value"])

    def recency(self, row: Row) -> tuple[Any, ...]:
        """Return what decides which value of a field is the last: the greatest."""
        if "history.last_recorded_ignored" in self.faults:
            return (row["valid_from"], rank(row["value"]))
        return (row["valid_from"], since(row), rank(row["value"]))

    def read(self, subject: Subject, path: Path) -> Value:
        """Return the value of a name written `lead.x` or `account.x`, or with `since` its age."""
        *scope, entity, name = path
        identity = subject.lead if entity == "lead" else subject.account
        if scope:
            return self.since(entity, identity, name)
        return plain(self.field(entity, identity, name))

    def since(self, entity: str, identity: str | None, name: str) -> float | None:
        """Return the seconds since a field took its value, null without a history or a value."""
        rows = self.facts.history.get((entity, str(identity), name), [])
        past = [row for row in rows if row["valid_from"] <= self.as_of >= since(row)]
        if identity is None or not past or self.field(entity, identity, name) is None:
            return None
        winners = {row["valid_from"]: row for row in sorted(past, key=self.recency)}
        newest_first = [winners[time] for time in sorted(winners, reverse=True)]
        began: datetime = newest_first[0]["valid_from"]
        for row in newest_first:
            if row["value"] != newest_first[0]["value"] and "since.rows" not in self.faults:
                break
            if "since.latest" not in self.faults:
                began = row["valid_from"]
        return self.age(began) / 1_000_000

    def lacks(self, subject: Subject, *texts: Any) -> list[Path]:
        """Return the fields written in some expressions that are null, each mention of them."""
        found = [path for text in texts for path in fields(text)]
        return [path for path in found if self.read(subject, path) is None]

    def created_at(self, subject: Subject) -> datetime | None:
        """Return when a lead or account was created, where it is known."""
        found = self.field(*subject.owner, "created_at")
        return found if isinstance(found, datetime) else None

    def members(self, account: str, scored: Iterable[str]) -> list[Subject]:
        """Return the leads of an account, of those recorded or scored, that are known by now."""
        leads = [lead for lead in self.facts.rows["lead"] if self.there("lead", lead)]
        if "rollup.leads_of_history" in self.faults:
            leads += [one for entity, one, _ in self.facts.history if entity == "lead"]
        subjects = [self.subject(lead) for lead in dict.fromkeys([*leads, *scored])]
        return [one for one in subjects if one.account == account and self.is_member(one)]

    def is_member(self, subject: Subject) -> bool:
        """Return whether a lead is not merged into another and is known by now."""
        if self.final(subject.lead) != subject.lead and "rollup.merged_leads" not in self.faults:
            return False
        if subject.lead in self.ended and "merges.ended_member" not in self.faults:
            return False
        created = self.created_at(subject)
        if "rollup.unknown_leads" in self.faults:
            return True
        if created is not None:
            return created <= self.as_of
        if not self.events.get(subject.owner):  # neither date
            return "rollup.undated_left_out" not in self.faults
        return True  # its first visible event is one that is known by now


# --- Rules and scores at one moment --------------------------------------------------------------


class Scoring:
    """The ledger and the scores of every lead and account at one moment."""

    def __init__(
        self, document: Row, known: Known, spine_leads: Sequence[str], faults: frozenset[str]
    ) -> None:
        self.document, self.known, self.faults = document, known, faults
        self.spine_leads = spine_leads
        self.scores: dict[str, Rule] = document["scores"]
        self.texts = expressions_of(document)
        self.zone = ZoneInfo(document.get("time_zone", "UTC"))
        self.rounding = ROUND_HALF_EVEN if "round.half_even" in faults else ROUND_HALF_UP
        self.entry_memo: dict[tuple[str, str, Subject], Entry | None] = {}
        self.value_memo: dict[tuple[str, Subject], Decimal | None] = {}

    # Names

    def scope(self, subject: Subject, row: Row | None = None) -> Scope:
        """Return how names are read: bare ones from an event's row if given, else from scores."""

        def value(path: Path) -> Value:
            if path == AS_OF:
                return self.known.as_of
            if len(path) == 1:
                return row.get(path[0]) if row is not None else self.number(path[0], subject)
            if path[0] == "hits":
                return self.hit_count(path[1:], subject)
            if path[0] == "last":
                return self.last_age(path[1:], subject)
            return self.known.read(subject, path)

        return value

    def number(self, name: str, subject: Subject) -> float | None:
        """Return a score as formulas read it."""
        value = self.value(name, subject)
        if value is None:
            return 0.0 if "formula.null_as_zero" in self.faults else None
        return float(value)

    def hit_count(self, rule_path: Path, subject: Subject) -> float:
        """Return the count of a rule's row, 0 where it did not fire."""
        entry = self.entry(*self.rule_at(rule_path), subject)
        if entry is None or entry.count is None:
            return -1.0 if "hits.where_not_fired" in self.faults else 0.0
        return float(entry.count)

    def last_age(self, rule_path: Path, subject: Subject) -> float | None:
        """Return the age in seconds of a rule's latest unit, null where there is none."""
        entry = self.entry(*self.rule_at(rule_path), subject)
        if entry is None or entry.last_at is None:
            return None
        return self.known.age(entry.last_at) / 1_000_000

    def rule_at(self, path: Path) -> tuple[str, str]:
        """Return the score and the name of the rule written `R` or `SCORE.R`."""
        if len(path) == 2:
            return path[0], path[1]
        owner = next(name for name, spec in self.scores.items() if path[0] in spec.get("rules", ()))
        return owner, path[0]

    def result(self, text: Any, subject: Subject, row: Row | None = None) -> Any:
        """Return the value of an expression of the document."""
        return evaluate(written(text), self.scope(subject, row))

    def applies(self, spec: Rule, subject: Subject) -> bool:
        """Return whether a score is for this lead or account."""
        if "for" not in spec or "for.ignored" in self.faults:
            return True
        condition = self.result(spec["for"], subject)
        return condition is True or (condition is None and "for.null_applies" in self.faults)

    # Rules

    def entry(self, score_name: str, rule_name: str, subject: Subject) -> Entry | None:
        """Return the row of a rule in the ledger, nothing where it has none."""
        spec = self.scores[score_name]
        subject = level(spec, subject)
        key = (score_name, rule_name, subject)
        if key not in self.entry_memo:
            rule = spec["rules"][rule_name]
            silent = nobody(spec, subject) or not self.applies(spec, subject)
            self.entry_memo[key] = None if silent else self.rule(spec, rule_name, rule, subject)
        return self.entry_memo[key]

    def rule(self, spec: Rule, name: str, rule: Rule, subject: Subject) -> Entry | None:
        """Return the row of a rule by its kind."""
        if "silent_for" in rule:
            return self.silence_rule(spec, name, rule, subject)
        if "event" in rule or "outcome" in rule:
            return self.event_rule(spec, name, rule, subject)
        if "of" in rule:
            return self.of_rule(name, rule, subject)
        return self.when_rule(name, rule, subject)

    def decimal(self, points: float) -> Decimal:
        """Return the points of a ledger row, rounded once."""
        return Decimal(points) if "round.after_sum" in self.faults else six_places(points)

    def undecided(self, name: str, subject: Subject, *texts: Any) -> Entry | None:
        """Return the row of a rule that is null, if a field written in it is."""
        if "missing.no_row" in self.faults or not self.known.lacks(subject, *texts):
            return None
        return Entry(name, "missing")

    # Attribute rules

    def when_rule(self, name: str, rule: Rule, subject: Subject) -> Entry | None:
        """Fire the points where the condition is true; a `base` has no condition."""
        texts = [rule.get("when", True), rule["points"]]
        condition = self.result(texts[0], subject)
        points = self.result(texts[1], subject)
        if condition is None and "when.null_fires" in self.faults:
            condition = True
        if condition is False and "missing.false_too" not in self.faults:
            return None
        if not condition or points is None:
            return self.undecided(name, subject, *texts)
        if points == 0 and "when.zero_dropped" in self.faults:
            return None
        return Entry(name, "fired", self.decimal(points))

    def of_rule(self, name: str, rule: Rule, subject: Subject) -> Entry | None:
        """Fire the points of the entry that the value of an expression finds."""
        texts = listed(rule["of"])
        values = [self.result(text, subject) for text in texts]
        points, met_null = self.looked_up(rule, values)
        if points or "of.zero_fires" in self.faults:
            return Entry(name, "fired", self.decimal(points))
        return self.undecided(name, subject, *texts) if met_null else None

    def looked_up(self, table: Rule, values: Sequence[Value]) -> tuple[float, bool]:
        """Return the entry for one value after the other, and whether a null was looked up."""
        found = self.found(table, values[0])
        met_null = values[0] is None
        if not isinstance(found, Mapping):
            return found, met_null
        points, null_below = self.looked_up(found, values[1:])
        if "logistic.first_field" in self.faults:
            return 0.0, met_null
        return points, met_null or null_below

    def found(self, table: Rule, value: Value) -> Any:
        """Return the entry of one value: a number, or the table of the next value."""
        if value is None and "missing.as_other" not in self.faults:
            return 0 if "missing.as_zero" in self.faults else table.get("missing", 0)
        other = 0 if "values.other_ignored" in self.faults else table.get("other", 0)
        if "values" in table:
            return next((e for key, e in table["values"].items() if same(key, value)), other)
        return self.binned(table["bins"], value, other)

    def binned(self, bins: Mapping[float, Any], value: Any, other: Any) -> Any:
        """Return the entry of the greatest edge that a number reaches."""
        if value is None:
            return other
        if "bins.upper_inclusive" in self.faults:
            reached = [edge for edge in bins if edge < value]
        else:
            reached = [edge for edge in bins if edge <= value]
        if not reached and "bins.lowest_catches_all" in self.faults:
            reached = [min(bins)]
        return bins[max(reached)] if reached else other

    # Event and outcome rules

    def event_rule(self, spec: Rule, name: str, rule: Rule, subject: Subject) -> Entry | None:
        """Take the steps of an event rule in their order."""
        candidates = self.candidates(spec, rule, subject)
        hits = self.step_1_hits(rule, subject, candidates)
        units = self.step_2_units(spec, rule, subject, hits)
        units = self.step_3_at_most(rule, units)
        giving = self.giving(rule, hits, units)
        if not giving:
            return self.undecided_event(name, rule, subject, candidates)
        weights = [self.step_4_weight(spec, rule, unit) for unit in units]
        parts = self.step_5_points(rule, subject, units, weights, giving)
        if parts is None:
            return None
        points = self.step_6_limits(rule, parts)
        last = units[0] if "points.last_at_first" in self.faults else units[-1]
        return Entry(
            name,
            "fired",
            self.decimal(points),
            count=len(hits) if "points.count_hits" in self.faults else len(units),
            last_at=last.occurred_at,
            weight=math.fsum(weights) / len(weights),
        )

    def giving(
        self, rule: Rule, hits: Sequence[Happening], units: Sequence[Happening]
    ) -> list[Happening]:
        """Return the units that give points: all, or the latest of each value with so many."""
        if "at_least" not in rule:
            return list(units)
        visits: dict[Any, list[Happening]] = defaultdict(list)
        column = rule.get("in")
        if column is None or "points.at_least_in_ignored" in self.faults:
            visits[""] = list(units)
        else:
            for unit in units:
                visits[unit.row.get(column)].append(unit)
            if "points.at_least_in_null" not in self.faults:
                visits.pop(None, None)
        found = [visit[-1] for visit in visits.values() if len(visit) >= rule["at_least"]]
        if "points.at_least_hits" in self.faults and column is None:
            return list(units[-1:]) if len(hits) >= rule["at_least"] else []
        if "points.at_least_in_latest_alone" in self.faults:
            return found[:1]
        return found

    def undecided_event(
        self, name: str, rule: Rule, subject: Subject, candidates: Sequence[Happening]
    ) -> Entry | None:
        """Return the row of a rule that did not fire where a `where` was null."""
        where = rule.get("where", True)
        unknown = any(self.result(where, subject, one.row) is None for one in candidates)
        if not unknown or "missing.no_event_row" in self.faults:
            return None
        return self.undecided(name, subject, where)

    def candidates(self, spec: Rule, rule: Rule, subject: Subject) -> list[Happening]:
        """Return visible events of the types of a rule, after the reset, young enough."""
        types = listed(rule["event"] if "event" in rule else rule["outcome"])
        if "hits.first_type" in self.faults:
            types = types[:1]
        source = self.known.events if "event" in rule else self.known.outcomes
        starts_again = "event" in rule or "reset.outcomes" in self.faults
        reset = self.reset_at(spec, subject) if starts_again else None
        return [
            one
            for one in source.get(subject.owner, ())
            if one.type in types and self.since(one, reset) and self.within(rule, one)
        ]

    def reset_at(self, spec: Rule, subject: Subject) -> datetime | None:
        """Return when a lead started again, if it did."""
        if "reset.ignored" in self.faults:
            return None
        kinds = spec.get("reset_on", ())
        outcomes = self.known.outcomes.get(subject.owner, ())
        times = [one.occurred_at for one in outcomes if one.type in kinds]
        choose = min if "reset.earliest" in self.faults else max
        return choose(times, default=None)

    def since(self, one: Happening, reset: datetime | None) -> bool:
        """Return whether an event is later than a reset."""
        if reset is None or one.occurred_at > reset:
            return True
        return one.occurred_at == reset and "reset.inclusive" in self.faults

    def within(self, rule: Rule, one: Happening) -> bool:
        """Return whether an event is younger than `within`."""
        if "within" not in rule:
            return True
        age, limit = self.known.age(one.occurred_at), microseconds(rule["within"])
        return age < limit or (age == limit and "hits.within_inclusive" in self.faults)

    def step_1_hits(
        self, rule: Rule, subject: Subject, candidates: Sequence[Happening]
    ) -> list[Happening]:
        """Return the candidates with `where` true."""
        accepted = {True, None} if "hits.null_where" in self.faults else {True}
        where = rule.get("where", True)
        return [one for one in candidates if self.result(where, subject, one.row) in accepted]

    def step_2_units(
        self, spec: Rule, rule: Rule, subject: Subject, hits: Sequence[Happening]
    ) -> list[Happening]:
        """Return one hit of each day, of each value, or one in all, oldest first."""
        if "at_most.before_units" in self.faults:
            hits = self.step_3_at_most(rule, hits)
        groups: dict[Any, list[Happening]] = defaultdict(list)
        for place, hit in enumerate(hits):
            groups[self.unit_key(rule.get("count", "each"), hit, place)].append(hit)
        picked = [self.picked(spec, rule, subject, group) for group in groups.values()]
        return sorted(picked, key=self.known.order)

    def unit_key(self, count: str, hit: Happening, place: int) -> Any:
        """Return what the hits of one unit have in common."""
        if count == "once" and "units.once_as_each" not in self.faults:
            return "all"
        if count == "daily":
            zone = None if "units.daily_utc" in self.faults else self.zone
            return (hit.occurred_at.astimezone(zone) if zone else hit.occurred_at).date()
        if count.startswith("per "):
            value = hit.row.get(count.removeprefix("per "))
            if value is not None or "units.null_is_one_value" in self.faults:
                return ("value", value)
        return ("hit", place)

    def picked(
        self, spec: Rule, rule: Rule, subject: Subject, group: Sequence[Happening]
    ) -> Happening:
        """Return which hit of a group, oldest first, is the unit."""
        pick = rule.get("pick", "latest")
        if pick == "latest":
            return group[0 if "units.pick_latest_as_first" in self.faults else -1]
        if pick == "first":
            return group[-1 if "units.pick_first_as_latest" in self.faults else 0]
        ordered = group if "units.highest_ties_first" in self.faults else group[::-1]
        return max(ordered, key=lambda one: self.worth(spec, rule, subject, one))

    def worth(self, spec: Rule, rule: Rule, subject: Subject, one: Happening) -> float:
        """Return the points of a hit before weight, the least of all where they are null."""
        points: float | None = self.result(rule["points"], subject, one.row)
        if points is None:
            return math.inf if "units.highest_null_first" in self.faults else -math.inf
        if "units.highest_weighted" in self.faults:
            return points * self.step_4_weight(spec, rule, one)
        return points

    def step_3_at_most(self, rule: Rule, units: Sequence[Happening]) -> list[Happening]:
        """Return the N latest units."""
        number = rule.get("at_most", len(units))
        oldest = "at_most.oldest" in self.faults
        return list(units[:number] if oldest else units[len(units) - min(number, len(units)) :])

    def step_4_weight(self, spec: Rule, rule: Rule, unit: Happening) -> float:
        """Return how much of a unit is left at its age."""
        decay = self.decay(spec, rule)
        age = self.known.age(unit.occurred_at)
        if "weight.whole_days" in self.faults:
            age -= age % microseconds("1d")
        if decay == "none":
            return 1.0
        if "half_life" in decay:
            base = math.e if "weight.half_life_e" in self.faults else 2.0
            return float(base ** -(age / microseconds(decay["half_life"])))
        if "linear" in decay:
            left = 1 - age / microseconds(decay["linear"])
            return left if "weight.linear_no_floor" in self.faults else max(0.0, left)
        every = microseconds(decay["every"])
        steps = age / every if "weight.steps_not_floored" in self.faults else age // every
        return float(decay["keep"] ** steps)

    def decay(self, spec: Rule, rule: Rule) -> Any:
        """Return the decay of a rule, else of its score, else none."""
        of_score = spec.get("decay", "none")
        if "weight.score_ignored" in self.faults:
            of_score = "none"
        return of_score if "weight.rule_ignored" in self.faults else rule.get("decay", of_score)

    def step_5_points(
        self,
        rule: Rule,
        subject: Subject,
        units: Sequence[Happening],
        weights: Sequence[float],
        giving: Sequence[Happening],
    ) -> list[tuple[Happening, float]] | None:
        """Return points times weight of each unit that gives them."""
        points = [self.result(rule["points"], subject, unit.row) for unit in units]
        if None in points and "points.null_formula_drops_rule" in self.faults:
            return None
        parts = [
            (unit, (worth or 0.0) * weight)
            for unit, worth, weight in zip(units, points, weights, strict=True)
        ]
        if "points.at_least_all_units" in self.faults:
            return parts
        return [(unit, points) for unit, points in parts if unit in giving]

    def step_6_limits(self, rule: Rule, parts: Sequence[tuple[Happening, float]]) -> float:
        """Return the sum of the values of a column, each clamped, then clamped itself."""
        limit = math.inf if "limit.ignored" in self.faults else rule.get("limit", math.inf)
        if "limit.before_by" in self.faults:
            parts = [(unit, clamped(points, limit)) for unit, points in parts]
            limit = math.inf
        total = math.fsum(self.limited_by(rule, parts))
        return float(
            min(total, limit) if "limit.one_sided" in self.faults else clamped(total, limit)
        )

    def limited_by(self, rule: Rule, parts: Sequence[tuple[Happening, float]]) -> list[float]:
        """Return the sum of each value of the `by` column, clamped; null is one value."""
        sums: dict[Any, list[float]] = defaultdict(list)
        for place, (unit, points) in enumerate(parts):
            value = unit.row.get(rule["by"]) if "by" in rule else None
            each = value is None and "by.null_each" in self.faults
            sums[("null", place) if each else value].append(points)
        limit = math.inf if "by.unclamped" in self.faults else rule.get("limit_each", math.inf)
        if "at_least" in rule and "by.at_least_unclamped" in self.faults:
            limit = math.inf
        return [clamped(math.fsum(points), limit) for points in sums.values()]

    # Silence rules

    def silence_rule(self, spec: Rule, name: str, rule: Rule, subject: Subject) -> Entry | None:
        """Fire if no matching event is young and the lead was known by then, once or again."""
        duration = microseconds(rule["silent_for"])
        if "events" not in self.known.facts.tables and "silence.absent_fires" not in self.faults:
            return self.silence_unknown(name, duration, subject)
        youngest = duration + 1 if "silence.inclusive" in self.faults else duration
        matching = self.signs_of_life(spec, rule, subject)
        points = self.result(rule["points"], subject)
        if any(self.known.age(one.occurred_at) < youngest for one in matching):
            return None
        if not self.known_for(duration, rule, subject) or points is None:
            return None
        times = self.silences(rule, subject, matching, duration)
        limit = rule.get("limit", math.inf)
        if "silence.limit_ignored" in self.faults:
            limit = math.inf
        count = 1 if "silence.counted_once" in self.faults else times
        return Entry(name, "fired", self.decimal(clamped(points * times, limit)), count=count)

    def silence_unknown(self, name: str, duration: int, subject: Subject) -> Entry | None:
        """Return the open row where there are no events, unless the lead is too young anyway."""
        created = self.known.created_at(subject)
        is_new = created is not None and self.known.age(created) < duration
        if is_new and "silence.absent_new_too" not in self.faults:
            return None
        return Entry(name, "missing")

    def silences(
        self, rule: Rule, subject: Subject, matching: Sequence[Happening], duration: int
    ) -> int:
        """Return how often a rule fires in a silence: again for each `every` beyond the first."""
        if "every" not in rule or "silence.every_ignored" in self.faults:
            return 1
        began = self.known_since(rule, subject)
        if "silence.every_of_known" not in self.faults:
            began = max([began, *(one.occurred_at for one in matching)])
        return 1 + (self.known.age(began) - duration) // microseconds(rule["every"])

    def signs_of_life(self, spec: Rule, rule: Rule, subject: Subject) -> list[Happening]:
        """Return the visible events that end a silence."""
        reset = self.reset_at(spec, subject) if "reset.silence" in self.faults else None
        where = True if "silence.where_ignored" in self.faults else rule.get("where", True)
        ignored = () if "silence.passive_counts" in self.faults else self.passive
        return [
            one
            for one in self.known.events.get(subject.owner, ())
            if (one.type in listed(rule["event"]) if "event" in rule else one.type not in ignored)
            and self.result(where, subject, one.row) is True
            and self.since(one, reset)
        ]

    def known_for(self, duration: int, rule: Rule, subject: Subject) -> bool:
        """Return whether a lead was created, or else seen first, at least so long ago."""
        if "silence.known_ignored" in self.faults:
            return True
        since = self.known_since(rule, subject)
        shortest = duration + 1 if "silence.known_exclusive" in self.faults else duration
        return since is not None and self.known.age(since) >= shortest

    def known_since(self, rule: Rule, subject: Subject) -> Any:
        """Return when a lead was created, or else seen first."""
        ignored = () if "event" in rule or "silence.passive_first" in self.faults else self.passive
        events = self.known.events.get(subject.owner, ())
        seen = [one.occurred_at for one in events if one.type not in ignored]
        if "silence.created_only" in self.faults:
            seen = []
        return self.known.created_at(subject) or min(seen, default=None)

    @property
    def passive(self) -> Sequence[str]:
        """Return the types that are not signs of life."""
        found: Sequence[str] = self.document.get("passive", ())
        return found

    # Scores

    def entries(self, score_name: str, subject: Subject) -> list[Entry]:
        """Return the rows of a score: its rules, its groups' limits, its range."""
        spec = self.scores[score_name]
        subject = level(spec, subject)
        if nobody(spec, subject) or not self.applies(spec, subject):
            return []
        rules = spec.get("rules", {})
        rows = [row for rule in rules if (row := self.entry(score_name, rule, subject))]
        rows += self.group_limits(spec, rows)
        if "rules" in spec and "range.no_row" not in self.faults:
            rows += self.range_limit(spec, rows)
        return rows

    def group_limits(self, spec: Rule, rows: Sequence[Entry]) -> list[Entry]:
        """Return the row of each group whose sum is beyond its limit."""
        found = []
        for group, written_limit in spec.get("limits", {}).items():
            limit = exact(written_limit)
            total = sum(
                (row.points for row in rows if spec["rules"][row.rule].get("group") == group), ZERO
            )
            if "group.one_sided" in self.faults:
                found.append(Entry(f"limit:{group}", "limit", min(total, limit) - total))
            elif "group.unclamped" not in self.faults:
                found.append(Entry(f"limit:{group}", "limit", clamped(total, limit) - total))
        return [row for row in found if row.points]

    def range_limit(self, spec: Rule, rows: Sequence[Entry]) -> list[Entry]:
        """Return the row of the range if the sum is beyond it."""
        if "limit.before_group" in self.faults:
            rows = [row for row in rows if row.state != "limit"]
        total = sum((row.points for row in rows), ZERO)
        difference = self.in_range(spec, total) - total
        return [Entry("limit:range", "limit", difference)] if difference else []

    def in_range(self, spec: Rule, number: Decimal) -> Decimal:
        """Return a number clamped to the range of a score."""
        if "range" not in spec or "range.unclamped" in self.faults:
            return number
        low, high = map(exact, spec["range"])
        return max(low, min(number, high))

    def value(self, score_name: str, subject: Subject) -> Decimal | None:
        """Return a score with 2 decimals, null where it is not for this lead."""
        spec = self.scores[score_name]
        subject = level(spec, subject)
        key = (score_name, subject)
        if key not in self.value_memo:
            number = self.unrounded(score_name, spec, subject)
            self.value_memo[key] = None if number is None else self.cents(number)
        return self.value_memo[key]

    def cents(self, number: Decimal) -> Decimal:
        """Return a decimal with 2 places."""
        return number.quantize(TWO_PLACES, self.rounding)

    def unrounded(self, score_name: str, spec: Rule, subject: Subject) -> Decimal | None:
        """Return a score before it is rounded, by its kind."""
        if not self.applies(spec, subject):
            return ZERO if "for.as_zero" in self.faults else None
        if nobody(spec, subject):
            return None if "account.none_is_null" in self.faults else ZERO
        if "formula" in spec:
            return self.formula(spec, subject)
        if "rollup" in spec:
            return self.rollup(spec, subject)
        total = sum((entry.points for entry in self.entries(score_name, subject)), ZERO)
        if spec.get("link") == "logistic" and "logistic.no_link" not in self.faults:
            return six_places(100 / (1 + math.exp(min(float(-total), 700.0))))
        return self.in_range(spec, total) if "range.no_row" in self.faults else total

    def formula(self, spec: Rule, subject: Subject) -> Decimal | None:
        """Return a formula over rounded scores, in its range."""
        number = self.result(spec["formula"], subject)
        if number is None:
            return None
        decimal = six_places(number)
        return decimal if "formula.unclamped" in self.faults else self.in_range(spec, decimal)

    def rollup(self, spec: Rule, subject: Subject) -> Decimal:
        """Return what an account's leads have together, in its range."""
        members = self.known.members(str(subject.account), self.spine_leads)
        if "rollup.spine_only" in self.faults:
            members = [one for one in members if one.lead in self.spine_leads]
        values = [self.value(spec["rollup"], member) for member in members]
        if "rollup.null_as_zero" in self.faults:
            values = [ZERO if value is None else value for value in values]
        number = self.gathered(spec["by"], [value for value in values if value is not None])
        return number if "rollup.unclamped" in self.faults else self.in_range(spec, number)

    def gathered(self, by: str, values: Sequence[Decimal]) -> Decimal:
        """Return the sum, greatest, mean, number over N or sum of the N greatest; 0 of nothing."""
        kind, _, number = by.partition(" ")
        if not values:
            return ZERO
        if kind == "max":
            return max(values)
        if kind == "mean":
            return (sum(values, ZERO) / len(values)).quantize(SIX_PLACES, ROUND_HALF_UP)
        if kind == "count_over":
            inclusive = "rollup.over_inclusive" in self.faults
            edge = Decimal(number)
            return Decimal(sum(value > edge or (inclusive and value == edge) for value in values))
        greatest = sorted(values, reverse=True)
        return sum(greatest[: int(number)] if kind == "top" else greatest, ZERO)

    # Rows

    def ledger(self, subject: Subject) -> list[Row]:
        """Return the rows of the ledger of a lead."""
        return [
            {"score": name, **vars(entry), "unit": unit(spec)}
            for name, spec in self.scores.items()
            if not (spec.get("of") == "account" and "account.no_rows" in self.faults)
            for entry in self.entries(name, subject)
        ]

    def row(self, subject: Subject) -> Row:
        """Return the scores, the grades and the number of missing fields of a lead."""
        found: Row = {name: self.value(name, subject) for name in self.scores}
        for name in self.document.get("grades", {}):
            found[name] = self.grade(name, subject)
        mentions = [path for path in self.known.lacks(subject, *self.texts) if path[0] != "since"]
        found["missing"] = len(mentions if "missing.per_mention" in self.faults else set(mentions))
        return found

    def account_row(self, account: str) -> Row:
        """Return the scores of an account."""
        subject = Subject(None, account)
        accounts = [name for name, spec in self.scores.items() if spec.get("of") == "account"]
        return {name: self.value(name, subject) for name in accounts}

    def grade(self, name: str, subject: Subject) -> str | None:
        """Return the greatest edge that a score reaches, below them all the lowest."""
        spec = self.document["grades"][name]
        value = self.value(spec["by"], subject)
        if value is None:
            return None
        if "grades.edge_exclusive" in self.faults:
            reached = [grade for grade, edge in spec["edges"].items() if value > exact(edge)]
        else:
            reached = [grade for grade, edge in spec["edges"].items() if value >= exact(edge)]
        if not reached and "grades.below_is_null" in self.faults:
            return None
        return str(reached[-1] if reached else next(iter(spec["edges"])))


def level(spec: Rule, subject: Subject) -> Subject:
    """Return whom a score reads: the lead, or its account alone."""
    return Subject(None, subject.account) if spec.get("of") == "account" else subject


def nobody(spec: Rule, subject: Subject) -> bool:
    """Return whether a score of the account has no account to read."""
    return spec.get("of") == "account" and subject.account is None


def unit(spec: Rule) -> str:
    """Return what the points of a score are."""
    return "log_odds" if spec.get("link") == "logistic" else "points"


def same(key: Any, value: Value) -> bool:
    """Return whether a key of `values` is a value, compared as the value's kind."""
    if isinstance(value, bool) or isinstance(key, bool):
        return key is value
    if isinstance(value, str):
        return str(key) == value
    return isinstance(key, int | float) and float(key) == value


def expressions_of(document: Row) -> list[Any]:
    """Return every condition and formula of a model."""
    ladders = ladders_of(document).values()
    rules = [
        rule for spec in document["scores"].values() for rule in spec.get("rules", {}).values()
    ]
    return [
        *(
            spec[key]
            for spec in document["scores"].values()
            for key in ("for", "formula")
            if key in spec
        ),
        *(rule[key] for rule in rules for key in ("when", "where", "points") if key in rule),
        *(text for rule in rules if "of" in rule for text in listed(rule["of"])),
        *(text for ladder in ladders for text in ladder.get("require", {}).values()),
        *(override["when"] for override in document.get("overrides", {}).values()),
    ]


# --- Bands ---------------------------------------------------------------------------------------


def ladders_of(document: Row) -> dict[str, Rule]:
    """Return the ladders of bands by name; one alone is called `band`."""
    bands = document.get("bands", {})
    return {"band": bands} if "by" in bands else bands


Owner = tuple[str, str | None]


def before(rows: Iterable[Row], kind: str) -> Iterator[tuple[tuple[Owner, str], tuple[str, str]]]:
    """Yield whose band of which ladder the run before left, after overrides and before them."""
    for row in rows:
        owner = (kind, row[f"{kind}_id"])
        if row.get("band") is not None:
            edge = row.get("edge_band") or row["band"]
            yield (owner, row.get("ladder") or "band"), (row["band"], edge)
        for column, band in row.items():
            if column.startswith("band_") and band is not None:
                edge = row.get(f"edge_{column}") or band
                yield (owner, column.removeprefix("band_")), (band, edge)


class Ladders:
    """The bands of leads and accounts, whose switches remember the moment before."""

    def __init__(self, document: Row, tables: Tables, faults: frozenset[str]) -> None:
        self.document, self.faults = document, faults
        self.ladders = ladders_of(document)
        self.previous = dict(
            [
                *before(tables.get("previous", ()), "lead"),
                *before(tables.get("previous_accounts", ()), "account"),
            ]
        )
        self.switches: dict[tuple[Owner, str, str], bool] = {}
        self.last: dict[tuple[Owner, str], str | None] = {
            key: band for key, (band, _) in self.previous.items()
        }
        self.changes: dict[str, list[Row]] = {"lead": [], "account": []}

    def row(self, scoring: Scoring, subject: Subject) -> Row:
        """Return the bands on one's ladders and the override that decided first, if any did."""
        found: Row = {}
        deciding = set()
        kind, _ = subject.owner
        changed: list[Row] = []
        own = {n: each for n, each in self.ladders.items() if each.get("of", "lead") == kind}
        if kind == "account" and not own:
            return found
        for name, ladder in own.items():
            edge_band = band = self.before_overrides(scoring, subject, name)
            if override := self.override(scoring, subject, name):
                deciding.add(override)
                band = self.document["overrides"][override]["band"]
                if "require.after_override" in self.faults:
                    band = self.permitted(scoring, subject, ladder, band)
            suffix = "" if name == "band" and "by" in self.document["bands"] else f"_{name}"
            found |= {f"band{suffix}": band, f"edge_band{suffix}": edge_band}
            changed += self.changed(scoring, subject, name, band)
        order = [name for name in self.document.get("overrides", {}) if name in deciding]
        if "override.first_written" in self.faults:
            order.reverse()
        decided = {"override": next(iter(order), None)}
        self.changes[kind] += [row | decided for row in changed]
        return found | decided

    def changed(
        self, scoring: Scoring, subject: Subject, name: str, band: str | None
    ) -> Iterator[Row]:
        """Yield the change of a band since the moment, or else the run, before."""
        kind, identity = subject.owner
        before, by = self.last.get((subject.owner, name)), self.ladders[name]["by"]
        if "transitions.keep_first" not in self.faults or (subject.owner, name) not in self.last:
            self.last[subject.owner, name] = band
        if band != before:
            yield {
                f"{kind}_id": identity,
                "ladder": name,
                "at": scoring.known.as_of,
                "from_band": before,
                "to_band": band,
                "value": scoring.value(by, subject) if isinstance(by, str) else None,
            }

    def before_overrides(self, scoring: Scoring, subject: Subject, name: str) -> str | None:
        """Return the band by edges or cells, `leave` and `require`."""
        ladder = self.ladders[name]
        if isinstance(ladder["by"], list):
            band = self.cell(scoring, subject, ladder)
        else:
            value = scoring.value(ladder["by"], subject)
            if value is None and "leave.null_resets" in self.faults:
                self.reached(name, subject, Decimal("-Infinity"))
            band = None if value is None else self.reached(name, subject, value)
        if "require.ignored" in self.faults:
            return band
        return self.permitted(scoring, subject, ladder, band)

    def cell(self, scoring: Scoring, subject: Subject, ladder: Rule) -> str | None:
        """Return the band of the cell that the grades of a lead make."""
        grades = [scoring.grade(name, subject) for name in ladder["by"]]
        if None in grades:
            return None
        if "cells.reversed" in self.faults:
            grades.reverse()
        cell = "".join(map(str, grades))
        default = None if "cells.no_default" in self.faults else ladder["default"]
        return next((band for band, cells in ladder["cells"].items() if cell in cells), default)

    def reached(self, name: str, subject: Subject, value: Decimal) -> str:
        """Return the highest band whose switch is on, else the lowest."""
        edges = self.ladders[name]["edges"]
        on = [band for band in edges if self.is_on(name, band, subject, value)]
        return str(on[-1] if on else next(iter(edges)))

    def is_on(self, name: str, band: str, subject: Subject, value: Decimal) -> bool:
        """Set the switch of a band at a value and return it."""
        ladder = self.ladders[name]
        edge = exact(ladder["edges"][band])
        leave = ladder.get("leave", {})
        if value > edge or (value == edge and "edges.exclusive" not in self.faults):
            on = True
        elif band not in leave or self.leaves(value, exact(leave[band])):
            on = False
        else:
            on = self.was_on(name, band, subject)
        if "leave.memoryless" not in self.faults:
            self.switches[subject.owner, name, band] = on
        return on

    def leaves(self, value: Decimal, edge: Decimal) -> bool:
        """Return whether a value switches a band off."""
        if "leave.ignored" in self.faults:
            return True
        return value < edge or (value == edge and "leave.exclusive" in self.faults)

    def was_on(self, name: str, band: str, subject: Subject) -> bool:
        """Return a switch as the preceding moment, or else the preceding run, left it."""
        if (subject.owner, name, band) in self.switches:
            return self.switches[subject.owner, name, band]
        bands = list(self.ladders[name]["edges"])
        after, previous = self.previous.get((subject.owner, name), (None, None))
        if "leave.previous_after_override" in self.faults:
            previous = after
        if previous not in bands or "leave.previous_ignored" in self.faults:
            return False
        if "leave.previous_exact" in self.faults:
            return previous == band
        return bands.index(previous) >= bands.index(band)

    def permitted(
        self, scoring: Scoring, subject: Subject, ladder: Rule, band: str | None
    ) -> str | None:
        """Return the band, or the next lower one that a lead may have."""
        require = ladder.get("require", {})
        if band not in require or scoring.result(require[band], subject) is True:
            return band
        if "cells" in ladder:
            return str(ladder["default"])
        bands = list(ladder["edges"])
        lower = bands[max(0, bands.index(band) - 1)]
        if "require.lowest" in self.faults:
            return str(bands[0])
        return band if lower == band else self.permitted(scoring, subject, ladder, lower)

    def override(self, scoring: Scoring, subject: Subject, name: str) -> str | None:
        """Return the first override that is true for a ladder."""
        accepted = {True, None} if "override.null_applies" in self.faults else {True}
        everywhere = "override.in_ignored" in self.faults
        true = [
            override
            for override, spec in self.document.get("overrides", {}).items()
            if (everywhere or spec.get("in", name) == name)
            and scoring.result(spec["when"], subject) in accepted
        ]
        return true[-1 if "override.last_wins" in self.faults else 0] if true else None
