"""What tools ask, of a workspace of files or of a store: one answer, two places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

MOST_LEADS = 20
READ, DRAFT = "read", "draft"
"""Scopes of tokens: who may read, and who may keep drafts too."""
PATH = "/mcp"


@dataclass(frozen=True)
class Wanted:
    """Which leads are listed.

    Attributes:
        band: A band of the first ladder; empty for all.
        sort: A score, or as_of; empty for the main score.
        order: falling or rising.
        least: The least value of a score that is sorted by.
        most: The greatest.
        account_id: Whose leads; empty for all.
        field: A field, and
        equals: what it must be.
        fields: Fields of the lead that are shown; none are by default, as they may be personal.
        after: Where the page before ended.
        limit: How many leads.
    """

    band: str = ""
    sort: str = ""
    order: str = "falling"
    least: float | None = None
    most: float | None = None
    account_id: str = ""
    field: str = ""
    equals: str = ""
    fields: Sequence[str] = ()
    after: str = ""
    limit: int = MOST_LEADS


@dataclass(frozen=True)
class Listed:
    """A lead of a list, as it is stored."""

    lead_id: str
    account_id: str | None
    as_of: str
    scores: Mapping[str, float | None]
    bands: Mapping[str, str | None]
    effective_band: str | None
    fields: Mapping[str, Any]


@dataclass(frozen=True)
class Entered:
    """A lead that came into a band, with no outcome since."""

    lead_id: str
    at: str | None
    from_band: str | None
    to_band: str
    value: float | None


@dataclass(frozen=True)
class Version:
    """A version of the model."""

    version: int | None
    name: str
    fingerprint: str
    state: str
    published_at: str | None


class Desk(Protocol):
    """Answers questions in the form in which the command line has them as JSON.

    Raises LeadlineError where something is refused.
    """

    def leads(self, wanted: Wanted) -> tuple[list[Listed], str]:
        """Return a page of leads, and where the list goes on."""

    def explained(self, lead: str, *, moves: bool) -> Mapping[str, Any]:
        """Return why a lead has its scores, and what would move it where that is asked."""

    def moments(self, lead: str) -> Sequence[Mapping[str, Any]]:
        """Return a lead at the moments of its past, in rising order."""

    def entered(self, band: str, days: int, most: int) -> tuple[str, str, list[Entered]]:
        """Return a band, since when, and who came into it, without an outcome since."""

    def checked(self, document: str) -> Mapping[str, Any]:
        """Return what is wrong with a model."""

    def previewed(self, document: str, weeks: int) -> Mapping[str, Any]:
        """Return the impact of a model in the place of the live one."""

    def backtested(self, document: str) -> Mapping[str, Any]:
        """Return how well a model would have ranked leads."""

    def keep_draft(self, name: str, document: str) -> str:
        """Keep a model that nobody is scored by, and return where."""

    def versions(self) -> list[Version]:
        """Return the versions of the model, the latest first."""

    def document(self) -> str:
        """Return the text of the model that is live."""

    def counts(self) -> dict[str, tuple[int, Sequence[str]]]:
        """Return how many rows each table has, and the names of its columns."""
