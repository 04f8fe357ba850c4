"""Alerts in a room of Slack or Teams, by an address that is itself the secret."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from leadline.service.alerts.message import Message, parts
from leadline.service.delivery.destinations import Destination, Sent
from leadline.service.delivery.guard import Resolve, resolved
from leadline.service.delivery.webhook import Poster, Refusal, all_taken
from leadline.store.outbox import DeliveryRow

MOST_HEAD, MOST_SECTION = 150, 3000


class Chat:
    """Posts alerts in the form of a room."""

    def __init__(
        self,
        where: Destination,
        form: Callable[[Message], Mapping[str, Any]],
        resolve: Resolve = resolved,
        refusal: Refusal = all_taken,
    ) -> None:
        self._poster = Poster(where, resolve)
        self._form = form
        self._refusal = refusal

    def send(self, row: DeliveryRow, at: int) -> Sent:  # noqa: ARG002 - as senders have it
        """Post an alert."""
        told = msgspec.json.decode(row.body, type=Message)
        return self._poster.post(msgspec.json.encode(self._form(told)), {}, self._refusal)

    def close(self) -> None:
        """Let go of connections."""
        self._poster.close()


def slack(told: Message) -> dict[str, Any]:
    """Return an alert as blocks of Slack."""
    blocks: list[dict[str, Any]] = [
        {"type": "header", "text": {"type": "plain_text", "text": told.head[:MOST_HEAD]}},
        _section("\n".join(f"*{name}:* {_mrkdwn(value)}" for name, value in told.facts)),
    ]
    for title, items in parts(told):
        blocks.append(_section("\n".join([f"*{title}*", *(f"• {_mrkdwn(e)}" for e in items)])))
    if told.url:
        button = {"type": "plain_text", "text": "See the lead"}
        blocks.append(
            {"type": "actions", "elements": [{"type": "button", "text": button, "url": told.url}]}
        )
    return {"text": _mrkdwn(told.head), "blocks": [each for each in blocks if each]}


def _section(text: str) -> dict[str, Any]:
    if not text:
        return {}
    return {"type": "section", "text": {"type": "mrkdwn", "text": text[:MOST_SECTION]}}


def _mrkdwn(text: str) -> str:
    """Return text in which nothing rings anybody or leads anywhere.

    >>> _mrkdwn("<!channel> & *x*")
    '&lt;!channel&gt; &amp; *x*'
    """
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def teams(told: Message) -> dict[str, Any]:
    """Return an alert as an Adaptive Card; its one action opens a page."""
    body: list[dict[str, Any]] = [
        {"type": "TextBlock", "text": _plain(told.head), "weight": "Bolder", "size": "Medium",
         "wrap": True},
        {"type": "FactSet",
         "facts": [{"title": name, "value": _plain(value)} for name, value in told.facts]},
    ]  # fmt: skip
    for title, items in parts(told):
        lines = "\n".join(f"- {_plain(each)}" for each in items)
        body.append({"type": "TextBlock", "text": title, "weight": "Bolder"})
        body.append({"type": "TextBlock", "text": lines, "wrap": True})
    card: dict[str, Any] = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": body,
    }
    if told.url:
        card["actions"] = [{"type": "Action.OpenUrl", "title": "See the lead", "url": told.url}]
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "content": card}
    return {"type": "message", "attachments": [attachment]}


def _plain(text: str) -> str:
    r"""Return text in which Markdown means nothing.

    >>> _plain("[free](http://x)")
    '\\[free\\](http://x)'
    """
    return re.sub(r"([\[\]*_`])", r"\\\1", text)
