"""Signing in by a provider of OpenID Connect: a published one, and one that cannot be believed."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey

import serving
import signed
import stores
from leadline.service import clock
from leadline.store import people, second_factors
from leadline.store.store import Store
from packages import installed

PROGRAM = Path(__file__).parent / "provider"
SECRET = "a-secret-that-both-have-and-nobody-else"  # noqa: S105 - of a test
SETTINGS = """\
[providers.company]
issuer = "{issuer}"
client_id = "leadline"
secret_file = "secret"
label = "the company account"
by_email = true
"""


@dataclass
class Door:
    """A service at which people sign in by a provider.

    Attributes:
        url: Its address.
        issuer: That of the provider.
    """

    store: Store
    url: str
    issuer: str

    def enter(self, to: str = "/me") -> httpx2.Response:
        """Go to the provider and back as a new browser does, and return where that ends."""
        with self.store.writing() as session:
            session.run("delete from tries")
        with httpx2.Client(follow_redirects=True, timeout=30) as client:
            return client.get(f"{self.url}/sign-in/with/company", params={"to": to})


@contextmanager
def _door(folder: Path, issuer: str, port: int) -> Iterator[Door]:
    (folder / "leadline.toml").write_text(SETTINGS.format(issuer=issuer), encoding="utf-8")
    (folder / "secret").write_text(SECRET, encoding="utf-8")
    url = stores.file_url(folder)
    with stores.opened(url) as store:
        for name in ("ada", "ben", "tom"):
            signed.add(store, "sales", name)
        server = serving.start(url, folder, port)
        try:
            yield Door(store, server.url, issuer)
        finally:
            server.kill()


# --- one that is published


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the provider."""
    return installed(PROGRAM, tmp_path_factory.mktemp("packages"))


@dataclass
class Published:
    """A provider that can be ended and started again, each time with another key."""

    packages: Path
    port: int
    back: str
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it listens."""
        program = ["node", str(PROGRAM / "provider.mjs"), str(self.packages), str(self.port)]
        self.process = subprocess.Popen([*program, self.back, SECRET], stdout=subprocess.PIPE)
        assert self.process.stdout is not None
        assert b"listening" in self.process.stdout.readline()

    def stop(self) -> None:
        """End it."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(10)
            self.process.stdout.close()  # type: ignore[union-attr]

    def be(self, name: str) -> None:
        """Have somebody be signed in at it."""
        httpx2.post(f"http://127.0.0.1:{self.port}/as/id-of-{name}").raise_for_status()


@pytest.mark.slow
def test_a_provider_says_who_somebody_is(packages: Path, tmp_path: Path) -> None:
    """From a start without it, through a change of its key, to somebody whom nobody knows."""
    port, own = serving.free_port(), serving.free_port()
    back = f"http://127.0.0.1:{own}/sign-in/from/company"
    provider = Published(packages, port, back)
    try:
        with _door(tmp_path, f"http://127.0.0.1:{port}", own) as door:
            assert door.enter().status_code == 503  # it is not there yet
            provider.start()
            assert "the company account" in httpx2.get(f"{door.url}/sign-in").text
            _enters(door, provider, "ada")
            known = "select issuer, subject, person_no from provider_people"
            with door.store.reading() as session:
                assert session.rows(known) == [(door.issuer, "id-of-ada", 1)]
            provider.stop()
            provider.start()  # with another key
            _enters(door, provider, "ada")
            _stays_out(door, provider)
            with door.store.writing() as session:
                session.run("update people set ended_at = 1 where email = 'ada@team.example'")
            provider.be("ada")
            assert door.enter().status_code == 403
    finally:
        provider.stop()


def _enters(door: Door, provider: Published, name: str) -> None:
    provider.be(name)
    entered = door.enter()
    assert (entered.status_code, entered.url.path) == (200, "/me")
    assert f"{name}@team.example" in entered.text


def _stays_out(door: Door, provider: Published) -> None:
    """Whose address was not verified, and whom nobody added; a second factor is asked for."""
    for name in ("eve", "zoe"):
        provider.be(name)
        refused = door.enter()
        assert (refused.status_code, "Nobody here is known" in refused.text) == (403, True)
    with door.store.writing() as session:
        tom = people.require(session, "tom@team.example")
        second_factors.begin(session, tom, "JBSWY3DPEHPK3PXP", clock.now())
        second_factors.confirm(session, tom, [], clock.now())
    provider.be("tom")
    assert door.enter().url.path == "/sign-in/code"


# --- one that cannot be believed


KEY = ECKey.generate_key("P-256", {"kid": "one", "alg": "ES256", "use": "sig"})
OTHER = ECKey.generate_key("P-256", {"kid": "one", "alg": "ES256", "use": "sig"})


def _signed(claims: dict[str, Any], key: ECKey = KEY) -> str:
    return jwt.encode({"alg": "ES256", "kid": "one"}, claims, key)


@dataclass
class Evil:
    """A provider whose tokens say what a test has them say.

    Attributes:
        issuer: Its address.
        claims: Changes what a token says.
        signed: Makes a token of that.
        subject: Who it says somebody is, where that is asked apart.
    """

    issuer: str
    claims: Callable[[dict[str, Any]], dict[str, Any]] = lambda each: each
    signed: Callable[[dict[str, Any]], str] = _signed
    subject: str = "id-of-ada"
    nonce: str = ""


