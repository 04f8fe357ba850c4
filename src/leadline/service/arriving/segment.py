"""What the SDKs of Segment and RudderStack send: ``track``, ``identify`` and their like."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec

from leadline.service.arriving import items
from leadline.service.arriving.facts import (
    AccountFields,
    Alias,
    Event,
    Fact,
    Ids,
    LeadFields,
    Unusable,
)
from leadline.service.arriving.items import Refused

PAGE = ("path", "url", "title", "referrer", "search")
"""What a browser says of the page it is on, beside any event."""


class _Whole(msgspec.Struct):
    batch: list[msgspec.Raw] | None = None
    sentAt: Any = None  # noqa: N815 - as senders write it
    context: Any = None


def read(body: bytes, received_at: int, endpoint: str) -> Iterator[Fact | Unusable]:
    """Yield the facts of a request, and what is none. Raises Refused where all of it is none."""
    try:
        whole = msgspec.json.decode(body, type=_Whole)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Refused("no_json", f"must be JSON of the form of Segment; {error}") from None
    sent_at = _soft_time(whole.sentAt)
    found = [body] if whole.batch is None else [bytes(each) for each in whole.batch]
    for place, part in enumerate(found):
        try:
            yield from _facts(part, sent_at, received_at, endpoint)
        except Refused as refused:
            yield Unusable(place, refused.reason, refused.detail, part)


def _soft_time(value: object) -> int | None:
    try:
        return items.time(value, "sentAt")
    except Refused:
        return None


def _facts(part: bytes, sent_at: int | None, received_at: int, endpoint: str) -> Iterator[Fact]:
    message = items.mapping(items.json_of(items.small(part)), "an event")
    kind = items.text(message.get("type") or endpoint, "type", 40)
    reader = _READERS.get(kind)
    if reader is None:
        expected = ", ".join(_READERS)
        raise Refused("unknown_type", f"type must be one of {expected}; found {kind}")
    given = message.get("timestamp") or message.get("originalTimestamp")
    own_sent = sent_at if sent_at is not None else _soft_time(message.get("sentAt"))
    at, moved = items.moved(items.time(given, "timestamp"), own_sent, received_at)
    yield from reader(_Message(part, message, at, moved))


class _Message:
    """One message, with what its kinds share."""

    def __init__(self, part: bytes, message: Mapping[str, Any], at: int, moved: int | None) -> None:
        self.given = message
        self.at, self.moved = at, moved
        self.event_id = items.text(message.get("messageId"), "messageId", 256) or items.digest_id(
            part
        )
        self.context = items.mapping(message.get("context"), "context")
        self.traits = items.mapping(message.get("traits"), "traits")
        self.properties = items.mapping(message.get("properties"), "properties")

    @property
    def ids(self) -> Ids:
        told = items.mapping(self.context.get("traits"), "context.traits")
        address = next(
            filter(None, (items.email(each.get("email")) for each in (self.traits, told))), ""
        )
        return Ids(
            user=items.identifier(self.given.get("userId"), "userId"),
            email=address or items.email(self.given.get("userId")),
            anonymous=items.identifier(self.given.get("anonymousId"), "anonymousId"),
        )

    def whose(self) -> Ids:
        """Return whom it is about. Raises Refused where it is about nobody."""
        found = self.ids
        if not found:
            raise Refused("no_id", "must have a userId, an anonymousId or an e-mail address")
        return found

    def event(self, kind: str, properties: Mapping[str, Any]) -> Event:
        page = items.mapping(self.context.get("page"), "context.page")
        beside = {key: page[key] for key in PAGE if page.get(key) not in (None, "")}
        if campaign := self.context.get("campaign"):
            beside["campaign"] = campaign
        group = items.identifier(self.context.get("groupId"), "context.groupId")
        return Event(
            event_id=self.event_id,
            ids=self.whose(),
            type=kind,
            occurred_at=self.at,
            given_at=self.moved,
            account_id=group or None,
            properties=items.flat({**beside, **properties}),
            origin={
                "ip": items.text(self.context.get("ip"), "context.ip", 64),
                "agent": items.text(self.context.get("userAgent"), "context.userAgent", 1000),
            },
        )


def _track(message: _Message) -> Iterator[Fact]:
    kind = items.text(message.given.get("event"), "event", 256)
    if not kind:
        raise Refused("no_event", "track must name an event")
    yield message.event(kind, message.properties)


def _seen(kind: str) -> Callable[[_Message], Iterator[Fact]]:
    def read_one(message: _Message) -> Iterator[Fact]:
        named = {key: message.given[key] for key in ("name", "category") if message.given.get(key)}
        yield message.event(kind, {**named, **message.properties})

    return read_one


def _identify(message: _Message) -> Iterator[Fact]:
    told = message.traits or items.mapping(message.context.get("traits"), "context.traits")
    yield LeadFields(message.whose(), items.flat(told), message.at)


def _group(message: _Message) -> Iterator[Fact]:
    account = items.identifier(message.given.get("groupId"), "groupId")
    if not account:
        raise Refused("no_id", "group must have a groupId")
    # what it says of the group is under traits, and so is an address of the group, not of a person
    ids = Ids(
        user=items.identifier(message.given.get("userId"), "userId"),
        anonymous=items.identifier(message.given.get("anonymousId"), "anonymousId"),
    )
    yield AccountFields(account, items.flat(message.traits), message.at, ids)


def _alias(message: _Message) -> Iterator[Fact]:
    previous = items.identifier(message.given.get("previousId"), "previousId")
    ids = message.whose()
    if not previous:
        raise Refused("no_id", "alias must have a previousId")
    yield Alias(Ids(user=previous, anonymous=previous), ids, message.at)


_READERS: Mapping[str, Callable[[_Message], Iterator[Fact]]] = {
    "track": _track,
    "identify": _identify,
    "group": _group,
    "page": _seen("page_viewed"),
    "screen": _seen("screen_viewed"),
    "alias": _alias,
}
