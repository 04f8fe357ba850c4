"""Takes what waits in a store, killed at each of its statements in turn; prints what is left.

A process of its own: nothing but this thread is there when it forks.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from leadline.engines.duckdb.engine import DuckDB
from leadline.service.loop import Loop
from leadline.store.sqlite import SQLiteSession, SQLiteStore

KILLED = 9
MOST = 200


def dying_at(nth: int) -> None:
    """Have this process end at the nth statement of the store, as by a power cut."""
    calls = 0

    def counted(usual: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any) -> Any:
            nonlocal calls
            calls += 1
            if calls == nth:
                os._exit(KILLED)
            return usual(*args)

        return call

    for name in ("rows", "run", "insert"):
        setattr(SQLiteSession, name, counted(getattr(SQLiteSession, name)))


def main() -> None:
    """Fork, die, look; until one gets to the end."""
    path = Path(sys.argv[1])
    for nth in range(1, MOST):
        child = os.fork()
        if child == 0:
            dying_at(nth)
            store = SQLiteStore(path)
            with DuckDB(threads=1) as engine:
                Loop(store, engine).drain()
            os._exit(0)
        ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        store = SQLiteStore(path)
        with store.reading() as session:
            [(events, different)] = session.rows(
                "select count(*), count(distinct event_id) from events"
            )
            [(waits,)] = session.rows("select count(*) from waiting")
        store.close()
        sys.stdout.write(f"{ended} {events} {different} {waits}\n")
        if ended == 0:
            return


if __name__ == "__main__":
    main()
