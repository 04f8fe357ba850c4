"""HubSpot as a CRM: contacts are read and written, companies and deals are read."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from leadline.connectors.crm import Outcome, Page, Probe, Record, Written
from leadline.connectors.hubspot import properties, reading, writing
from leadline.connectors.hubspot.client import HubSpotClient, HubSpotRefused

FIELDS = (
    "email", "firstname", "lastname", "phone", "company", "jobtitle", "country", "website",
    "hs_lead_status", "lifecyclestage",
)  # fmt: skip
COMPANY = ("name", "domain", "industry", "numberofemployees", "annualrevenue", "country")
NUMBERS = frozenset({"numberofemployees", "annualrevenue"})
STATUSES = ("hs_lead_status", "lifecyclestage")
"""Properties of a contact whose history says what became of it."""
LATE = datetime(2100, 1, 1, tzinfo=UTC)
"""Nothing has changed since then, so asking is quick."""
OWNER, ACCOUNT, MERGED = "hubspot_owner_id", "associatedcompanyid", "hs_merged_object_ids"
DEAL = ("amount", "closed_lost_reason")


class HubSpot:
    """Contacts as leads, companies as accounts; stages of both and of deals as outcomes.

    Attributes:
        most_written: So many contacts are written in one call.
    """

    most_written = 100

    def __init__(
        self,
        client: HubSpotClient,
        fields: Sequence[str],
        write: Mapping[str, str],
        states: Collection[str],
    ) -> None:
        """Make one.

        Args:
            client: What asks.
            fields: Properties of a contact that are read.
            write: What is written, to the property for it; such a property is never read.
            states: Words of HubSpot that are outcomes here; the history of others is not asked for.
        """
        self._client = client
        self._fields = [each for each in fields if each not in write.values()]
        self._write, self._states = write, frozenset(states)

    def pages(self, since: str | None) -> Iterator[Page]:
        """Yield contacts, companies and deals that changed, merges, and who is gone.

        Who is gone is asked first and told last: who went into another contact meanwhile is then
        told as that. The next run reads from the time that HubSpot had when this one began.
        """
        start = None if since is None else datetime.fromisoformat(since)
        gone = reading.archived(self._client, start)
        begun = self._client.since
        owners = reading.owners(self._client)
        for rows in reading.changed(self._client, "companies", start, COMPANY):
            yield Page(accounts=[_company(row) for row in rows])
        asked = [*self._fields, OWNER, ACCOUNT, MERGED, *STATUSES]
        for rows in reading.changed(self._client, "contacts", start, asked):
            yield self._contacts(rows, owners)
        for rows in reading.changed(self._client, "deals", start, DEAL):
            yield Page(outcomes=list(self._deals(rows)))
        yield Page(gone=gone, since=begun.isoformat() if begun else since)

    def _contacts(self, rows: Sequence[reading.Row], owners: Mapping[str, str]) -> Page:
        """Return contacts, who went into them, and what their stages were."""
        told = [
            str(row["id"])
            for row in rows
            if any(row["properties"].get(each) in self._states for each in STATUSES)
        ]
        outcomes = [
            Outcome(f"{contact}-{state}-{_number(at)}", contact, state, at)
            for contact, were in reading.histories(self._client, "contacts", told, STATUSES)
            for name in STATUSES
            for state, at in self._entered(were.get(name, ()))
        ]
        return Page(
            records=[self._contact(row, owners) for row in rows],
            outcomes=outcomes,
            merges={
                old: str(row["id"])
                for row in rows
                for old in filter(None, (row["properties"].get(MERGED) or "").split(";"))
                if old != str(row["id"])
            },
        )

    def _contact(self, row: reading.Row, owners: Mapping[str, str]) -> Record:
        """Return a contact; an empty text is null."""
        said = row["properties"]
        fields: dict[str, Any] = {each: said.get(each) or None for each in self._fields}
        fields["owner"] = owners.get(said.get(OWNER) or "")
        if said.get(ACCOUNT):
            fields["account_id"] = str(said[ACCOUNT])
        return Record(str(row["id"]), fields)

    def _deals(self, rows: Sequence[reading.Row]) -> Iterator[Outcome]:
        """Yield the stages that deals came into, for the contact of each."""
        said = {str(row["id"]): row["properties"] for row in rows}
        contacts = reading.contacts_of(self._client, list(said))
        told = [each for each in said if each in contacts]
        for deal, were in reading.histories(self._client, "deals", told, ["dealstage"]):
            amount, reason = said[deal].get("amount"), said[deal].get("closed_lost_reason") or None
            for stage, at in self._entered(were.get("dealstage", ())):
                yield Outcome(
                    f"deal-{deal}-{stage}-{_number(at)}", contacts[deal], stage, at,
                    float(amount) if amount else None, reason,
                )  # fmt: skip

    def _entered(self, were: Sequence[reading.Row]) -> Iterator[tuple[str, str]]:
        """Yield the states that are outcomes, and when each was come into."""
        for each in were:
            if each.get("value") in self._states:
                yield str(each["value"]), str(each["timestamp"])

    def ids(self) -> None:
        """Return nothing: deleted contacts are asked for."""

    def write(self, rows: Sequence[tuple[str, Mapping[str, Any]]]) -> list[Written]:
        """Write contacts that are there; none is ever made."""
        return list(writing.write(self._client, rows))

    def probes(self) -> Iterator[Probe]:
        """Yield whether the key is good, may read what is read, and finds what is written."""
        try:
            known = properties.known(self._client)
        except HubSpotRefused as refused:
            remedy = "A super admin makes a service key with crm.objects.contacts.read and .write."
            yield Probe(f"signs in: {refused}", is_met=False, remedy=remedy)
            return
        yield Probe("signs in", is_met=True)
        for each in self._fields:
            yield Probe(f"contact has {each} to read", each in known, "Leave it out of fields.")
        for each in self._write.values():
            is_there = each in known and not properties.is_read_only(known[each])
            remedy = "leadline connect NAME --approve makes it; the key needs crm.schemas.contacts."
            yield Probe(f"contact has {each} to write", is_there, remedy)
        for kind in ("companies", "deals"):
            yield self._can_read(kind)

    def _can_read(self, kind: str) -> Probe:
        remedy = f"A super admin adds crm.objects.{kind}.read to the service key."
        try:
            next(reading.changed(self._client, kind, LATE, ()), [])
        except HubSpotRefused as refused:
            return Probe(f"{kind} can be read: {refused}", is_met=False, remedy=remedy)
        return Probe(f"{kind} can be read", is_met=True)

    def prepare(self, bands: Sequence[str]) -> Iterator[str]:
        """Make properties that are missing, and options that the band lacks; none is removed."""
        return properties.prepare(self._client, self._write, bands)

    def close(self) -> None:
        """Let go of the connection."""
        self._client.close()


def _company(row: reading.Row) -> Record:
    """Return a company; numbers are texts in HubSpot."""
    said = row["properties"]
    fields = {
        each: float(value) if (value := said.get(each) or None) and each in NUMBERS else value
        for each in COMPANY
    }
    return Record(str(row["id"]), fields)


def _number(at: str) -> int:
    """Return a time as the milliseconds that it is, the same however it is written."""
    return int(datetime.fromisoformat(at).timestamp() * 1000)
