"""What is said about one lead: its scores, its ledger, what is missing, what would move it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from leadline.explain.changes import Change
from leadline.explain.what_if import Step
from leadline.model.document import Model
from leadline.model.shown import names_shown, who


@dataclass(frozen=True)
class Cut:
    """What ``limit_each`` took from one value of ``by``; the ledger has the points after it.

    Attributes:
        score: The score.
        rule: Its rule.
        part: The value; None where the event has none.
        units: How many units have it.
        before: Their points, with 6 decimals.
        after: Their points within the limit.
    """

    score: str
    rule: str
    part: str | None
    units: int
    before: float
    after: float

    @property
    def change(self) -> float:
        """What the limit took away, or gave."""
        return round(self.after - self.before, 6)


@dataclass(frozen=True)
class Move:
    """One step and the scores after it.

    Attributes:
        step: What could happen.
        before: The score that leads are ranked by, now.
        after: The same after the step.
        band: The band of the first ladder after the step; None without one.
    """

    step: Step
    before: float | None
    after: float | None
    band: str | None

    @property
    def change(self) -> float:
        """By how much the step moves the score, to the cent."""
        return round((self.after or 0.0) - (self.before or 0.0), 2)


@dataclass(frozen=True)
class Way:
    """The fewest steps found that lead to the next band of a ladder.

    Attributes:
        ladder: The ladder.
        band: Its next band.
        steps: The steps, some of them perhaps several times; None where no way was found.
    """

    ladder: str
    band: str
    steps: Sequence[Step] | None

    def counted(self) -> dict[str, int]:
        """Return how often each step is taken, by its label."""
        counts: dict[str, int] = {}
        for step in self.steps or ():
            counts[step.label] = counts.get(step.label, 0) + 1
        return counts


@dataclass(frozen=True)
class Since:
    """What differs from an earlier moment.

    Attributes:
        scores: The row of scores at that moment.
        changes: What differs in the ledger, the largest change first.
    """

    scores: Mapping[str, Any]
    changes: Sequence[Change]

    @property
    def as_of(self) -> datetime:
        """The earlier moment, UTC."""
        at: datetime = self.scores["as_of"]
        return at


@dataclass(frozen=True)
class Explanation:
    """Everything that is said about one lead.

    Attributes:
        lead_id: The lead.
        model: The model that scored it.
        scores: Its row of scores.
        points: Its rows of the ledger.
        cuts: What ``limit_each`` took of them.
        missing: Fields that the model reads and the lead lacks.
        moves: Every event rule that gives points and every missing field, with the score after it.
        ways: For each ladder of edges the next band, where there is a higher one.
        since: What changed since an earlier moment; None where none was asked for.
    """

    lead_id: str
    model: Model
    scores: Mapping[str, Any]
    points: Sequence[Mapping[str, Any]]
    missing: Sequence[str]
    moves: Sequence[Move]
    ways: Sequence[Way]
    cuts: Sequence[Cut] = ()
    since: Since | None = None

    @property
    def as_of(self) -> datetime:
        """The moment, UTC."""
        at: datetime = self.scores["as_of"]
        return at

    @property
    def who(self) -> str:
        """What people call the lead: the fields that the model shows, and its id."""
        return who(names_shown(self.model, self.scores), self.lead_id)

    @property
    def main(self) -> str:
        """Name of the score that leads are ranked by."""
        return self.model.main_score

    @property
    def because(self) -> Sequence[Mapping[str, Any]]:
        """The rows of which the strongest are its reasons."""
        return self.points

    @property
    def override(self) -> str | None:
        """The override that decided a band; None without one."""
        name: str | None = self.scores["override"]
        return name

    @property
    def score(self) -> float | None:
        """The score that leads are ranked by."""
        value: float | None = self.scores[self.model.main_score]
        return value

    @property
    def since_change(self) -> float:
        """By how much the score has moved since the earlier moment, to the cent."""
        before = None if self.since is None else self.since.scores[self.model.main_score]
        return round((self.score or 0.0) - (before or 0.0), 2)

    def bands(self) -> dict[str, str | None]:
        """Return the band of each ladder."""
        return {name: self.scores[self.model.column(name)] for name in self.model.lead_bands}
