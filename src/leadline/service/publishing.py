"""A version of the model over all leads, beside the passes: sweep, publish, roll back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from leadline.mirror.mirror import Mirror
from leadline.service import whole
from leadline.service.beside import CHUNK, Beside
from leadline.service.live import Scores
from leadline.store.session import Session


@dataclass
class Sweep(Beside):
    """All leads scored at one moment.

    Attributes:
        before: The version whose bands stood before, for transitions and hysteresis.
        cause: What its transitions are for.
        quiet: Whether none of them is told anybody.
        inbox_id: The command that asked for it.
        by: Who did.
        draft: The draft and the revision whose document it is; None for none.
        mirror: Where events are read from; None where that is the store.
    """

    before: int
    cause: str
    quiet: bool
    inbox_id: int
    by: str
    draft: tuple[int, int] | None = None
    mirror: Mirror | None = None

    @property
    def switches(self) -> bool:
        """Whether it makes another version the one that is live."""
        return self.live.row.version != self.before

    def scores(self, session: Session) -> Iterator[Scores]:
        """Yield the scores of everybody."""
        return whole.sweep(session, self.live, self.before, self.at, CHUNK, self.mirror)
