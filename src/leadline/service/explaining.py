"""Why a lead of the store has its score: the explanation of files, over the rows of the store."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from leadline.engines.duckdb.engine import DuckDB
from leadline.explain.candidates import Around
from leadline.explain.explain import (
    STEPS,
    explanation,
    refuse_unscored,
    told_of,
    with_moves,
)
from leadline.explain.plain import plain
from leadline.explain.plans import Plans
from leadline.explain.reasons import Reason, strongest
from leadline.model.checking.check import scores_read
from leadline.scoring import Run, Scorer
from leadline.service import clock
from leadline.service.large import ALL
from leadline.service.live import Live, Touched
from leadline.service.taking import Taken
from leadline.store import facts as stored
from leadline.store.facts import LeadRow
from leadline.store.rows import Knowing
from leadline.store.session import Session

if TYPE_CHECKING:
    import pyarrow as pa

_READ = ("scores", "points", *STEPS)
_MOVED = (*_READ, "lead_facts")
"""What is read where moves are asked for: conditions on events may read the lead."""
_FACTS = "from output_lead_facts"


class Explainer:
    """Explains leads by one version of a model, whose statement is planned once a caller.

    Those who ask at once have a statement each; it rests here when they are done.
    """

    def __init__(self, live: Live) -> None:
        self.live = live
        self._resting: dict[tuple[frozenset[str], tuple[str, ...]], list[Scorer]] = {}
        self._plans: dict[frozenset[str], Plans] = {}
        self._is_closed = False

    def explained(
        self, session: Session, row: LeadRow, as_of: int, *, moves: bool = False
    ) -> dict[str, Any]:
        """Return the explanation of a stored score, as ``leadline explain --json`` has it.

        With ``moves`` it says too what would move the lead.
        """
        live, at = self.live, clock.at(as_of)
        given = live.tables(live.batch(session, _touched(session, live, row), Taken()))
        with self._scorer(given, _MOVED if moves else _READ) as scorer:
            found = scorer.score(given, at)
            made = {"scores": found.scores, "points": found.points, **found.steps}
            rows = {name: _of(each, row.lead_id) for name, each in made.items() if each is not None}
            refuse_unscored(rows["scores"], row.lead_id, at)
            [told] = told_of(live.model, scorer.schema, rows)
            explained = explanation(live.model, row.lead_id, told)
            if moves:
                plans = self._plans.setdefault(frozenset(given), Plans(live.model, scorer.tables))
                around = Around(scorer.engine, plans, row.lead_id, lambda: _FACTS)
                explained = with_moves(explained, around, at, told.missing)
        return dict(plain(explained))

    def reasons(
        self, session: Session, rows: Sequence[LeadRow], as_of: int, most: int
    ) -> dict[str, list[Reason]]:
        """Return the strongest reasons of leads by their ids, which were scored at one moment."""
        live, at = self.live, clock.at(as_of)
        touched = live.touched(session, Taken(touched={row.lead_no for row in rows}), ALL)
        given = live.tables(live.batch(session, touched, Taken()))
        with self._scorer(given) as scorer:
            points = scorer.score(given, at).points
        read = scores_read(live.model, [live.model.main_score])
        found: dict[str, list[dict[str, Any]]] = {row.lead_id: [] for row in rows}
        for point in [] if points is None else points.to_pylist():
            if point["lead_id"] in found and point["score"] in read:
                found[point["lead_id"]].append(point)
        return {lead: strongest(live.model, at, each, most) for lead, each in found.items()}

    @contextmanager
    def _scorer(
        self, given: Mapping[str, pa.Table], outputs: tuple[str, ...] = _READ
    ) -> Iterator[Scorer]:
        resting = self._resting.setdefault((frozenset(given), outputs), [])
        try:
            scorer = resting.pop()
        except IndexError:
            scorer = self.live.new_scorer(given, outputs)
        try:
            yield scorer
        except BaseException:
            scorer.close()
            raise
        resting.append(scorer)
        if self._is_closed:
            self.close()

    def close(self) -> None:
        """Let go of what was planned, and of what is in use once it is done."""
        self._is_closed = True
        for scorers in self._resting.values():
            while scorers:
                scorers.pop().close()


def _of(table: pa.Table, lead_id: str) -> list[dict[str, Any]]:
    """Return the rows of one lead."""
    import pyarrow.compute as pc

    rows: list[dict[str, Any]] = table.filter(pc.equal(table["lead_id"], lead_id)).to_pylist()
    return rows


@contextmanager
def run_of(  # noqa: PLR0913, PLR0917 - where, who, when and what was known
    engine: DuckDB,
    session: Session,
    live: Live,
    row: LeadRow,
    as_of: int,
    knowing: Knowing = "taken",
) -> Iterator[Run]:
    """Yield a version over all rows that say of a lead, at a moment."""
    given = live.tables(live.batch(session, _touched(session, live, row), Taken()), knowing)
    with Run.open(engine, live.model, given, as_of=clock.at(as_of), clean=True) as run:
        yield run


@contextmanager
def run_of_account(
    engine: DuckDB, session: Session, live: Live, account_id: str, as_of: int
) -> Iterator[Run]:
    """Yield a version over all rows that say of an account, at a moment."""
    leads = {number for number, _ in stored.leads_of_accounts(session, [account_id], ALL)}
    given = live.tables(live.batch(session, Touched(leads, {account_id}), Taken()))
    with Run.open(engine, live.model, given, as_of=clock.at(as_of), clean=True) as run:
        yield run


def _touched(session: Session, live: Live, row: LeadRow) -> Touched:
    return live.touched(session, Taken(touched={row.lead_no}), ALL)
