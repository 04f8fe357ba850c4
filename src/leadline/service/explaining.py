"""Why a lead of the store has its score: the explanation of files, over the rows of the store."""

from __future__ import annotations

from typing import Any

from leadline.engines.duckdb.engine import DuckDB
from leadline.explain.explain import explain
from leadline.explain.plain import plain
from leadline.scoring import Run
from leadline.service import clock
from leadline.service.large import ALL
from leadline.service.live import Live
from leadline.service.taking import Taken
from leadline.store.facts import LeadRow
from leadline.store.session import Session


def explained(  # noqa: PLR0913 - where, what is known, who and when
    engine: DuckDB, session: Session, live: Live, row: LeadRow, as_of: int, *, moves: bool
) -> dict[str, Any]:
    """Return the explanation of a stored score, as ``leadline explain --json`` has it."""
    touched = live.touched(session, Taken(touched={row.lead_no}), ALL)
    batch = live.batch(session, touched, Taken())
    with Run.open(engine, live.model, live.tables(batch), as_of=clock.at(as_of), clean=True) as run:
        found = explain(run, row.lead_id, clock.at(as_of), moves=moves)
    return dict(plain(found))
