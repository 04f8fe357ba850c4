"""A mapping says which facts a request is; what it does not say is parked, and nothing is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from leadline.errors import InputError
from leadline.service.arriving.facts import Event, Fact, LeadFields, Merge, Unusable
from leadline.service.arriving.items import Refused
from leadline.service.hooks import document, mapped
from leadline.service.hooks.document import read_text

AT = 1_764_584_035_000_000
HEAD = """
mapping: 1
title: Of the tests
signed: {by: secret, signature: {header: X-Key}}
"""


def _read(written: str, body: bytes) -> list[Fact | Unusable]:
    return list(mapped.read(read_text(HEAD + written, "ours.yaml"), "ours", body, AT))


def test_all_faults_of_a_document_come_together() -> None:
    """Each with its line, what was expected, and the nearest name."""
    written = """mapping: 1
title: Faults
signed: {by: hmak, signature: {haeder: X}, within: 5 minuets}
each: $[
lead: {mail: $.email}
propertys: {}
events:
  seen: {typ: page_viewed}
"""
    with pytest.raises(InputError) as refused:
        read_text(written, "ours.yaml")
    said = str(refused.value).splitlines()
    assert [line.split()[0] for line in said] == [
        f"ours.yaml:{n}" for n in (6, 5, 3, 3, 3, 3, 8, 8, 4)
    ]
    for part in ("Did you mean hmac?", "Did you mean header?", "Did you mean email?",
                 "Did you mean properties?", "must be a path of JSON"):  # fmt: skip
        assert part in str(refused.value), part


def test_the_reference_has_every_key() -> None:
    """And every value that a key may have of a few."""
    page = Path(__file__).parents[3] / "docs" / "reference" / "mappings.md"
    text = page.read_text(encoding="utf-8")
    keys = {*document.HEAD, *document.EVENT, *document.SIGNED, *document.IDS, *document.PLACES}
    words = keys | {each for values in document.CHOICES.values() for each in values}
    assert [
        each for each in sorted(words) if f"`{each}`" not in text and f"{each}:" not in text
    ] == []


def test_an_item_that_cannot_be_mapped_spoils_no_other() -> None:
    """It is parked alone, as what it was in its list, and reads the same when it is sent again."""
    written = """
each: $[*]
choose: $.what
lead: {email: $.who}
events: {seen: page_viewed}
ignored: [ping]
"""
    body = b"""[{"what": "seen", "who": "ada@north.example"}, {"what": "ping"},
        {"what": "wink", "who": "ben@north.example"}, {"what": "seen"}]"""
    first, unmapped, nobody = _read(written, body)
    assert isinstance(first, Event)
    assert isinstance(unmapped, Unusable)
    assert isinstance(nobody, Unusable)
    assert (unmapped.reason, unmapped.item) == ("unmapped", 2)
    assert (nobody.reason, nobody.item) == ("no_id", 3)
    mended = written.replace("{seen: page_viewed}", "{seen: page_viewed, wink: winked}")
    [again] = _read(mended, unmapped.body)
    [_, whole, _] = _read(mended, body)
    assert again == whole


def test_items_inside_a_request_are_parked_with_all_of_it() -> None:
    """Once, as what is there already counts no second time."""
    written = """
each: $.events[*]
choose: $.what
lead: {email: $.who}
events: {seen: page_viewed}
"""
    body = b'{"events": [{"what": "no"}, {"what": "seen", "who": "a@b.example"}, {"what": "no"}]}'
    found = _read(written, body)
    assert [type(each) for each in found] == [Unusable, Event]
    assert isinstance(found[0], Unusable)
    assert found[0].body == body


def test_one_mail_to_many_is_an_event_of_each() -> None:
    """With an id of its own."""
    written = """
id: $.id
lead: {email: "$.to[*]"}
events: {"*": email_delivered}
"""
    found = _read(written, b'{"id": 7, "to": ["ada@n.example", "BEN@n.example", "ada@n.example"]}')
    assert [each.event_id for each in found if isinstance(each, Event)] == [
        "ours:7:ada@n.example",
        "ours:7:ben@n.example",
    ]


def test_lists_of_names_and_values_become_properties_or_fields() -> None:
    """As the answers of a form are."""
    written = """
lead: {user_id: $.who}
listed: {each: "$.answers[*]", name: [$.ref, $.id], value: [$.text, $.number], under: a.}
listed_fields: {each: $.change, name: $.field, value: $.now}
events: {"*": form_submitted}
"""
    body = b"""{"who": "ada", "change": {"field": "title", "now": "Chief"},
        "answers": [{"ref": "size", "number": 0}, {"id": "q2", "text": "yes"}, {"id": "q3"}]}"""
    fields, event = _read(written, body)
    assert isinstance(fields, LeadFields)
    assert fields.fields == {"title": "Chief"}
    assert isinstance(event, Event)
    assert event.properties == {"a.size": 0, "a.q2": "yes"}


def test_a_lead_that_is_gone_there_ends_here() -> None:
    """As a merge into nobody, which can be undone."""
    written = "lead: {lead_id: $.id}\nevents: {'*': {ends: true}}\n"
    assert _read(written, b'{"id": 12}') == [Merge("12", None)]


@pytest.mark.parametrize(
    "body", [b"{", b"\xff", b"[" * 100_000, b'{"at": "yesterday", "who": "a@b.c"}', b"null"]
)
def test_what_is_no_request_of_its_form_is_parked(body: bytes) -> None:
    """With a reason, whatever it is."""
    written = "at: $.at\nlead: {email: $.who}\nevents: {'*': seen}\n"
    try:
        found = _read(written, body)
    except Refused:
        return
    assert [type(each) for each in found] == [Unusable]


def test_xml_that_would_fill_the_memory_is_refused() -> None:
    """Nothing may be declared in it."""
    written = "body: xml\nlead: {email: $.x.who}\nevents: {'*': seen}\n"
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x><who>&b;</who></x>'
    with pytest.raises(Refused, match="must be XML"):
        _read(written, bomb)


def test_times_are_read_as_systems_write_them() -> None:
    """Seconds, thousandths, texts, and texts with billionths."""
    expected = 1_764_584_030_500_000
    for written in (1_764_584_030.5, 1_764_584_030_500, "1764584030500",
                    "2025-12-01T10:13:50.500000123Z", "2025-12-01 10:13:50.5"):  # fmt: skip
        assert mapped.moment(written) == expected, written
