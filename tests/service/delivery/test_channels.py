"""An alert in the form of each channel, judged by those who know it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiosmtpd.controller import Controller
from slack_sdk.models.blocks import Block

from leadline.service.alerts.message import Action, Message
from leadline.service.delivery.channels.chat import Chat, slack, teams
from leadline.service.delivery.channels.mail import Mail
from leadline.service.delivery.destinations import Destination
from leadline.service.delivery.guard import networks
from leadline.store.outbox import DeliveryRow
from packages import installed
from receiving import receiving
from serving import free_port

CARDS = Path(__file__).parent / "cards"
TOLD = Message(
    ["eva@north.example"],
    "<!channel> [Ada](http://x) is in sales now",
    [("Company", "A & B <script>"), ("Score", "76")],
    ["demo requested (+40)", "<@U123>"],
    ["pricing page"],
    ["size"],
    "https://leads.example/leads/ada",
    [Action("Accept", "https://leads.example/act/a.b")],
)


def _row(told: Message = TOLD) -> DeliveryRow:
    body = msgspec.json.encode(told).decode()
    return DeliveryRow(
        1, "alert-ready-7-mail-eva@north.example", "mail", "alert", "alert:ready", 1, body, 0, 0,
        None, 1, "waits", None, None, None,
    )  # fmt: skip


class Post:
    """A mail server that answers as a test says, and keeps what it took."""

    def __init__(self) -> None:
        self.answers: list[str] = []
        self.took: list[EmailMessage] = []

    async def handle_DATA(self, _: Any, __: Any, envelope: Any) -> str:  # noqa: N802
        """Take a mail, or refuse it."""
        answer = self.answers.pop(0) if self.answers else "250 OK"
        if answer.startswith("250"):
            made = message_from_bytes(envelope.content, policy=policy.default)
            assert isinstance(made, EmailMessage)
            self.took.append(made)
        return answer


@pytest.fixture
def post() -> Iterator[tuple[Post, Mail]]:
    """A mail server, and what sends through it."""
    server = Post()
    port = free_port()
    controller = Controller(server, hostname="127.0.0.1", port=port)
    controller.start()
    where = Destination(
        "mail", "email", f"smtp://127.0.0.1:{port}", sender="leads@north.example"
    )  # fmt: skip
    yield server, Mail(where)
    controller.stop()


def test_a_mail_is_text_and_page_and_known_by_its_id(post: tuple[Post, Mail]) -> None:
    """What strangers wrote stands in it as text."""
    server, mail = post
    assert mail.send(_row(), 0).is_done
    [got] = server.took
    assert (got["To"], got["From"]) == ("eva@north.example", "leads@north.example")
    assert got["Message-ID"] == "<alert-ready-7-mail-eva=north.example@leadline.invalid>"
    plain = got.get_body(("plain",))
    page = got.get_body(("html",))
    assert plain is not None
    assert page is not None
    assert "Accept: https://leads.example/act/a.b" in plain.get_content()
    assert "A &amp; B &lt;script&gt;" in page.get_content()
    assert "<script>" not in page.get_content()


def test_a_mail_server_that_is_busy_is_asked_again_and_one_that_refuses_is_not(
    post: tuple[Post, Mail],
) -> None:
    """By the first figure of its answer."""
    server, mail = post
    server.answers = ["451 later", "554 never"]
    first, second, third = (mail.send(_row(), 0) for _ in range(3))
    assert (first.is_done, first.is_final, first.status) == (False, False, 451)
    assert (second.is_done, second.is_final) == (False, True)
    assert third.is_done


def test_nothing_of_a_name_becomes_a_head_of_a_mail(post: tuple[Post, Mail]) -> None:
    """A line end is refused, not sent."""
    server, mail = post
    bad = msgspec.structs.replace(TOLD, head="Ada\r\nBcc: spy@x.example")
    with pytest.raises(ValueError, match="linefeed"):
        mail.send(_row(bad), 0)
    assert server.took == []


def test_blocks_are_those_of_slack_and_ring_nobody() -> None:
    """Slack's own library reads them; a name that is a command is text."""
    made = slack(TOLD)
    blocks = Block.parse_all(made["blocks"])
    assert [each.type for each in blocks] == [
        "header", "section", "section", "section", "section", "actions",
    ]  # fmt: skip
    for each in blocks:
        each.validate_json()
    text = json.dumps(made["blocks"][1:]) + made["text"]
    assert "<!channel>" not in text
    assert "<@U123>" not in text
    long = msgspec.structs.replace(TOLD, head="x" * 500, reasons=["y" * 5000])
    for each in Block.parse_all(slack(long)["blocks"]):
        each.validate_json()


def test_a_card_of_teams_opens_a_page_and_means_nothing_else() -> None:
    """Its one action is a link; Markdown of strangers is text."""
    [attachment] = teams(TOLD)["attachments"]
    card = attachment["content"]
    assert {each["type"] for each in card["body"]} == {"TextBlock", "FactSet"}
    assert [each["type"] for each in card["actions"]] == ["Action.OpenUrl"]
    assert card["body"][0]["text"].startswith("<!channel> \\[Ada\\]")


@pytest.mark.slow
def test_a_card_of_teams_is_one_by_the_library_of_microsoft(tmp_path: Path) -> None:
    """It finds nothing wrong with ours, and does with one that is spoilt."""
    packages = installed(CARDS, tmp_path)
    [attachment] = teams(TOLD)["attachments"]
    assert _judged(attachment["content"], packages) == {"faults": [], "actions": 1}
    spoilt = {**attachment["content"], "body": [{"type": "TextBlok", "text": "x"}]}
    assert _judged(spoilt, packages)["faults"] != []


def _judged(card: dict[str, Any], packages: Path) -> dict[str, Any]:
    command = ["node", str(CARDS / "judge.mjs"), str(packages)]
    said = json.dumps(card).encode()
    found = subprocess.run(command, input=said, check=True, capture_output=True, timeout=60)
    return msgspec.json.decode(found.stdout, type=dict[str, Any])


def test_a_room_is_posted_to() -> None:
    """At the address that is its secret."""
    with receiving() as receiver:
        where = Destination("room", "slack", receiver.url, allowed=networks(["127.0.0.0/8"]))
        chat = Chat(where, slack)
        assert chat.send(_row(), 0).is_done
        chat.close()
        [got] = receiver.got
        assert got.told["blocks"][0]["type"] == "header"
