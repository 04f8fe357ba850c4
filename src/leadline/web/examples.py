"""What is sent and answered, by an example for each address; the OpenAPI document shows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_AT = "2026-11-02T09:30:00Z"
_MODEL = "3f1c9ab2d4e5f607"
_SCORES = {"fit": 35.0, "person": 41.5, "profile": 76.5, "band": "sales", "missing": 1}
_FIELDS = {"email": "ada@north.example", "title": "Head of Sales"}
_ROW = {"lead_id": "ada", "account_id": "north", "as_of": _AT, "scores": _SCORES}
CHANGE = {
    "transition_id": 17, "lead_id": "ada", "account_id": None, "ladder": "band", "at": _AT,
    "from_band": "follow_up", "to_band": "sales", "value": 76.5, "override": None,
    "model": _MODEL, "cause": "event",
}  # fmt: skip
_ACCOUNT = {
    "account_id": "north", "as_of": _AT, "scores": {"surge": 12.0}, "fields": {"employees": 400},
}  # fmt: skip
_MOMENT = {
    "at": _AT, "what": "demo_requested", "value": 76.5, "change": 40.0, "band": "sales",
    "rule": "person.demo", "points": 40.0,
    "scores": {"fit": 35.0, "person": 41.5, "profile": 76.5}, "bands": {"band": "sales"},
    "model": _MODEL, "version": 2,
}  # fmt: skip
_ANSWER = {
    "answer_id": "mW3k0q", "kind": "rejected", "by": "eva", "said_at": _AT, "taken_at": _AT,
    "reason": "no budget", "note": None, "amount": None, "until": None, "ladder": None,
    "band": None, "to": None, "undoes": None, "waited_seconds": 940.0, "undone_at": None,
    "refused": None,
}  # fmt: skip
_HELD = {
    "ladder": "band", "band": "sales", "kind": "person", "by": "eva", "reason": "met at the fair",
    "since": _AT, "until": "2026-12-02T09:30:00Z",
}  # fmt: skip
_DELIVERY = {
    "delivery_id": 31, "key": "change-17-crm", "destination": "crm", "subject": "lead:ada",
    "kind": "lead.band_changed", "created_at": _AT, "due_at": _AT, "tries": 8, "state": "parked",
    "ended_at": _AT, "status": 500, "detail": "answered 500",
}  # fmt: skip
_VERSION = {
    "version": 2, "name": "b2b", "fingerprint": _MODEL, "state": "published",
    "published_at": _AT, "retired_at": None,
}  # fmt: skip
_EVENT = {"type": "demo_requested", "properties": {"seats": 5}}

_WEEK = {"mean": 21.5, "least": 14.0, "most": 30.0, "low": 18.2, "high": 24.8, "inside": 96.0}

_WON = {
    "band": "sales",
    "leads": 410,
    "wins": 82,
    "share": {"value": 0.2, "low": 0.164, "high": 0.242},
}

_TEXT = "leadline: 1\nmodel: b2b\nscores: {}\n"
_DRAFT = {
    "draft": 4, "base": 2, "revision": 3, "state": "asked", "made_by": "eva@team.example",
    "made_at": _AT, "saved_by": "eva@team.example", "saved_at": _AT,
    "asked_by": "eva@team.example", "asked_at": _AT, "approved_by": None, "approved_at": None,
    "version": None,
}  # fmt: skip
_STEP = {"revision": 3}

ANSWERS: Mapping[str, Any] = {
    "drafts": {"drafts": [_DRAFT]},
    "draft": {
        "draft": _DRAFT,
        "document": _TEXT,
        "live": 2,
        "faults": [],
        "changes": ["person.demo: points 30 -> 40"],
    },
    **dict.fromkeys(
        (
            "begin_draft",
            "save_draft",
            "ask_draft",
            "approve_draft",
            "give_back_draft",
            "rebase_draft",
            "drop_draft",
            "publish_draft",
        ),
        _DRAFT,
    ),
    "preview_won": {
        "version": 2,
        "leads": 5000,
        "of": 31400,
        "wins": 310,
        "ladders": [{"ladder": "band", "before": [_WON], "after": [_WON]}],
    },
    "preview_weeks": {
        "version": 2,
        "as_of": _AT,
        "weeks": 8,
        "leads": 5000,
        "of": 120000,
        "capacity": 60.0,
        "ladders": [
            {"ladder": "band", "bands": [{"band": "sales", "before": _WEEK, "after": _WEEK}]}
        ],
    },
    "preview": {
        "version": 2,
        "as_of": _AT,
        "leads": 1200,
        "ladders": [
            {
                "ladder": "band",
                "bands": ["nurture", "sales"],
                "cells": [
                    {"from_band": "nurture", "to_band": "nurture", "leads": 1100},
                    {"from_band": "nurture", "to_band": "sales", "leads": 12},
                    {"from_band": "sales", "to_band": "sales", "leads": 88},
                ],
                "up": 12,
                "down": 0,
                "changed": 12,
                "spread": {"low": 0.0, "high": 98.5, "before": [900, 300], "after": [880, 320]},
                "moves": [
                    {
                        "lead_id": "ada",
                        "who": "Ada",
                        "from_band": "nurture",
                        "to_band": "sales",
                        "direction": "up",
                        "from_value": 56.5,
                        "to_value": 76.5,
                        "cause": "points",
                        "reason": "person.demo_requested +20",
                    }
                ],
            }
        ],
        "changes": ["rule person.demo_requested: points 20 -> 40"],
        "notes": [],
    },
    "lead": {
        **_ROW,
        "model": _MODEL,
        "fields": _FIELDS,
        "effective_bands": {"band": "sales"},
        "owner": "eva",
    },
    "leads": {
        "leads": [
            {
                **_ROW,
                "band": "sales",
                "effective_band": "sales",
                "owner": "eva",
                "value": 76.5,
                "fields": _FIELDS,
            }
        ],
        "next": "",
    },
    "answer": {"answer_id": "mW3k0q", "state": "taken", "owner": "", "answer": _ANSWER},
    "answers": {
        "lead_id": "ada",
        "owner": None,
        "owned_since": None,
        "snoozed_until": None,
        "held": [_HELD],
        "answers": [_ANSWER],
    },
    "destinations": {
        "destinations": [
            {
                "name": "crm",
                "kind": "webhook",
                "waiting": 0,
                "oldest_at": None,
                "parked": 1,
                "last_done_at": _AT,
            }
        ]
    },
    "test_destination": {"key": "test-5c1f0a9be2d34c77"},
    "deliveries": {"deliveries": [_DELIVERY]},
    "replay_deliveries": {"replayed": 1},
    "answer_kinds": {
        "kinds": [
            {
                "kind": "rejected",
                "says": "It is not; for a reason of the team's list.",
                "needs": ["reason"],
                "takes": ["note", "owner"],
            }
        ],
        "reasons": ["not our market", "no budget"],
    },
    "history": {"lead_id": "ada", "moments": [_MOMENT]},
    "accounts": {"accounts": [_ACCOUNT], "next": ""},
    "account": {**_ACCOUNT, "leads": 3},
    "score": {"as_of": _AT, "model": _MODEL, "scores": _SCORES},
    "transitions": {"transitions": [CHANGE]},
    "models": {"models": [_VERSION]},
}
"""Name of an address to an answer of it."""

_MESSAGE = {"messageId": "m1", "userId": "ada", "timestamp": _AT}
_TRACK = {**_MESSAGE, "event": "demo_requested", "properties": {"seats": 5}}
_BATCH = {"batch": [{"type": "track", **_TRACK}], "sentAt": _AT}

BODIES: Mapping[str, Any] = {
    "begin_draft": {"document": _TEXT},
    "save_draft": {"revision": 2, "document": _TEXT},
    "publish_draft": {**_STEP, "alerts": False},
    **dict.fromkeys(
        ("ask_draft", "approve_draft", "give_back_draft", "rebase_draft", "drop_draft"), _STEP
    ),
    "preview_won": {"document": "leadline: 1\nmodel: b2b\nscores: {}\n"},
    "preview_weeks": {
        "document": "leadline: 1\nmodel: b2b\nscores: {}\n",
        "capacity": "60/week",
    },
    "preview": {"document": "leadline: 1\nmodel: b2b\nscores: {}\n", "named": 10},
    "replay_deliveries": {"delivery_ids": [31]},
    "answer": {"kind": "rejected", "by": "eva", "reason": "no budget"},
    "score": {"lead": {"title": "Head of Sales"}, "account": {}, "events": [_EVENT]},
    "batch": _BATCH,
    "import": _BATCH,
    "track": _TRACK,
    "identify": {**_MESSAGE, "traits": _FIELDS},
    "group": {**_MESSAGE, "groupId": "north", "traits": {"employees": 400}},
    "page": {**_MESSAGE, "name": "Pricing", "properties": {"path": "/pricing"}},
    "screen": {**_MESSAGE, "name": "Start"},
    "alias": {"messageId": "m2", "previousId": "device-7", "userId": "ada"},
    "hooks": {"type": "booth_visited", "timestamp": _AT, "data": {"email": "ada@north.example"}},
    "events": [{"event_id": "e1", "lead_id": "ada", "type": "demo_requested", "occurred_at": _AT}],
    "leads": [{"lead_id": "ada", "account_id": "north", **_FIELDS}],
    "accounts": [{"account_id": "north", "employees": 400}],
    "outcomes": [{"lead_id": "ada", "outcome": "won", "occurred_at": _AT, "amount": 12000}],
    "lead_merges": [{"from_id": "ada-2", "into_id": "ada"}],
    "event_marks": [{"event_id": "e1", "mark": "bot"}],
}
"""Name of an address to a body that it takes."""