def _unsigned(claims: dict[str, Any]) -> str:
    _, body, _ = _signed(claims).split(".")
    return f"eyJhbGciOiJub25lIiwia2lkIjoib25lIn0.{body}."


def _by_the_secret(claims: dict[str, Any]) -> str:
    return jwt.encode({"alg": "HS256", "kid": "one"}, claims, OctKey.import_key(SECRET))


class _Answers(BaseHTTPRequestHandler):
    evil: Evil

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        if path == "/ask":
            asked = {name: each[0] for name, each in parse_qs(query).items()}
            self.evil.nonce = asked["nonce"]
            back = urlencode({"code": "c", "state": asked["state"]})
            self.send_response(302)
            self.send_header("Location", f"{asked['redirect_uri']}?{back}")
            self.end_headers()
            return
        self._json(self._said(path))

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        now = int(time.time())
        usual = {
            "iss": self.evil.issuer, "aud": "leadline", "sub": "id-of-ada", "iat": now,
            "exp": now + 300, "nonce": self.evil.nonce,
        }  # fmt: skip
        token = self.evil.signed(self.evil.claims(usual))
        self._json({"access_token": "a", "token_type": "Bearer", "id_token": token})

    def _said(self, path: str) -> dict[str, Any]:
        own = self.evil.issuer
        if path == "/keys":
            return {"keys": [KEY.as_dict(private=False)]}
        if path == "/who":
            email = {"email": "ada@team.example", "email_verified": True}
            return {"sub": self.evil.subject, **email}
        return {
            "issuer": own, "authorization_endpoint": f"{own}/ask", "token_endpoint": f"{own}/token",
            "userinfo_endpoint": f"{own}/who", "jwks_uri": f"{own}/keys",
            "id_token_signing_alg_values_supported": ["ES256", "HS256", "none"],
        }  # fmt: skip

    def _json(self, said: dict[str, Any]) -> None:
        body = json.dumps(said).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def evil(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Door, Evil]]:
    """A service, and such a provider."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Answers)
    provider = _Answers.evil = Evil(f"http://127.0.0.1:{server.server_port}")
    Thread(target=server.serve_forever, daemon=True).start()
    folder = tmp_path_factory.mktemp("evil")
    with _door(folder, provider.issuer, serving.free_port()) as door:
        yield door, provider
    server.shutdown()
    server.server_close()


def _but(**changed: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda claims: {**claims, **changed}


def _later(seconds: int) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda claims: {
        **claims, "iat": claims["iat"] + seconds, "exp": claims["iat"] + seconds + 10
    }  # fmt: skip


@pytest.mark.parametrize(
    ("claims", "signature", "subject", "status"),
    [
        (_but(), _signed, "id-of-ada", 200),
        (_later(100), _signed, "id-of-ada", 200),
        (_later(-100), _signed, "id-of-ada", 200),
        (_later(-300), _signed, "id-of-ada", 403),
        (_but(nonce="another"), _signed, "id-of-ada", 403),
        (_but(nonce=None), _signed, "id-of-ada", 403),
        (_but(aud="another"), _signed, "id-of-ada", 403),
        (_but(iss="https://id.example"), _signed, "id-of-ada", 403),
        (_but(), _unsigned, "id-of-ada", 403),
        (_but(), _by_the_secret, "id-of-ada", 403),
        (_but(), lambda each: _signed(each, OTHER), "id-of-ada", 403),
        (_but(), lambda _: "no token", "id-of-ada", 403),
        (_but(), _signed, "id-of-ben", 403),
    ],
)
def test_what_cannot_be_believed_lets_nobody_in(
    evil: tuple[Door, Evil],
    claims: Callable[[dict[str, Any]], dict[str, Any]],
    signature: Callable[[dict[str, Any]], str],
    subject: str,
    status: int,
) -> None:
    """Tokens that are of another, too old, unsigned, or signed by what others know."""
    door, provider = evil
    provider.claims, provider.signed, provider.subject = claims, signature, subject
    entered = door.enter()
    assert entered.status_code == status, entered.text[-600:]
    assert ("ada@team.example" in entered.text) is (status == 200)


def test_a_way_back_that_nobody_began_lets_nobody_in(evil: tuple[Door, Evil]) -> None:
    """A state of another browser is none; nor does a target lead elsewhere."""
    door, provider = evil
    provider.claims, provider.signed, provider.subject = _but(), _signed, "id-of-ada"
    with httpx2.Client(timeout=30) as client:
        back = f"{door.url}/sign-in/from/company?code=c&state=forged"
        assert client.get(back).status_code == 403
        asked = client.get(f"{door.url}/sign-in/with/company").headers["location"]
    state = parse_qs(urlsplit(asked).query)
    assert state["code_challenge_method"] == ["S256"]
    with httpx2.Client(timeout=30) as other:
        back = f"{door.url}/sign-in/from/company?code=c&state={state['state'][0]}"
        assert other.get(back).status_code == 403
        assert other.get(f"{door.url}/sign-in/with/another").status_code == 404
    assert door.enter("//evil.example/").url.host == "127.0.0.1"
