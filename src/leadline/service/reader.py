"""What is read of a store: the model that is live, made ready once, and why leads have scores."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Lock
from typing import Any

from leadline.engines.duckdb.engine import DuckDB
from leadline.explain.history import History
from leadline.explain.reasons import Reason
from leadline.scoring import Run
from leadline.service.answers import Unstored, unstored
from leadline.service.explaining import Explainer, run_of, run_of_account
from leadline.service.glance import Glances
from leadline.service.live import Live, published
from leadline.service.past import AsItWas, as_it_was, past
from leadline.store import facts as stored
from leadline.store.facts import LeadRow
from leadline.store.rows import Knowing
from leadline.store.scores import ModelRow
from leadline.store.session import Session
from leadline.store.store import Store


class Reader:
    """Reads a store beside whoever writes it; several threads may ask at once.

    Attributes:
        store: The store.
    """

    def __init__(self, store: Store, engine: DuckDB) -> None:
        """Make a reader of a store, which computes on an engine."""
        self.store = store
        self._engine = engine
        self._shown: Live | None = None
        self._shown_lock = Lock()
        self._explainer: Explainer | None = None
        self._glances: Glances | None = None

    @contextmanager
    def reading(self) -> Iterator[tuple[Session, Live]]:
        """Yield the store as it is now, and the model that is live.

        Raises InputError where no model is.
        """
        with self.store.reading() as session:
            row = published(session)
            fields = stored.known_fields(session, "lead")
            yield session, self._shown_of(row, fields)

    def _shown_of(self, row: ModelRow, fields: list[str]) -> Live:
        """Return the live version made ready; the one before it lets go of what it planned."""
        with self._shown_lock:
            before = self._shown
            if before is not None and not before.is_stale(row, fields):
                return before
            self._shown = Live(self._engine, row, fields)
            if before is not None:
                before.close()
            return self._shown

    def explain(
        self, session: Session, live: Live, row: LeadRow, as_of: int, *, moves: bool
    ) -> dict[str, Any]:
        """Return why a lead has the scores that it has since a moment."""
        return self._explaining(live).explained(session, row, as_of, moves=moves)

    def reasons(
        self, session: Session, live: Live, rows: Sequence[LeadRow], as_of: int, most: int
    ) -> dict[str, list[Reason]]:
        """Return the strongest reasons of leads by their ids, which were scored at one moment."""
        return self._explaining(live).reasons(session, rows, as_of, most)

    def _explaining(self, live: Live) -> Explainer:
        """Return what explains by a version; that of another one ends."""
        found = self._explainer
        if found is None or found.live is not live:
            before, found = found, Explainer(live)
            self._explainer = found
            if before is not None:
                before.close()
        return found

    @contextmanager
    def run_of(
        self, session: Session, live: Live, row: LeadRow, at: int, knowing: Knowing = "taken"
    ) -> Iterator[Run]:
        """Yield the live model over all rows that say of a lead, at a moment."""
        with (
            self._engine.new_session() as engine,
            run_of(engine, session, live, row, at, knowing) as run,
        ):
            yield run

    @contextmanager
    def run_of_account(
        self, session: Session, live: Live, account_id: str, at: int
    ) -> Iterator[Run]:
        """Yield the live model over all rows that say of an account, at a moment."""
        with (
            self._engine.new_session() as engine,
            run_of_account(engine, session, live, account_id, at) as run,
        ):
            yield run

    def glances(self, live: Live) -> Glances:
        """Return what looks at leads by a version; that of another one ends."""
        found = self._glances
        if found is None or found.live is not live:
            before, found = found, Glances(live)
            self._glances = found
            if before is not None:
                before.close()
        return found

    def past(self, session: Session, row: LeadRow, until: int) -> History:
        """Return the scores that a lead had up to a moment, each by the model of that day."""
        with self._engine.new_session() as engine:
            return past(engine, session, row, until)

    def as_it_was(
        self, session: Session, row: LeadRow, at: int, *, ledger: bool, moves: bool
    ) -> AsItWas | None:
        """Return a lead as it was at a moment; None where it had no score then."""
        with self._engine.new_session() as engine:
            return as_it_was(engine, session, row, at, ledger=ledger, moves=moves)

    def score(self, who: Unstored, at: int) -> tuple[str, dict[str, Any]]:
        """Return the fingerprint of the model, and what a lead would score that is not stored."""
        with self.reading() as (_, live), self._shown_lock:
            return live.row.fingerprint, unstored(live, who, at)
