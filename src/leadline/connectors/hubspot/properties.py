"""Properties of a contact that scores are written to: what they are, and how they are made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from leadline.connectors.hubspot.client import VERSION, HubSpotClient

PATH = f"/crm/properties/{VERSION}/contacts"
GROUP = "leadline"
KINDS = {
    "score": ("number", "number", "Leadline score"),
    "band": ("enumeration", "select", "Leadline band"),
    "reasons": ("string", "textarea", "Leadline reasons"),
    "scored_at": ("datetime", "date", "Leadline scored at"),
}
"""What is written: type and form of its property, and how people see it."""

Property = Mapping[str, Any]


def known(client: HubSpotClient) -> dict[str, Property]:
    """Return the properties of contacts by their names."""
    return {str(each["name"]): each for each in client.get(PATH).get("results", ())}


def is_read_only(each: Property) -> bool:
    """Say whether values of a property cannot be written."""
    return bool((each.get("modificationMetadata") or {}).get("readOnlyValue"))


def prepare(client: HubSpotClient, write: Mapping[str, str], bands: Sequence[str]) -> Iterator[str]:
    """Make properties that are missing, and options that the band lacks; yield what was made.

    Options are never taken away, as lists and workflows of people stand on them.
    """
    there = known(client)
    if any(each not in there for each in write.values()):
        _make_group(client)
    for what, name in write.items():
        if name not in there:
            client.post(PATH, _made(what, name, bands))
            yield f"property {name} was made"
        elif what == "band" and there[name].get("type") == "enumeration":
            has = list(there[name].get("options") or ())
            if lacks := [each for each in bands if each not in {old["value"] for old in has}]:
                options = [*has, *(_option(each, len(has) + at) for at, each in enumerate(lacks))]
                client.patch(f"{PATH}/{name}", {"options": options})
                yield f"property {name} has the options {', '.join(lacks)} now"


def _make_group(client: HubSpotClient) -> None:
    path = f"{PATH}/groups"
    names = {each.get("name") for each in client.get(path).get("results", ())}
    if GROUP not in names:
        client.post(path, {"name": GROUP, "label": "Leadline", "displayOrder": -1})


def _made(what: str, name: str, bands: Sequence[str]) -> dict[str, Any]:
    kind, form, label = KINDS[what]
    own = {"name": name, "label": label, "type": kind, "fieldType": form, "groupName": GROUP}
    if what == "band":
        return {**own, "options": [_option(each, at) for at, each in enumerate(bands)]}
    return own


def _option(band: str, at: int) -> dict[str, Any]:
    return {"label": band, "value": band, "displayOrder": at, "hidden": False}
