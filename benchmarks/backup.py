"""What a backup and a restore cost an event, by processor time, and how large both are.

python benchmarks/backup.py [EVENTS]: a store in a file with ten events a lead.
"""

from __future__ import annotations

import hashlib
import json
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from leadline.service import clock
from leadline.store import archive, schema
from leadline.store.facts import EventRow
from leadline.store.migrate import migrate
from leadline.store.store import connect

EVENTS = 400_000
BEGAN = 1_790_000_000_000_000
TYPES = ("page_viewed", "email_opened", "demo_requested")


def rows(count: int) -> list[EventRow]:
    """Return events in the order in which a store lays them."""
    dice = random.Random(1)
    made = [
        EventRow(
            lead_no=dice.randrange(1, count // 10),
            occurred_at=BEGAN + dice.randrange(10**13),
            event_id=f"{dice.getrandbits(128):032x}",
            account_id=None,
            type=dice.choice(TYPES),
            recorded_at=BEGAN,
            taken_at=BEGAN + number,
            given_at=None,
            source="website",
            properties=json.dumps({"path": f"/pricing/{dice.randrange(1000)}", "utm": "x" * 10}),
            origin=None,
        )
        for number in range(count)
    ]
    return sorted(made)


def cost(work: Callable[[], object], events: int) -> float:
    """Return the processor time of some work, in microseconds an event."""
    began = time.process_time()
    work()
    return (time.process_time() - began) / events * 1e6


def main() -> None:
    """Make a store, back it up, restore it."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else EVENTS
    made = rows(count)
    with TemporaryDirectory() as name:
        folder = Path(name)
        store = connect(f"sqlite:{folder / 'store.db'}")
        migrate(store)
        with store.writing() as session:
            session.insert(schema.events, made)
            digests = [(hashlib.md5(e.event_id.encode()).digest(), e.lead_no) for e in made]  # noqa: S324
            session.insert(schema.event_ids, sorted(digests))
        file = folder / "backup"
        out = cost(lambda: archive.backup(store, file, clock.now()), count)
        store.close()
        again = folder / "again.db"
        back = cost(lambda: archive.restore(file, f"sqlite:{again}"), count)
        print(f"backup  {out:6.1f} us and {file.stat().st_size / count:4.0f} bytes an event")
        print(f"restore {back:6.1f} us and {again.stat().st_size / count:4.0f} bytes an event")


if __name__ == "__main__":
    main()
