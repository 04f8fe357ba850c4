"""What changed in HubSpot since a moment, whatever it stamps alike and however late it shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from leadline.connectors.hubspot.client import VERSION, HubSpotClient

PAGE, MOST_HISTORIES = 200, 50
"""Rows of a search, and of a call that asks for histories."""
LOOK_BACK = timedelta(minutes=10)
"""The index that is searched lags, so rows appear late with an old stamp."""
STAMPS = {"contacts": "lastmodifieddate"}
"""Properties that say when a record last changed, where it is not the usual one."""

Row = Mapping[str, Any]


def changed(
    client: HubSpotClient, kind: str, since: datetime | None, properties: Sequence[str]
) -> Iterator[list[Row]]:
    """Yield records that changed, by their ids.

    Each page asks for ids above the last one, never for the page after: so a search never comes to
    its 10,000th row, and rows of one stamp are each read, once.
    """
    last = 0
    stamp = STAMPS.get(kind, "hs_lastmodifieddate")
    while True:
        filters = [{"propertyName": "hs_object_id", "operator": "GT", "value": str(last)}]
        if since is not None:
            at = str(int((since - LOOK_BACK).timestamp() * 1000))
            filters.append({"propertyName": stamp, "operator": "GTE", "value": at})
        body = {
            "filterGroups": [{"filters": filters}],
            "sorts": [{"propertyName": "hs_object_id", "direction": "ASCENDING"}],
            "properties": list(properties),
            "limit": PAGE,
        }
        found = client.post(f"/crm/objects/{VERSION}/{kind}/search", body)
        rows = found.get("results", [])
        if rows:
            yield rows
        if not rows or len(rows) >= found.get("total", PAGE + 1):
            return
        last = int(rows[-1]["id"])


def archived(client: HubSpotClient, since: datetime | None) -> list[str]:
    """Return contacts that were deleted; a search does not find these."""
    return [
        str(row["id"])
        for page in client.listed(f"/crm/objects/{VERSION}/contacts", archived="true")
        for row in page
        if since is None or _moment(row["archivedAt"]) >= since - LOOK_BACK
    ]


def histories(
    client: HubSpotClient, kind: str, ids: Sequence[str], properties: Sequence[str]
) -> Iterator[tuple[str, Mapping[str, Sequence[Row]]]]:
    """Yield records with what their properties were, and since when."""
    for at in range(0, len(ids), MOST_HISTORIES):
        body = {
            "inputs": [{"id": each} for each in ids[at : at + MOST_HISTORIES]],
            "properties": [],
            "propertiesWithHistory": list(properties),
        }
        found = client.post(f"/crm/objects/{VERSION}/{kind}/batch/read", body)
        for row in found.get("results", ()):
            yield str(row["id"]), row.get("propertiesWithHistory") or {}


def contacts_of(client: HubSpotClient, deals: Sequence[str]) -> dict[str, str]:
    """Return deals with their contact, the one that HubSpot has had for longest."""
    if not deals:
        return {}
    path = f"/crm/associations/{VERSION}/deals/contacts/batch/read"
    body = client.post(path, {"inputs": [{"id": each} for each in deals]})
    return {
        str(row["from"]["id"]): str(min(int(each["toObjectId"]) for each in row["to"]))
        for row in body.get("results", ())
        if row.get("to")
    }


def owners(client: HubSpotClient) -> dict[str, str]:
    """Return who owns records: their ids to their addresses."""
    return {
        str(row["id"]): str(row["email"])
        for page in client.listed(f"/crm/owners/{VERSION}")
        for row in page
        if row.get("email")
    }


def _moment(said: str) -> datetime:
    """Return a time as HubSpot writes it, which says that it is UTC."""
    return datetime.fromisoformat(said)
