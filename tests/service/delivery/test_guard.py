"""A destination is reached at a public address alone, whatever its name turns into."""

from __future__ import annotations

import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest

from leadline.service.delivery.destinations import Destination, Sent
from leadline.service.delivery.guard import Guard, Resolve, networks, resolved
from leadline.service.delivery.webhook import Poster
from receiving import Receiver, receiving

HERE = networks(["127.0.0.0/8"])
PRIVATE = (
    "127.0.0.1", "127.8.8.8", "0.0.0.0",  # noqa: S104 "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1",
    "169.254.169.254", "100.64.0.1", "192.0.0.8", "198.18.0.1", "224.0.0.1", "240.0.0.1",
    "255.255.255.255", "::", "::1", "fe80::1", "fe80::1%lo", "fc00::1", "fd00:ec2::254", "ff02::1",
    "fec0::1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "64:ff9b::7f00:1",
    "64:ff9b:1::7f00:1", "2002:7f00:1::", "2002:a00:1::1",
)  # fmt: skip


def _post(
    where: Destination, resolve: Resolve = resolved, trust: ssl.SSLContext | None = None
) -> Sent:
    poster = Poster(where, resolve, trust)
    try:
        return poster.post(b"{}", {})
    finally:
        poster.close()


def _to(url: str, allowed: tuple[object, ...] = ()) -> Destination:
    return Destination("hook", "webhook", url, allowed=allowed)  # type: ignore[arg-type]


@pytest.mark.parametrize("address", PRIVATE)
def test_what_is_private_is_refused(address: str) -> None:
    """Loopback, link-local, private, metadata and reserved addresses, also inside of others."""
    assert not Guard().may(address)


@pytest.mark.parametrize("address", ["93.184.215.14", "8.8.8.8", "2606:4700:4700::1111"])
def test_what_is_public_is_allowed(address: str) -> None:
    """Anybody may reach it."""
    assert Guard().may(address)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.1", "2130706433", "0x7f.1", "0177.0.0.1", "localhost", "[::1]"]
)
def test_loopback_is_refused_however_it_is_written(host: str) -> None:
    """What the system makes of a name is checked, not how it looks."""
    with receiving() as receiver:
        port = receiver.url.rsplit(":", 1)[1]
        found = _post(_to(f"https://{host}:{port}"))
        assert not found.is_done
        assert "is no public address" in found.detail or "cannot be reached" in found.detail
        assert receiver.got == []


def test_a_name_with_a_private_address_among_others_is_refused() -> None:
    """Whichever of them would be connected to."""

    def both(host: str, port: int) -> list[str]:  # noqa: ARG001 - as a resolver has it
        return ["93.184.215.14", "10.0.0.1"]

    found = _post(_to("https://hooks.example/"), both)
    assert found.detail.startswith("hooks.example is 10.0.0.1")


def test_a_name_that_changes_between_check_and_call_is_of_no_use() -> None:
    """It is looked up once, and the address that was checked is connected to."""
    asked = []
    with receiving() as receiver:
        port = int(receiver.url.rsplit(":", 1)[1].split("/")[0])

        def turning(host: str, port: int) -> list[str]:  # noqa: ARG001
            asked.append(host)
            return ["127.0.0.1"] if len(asked) > 1 else ["127.0.0.2"]

        where = _to(f"http://turning.example:{port}/", networks(["127.0.0.2/32"]))
        first = _post(where, turning)
        assert asked == ["turning.example"]
        assert "is no public address" not in first.detail  # it went to the one that was checked
        assert _post(where, turning).detail.startswith("turning.example is 127")
        assert receiver.got == []


def test_a_redirect_is_not_followed() -> None:
    """Wherever it leads."""
    with receiving() as inside, receiving() as receiver:
        receiver.answer = lambda _: 302
        receiver.heads = {"location": inside.url}
        found = _post(_to(receiver.url, HERE))
        assert (found.is_done, found.status) == (False, 302)
        assert "not followed" in found.detail
        assert inside.got == []


def test_of_an_answer_little_is_read() -> None:
    """It may be endless."""
    with receiving() as receiver:
        receiver.body = b"x" * 20_000_000
        began = time.monotonic()
        assert _post(_to(receiver.url, HERE)).is_done
        assert time.monotonic() - began < 5


@contextmanager
def _dripping() -> Iterator[str]:
    """Yield the address of a server that answers a byte now and then."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(5)

        def drip() -> None:
            client, _ = server.accept()
            with client:
                for byte in b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 1000:
                    try:
                        client.sendall(bytes([byte]))
                    except OSError:
                        return
                    time.sleep(0.02)

        thread = Thread(target=drip)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        thread.join()


def test_an_answer_that_drips_ends_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """The time is that of the whole, not of each byte."""
    monkeypatch.setattr("leadline.service.delivery.webhook.SECONDS", 0.3)
    with _dripping() as url:
        began = time.monotonic()
        found = _post(_to(url, HERE))
        assert not found.is_done
        assert time.monotonic() - began < 2


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A key and a certificate of hooks.example."""
    folder = tmp_path_factory.mktemp("tls")
    key, made = folder / "key.pem", folder / "cert.pem"
    subprocess.run(
        ["/usr/bin/openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
         "-keyout", str(key), "-out", str(made), "-subj", "/CN=hooks.example", "-addext",
         "subjectAltName=DNS:hooks.example"], check=True, capture_output=True,
    )  # fmt: skip
    return key, made


def _secure(receiver: Receiver, host: str, trust: ssl.SSLContext) -> bool:
    url = receiver.url.replace("127.0.0.1", host)
    return _post(_to(url, HERE), lambda *_: ["127.0.0.1"], trust).is_done


def test_a_certificate_is_of_the_name_not_of_the_address(certificate: tuple[Path, Path]) -> None:
    """Though it is the checked address that is connected to; another name's is refused."""
    own = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    own.load_cert_chain(certificate[1], certificate[0])
    trust = ssl.create_default_context(cafile=str(certificate[1]))
    with receiving(own) as receiver:
        assert _secure(receiver, "hooks.example", trust)
        assert not _secure(receiver, "other.example", trust)
        unknown = ssl.create_default_context()
        assert not _secure(receiver, "hooks.example", unknown)
        assert len(receiver.got) == 1


def test_a_name_is_resolved_as_the_system_does() -> None:
    """Each address once."""
    assert "127.0.0.1" in resolved("localhost", 80)
