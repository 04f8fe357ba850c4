"""A request of another system to facts, by its mapping."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import msgspec

from leadline.service.arriving import items
from leadline.service.arriving.facts import Event, Fact, Ids, LeadFields, Merge, Outcome, Unusable
from leadline.service.arriving.items import Refused
from leadline.service.hooks import bodies
from leadline.service.hooks.mapping import ANY, LIST, Becomes, Listed, Reading, WebhookMapping
from leadline.service.hooks.said import Said, joined

MOST_ID = 200
SECOND = 1_000_000
_SIZES = ((10**11, SECOND), (10**14, 1000), (10**17, 1))
"""Below so much a number of our time is of seconds, of thousandths, of millionths."""


def read(
    mapping: WebhookMapping, name: str, body: bytes, received_at: int
) -> Iterator[Fact | Unusable]:
    """Yield the facts of a request, and what is none. Raises Refused where all of it is none."""
    whole = _whole(mapping, body)
    found = _items(mapping, whole)
    is_whole = False
    for place, item in enumerate(found):
        try:
            yield from _facts(mapping, name, item, received_at)
        except Refused as refused:
            part = _written(item) if isinstance(whole, list) or len(found) == 1 else body
            if part is not body or not is_whole:
                is_whole = part is body
                yield Unusable(place, refused.reason, refused.detail, part)


def _whole(mapping: WebhookMapping, body: bytes) -> Any:
    """Return what a request says. Raises Refused."""
    found = bodies.value(mapping.body, body)
    if mapping.confirm is not None and (address := mapping.confirm.one(found)):
        raise Refused("to_confirm", f"open this once, and what follows is sent: {address}")
    if mapping.inside is not None:
        inner = mapping.inside.one(found)
        # what was parked is an item that was taken out already
        return found if inner is None else items.json_of(items.text(inner, "it", 10**6).encode())
    return found


def _items(mapping: WebhookMapping, whole: Any) -> list[Any]:
    """Return the items of a request; one that was parked by itself is no list any more."""
    if mapping.each is None or (mapping.each.text == LIST and not isinstance(whole, list)):
        return [whole]
    return mapping.each.all(whole)


def _written(item: Any) -> bytes:
    return msgspec.json.encode(item, order="sorted")


def _facts(mapping: WebhookMapping, name: str, item: Any, received_at: int) -> Iterator[Fact]:
    """Yield what an item is; nothing where it says nothing of a lead. Raises Refused."""
    kind = mapping.kind(item)
    rule = mapping.becomes(kind)
    if rule is None:
        if mapping.ignores(kind):
            return
        shown = f"an item of kind {kind[:80]}" if kind else "an item without a kind"
        raise Refused("unmapped", f"the mapping must say what {shown} becomes")
    every = list(_whose(rule.reading.lead, item))
    for ids in every:
        made = _Made(name, rule, item, received_at, ids if len(every) > 1 else None)
        yield from made.facts(ids)


def _whose(lead: Mapping[str, Said], item: Any) -> Iterator[Ids]:
    """Yield whom an item is about: one, or all that an e-mail was sent to."""
    found = {
        kind: items.identifier(said.one(item), kind)
        for kind, said in lead.items()
        if kind != "email"
    }
    ids = Ids(
        lead=found.get("lead_id", ""),
        user=found.get("user_id", ""),
        anonymous=found.get("anonymous_id", ""),
    )
    given = lead["email"].all(item) if "email" in lead else []
    addresses = list(dict.fromkeys(filter(None, map(items.email, given)))) or [""]
    for address in addresses:
        yield replace(ids, email=address)


class _Made:
    """What one item becomes for one lead."""

    def __init__(
        self, name: str, rule: Becomes, item: Any, received_at: int, one_of: Ids | None
    ) -> None:
        self._rule, self._item = rule, item
        self._reading: Reading = rule.reading
        given = None if self._reading.at is None else self._reading.at.one(item)
        self._at, self._given_at = items.moved(moment(given), None, received_at)
        own = joined(self._reading.id, item, ":") or items.digest_id(_written(item))
        own = own if one_of is None else f"{own}:{one_of.email}"
        self._id = f"{name}:{own if len(own) <= MOST_ID else items.digest_id(own.encode())}"

    def facts(self, ids: Ids) -> Iterator[Fact]:
        account = self._one(self._reading.account_id, "account_id")
        if not (ids or account):
            raise Refused("no_id", "must name somebody, where the mapping looks for it")
        if self._rule.ends:
            yield Merge(ids.lead or ids.user, None)
            return
        fields = self._values(self._reading.fields, self._reading.listed_fields)
        if fields and ids:
            yield LeadFields(ids, fields, self._at, account or None)
        if self._rule.outcome is not None:
            outcome = self._one(self._rule.outcome, "outcome")
            yield Outcome(self._id, outcome, self._at, ids, account or None)
        if self._rule.type is not None:
            yield self._event(ids, account)

    def _event(self, ids: Ids, account: str) -> Event:
        kind = self._one(self._rule.type, "type")
        if not kind:
            raise Refused("no_event", "must say what happened, where the mapping looks for it")
        properties = self._values(self._reading.properties, self._reading.listed)
        items.small(_written(properties))
        return Event(
            event_id=self._id,
            ids=ids,
            type=kind,
            occurred_at=self._at,
            given_at=self._given_at,
            account_id=account or None,
            properties=properties,
            origin={
                key: items.text(said.one(self._item), key, 1000)
                for key, said in self._reading.origin.items()
            },
        )

    def _one(self, said: Said | None, what: str) -> str:
        return "" if said is None else items.text(said.one(self._item), what, 256)

    def _values(self, named: Mapping[str, Said], listed: Listed | None) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, said in named.items():
            value = said.one(self._item)
            if name == ANY:
                found |= items.mapping(value, said.text)
            elif value is not None:
                found[name] = value
        if listed is not None:
            found |= dict(self._listed(listed))
        return items.flat(found)

    def _listed(self, listed: Listed) -> Iterator[tuple[str, Any]]:
        for each in listed.each.all(self._item):
            name = next(filter(None, (said.one(each) for said in listed.name)), None)
            values = (said.one(each) for said in listed.value)
            value = next((one for one in values if one is not None), None)
            if name is not None and value is not None:
                yield f"{listed.under}{name}", value


def moment(value: object) -> int | None:
    """Return a time in microseconds, of a number since 1970 or of a text. Raises Refused.

    >>> moment(1_700_000_000) == moment("1700000000000") == moment("2023-11-14T22:13:20Z")
    True
    """
    if isinstance(value, bool) or value is None:
        return None
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return items.time(_shortened(value), "the time of an event")
    for most, factor in _SIZES:
        if 0 < number < most:
            whole = isinstance(value, int)
            return int(value) * factor if whole else round(number * factor)  # type: ignore[call-overload]
    raise Refused("no_time", f"the time of an event must be of our days; found {str(value)[:40]}")


def _shortened(value: object) -> object:
    """Return a time without the billionths that some write and none of us needs."""
    text = value if isinstance(value, str) else ""
    head, dot, tail = text.partition(".")
    digits = len(tail) - len(tail.lstrip("0123456789"))
    return f"{head}.{tail[:6]}{tail[digits:]}" if dot and digits > 6 else value  # noqa: PLR2004
