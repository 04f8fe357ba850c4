"""Invented leads of a software vendor, and a model with the faults that people make.

The company score is plain; ``demo`` looks for a type that is misspelt, ``old_guide`` for a guide
that nobody loaded, ``recent`` looks at too short a time, ``sector`` has a value in capitals,
``mail`` and ``mail_again`` count the same, every lead is ``known``, and ``phone`` is empty.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pyarrow as pa

AS_OF = datetime(2026, 11, 1, tzinfo=UTC)
MODEL = """\
leadline: 1
model: software-vendor
passive: [email_opened]
scores:
  company:
    range: [0, 60]
    rules:
      size: {of: account.employees, bins: {1: 5, 100: 15, 1000: 30}}
      sector: {of: account.industry, values: {software: 20, Finance: 15, retail: 5}}
      reachable: {when: lead.phone is not null and lead.phone <> '', points: 5}
      consented: {when: lead.phone like '+%', points: 5}
      known: {when: lead.email like '%@%', points: 5}
      student: {when: lead.email like '%.edu', points: -20}
  person:
    range: [-50, 100]
    decay: {half_life: 30d}
    rules:
      pricing:
        event: page_viewed
        where: path like '/pricing%'
        points: 10
        count: daily
        limit: 30
      webinar: {event: webinar_attended, points: 15, count: once}
      follow_up: {event: webinar_followed_up, points: 5, count: once}
      guide: {event: content_downloaded, points: 10, limit: 20}
      old_guide: {event: content_downloaded, where: "path = '/guide-2019'", points: 10}
      demo: {event: demo_request, points: 40, count: once}
      call: {event: demo_requested, points: 30, count: once}
      mail: {event: email_clicked, points: 3, limit: 9}
      mail_again: {event: email_clicked, points: 2, count: once}
      recent: {event: webinar_attended, points: 20, within: 1h}
      binge: {event: page_viewed, at_least: 500, points: 20}
      went_cold: {silent_for: 60d, points: -20}
  profile:
    formula: company + person
bands:
  by: profile
  edges: {discard: -100, nurture: 10, follow_up: 40, sales: 65}
overrides:
  target_account: {when: account.target and hits.call > 0, band: sales}
  competitor: {when: account.industry = 'competitor', band: excluded}
"""
_TYPES = {
    "page_viewed": 40,
    "email_opened": 20,
    "email_clicked": 10,
    "content_downloaded": 8,
    "webinar_attended": 5,
    "demo_requested": 2,
}
_PATHS = ("/pricing", "/pricing/plans", "/", "/careers", "/guide", "/guide-2024")
_SECTORS = ("software", "finance", "retail", "health", None)


def tables(leads: int = 2000) -> dict[str, Any]:
    """Return leads, accounts and events; always the same for the same number of leads."""
    random = Random(7)
    accounts = [f"a{number}" for number in range(leads // 4)]
    return {
        "leads": _table(_leads(random, leads, accounts)),
        "accounts": _table(_accounts(random, accounts)),
        "events": _table(_events(random, leads)),
    }


def _table(rows: Iterator[dict[str, Any]]) -> Any:
    return pa.Table.from_pylist(list(rows))


def _leads(random: Random, leads: int, accounts: list[str]) -> Iterator[dict[str, Any]]:
    for number in range(leads):
        domain = "uni.edu" if random.random() < 0.05 else "firm.example"
        yield {
            "lead_id": f"l{number}",
            "account_id": random.choice(accounts),
            "email": f"l{number}@{domain}",
            "phone": None,
            "created_at": AS_OF - timedelta(days=random.randrange(1, 360)),
        }


def _accounts(random: Random, accounts: list[str]) -> Iterator[dict[str, Any]]:
    for each in accounts:
        yield {
            "account_id": each,
            "employees": int(10 ** random.uniform(0, 4)) if random.random() < 0.8 else None,
            "industry": random.choice(_SECTORS),
            "target": random.random() < 0.1,
        }


def _events(random: Random, leads: int) -> Iterator[dict[str, Any]]:
    """Yield events; whoever attends a webinar is followed up."""
    number = 0
    for lead in range(leads):
        for _ in range(int(random.expovariate(0.12))):
            [kind] = random.choices(list(_TYPES), list(_TYPES.values()))
            at = AS_OF - timedelta(days=random.expovariate(1 / 60), hours=2)
            for each in (kind, "webinar_followed_up") if kind == "webinar_attended" else (kind,):
                number += 1
                yield {
                    "event_id": f"e{number}",
                    "lead_id": f"l{lead}",
                    "type": each,
                    "path": random.choice(_PATHS),
                    "occurred_at": at,
                }
