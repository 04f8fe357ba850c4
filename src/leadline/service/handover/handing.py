"""What the loop does for leads that are ready: which band they go by, and who is told of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeAlias

from leadline.service import writing
from leadline.service.alerts.declared import Alert
from leadline.service.alerts.noticing import Noticed, Seen
from leadline.service.delivery.telling import Outbox
from leadline.service.handover.effective import Effective, effective
from leadline.service.handover.owning import Owning
from leadline.service.handover.settings import Handover
from leadline.service.live import Live, Scores
from leadline.service.taking import Taken
from leadline.store import handover as kept
from leadline.store.handover import HoldRow, OwnershipRow
from leadline.store.outbox import NewDelivery
from leadline.store.scores import TransitionRow
from leadline.store.session import Session

MOST_ENDED = 1000
Forgotten: TypeAlias = Sequence[tuple[Alert, OwnershipRow, int]]


class Handing:
    """Turns scores into the bands that people go by, and writes both with what is to be told."""

    def __init__(self, settings: Handover | None = None, outbox: Outbox | None = None) -> None:
        """Begin with what the workspace says."""
        self.settings = settings or Handover()
        self.outbox = outbox or Outbox()
        self.owning = Owning(self.settings.team, self.outbox)

    def effective(
        self, session: Session, live: Live, found: Scores, at: int, taken: Taken | None = None
    ) -> Effective:
        """Return scores with the transitions of what people go by."""
        holds = {} if taken is None else taken.desk.holds
        return effective(session, live, found, holds, at, self.settings.cool_down)

    @staticmethod
    def over(session: Session, at: int) -> list[HoldRow]:
        """Return the holds of bands whose end has come."""
        return kept.ended_holds(session, at, MOST_ENDED)

    @staticmethod
    def ended(session: Session, live: Live, over: Sequence[HoldRow], at: int) -> Effective:
        """Return that leads go by their computed bands again."""
        ended: dict[tuple[int, str], HoldRow | None] = {(r.lead_no, r.ladder): None for r in over}
        found = effective(session, live, Scores(live.row.version), ended, at, 0)
        return replace(found, gone=list(ended))

    def notice(self, given: Seen) -> list[Noticed]:
        """Return what alerts tell of a pass beside changes of band."""
        return self.outbox.alerting.notice(given) if self.outbox.alerting is not None else []

    def tell_noticed(self, session: Session, found: Sequence[Noticed], at: int) -> None:
        """Write alerts of what a pass noticed."""
        if found and self.outbox.alerting is not None:
            self.outbox.alerting.noticed(session, found, at)

    def forgotten(self, session: Session, at: int) -> Forgotten:
        """Return leads of which who has them said nothing for too long."""
        if self.outbox.alerting is None:
            return []
        return self.outbox.alerting.forgotten(session, at)

    def digests(self, session: Session, at: int) -> list[NewDelivery]:
        """Return the digests that are due."""
        return self.outbox.alerting.digests(session, at) if self.outbox.alerting is not None else []

    def tell_forgotten(self, session: Session, found: Forgotten, at: int) -> None:
        """Write alerts of these."""
        if found and self.outbox.alerting is not None:
            self.outbox.alerting.tell_forgotten(session, found, at)

    def write(self, session: Session, found: Effective, at: int) -> None:
        """Write scores, holds, and what is to be told of the changes."""
        kept.put_holds(session, found.holds, found.gone)
        numbers = writing.scores(session, found.scores)
        self.tell(session, numbers, found.scores.transitions, at)

    def tell(
        self, session: Session, numbers: Sequence[int], rows: Sequence[TransitionRow], at: int
    ) -> None:
        """Write what is to be told of changes that are written."""
        self.outbox.write(session, numbers, rows, at)
        self.owning.moved(session, numbers, rows, at)
        if self.outbox.alerting is not None:  # who has the lead now is told
            self.outbox.alerting.moved(session, numbers, rows, at)
