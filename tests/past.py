"""An invented past: leads that ask for a demo win more often, and everything has a time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pyarrow as pa

START = datetime(2026, 1, 5, tzinfo=UTC)
DAYS = 120
MODEL: dict[str, Any] = {
    "leadline": 1,
    "model": "past",
    "columns": {"leads": {"size": {"known": "created"}}},
    "scores": {
        "company": {"rules": {"size": {"when": "lead.size >= 100", "points": 10}}},
        "person": {
            "rules": {
                "demo": {"event": "demo", "points": 30, "count": "once"},
                "visit": {"event": "visit", "points": 3, "limit": 15},
            }
        },
        "total": {"formula": "company + person"},
    },
    "bands": {"by": "total", "edges": {"nurture": 0, "sales": 30}},
}
TASK: dict[str, Any] = {
    "outcome": {"outcome": "won"},
    "horizon": "30d",
    "moments": {"after": "5d"},
}
Rows = list[dict[str, Any]]


def rows(seed: int = 1, leads: int = 200) -> dict[str, Rows]:
    """Return leads, events and outcomes; a lead with a demo wins three times as often."""
    dice = Random(seed)
    found: dict[str, Rows] = {"leads": [], "events": [], "outcomes": []}
    for number in range(leads):
        created = START + timedelta(days=dice.random() * DAYS)
        lead = f"l{number}"
        row = {"lead_id": lead, "account_id": f"a{number // 2}", "created_at": created}
        found["leads"].append({**row, "size": dice.choice([10, 500, None]), "number": number})
        has_demo = dice.random() < 0.4
        for kind in ["visit"] * dice.randrange(4) + ["demo"] * has_demo:
            found["events"].append(_event(dice, found, lead, kind, created))
        found["outcomes"] += _outcome(dice, lead, created, 0.6 if has_demo else 0.2)
        if dice.random() < 0.7:
            call = _event(dice, found, lead, "call", created + timedelta(days=6))
            found["events"].append(call)
    return found


def _event(
    dice: Random, found: dict[str, Rows], lead: str, kind: str, start: datetime
) -> dict[str, Any]:
    at = start + timedelta(days=dice.random() * 4)
    number = len(found["events"])
    late = timedelta(days=dice.random()) if dice.random() < 0.2 else timedelta()
    row = {"event_id": f"e{number}", "lead_id": lead, "type": kind}
    return {**row, "occurred_at": at, "recorded_at": at + late}


def _outcome(dice: Random, lead: str, created: datetime, chance: float) -> Rows:
    at = created + timedelta(days=dice.random() * 60)
    row = {"lead_id": lead, "occurred_at": at, "amount": float(dice.randrange(1, 9) * 1000)}
    if dice.random() < chance:
        return [{**row, "outcome": "won"}]
    return [{**row, "outcome": dice.choice(["lost", "accepted"])}] if dice.random() < 0.5 else []


def tables(found: dict[str, Rows]) -> dict[str, Any]:
    """Return rows as tables."""
    return {name: pa.Table.from_pylist(each) for name, each in found.items() if each}
