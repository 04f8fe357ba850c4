"""What a rule is worth, in words, from what it did and what the data supports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from leadline.statistics.measures import Measured

Verdict = Literal[
    "earns its points",
    "worth more",
    "worth less",
    "no effect seen",
    "harmful",
    "cannot tell yet",
    "never fires",
    "redundant",
    "gives no points",
    "not in the score",
    "set apart",
]
FEWEST_WINS = 5
"""A rule is judged if so many of its rows win, or at the overall rate would, as of the rest."""
FEW_WINS = 3
"""With fewer wins than this an effect is sure, but not its size."""
FEWEST_GROUPS = 20
"""And if it fires for so many groups."""


@dataclass(frozen=True)
class RuleWorth:
    """What one rule is worth on the rows that may be learned from.

    Attributes:
        score: Its score.
        rule: Its name.
        fired: Rows for which it fires.
        share: The same as a share of all.
        rate: Share of them with the outcome.
        lift: That share as a multiple of the share of all rows.
        given_others: How many times the odds of the outcome are where it fires, on average, with
            all other rules as they are; None where it is not fitted.
        points: Points in use: as written, or the mean where it fires.
        supported: Points that the data supports, in the same unit; None where it is not fitted.
        factor: Supported points as a multiple of those in use.
        like: The rule that it goes along with; empty for none.
        pinned: Whether it stays as it is.
        verdict: The result.
        says: Why, in a few words.
    """

    score: str
    rule: str
    fired: int
    share: float
    rate: float | None
    lift: Measured
    given_others: Measured | None
    points: float
    supported: Measured | None
    factor: float | None
    like: str
    pinned: bool
    verdict: Verdict
    says: str

    @property
    def name(self) -> str:
        """Score and rule, as conditions write them."""
        return f"{self.score}.{self.rule}"


@dataclass(frozen=True)
class Evidence:
    """What a verdict rests on.

    Attributes:
        fired: Rows for which the rule fires.
        groups: Groups of the rows that it sets apart from most.
        expected: Wins among these at the overall rate.
        wins: Wins among them.
        is_ours: Whether it counts what sales did, or what is passive.
        in_score: Whether its score is part of that which ranks.
        points: Points in use.
        like: The rule that it goes along with.
        effect: Log-odds of one unit given the others, in the direction of its points; None
            where it is not fitted.
        supported: Points that the data supports; None where no scale can be given.
    """

    fired: int
    groups: int
    expected: float
    wins: int
    is_ours: bool
    in_score: bool
    points: float
    like: str
    effect: Measured | None
    supported: Measured | None


def verdict(of: Evidence) -> tuple[Verdict, str]:
    """Return the verdict on a rule, and why."""
    silent = _not_weighed(of)
    if silent is not None:
        return silent
    if of.like and (of.effect is None or _holds(of.effect, 0)):
        return "redundant", f"with {of.like}"
    if of.groups < FEWEST_GROUPS or max(of.expected, of.wins) < FEWEST_WINS or of.effect is None:
        return "cannot tell yet", f"too few: it sets {of.groups:,} groups apart"
    if of.effect.high is not None and of.effect.high < 0:
        more = "less" if of.points > 0 else "more"
        return "harmful", f"leads with it win {more} often"
    found = _by_points(of.effect, of.supported, of.points)
    if found[0] == "worth more" and of.wins < FEW_WINS:
        return "earns its points", f"{of.wins} of its rows win, too few to say how much more"
    return found


def _not_weighed(of: Evidence) -> tuple[Verdict, str] | None:
    """Return what is said of a rule that gives the score nothing."""
    if not of.fired:
        return "never fires", "leadline trial says what is in the way"
    if not of.in_score:
        return "not in the score", "its score is no part of that which ranks"
    if not of.points:
        return "gives no points", "other rules or the bands read it"
    if of.is_ours:
        return "set apart", "it counts what sales did or what is passive: neither earns points"
    return None


def _by_points(effect: Measured, supported: Measured | None, points: float) -> tuple[Verdict, str]:
    """Return the verdict by how the points in use lie to those that the data supports."""
    if supported is None:
        has_effect = not _holds(effect, 0)
        why = "it has an effect, but the rules together give no scale"
        return "cannot tell yet", why if has_effect else "no effect, and no scale of points"
    size, low, high = abs(points), *_ends(supported, points)
    place = "below" if size < low else "above" if size > high else "inside"
    return _BY_PLACE[low > 0, place]


_BY_PLACE: dict[tuple[bool, str], tuple[Verdict, str]] = {
    (True, "inside"): ("earns its points", "the interval holds its points"),
    (True, "below"): ("worth more", "the interval lies beyond its points"),
    (True, "above"): ("worth less", "the interval does not reach its points"),
    (False, "inside"): ("cannot tell yet", "the interval holds nothing as well as its points"),
    (False, "above"): ("no effect seen", "none, or less than its points"),
}
"""Whether an effect is seen, and where the points in use are to the interval, to the verdict."""


def _holds(found: Measured, value: float) -> bool:
    return found.low is None or found.high is None or found.low <= value <= found.high


def _ends(supported: Measured, points: float) -> tuple[float, float]:
    """Return the interval in the direction of the points."""
    low, high = supported.low or 0.0, supported.high or 0.0
    return (low, high) if points > 0 else (-high, -low)
