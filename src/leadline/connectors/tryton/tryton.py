"""Tryton as a CRM: parties are read and written, opportunities are read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from leadline.connectors.crm import Outcome, Page, Probe, Record, Written
from leadline.connectors.tryton.client import (
    TrytonClient,
    TrytonRefused,
    moment,
    number,
    typed,
)

PARTY, MEANS, CHANCE = "party.party", "party.contact_mechanism", "sale.opportunity"
FIELDS = ("name", "email", "phone", "mobile", "website")
LOOK_BACK = timedelta(minutes=10)
"""A row may appear late with an old stamp, as stamps are those of the beginning of a change."""
TOGETHER = 500
FIRST = datetime(1970, 1, 1)  # noqa: DTZ001 - as Tryton has times, UTC without saying so


class Tryton:
    """Parties as leads, opportunities as what became of them.

    Attributes:
        most_written: So many parties are written in one call.
    """

    most_written = 100

    def __init__(self, client: TrytonClient, fields: Sequence[str], written: Sequence[str]) -> None:
        """Make one.

        Args:
            client: What asks.
            fields: Fields of a party that are read.
            written: Fields of a party that are written; they are never read.
        """
        self._client = client
        self._fields = [each for each in fields if each not in written]
        self._written = written

    def pages(self, since: str | None) -> Iterator[Page]:
        """Yield parties that changed, or whose address did, merges, and their opportunities."""
        start = FIRST if since is None else datetime.fromisoformat(since) - LOOK_BACK
        latest = start
        for rows in self._changed(PARTY, start, [*self._fields, "active", "replaced_by"]):
            latest = max([latest, *map(_stamp, rows)])
            yield _parties(rows, self._fields)
        moved: set[int] = set()
        for rows in self._changed(MEANS, start, ["party"]):
            latest = max([latest, *map(_stamp, rows)])
            moved |= {row["party"] for row in rows if row.get("party")}
        for ids in _parts(sorted(moved)):
            names = [*self._fields, "active", "replaced_by"]
            yield _parties(self._client.ask(PARTY, "read", ids, names), self._fields)
        names = ["party", "state", "amount", "lost_reason"] if self._has_chances() else []
        for rows in self._changed(CHANCE, start, names) if names else ():
            latest = max([latest, *map(_stamp, rows)])
            yield Page(outcomes=[_outcome(row) for row in rows if row.get("party")])
        yield Page(since=latest.isoformat())

    def _has_chances(self) -> bool:
        """Say whether the module of opportunities is there."""
        try:
            self._client.ask(CHANCE, "search", [], 0, 1, None)
        except TrytonRefused:
            return False
        return True

    def _changed(
        self, model: str, start: datetime, names: Sequence[str]
    ) -> Iterator[list[Mapping[str, Any]]]:
        """Yield rows that were made or changed since a moment, by their ids.

        Their order is that of the ids, so that rows of one stamp are each read, once.
        """
        at, last = typed(start), 0
        changed = ["OR", ["write_date", ">=", at], ["create_date", ">=", at]]
        asked = ["id", "create_date", "write_date", *names]
        while True:
            domain = [["id", ">", last], changed]
            order = [["id", "ASC"]]
            rows = self._client.ask(model, "search_read", domain, 0, TOGETHER, order, asked)
            if not rows:
                return
            yield rows
            last = rows[-1]["id"]

    def ids(self) -> set[str]:
        """Return the ids of all parties, also of those that are put away."""
        found: set[str] = set()
        last = 0
        while rows := self._client.ask(
            PARTY, "search", [["id", ">", last]], 0, 10_000, [["id", "ASC"]]
        ):
            found |= {str(each) for each in rows}
            last = rows[-1]
        return found

    def write(self, rows: Sequence[tuple[str, Mapping[str, Any]]]) -> list[Written]:
        """Write parties in one call, which is done whole or not at all; halve what is refused."""
        if not rows:
            return []
        params = [each for party, values in rows for each in ([int(party)], _values(values))]
        try:
            self._client.ask(PARTY, "write", *params)
        except TrytonRefused as refused:
            if len(rows) == 1:
                return [Written(rows[0][0], str(refused))]
            half = len(rows) // 2
            return [*self.write(rows[:half]), *self.write(rows[half:])]
        return [Written(party) for party, _ in rows]

    def probes(self) -> Iterator[Probe]:
        """Yield whether it answers, and has the fields that are read and written."""
        try:
            known = self._client.ask(PARTY, "fields_get", [])
        except TrytonRefused as refused:
            yield Probe(f"signs in: {refused}", is_met=False, remedy="An administrator can.")
            return
        yield Probe("signs in", is_met=True)
        for each in self._fields:
            yield Probe(f"party has {each} to read", each in known, "Leave it out of fields.")
        for each in self._written:
            remedy = "An administrator can activate a module that has it."
            yield Probe(f"party has {each} to write", each in known, remedy)
        yield Probe("opportunities can be read", self._has_chances(), "Activate sale_opportunity.")

    def prepare(self, bands: Sequence[str]) -> Iterator[str]:  # noqa: ARG002 - as the others
        """Yield nothing: a module of Tryton has the fields."""
        yield from ()

    def close(self) -> None:
        """Let go of the connection."""
        self._client.close()


def _stamp(row: Mapping[str, Any]) -> datetime:
    return max(filter(None, (moment(row.get("create_date")), moment(row.get("write_date")))))


def _parties(rows: Sequence[Mapping[str, Any]], fields: Sequence[str]) -> Page:
    """Return parties as records; those that went into another are merges."""
    merges = {str(row["id"]): str(row["replaced_by"]) for row in rows if row.get("replaced_by")}
    records = [
        Record(str(row["id"]), {each: row.get(each) or None for each in fields})
        for row in rows
        if str(row["id"]) not in merges
    ]
    return Page(records=records, merges=merges)


def _outcome(row: Mapping[str, Any]) -> Outcome:
    return Outcome(
        f"{row['id']}-{row['state']}",
        str(row["party"]),
        row["state"],
        f"{_stamp(row).isoformat()}Z",
        number(row.get("amount")),
        row.get("lost_reason") or None,
    )


def _values(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values as Tryton takes them: a null clears, 0 is 0."""
    return {
        name: typed(value.replace(tzinfo=None)) if isinstance(value, datetime) else value
        for name, value in values.items()
    }


def _parts(numbers: Sequence[int]) -> Iterator[list[int]]:
    for at in range(0, len(numbers), TOGETHER):
        yield list(numbers[at : at + TOGETHER])
