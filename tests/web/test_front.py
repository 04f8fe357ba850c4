"""Which requests name this service, come from its own pages, and can be read by nobody."""

from __future__ import annotations

import pytest
from starlette.requests import Request

from leadline.web.front import Front

PUBLIC = Front("https://leads.example.com/app")


def request(host: str, scheme: str = "https", **headers: str) -> Request:
    """Return a request with a head."""
    named = {"host": host, **{name.replace("_", "-"): each for name, each in headers.items()}}
    head = [(name.encode(), value.encode()) for name, value in named.items()]
    return Request({
        "type": "http", "method": "GET", "scheme": scheme, "path": "/", "query_string": b"",
        "headers": head, "server": ("127.0.0.1", 80),
    })  # fmt: skip


@pytest.mark.parametrize(
    ("host", "is_known"),
    [
        ("leads.example.com", True),
        ("LEADS.example.com:443", True),
        ("localhost:8321", True),
        ("[::1]:8321", True),
        ("example.com", False),
        ("leads.example.com.evil.example", False),
        ("evil.example#leads.example.com", False),
        ("leads.example.com@evil.example", False),
        ("192.168.0.7", False),
        ("", False),
    ],
)
def test_a_host_is_known_by_its_whole_name(host: str, *, is_known: bool) -> None:
    """The one of the settings, and the names of this machine."""
    assert PUBLIC.knows(request(host)) is is_known


def test_without_an_address_this_machine_alone_is_known() -> None:
    """Nothing is open by default."""
    assert Front().knows(request("127.0.0.1:8321"))
    assert not Front().knows(request("leads.example.com"))


def test_nobody_reads_what_goes_by_https_or_stays_on_the_machine() -> None:
    """Anything else is no way for a password."""
    assert PUBLIC.is_private(request("leads.example.com"))
    assert PUBLIC.is_private(request("localhost", "http"))
    assert not PUBLIC.is_private(request("leads.example.com", "http"))


def test_a_link_leads_to_the_address_or_to_this_machine() -> None:
    """Listening everywhere is no address that a browser could ask."""
    assert PUBLIC.link("/join/x") == "https://leads.example.com/app/join/x"
    assert Front().link("/join/x", "0.0.0.0", 8321) == "http://127.0.0.1:8321/join/x"  # noqa: S104


def test_an_own_page_is_told_by_the_browser() -> None:
    """Where it says nothing of the site, its origin is one of the service: also behind a proxy."""
    assert PUBLIC.is_own(request("x", sec_fetch_site="none"))
    assert not PUBLIC.is_own(request("x", sec_fetch_site="same-site", origin="https://x"))
    assert PUBLIC.is_own(request("inner", origin="https://leads.example.com"))
    assert PUBLIC.is_own(request("inner:8321", "http", origin="http://inner:8321"))
    assert not PUBLIC.is_own(request("inner", origin="https://leads.example.com.evil.example"))
    assert not PUBLIC.is_own(request("inner"))
