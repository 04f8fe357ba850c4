"""What a CRM can do for us: tell what changed, take values, say what is in the way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from leadline.errors import EngineError


class CrmAway(EngineError):  # noqa: N818 - the system is at fault
    """The system does not answer now; what was read is kept, and the next run goes on there."""


@dataclass(frozen=True)
class Record:
    """A record that becomes a lead: its fields are those of the lead, as JSON has them."""

    record_id: str
    fields: Mapping[str, Any]


@dataclass(frozen=True)
class Outcome:
    """What became of a record: ``state`` is the system's own word."""

    outcome_id: str
    record_id: str
    state: str
    occurred_at: str
    amount: float | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Page:
    """A part of what changed.

    Attributes:
        records: Records that changed.
        outcomes: What became of records.
        merges: Record to the one that it went into.
        accounts: Companies that changed; ``account_id`` in a record's fields names one.
        gone: Records that were deleted, where a system tells of these by itself.
        since: From where the next run reads, once all pages are read.
    """

    records: Sequence[Record] = ()
    outcomes: Sequence[Outcome] = ()
    merges: Mapping[str, str] = field(default_factory=dict)
    accounts: Sequence[Record] = ()
    gone: Sequence[str] = ()
    since: str | None = None


@dataclass(frozen=True)
class Written:
    """What became of a record that was to be written; ``refused`` says why it was not."""

    record_id: str
    refused: str = ""


@dataclass(frozen=True)
class Probe:
    """Something that must hold before the first write; ``remedy`` says what to do, and who can."""

    says: str
    is_met: bool
    remedy: str = ""


class Crm(Protocol):
    """One system. Raises CrmAway where it does not answer.

    Attributes:
        most_written: So many records are written together.
    """

    most_written: int

    def pages(self, since: str | None) -> Iterator[Page]:
        """Yield what changed since a place in its own words; all there is for None."""

    def ids(self) -> set[str] | None:
        """Return the ids of all records that are there; None where pages tell who is gone."""

    def write(self, rows: Sequence[tuple[str, Mapping[str, Any]]]) -> list[Written]:
        """Write values, and say for each record what became of it.

        A row that is refused holds no other; none is written twice.
        """

    def probes(self) -> Iterator[Probe]:
        """Yield what must hold, and whether it does; nothing is changed."""

    def prepare(self, bands: Sequence[str]) -> Iterator[str]:
        """Make the fields that are written, where the system lets us; yield what was made.

        Args:
            bands: What the field of the band can hold.
        """

    def close(self) -> None:
        """Let go of what is open."""
