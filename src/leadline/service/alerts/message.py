"""What an alert says: who, where they stand and why, in words; what others wrote is cleaned."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from leadline.model.labels import Labels
from leadline.service import clock
from leadline.service.delivery.telling import STRONGEST

MOST_TEXT = 200
LAST_EVENTS = 3
_HEADS: Mapping[str, str] = {
    "enters": "{who} is in {band} now",
    "leaves": "{who} left {before}",
    "assigned": "{who} is yours",
    "reminder": "{who} waits for you",
    "overdue": "{who} was not answered in time",
    "returned": "{who} went back to all",
    "response": "{who} responded",
    "jump": "{who} rose fast",
    "surge": "{who} is far more active than usual",
    "forgotten": "{who} is forgotten",
}


class Action(msgspec.Struct):
    """An answer that a message offers: what it is called, and where it leads."""

    says: str
    url: str


class Message(msgspec.Struct):
    """An alert, before a channel gives it a form.

    Attributes:
        to: Addresses that it goes to, of channels that have some.
        head: What happened, in one sentence.
        facts: What is known of whom, each with its name.
        reasons: The strongest rules, in words.
        events: What was done last.
        missing: Rules that could not be decided.
        url: Where the lead can be seen; empty where the service has no address.
        actions: Answers; each leads to a page that asks once more.
        leads: Of a digest: what changed, a line a lead.
    """

    to: list[str]
    head: str
    facts: list[tuple[str, str]]
    reasons: list[str]
    events: list[str]
    missing: list[str]
    url: str = ""
    actions: list[Action] = []
    leads: list[str] = []


def parts(told: Message) -> list[tuple[str, list[str]]]:
    """Return the lists of a message, each with its title; those that are empty are left out."""
    found = [
        ("Leads", told.leads),
        ("Why", told.reasons),
        ("Last events", told.events),
        ("Not known", told.missing),
    ]
    return [(title, items) for title, items in found if items]


def head(on: str, who: str, before: str, band: str) -> str:
    """Return what happened, in one sentence."""
    return _HEADS[on].format(who=who, before=before, band=band)


def name_of(lead_id: str, fields: Mapping[str, Any]) -> str:
    """Return what a person is called; their id where nothing else is known.

    >>> name_of("a1", {"first_name": "Ada", "last_name": "Byron"})
    'Ada Byron'
    """
    parts = [fields.get(each) for each in ("first_name", "last_name")]
    joined = " ".join(str(each) for each in parts if each)
    return clean(str(fields.get("name") or joined or fields.get("email") or lead_id))


def reasons_in_words(ledger: str | None, labels: Labels) -> list[str]:
    """Return the strongest rules that fired, each with its points and its last day."""
    rows = [each for each in json.loads(ledger or "[]") if each["points"]]
    rows.sort(key=lambda each: (-abs(each["points"]), each["rule"]))
    return [_reason(each, labels) for each in rows[:STRONGEST]]


def _reason(row: Mapping[str, Any], labels: Labels) -> str:
    last = row["last_at"]
    day = f", {datetime.fromisoformat(last):%Y-%m-%d}" if last else ""
    return clean(f"{labels.rule(row['score'], row['rule'])} ({row['points']:+g}{day})")


def missing_in_words(ledger: str | None, labels: Labels) -> list[str]:
    """Return the rules that could not be decided, as a field is not known."""
    rows = [each for each in json.loads(ledger or "[]") if each["state"] == "missing"]
    return [clean(labels.rule(each["score"], each["rule"])) for each in rows[:STRONGEST]]


def events_in_words(rows: Sequence[tuple[str, int]], labels: Labels) -> list[str]:
    """Return what was done last, each with its time."""
    return [clean(f"{labels.event(kind)}, {clock.at(at):%Y-%m-%d %H:%M} UTC") for kind, at in rows]


_UNSEEN = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\U000e0000-\U000e007f]")


def clean(text: str) -> str:
    r"""Return what others wrote as it may stand in a message: short, and with nothing unseen.

    >>> clean("a" + chr(10) + "b" + chr(0x202e))
    'a b\ufffd'
    """
    text = re.sub(r"\s+", " ", text)
    text = _UNSEEN.sub("\ufffd", text)
    text = "".join("\ufffd" if unicodedata.category(each) == "Cc" else each for each in text)
    return text if len(text) <= MOST_TEXT else f"{text[:MOST_TEXT]}…"
