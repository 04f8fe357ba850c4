"""Alerts in rooms of Mattermost, Telegram, WeCom, DingTalk and Feishu, by the address of each.

An address is itself the secret. Several of them answer 200 to what they did not take, and say so in
the body, which is read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import parse_qs, urlsplit, urlunsplit

import msgspec

from leadline.service.alerts.message import Message, parts
from leadline.service.delivery.channels.chat import Chat
from leadline.service.delivery.destinations import Destination
from leadline.service.delivery.guard import Resolve, resolved

MOST_BYTES = 4000
"""WeCom takes 4,096 bytes and Telegram as many letters; the others take more."""
SIGNED = "leadline"
"""Stands in each message: a robot of DingTalk or Feishu may ask for a word that it knows."""
SEE = "See the lead"
_FULL_WIDTH = {ord(each): ord(each) + 0xFEE0 for each in "<>[]*_`#@/"}


def bare(text: str) -> str:
    """Return text in which nothing rings anybody, leads anywhere or changes how it looks.

    >>> len(bare("@all <b>")), "@" in bare("@all <b>")
    (8, False)
    """
    return text.translate(_FULL_WIDTH)


def _markdown(told: Message) -> str:
    """Return an alert in the Markdown that all of them know."""
    blocks = [f"**{bare(told.head)}**", _list(f"{name}: {value}" for name, value in told.facts)]
    blocks += [f"[{SEE}]({told.url})"] if told.url else []
    for title, items in parts(told):
        blocks += [f"**{title}**", _list(items)]
    return _cut("\n\n".join(each for each in blocks if each))


def _list(items: Iterable[str]) -> str:
    return "\n".join(f"- {bare(each)}" for each in items)


def _cut(text: str) -> str:
    """Return as much as may be sent, with the word that robots know at its end."""
    whole = text.encode()
    text = text if len(whole) <= MOST_BYTES else whole[:MOST_BYTES].decode(errors="ignore") + "…"
    return f"{text}\n\n{SIGNED}"


def mattermost(told: Message) -> dict[str, Any]:
    """Return an alert as a post of Mattermost."""
    return {"text": _markdown(told)}


def wecom(told: Message) -> dict[str, Any]:
    """Return an alert as a message of a robot of WeCom."""
    return {"msgtype": "markdown", "markdown": {"content": _markdown(told)}}


def dingtalk(told: Message) -> dict[str, Any]:
    """Return an alert as a message of a robot of DingTalk."""
    return {
        "msgtype": "markdown",
        "markdown": {"title": bare(told.head), "text": _markdown(told)},
    }


def feishu(told: Message) -> dict[str, Any]:
    """Return an alert as a post of a robot of Feishu."""
    lines = [[_text(f"{name}: {value}")] for name, value in told.facts]
    lines += [[{"tag": "a", "text": SEE, "href": told.url}]] if told.url else []
    for title, items in parts(told):
        lines += [[_text(f"{title}:")], *([_text(f"- {each}")] for each in items)]
    post = {"title": bare(told.head), "content": [*lines, [_text(SIGNED)]]}
    return {"msg_type": "post", "content": {"post": {"en_us": post}}}


def _text(text: str) -> dict[str, str]:
    return {"tag": "text", "text": bare(text)}


def telegram(told: Message, chat: str) -> dict[str, Any]:
    """Return an alert as a message of a bot of Telegram, which reads no markup in it."""
    lines = [bare(told.head), *(bare(f"{name}: {value}") for name, value in told.facts)]
    lines += [told.url] if told.url else []
    for title, items in parts(told):
        lines += ["", f"{title}:", *(f"- {bare(each)}" for each in items)]
    text = _cut("\n".join(lines))
    return {"chat_id": chat, "text": text, "link_preview_options": {"is_disabled": True}}


def of_telegram(where: Destination, resolve: Resolve = resolved) -> Chat:
    """Return what posts to a chat of Telegram; the address says which."""
    address = urlsplit(where.url)
    chat = parse_qs(address.query)["chat_id"][0]
    where = replace(where, url=urlunsplit(address._replace(query="")))
    return Chat(where, partial(telegram, chat=chat), resolve, refusal)


def room(form: Callable[[Message], Mapping[str, Any]]) -> Callable[[Destination], Chat]:
    """Return what makes the sender of a room that takes messages in a form."""
    return partial(Chat, form=form, refusal=refusal)


def refusal(body: bytes) -> str:
    """Return why something was not taken, by an answer that has a status of success.

    >>> refusal(b'{"errcode": 93000, "errmsg": "invalid webhook url"}')
    'answered errcode 93000'
    >>> refusal(b"ok")
    ''
    """
    try:
        said = msgspec.json.decode(body, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ""
    for name in ("errcode", "code", "StatusCode"):
        if isinstance(code := said.get(name), int) and code:
            return f"answered {name} {code}"
    return "" if said.get("ok", True) else "answered that it was not taken"
