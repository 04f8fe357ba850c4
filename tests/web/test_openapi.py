"""What is sent, as the service's description allows or not, gets an answer that it describes."""

from __future__ import annotations

import gzip
import json
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import msgspec
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    response_schema_conformance,
    status_code_conformance,
)

from examples import examples
from leadline.service.arriving.facts import Unusable
from leadline.service.arriving.reading import read
from leadline.web import ingest
from leadline.web.app import ENDPOINTS, described
from leadline.web.examples import ANSWERS, BODIES

from .conftest import Live

CHECKS = [not_a_server_error, status_code_conformance, response_schema_conformance]
SENT = ("/v1/batch", "/v1/identify", "/v1/events", "/v1/outcomes", "/v1/event_marks")
"""Of the addresses that take facts, which are all alike, some."""
QUICK = settings(
    max_examples=examples(8), deadline=None, database=None, suppress_health_check=list(HealthCheck)
)


def test_every_address_has_an_example_of_its_form() -> None:
    """Of its answer, its body and its refusals."""
    for each in ENDPOINTS:
        msgspec.convert(ANSWERS[each.name], each.gives)
        if each.takes is not None:
            msgspec.convert(BODIES[each.name], each.takes)
    for path, methods in described()["paths"].items():
        for operation in methods.values():
            contents = [each["content"] for each in operation["responses"].values()]
            contents += [operation["requestBody"]["content"]] if "requestBody" in operation else []
            for content in contents:
                assert all("example" in each for each in content.values()), path


def test_examples_of_bodies_are_facts() -> None:
    """What the document shows is taken as it is."""
    for kinds, form in ((ingest.SEGMENT, "segment"), (ingest.TABLES, "rows")):
        for name in kinds:
            body = msgspec.json.encode(BODIES[name])
            for found in read(f"{form}:{name}", body, 1_800_000_000_000_000):
                assert not isinstance(found, Unusable), (name, found)


def _operations(live: Live) -> Iterator[Any]:
    document = httpx2.get(f"{live.url}/openapi.json").json()
    schema = schemathesis.openapi.from_dict(document)
    for found in schema.get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()
        if operation.path == "/v1/stream":
            continue  # it never ends
        if operation.method == "get" or operation.path in {*SENT, "/v1/score"}:
            yield operation


def test_every_address_answers_as_the_document_says(live: Live) -> None:
    """Random requests, sound and unsound: none is a fault of ours, and no answer is left unsaid."""
    for operation in _operations(live):
        _ask(live, operation)


def _ask(live: Live, operation: Any) -> None:
    headers = {"Authorization": live.reader.headers["Authorization"]}
    if operation.path in SENT:
        headers = {"Authorization": f"Bearer {live.write_key}"}
    modes = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)

    @QUICK
    @given(case=st.one_of(*(operation.as_strategy(generation_mode=mode) for mode in modes)))
    def ask(case: Any) -> None:
        case.call_and_validate(base_url=live.url, headers=headers, checks=CHECKS, timeout=30)

    ask()


DEEP = b"[" * 200_000 + b"]" * 200_000
HARMFUL: dict[str, bytes] = {
    "empty": b"",
    "a bomb": gzip.compress(bytes(64 * 1024 * 1024)),
    "a bomb in spaces": gzip.compress(b" " * 64 * 1024 * 1024 + b"{}"),
    "packed twice": gzip.compress(gzip.compress(b"{}")),
    "half a pack": gzip.compress(json.dumps({"batch": [{}]}).encode())[:-9],
    "no pack": b"\x1f\x8b" + bytes(100),
    "deep": DEEP,
    "deep within": b'{"batch": [{"userId": "u", "event": "e", "type": "track", "properties": '
    + b'{"a":' * 900 + b"1" + b"}" * 900 + b"}]}",
    "a huge number": b'{"userId": 1e999, "event": "e", "properties": {"n": ' + b"9" * 5000 + b"}}",
    "huge times": b'{"userId": "u", "event": "e", "timestamp": "9999-12-31T23:59:59-23:59"}',
    "no UTF-8": b'{"userId": "\xff\xfe", "event": "e"}',
    "half a letter": b'{"userId": "\\ud800", "event": "\\udfff"}',
    "zero bytes": b'{"userId": "a\\u0000b", "event": "e", "properties": {"a": "\\u0000"}}',
    "keys twice": b'{"userId": "u", "userId": [], "event": "e", "event": {}}',
    "many parts": b"[" + b"0," * 100_000 + b"0]",
    "many names": b'{"userId": "u", "event": "e", "properties": {'
    + b",".join(b'"%d": 1' % number for number in range(9000)) + b"}}",
    "a long text": b'{"userId": "' + b"u" * 900_000 + b'", "event": "e"}',
    "lines": b'{"lead_id": "u"}\n{\n\xff\n[]\nnull\n1e400',
    "too large": b"{" + b" " * (2 * 1024 * 1024) + b"}",
}  # fmt: skip


def _memory(pid: int) -> int:
    """Return the memory of a process in bytes."""
    pages = Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * 4096


def test_bodies_made_to_harm_do_none(live: Live) -> None:
    """Each is answered as libraries need it, nothing breaks a pass, and memory stays as it was."""
    headers = {"Authorization": f"Bearer {live.write_key}"}
    sizes = []
    with httpx2.Client(base_url=live.url, headers=headers, timeout=60) as client:
        for _ in range(3):
            for path in ("/v1/batch", "/v1/identify", "/v1/events"):
                for name, body in HARMFUL.items():
                    found = client.post(path, content=body)
                    assert found.status_code in {200, 400, 413}, (path, name, found.text)
            live.settle()
            sizes.append(_memory(live.pid))
    assert sizes[2] - sizes[1] < 64 * 1024 * 1024
    assert live.rows("select detail from parked where reason = 'breaks'") == []


def test_slow_clients_stop_nobody(live: Live) -> None:
    """A thousand connections that say half a request: others are answered at once."""
    address = urlsplit(live.url)
    with ExitStack() as open_ones:
        for _ in range(1000):
            slow = socket.create_connection((address.hostname, address.port), timeout=10)
            open_ones.enter_context(slow)
            slow.sendall(b"POST /v1/track HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n{")
        began = time.monotonic()
        for number in range(20):
            event = {"event": "seen", "userId": f"u{number}"}
            assert live.send("/v1/track", event).status_code == 200
        assert time.monotonic() - began < 10
