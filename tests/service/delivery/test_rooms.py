"""Alerts in rooms of other chats: what is posted, what an answer means, and that guards hold."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec
import pytest

from leadline.errors import InputError
from leadline.service.alerts.message import Message
from leadline.service.delivery.channels.rooms import MOST_BYTES
from leadline.service.delivery.destinations import ROOMS, Destination, destination
from leadline.service.delivery.guard import networks
from leadline.service.delivery.senders import sender
from leadline.store.outbox import DeliveryRow
from receiving import Got, Receiver, receiving

HOSTILE = "@channel <@all> [Ada](https://x.example)"
TOLD = Message(
    [],
    f"{HOSTILE} is in sales now",
    [("Company", HOSTILE)],
    [f"{HOSTILE} (+40)"],
    ["pricing page"],
    ["size"],
    "https://leads.example/lead?id=ada",
)
NEW = tuple(each for each in ROOMS if each not in {"slack", "teams"})
HERE = networks(["127.0.0.0/8"])


def _row(told: Message = TOLD) -> DeliveryRow:
    body = msgspec.json.encode(told).decode()
    return DeliveryRow(
        1, "alert-ready-7-room", "room", "alert", "alert:ready", 1, body, 0, 0, None, 1, "waits",
        None, None, None,
    )  # fmt: skip


def _where(kind: str, receiver: Receiver) -> Destination:
    url = f"{receiver.url}?chat_id=-100" if kind == "telegram" else receiver.url
    return Destination("room", kind, url, allowed=HERE)


def _like_mattermost(got: Got) -> int:
    """Take JSON with a text of at most 16,383 letters, as incoming webhooks of Mattermost do."""
    if got.heads["content-type"] != "application/json":
        return 400
    text = msgspec.json.decode(got.body, type=dict[str, Any]).get("text")
    return 200 if isinstance(text, str) and 0 < len(text) <= 16_383 else 400


@pytest.mark.parametrize("kind", NEW)
def test_a_room_is_told_where_and_why_and_strangers_ring_nobody(kind: str) -> None:
    """In the form of each, with a link to the lead; names are no mark-up and lead nowhere."""
    with receiving() as receiver:
        where = sender(_where(kind, receiver))
        assert where.send(_row(), 0).is_done
        where.close()
        [got] = receiver.got
    said = got.body.decode()
    assert TOLD.url in said
    assert "pricing page" in said
    for each in ("@", "<", "https://x.example", "[Ada]"):
        assert each not in said, each


def test_mattermost_takes_a_post() -> None:
    """And one that is too long for it, cut; what it refuses is tried again."""
    with receiving() as receiver:
        receiver.answer, receiver.body = _like_mattermost, b"ok"
        room = sender(_where("mattermost", receiver))
        assert room.send(_row(), 0).is_done
        long = msgspec.structs.replace(TOLD, reasons=["y" * 20_000])
        assert room.send(_row(long), 0).is_done
        assert len(receiver.got[1].told["text"].encode()) < MOST_BYTES + 50
        receiver.answer = lambda _: 400
        found = room.send(_row(), 0)
        room.close()
    assert (found.is_done, found.is_final, found.detail) == (False, False, "answered 400")


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        ("wecom", b'{"errcode": 93000, "errmsg": "invalid webhook url"}'),
        ("dingtalk", b'{"errcode": 310000, "errmsg": "keywords not in content"}'),
        ("feishu", b'{"code": 19024, "msg": "Key Words Not Found"}'),
        ("telegram", b'{"ok": false, "description": "chat not found"}'),
    ],
)
def test_a_refusal_that_comes_with_a_status_of_success_is_none(kind: str, answer: bytes) -> None:
    """It is tried again, and parked in the end; what they say of success is taken for it."""
    with receiving() as receiver:
        receiver.answer, receiver.body = lambda _: 200, answer
        room = sender(_where(kind, receiver))
        assert not room.send(_row(), 0).is_done
        receiver.body = b'{"errcode": 0, "code": 0, "ok": true}'
        assert room.send(_row(), 0).is_done
        room.close()


@pytest.mark.parametrize("kind", NEW)
def test_no_room_is_posted_to_inside_unless_that_is_allowed(kind: str) -> None:
    """The same guard as that of webhooks: addresses are checked where they are connected to."""
    with receiving() as receiver:
        room = sender(replace(_where(kind, receiver), allowed=()))
        assert not room.send(_row(), 0).is_done
        room.close()
        assert receiver.got == []


def test_telegram_must_be_told_which_chat(monkeypatch: pytest.MonkeyPatch) -> None:
    """The address is the secret, and says it; without it that is told at once."""
    monkeypatch.setenv("BOT", "https://api.telegram.org/bot1:a/sendMessage")
    with pytest.raises(InputError, match="chat_id"):
        destination("bot", {"kind": "telegram", "secret_env": "BOT"})
    monkeypatch.setenv("BOT", "https://api.telegram.org/bot1:a/sendMessage?chat_id=-100")
    made = destination("bot", {"kind": "telegram", "secret_env": "BOT"})
    assert "bot1:a" not in repr(made)
