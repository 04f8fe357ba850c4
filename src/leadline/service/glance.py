"""What a list shows of each lead at a glance: the strongest reasons, a week's change, what it did.

Reasons are rows of the ledger at the moment of the stored score, so that they are those of the
lead's own page. Leads that were scored at one moment are computed together, and a ledger that was
computed once is kept while its score stands.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple

from leadline.explain.reasons import Reason, strongest
from leadline.model.checking.check import scores_read
from leadline.scoring import Scorer
from leadline.service import clock
from leadline.service.large import ALL
from leadline.service.live import Live
from leadline.service.taking import Taken
from leadline.store.rows import Knowing
from leadline.store.session import Session

if TYPE_CHECKING:
    import pyarrow as pa

WEEK = 7 * 86_400_000_000
MOST_REASONS = 3
_HOUR = 3_600_000_000
_MOST_KEPT = 20_000


class Glance(NamedTuple):
    """A lead at a glance.

    Attributes:
        reasons: The strongest reasons for the score that leads are ranked by.
        before: That score a week ago, by the model of today; None where there was none.
    """

    reasons: Sequence[Reason]
    before: float | None


class Last(NamedTuple):
    """The last thing that somebody did."""

    type: str
    at: int


Key = tuple[int, int, int]


class Glances:
    """Glances at leads by one version of the model."""

    def __init__(self, live: Live) -> None:
        self.live = live
        self._kept: OrderedDict[Key, Glance] = OrderedDict()
        self._scorers: dict[tuple[frozenset[str], str], Scorer] = {}
        self._lock = Lock()
        self._read = scores_read(live.model, [live.model.main_score])

    def of(self, session: Session, moments: Mapping[int, int], now: int) -> dict[int, Glance]:
        """Return glances at leads, by their numbers.

        Args:
            session: The store.
            moments: Number to the moment of its stored score.
            now: The present; a week ago is counted from the last full hour.
        """
        week = now - now % _HOUR - WEEK
        keys = {number: (number, at, week) for number, at in moments.items()}
        with self._lock:
            found = {number: self._kept.get(key) for number, key in keys.items()}
            lacking = {number: moments[number] for number, each in found.items() if each is None}
            for number, each in self._looked(session, lacking, week).items():
                found[number] = self._kept[keys[number]] = each
            while len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)
        return {number: each for number, each in found.items() if each is not None}

    def _looked(self, session: Session, moments: Mapping[int, int], week: int) -> dict[int, Glance]:
        if not moments:
            return {}
        before = self._before(session, moments, week)
        groups: dict[int, list[int]] = {}
        for number, at in moments.items():
            groups.setdefault(at, []).append(number)
        found = {}
        for at, numbers in groups.items():
            for number, reasons in self._reasons(session, numbers, at).items():
                found[number] = Glance(reasons, before.get(number))
        return found

    def _reasons(
        self, session: Session, numbers: Sequence[int], at: int
    ) -> dict[int, list[Reason]]:
        points, ids = self._scored(session, numbers, at, "points", "taken")
        rows: dict[str, list[dict[str, Any]]] = {lead_id: [] for lead_id in ids}
        for row in points.to_pylist():
            if row["lead_id"] in rows and row["score"] in self._read:
                rows[row["lead_id"]].append(row)
        model, moment = self.live.model, clock.at(at)
        return {
            ids[lead_id]: strongest(model, moment, each, MOST_REASONS)
            for lead_id, each in rows.items()
        }

    def _before(
        self, session: Session, numbers: Iterable[int], week: int
    ) -> dict[int, float | None]:
        """Return scores of a week ago, with what the company knew then."""
        scores, ids = self._scored(session, list(numbers), week, "scores", "recorded")
        name = self.live.model.main_score
        return {
            ids[row["lead_id"]]: row[name] for row in scores.to_pylist() if row["lead_id"] in ids
        }

    def _scored(
        self, session: Session, numbers: Sequence[int], at: int, output: str, knowing: Knowing
    ) -> tuple[pa.Table, dict[str, int]]:
        """Return an output for some leads at one moment, and the number of each of their ids."""
        live = self.live
        touched = live.touched(session, Taken(touched=set(numbers)), ALL)
        batch = live.batch(session, touched, Taken())
        given = live.tables(batch, knowing)
        names = (frozenset(given), output)
        if names not in self._scorers:
            self._scorers[names] = live.new_scorer(given, (output,))
        made = getattr(self._scorers[names].score(given, clock.at(at)), output)
        return made, {batch.leads[each].lead_id: each for each in numbers if each in batch.known}

    def close(self) -> None:
        """Let go of what was planned."""
        with self._lock:
            for scorer in self._scorers.values():
                scorer.close()
            self._scorers.clear()


def last_of(session: Session, numbers: Sequence[int], passive: Iterable[str]) -> dict[int, Last]:
    """Return the last thing that each of some leads did; what is passive is nothing they did."""
    silent = ["", *passive]
    rows = session.rows(
        "select e.lead_no, e.type, e.occurred_at from events as e where e.lead_no in ?? and "
        "e.type not in ?? and e.occurred_at = (select max(x.occurred_at) from events as x "
        "where x.lead_no = e.lead_no and x.type not in ??)",
        list(numbers),
        silent,
        silent,
    )
    return {number: Last(kind, at) for number, kind, at in rows}
