"""What a batch of real time costs: 500 leads with 6,000 events, and one lead with its 12.

    python benchmarks/batches.py

The model is that of the quickstart with a roll-up over accounts, so that it has all four outputs.
Times are of the processor, medians of interleaved rounds. The last line is what a batch costs
that has hardly any rows: planning the statement, and making its tables.
"""

from __future__ import annotations

import argparse
import statistics
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa

from leadline.engines.duckdb.engine import DuckDB
from leadline.model.document import Model
from leadline.model.types import Type
from leadline.scoring import Scorer, read_model

MODEL = Path(__file__).parent.parent / "examples" / "quickstart" / "model.yaml"
TEAM = {"of": "account", "rollup": "person", "by": "sum"}
AS_OF = datetime(2026, 11, 1, 12, tzinfo=UTC)
LEADS, EVENTS, ACCOUNT_SIZE = 500, 6_000, 3
OUTPUTS = ("scores", "points", "account_scores", "transitions")
TYPES = (
    "page_viewed",
    "webinar_attended",
    "content_downloaded",
    "demo_requested",
    "email_clicked",
    "email_opened",
)
PATHS = ("/pricing", "/careers", "/blog")
TIME = pa.timestamp("us")
SCHEMA = {
    "leads": {
        "lead_id": Type.TEXT,
        "account_id": Type.TEXT,
        "email": Type.TEXT,
        "created_at": Type.TIME,
        "recorded_at": Type.TIME,
    },
    "accounts": {
        "account_id": Type.TEXT,
        "employees": Type.NUMBER,
        "industry": Type.TEXT,
        "target": Type.BOOLEAN,
        "recorded_at": Type.TIME,
    },
    "events": {
        "event_id": Type.TEXT,
        "lead_id": Type.TEXT,
        "account_id": Type.TEXT,
        "type": Type.TEXT,
        "occurred_at": Type.TIME,
        "recorded_at": Type.TIME,
        "path": Type.TEXT,
    },
}


def batch(leads: int, events: int) -> dict[str, pa.Table]:
    """Return the rows of some leads: always the same ones."""
    dice, now = np.random.default_rng(1), AS_OF.replace(tzinfo=None)
    accounts = leads // ACCOUNT_SIZE + 1
    ages = dice.integers(1, 90 * 86_400, events)
    return {
        "leads": pa.table(
            {
                "lead_id": [f"lead {n}" for n in range(leads)],
                "account_id": [f"account {n // ACCOUNT_SIZE}" for n in range(leads)],
                "email": [f"lead{n}@north.example" for n in range(leads)],
                "created_at": pa.array([now - timedelta(days=100)] * leads, TIME),
                "recorded_at": pa.nulls(leads, TIME),
            }
        ),
        "accounts": pa.table(
            {
                "account_id": [f"account {n}" for n in range(accounts)],
                "employees": dice.integers(1, 5_000, accounts).astype(float),
                "industry": ["software"] * accounts,
                "target": [False] * accounts,
                "recorded_at": pa.nulls(accounts, TIME),
            }
        ),
        "events": pa.table(
            {
                "event_id": [f"event {n}" for n in range(events)],
                "lead_id": [f"lead {n}" for n in dice.integers(0, leads, events)],
                "account_id": pa.nulls(events, pa.string()),
                "type": dice.choice(TYPES, events),
                "occurred_at": pa.array([now - timedelta(seconds=int(n)) for n in ages], TIME),
                "recorded_at": pa.nulls(events, TIME),
                "path": dice.choice(PATHS, events),
            }
        ),
    }


def model() -> Model:
    """Return the model of the quickstart with a roll-up."""
    plain = read_model(MODEL)[0].plain()
    return read_model({**plain, "scores": {**plain["scores"], "team": TEAM}, "examples": []})[0]


def measured(rounds: int) -> dict[str, float]:
    """Return milliseconds of the processor by what is scored."""
    document = model()
    whole, single = batch(LEADS, EVENTS), batch(1, EVENTS // LEADS)
    with DuckDB(threads=2) as engine:
        every = Scorer(engine, document, SCHEMA)
        alone = {each: Scorer(engine, document, SCHEMA, [each]) for each in OUTPUTS}
        work = {
            **{f"{each} alone": (scorer, whole) for each, scorer in alone.items()},
            "all four": (every, whole),
            "one lead, scores alone": (alone["scores"], single),
            "one lead, all four": (every, single),
        }
        found: dict[str, list[float]] = {each: [] for each in work}
        for _ in range(rounds + 1):
            for each, (scorer, tables) in work.items():
                started = time.process_time()
                scorer.score(tables, AS_OF)
                found[each].append(time.process_time() - started)
    return {each: statistics.median(times[1:]) * 1000 for each, times in found.items()}


def main() -> None:
    """Print each cost, and how it compares with the scores alone."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=30)
    found = measured(parser.parse_args().rounds)
    base = found["scores alone"]
    for each, value in found.items():
        print(f"{each:28} {value:8.1f} ms {value / base:6.2f} x", flush=True)
    one_by_one = sum(found[f"{each} alone"] for each in OUTPUTS)
    print(f"{'each of the four alone':28} {one_by_one:8.1f} ms {one_by_one / base:6.2f} x")


if __name__ == "__main__":
    main()
