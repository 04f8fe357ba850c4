"""Accounts with more leads than a pass should wait for: each by itself, soon after."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from leadline.service.beside import CHUNK, Beside
from leadline.service.live import Scores, Touched
from leadline.service.taking import Taken
from leadline.store import facts as stored
from leadline.store.session import Session

ALL = 2**31
PAUSE_SECONDS = 1.0
"""So often an account is scored at the most, however much happens to it."""


@dataclass
class LargeAccount(Beside):
    """All leads of an account scored at one moment.

    Attributes:
        account_id: The account.
        began: When, in seconds of a clock that only goes on.
    """

    account_id: str
    began: float

    def scores(self, session: Session) -> Iterator[Scores]:
        """Yield the scores of the account and of its leads."""
        found = stored.leads_of_accounts(session, [self.account_id], ALL)
        touched = Touched({number for number, _ in found}, {self.account_id})
        live = self.live.apart()
        batch = live.batch(session, touched, Taken())
        yield from live.score(batch, self.at, "event").parts(CHUNK)


@dataclass
class Due:
    """Large accounts that something happened to, and when each may be scored again.

    Attributes:
        since: Account to the last moment at which something happened to it.
        pause_seconds: So often each is scored at the most.
    """

    since: dict[str, int]
    pause_seconds: float
    _rests: dict[str, float] = field(default_factory=dict)

    def next(self, seconds: float) -> str | None:
        """Return the account whose turn it is: the one that has waited longest since its last.

        Args:
            seconds: Of a clock that only goes on.
        """
        ready = [each for each in self.since if self._rests.get(each, 0.0) <= seconds]
        return min(ready, key=lambda each: (self._rests.get(each, 0.0), each), default=None)

    def add(self, accounts: Iterable[str], at: int) -> None:
        """Say that something happened to accounts at a moment."""
        self.since.update(dict.fromkeys(accounts, at))

    def rest(self, account: str, began: float, seconds: float) -> None:
        """Leave an account alone for a second, or for as long as its scores took."""
        self._rests = {each: until for each, until in self._rests.items() if until > seconds}
        self._rests[account] = seconds + max(self.pause_seconds, seconds - began)

    def done(self, account: str, at: int) -> None:
        """Say that an account was scored at a moment; what happened later is still due."""
        if self.since.get(account, at) <= at:
            self.since.pop(account, None)
