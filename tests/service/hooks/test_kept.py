"""The request of a webhook is kept as it came, so that it can be read anew, and forgotten."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

import stores
from leadline.engines.duckdb.engine import DuckDB
from leadline.questions.session import Session
from leadline.service import clock, commands
from leadline.service.asked.mapping import Mappings
from leadline.service.hooks.document import read_shipped, read_text, sample_of
from leadline.service.loop import Loop
from leadline.store import inbox
from leadline.store.inbox import Received
from leadline.store.store import Store

OURS = """
mapping: 1
title: A form of ours
signed: {by: secret, signature: {header: X-Key}, written: text}
choose: $.what
lead: {email: $.mail}
events: {asked: form_submitted}
"""
MENDED = OURS.replace("{asked: form_submitted}", "{asked: form_submitted, wished: wish_made}")
WISHED = b'{"what": "wished", "mail": "ida@north.example"}'


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with stores.opened(stores.file_url(tmp_path)) as made:
        assert made.hold()
        yield made


def _drain(store: Store, *requests: tuple[str, bytes], mapping: str = OURS) -> None:
    hooks = {name: read_shipped(name) for name in ("mailchimp", "sendgrid")}
    hooks["ours"] = read_text(mapping, "ours.yaml")
    inbox.accept(
        store,
        [Received(f"hooks/{name}", f"hook:{name}", clock.now(), body) for name, body in requests],
    )
    with DuckDB(threads=1) as engine:
        Loop(store, engine, hooks=hooks).drain()


def _rows(store: Store, query: str) -> list[tuple[object, ...]]:
    with store.reading() as session:
        return session.rows(query)


def test_a_mapping_that_was_mended_takes_what_was_parked(store: Store) -> None:
    """What it took already counts no second time, by part or by time."""
    asked = b'{"what": "asked", "mail": "ida@north.example"}'
    _drain(store, ("ours", WISHED), ("ours", asked))
    assert _rows(store, "select reason from parked") == [("unmapped",)]
    with store.writing() as session:
        [parked] = inbox.parked_rows(session, "unmapped", 10)
        inbox.replay(session, [parked.parked_id], clock.now())
        assert inbox.again(session, 0, clock.now(), "hooks/ours") == 2
    _drain(store, mapping=MENDED)
    found = _rows(store, "select type, count(*) from events group by type order by type")
    assert found == [("form_submitted", 1), ("wish_made", 1)]


def test_a_click_of_a_mail_scanner_is_marked(store: Store) -> None:
    """It came two seconds after delivery, by what SendGrid says of both."""
    sent, _, click, *_ = json.loads(sample_of("sendgrid"))
    soon = click | {"timestamp": sent["timestamp"] + 2}
    _drain(store, ("sendgrid", json.dumps([sent, soon]).encode()))
    [(event_id, mark)] = _rows(store, "select event_id, mark from event_marks")
    assert event_id == "sendgrid:Y2xpY2stMQ"
    assert str(mark).startswith("mail scanner: clicked 2 s after delivery")


def test_a_webhook_that_is_not_set_any_more_waits_parked(store: Store) -> None:
    """Its requests say which is missing."""
    _drain(store, ("gone", b"{}"))
    assert _rows(store, "select reason, detail from parked") == [
        ("no_mapping", "the settings must have a webhook named gone")
    ]


def test_a_sample_is_tried_by_the_mapping_of_a_file(tmp_path: Path) -> None:
    """Of the settings or not; status 1 says that a part would be parked."""
    sample, document = tmp_path / "sample.json", tmp_path / "ours.yaml"
    sample.write_bytes(WISHED)
    document.write_text(OURS, encoding="utf-8")
    with Session() as session:
        tried = Mappings("test", str(sample), mapping=str(document)).answer(session)
        assert (tried.status, tried.result[0]["reason"]) == (1, "unmapped")
        document.write_text(MENDED, encoding="utf-8")
        hooks = {"form": {"file": str(document)}}
        tried = Mappings("test", str(sample), mapping="form", hooks=hooks).answer(session)
        assert tried.status == 0
        assert str(tried.printed).startswith("event wish_made  ida@north.example\n")
        rows = Mappings("list", hooks=hooks).answer(session).result
        assert {"name": "form", "from": "settings"}.items() <= rows[-1].items()
        shown = Mappings("show", mapping="typeform").answer(session)
        assert read_text(str(shown.printed), "shown") == read_shipped("typeform")


@pytest.mark.parametrize("knows_mapping", [True, False])
def test_a_person_is_erased_from_the_requests_of_webhooks(
    store: Store, *, knows_mapping: bool
) -> None:
    """Also where an address stands in a form, and where nobody knows the mapping any more."""
    body = sample_of("mailchimp")
    other = body.replace(b"ada%40north.example", b"ben%40south.example")
    _drain(store, ("mailchimp", body), ("mailchimp", other))
    erase = commands.encoded(commands.Erase("ada@north.example"))
    inbox.accept(store, [Received("test", commands.KIND, clock.now(), erase)])
    with DuckDB(threads=1) as engine:
        hooks = {"mailchimp": read_shipped("mailchimp")} if knows_mapping else {}
        Loop(store, engine, hooks=hooks).drain()
    kept = "select length(body) > 0 from inbox where kind = 'hook:mailchimp' order by inbox_id"
    assert [bool(has_body) for (has_body,) in _rows(store, kept)] == [False, True]
