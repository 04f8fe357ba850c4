"""Signing in as a browser does it, with a service in a process of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest

import serving
import signed
import stores
from leadline.service import clock
from leadline.store import people, sign_ins
from leadline.store.people import Person
from leadline.store.store import Store
from signed import PASSWORD, browser
from unsaid import PSEUDO, unsaid


@dataclass
class Fresh:
    """A service that was started on a new store."""

    store: Store
    url: str
    log: Path


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fresh]:
    """The service."""
    folder = tmp_path_factory.mktemp("fresh")
    url = stores.file_url(folder)
    with serving.serving(url, folder) as server, stores.opened(url) as store:
        yield Fresh(store, server.url, server.log)


@pytest.fixture(scope="module")
def olga(fresh: Fresh) -> Person:
    """Somebody who has a password."""
    return signed.add(fresh.store, "sales", "olga", PASSWORD)


def token_in(page: httpx2.Response) -> str:
    """Return the token of the first form of a page."""
    found = re.search(r'name="form_token" value="([^"]+)"', page.text)
    assert found is not None, page.text
    return found[1]


def send(client: httpx2.Client, path: str, **fields: str) -> httpx2.Response:
    """Open a page and send its form."""
    token = token_in(client.get(path))
    return client.post(path, data={"form_token": token, **fields})


def sign_in(client: httpx2.Client, email: str, password: str, to: str = "/") -> httpx2.Response:
    """Sign in by the page."""
    return send(client, "/sign-in", email=email, password=password, to=to)


def test_a_fresh_service_prints_a_link_that_works_once(fresh: Fresh) -> None:
    """Who has it is the administrator; whoever comes later, and whoever guesses, is not."""
    [link] = re.findall(r"http://\S+(/set-up/\S+)", fresh.log.read_text(encoding="utf-8"))
    grace = {"name": "Grace", "email": "Grace@team.example", "password": PASSWORD}
    with browser(fresh.url) as client:
        assert client.get("/set-up/another").status_code == 410
        weak = send(client, link, **(grace | {"password": "grace@team.example"}))
        assert weak.status_code == 400
        assert "would be guessed" in weak.text
        done = send(client, link, **grace)
        assert (done.status_code, done.headers["location"]) == (303, "/")
        assert "Grace" in client.get("/me").text
        assert client.get(link).status_code == 410
    with fresh.store.reading() as session:
        found = people.find(session, "grace@team.example")
    assert found is not None
    assert found.role == "administrator"


def test_a_page_sends_to_sign_in_and_back(fresh: Fresh) -> None:
    """With the path that was wanted, and to no other site."""
    ada = signed.add(fresh.store, "sales", "ada", PASSWORD)
    with browser(fresh.url) as client:
        first = client.get("/me?tab=1")
        assert (first.status_code, first.headers["location"]) == (
            303,
            "/sign-in?to=%2Fme%3Ftab%3D1",
        )
        done = sign_in(client, ada.email, PASSWORD, "/me?tab=1")
        assert (done.status_code, done.headers["location"]) == (303, "/me?tab=1")
        assert "ada@team.example" in client.get("/me").text
        kept = done.headers.get_list("set-cookie")[0].lower()
        assert all(each in kept for each in ("session=", "httponly", "samesite=lax", "path=/"))
    for evil in ("//evil.example", "/\\evil.example", "https://evil.example", "/\t/evil.example"):
        with browser(fresh.url) as client:
            assert sign_in(client, ada.email, PASSWORD, evil).headers["location"] == "/"


def test_a_wrong_name_is_told_as_a_wrong_password_is(fresh: Fresh) -> None:
    """So nobody learns who is there."""
    signed.add(fresh.store, "sales", "mary", PASSWORD)
    with browser(fresh.url) as client:
        wrong = sign_in(client, "mary@team.example", "another password")
        nobody = sign_in(client, "nobody@team.example", "another password")
    assert wrong.status_code == nobody.status_code == 403
    shown = [re.search(r'role="alert">([^<]+)', each.text) for each in (wrong, nobody)]
    assert {each and each[1] for each in shown} == {
        "This e-mail address and password do not belong together."
    }


def test_a_name_is_locked_for_a_while(fresh: Fresh, olga: Person) -> None:
    """The sixth try of a minute is refused, the right password too; another name is not."""
    locked = signed.add(fresh.store, "sales", "locked", PASSWORD)
    with fresh.store.writing() as session:
        session.run("delete from tries")
    with browser(fresh.url) as client:
        tries = [sign_in(client, locked.email, "wrong") for _ in range(5)]
        assert [each.status_code for each in tries] == [403] * 5
        refused = sign_in(client, locked.email, PASSWORD)
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "60")
        assert sign_in(client, olga.email, "wrong").status_code == 403
    with fresh.store.writing() as session:
        session.run("delete from tries")


def test_an_address_is_locked_for_a_while(fresh: Fresh) -> None:
    """However many names are tried from it."""
    at = clock.now()
    with fresh.store.writing() as session:
        session.run("delete from tries")
        assert all(sign_ins.may_try(session, "address:127.0.0.1", 20, at) for _ in range(20))
    with browser(fresh.url) as client:
        assert sign_in(client, "somebody@team.example", "wrong").status_code == 429
    with fresh.store.writing() as session:
        session.run("delete from tries")


@pytest.mark.parametrize(
    ("language", "says"),
    [
        ("pl-PL", "Ten adres e-mail i to hasło do siebie nie pasują."),
        ("ru", "Этот адрес эл. почты и пароль не подходят друг к другу."),
        ("zh-CN,en;q=0.5", "此电子邮件地址与密码不匹配。"),
        ("de", "This e-mail address and password do not belong together."),
    ],
)
def test_whoever_comes_is_spoken_to_as_their_browser_asks(
    fresh: Fresh, language: str, says: str
) -> None:
    """Also where they are refused."""
    with fresh.store.writing() as session:
        session.run("delete from tries")
    with browser(fresh.url) as client:
        client.headers["Accept-Language"] = language
        found = sign_in(client, "nobody@team.example", "wrong").text
    assert says in found
    assert f'<html lang="{language[:2].replace("de", "en")}">' in found


def test_the_entrance_says_nothing_that_no_catalogue_says(fresh: Fresh) -> None:
    """Neither to who comes, nor to who is in, nor where it refuses."""
    zoe = signed.add(fresh.store, "sales", "zoe", PASSWORD, territory="north")
    with fresh.store.writing() as session:
        session.run("delete from tries")
        ticket = sign_ins.give(session, "invitation", zoe, clock.now())
    of_zoe = ("zoe", zoe.email, "north", "a test")
    with browser(fresh.url) as client:
        client.headers.update(PSEUDO)
        assert unsaid(client.get("/sign-in").text) == []
        assert unsaid(client.get("/join/another").text) == []
        assert unsaid(client.post("/sign-in", data={"email": "x"}).text) == []
        assert unsaid(client.get(f"/join/{ticket}").text) == []
        for weak in ("short", "zoe@team.example"):
            found = send(client, f"/join/{ticket}", password=weak)
            assert (found.status_code, unsaid(found.text)) == (400, [])
    signed.begin(fresh.store, zoe)  # another session
    with browser(fresh.url, signed.begin(fresh.store, zoe)) as client:
        client.headers.update(PSEUDO)
        assert unsaid(client.get("/me").text, *of_zoe) == []
        wrong = client.post("/me/password", data={"old": "wrong", "new": PASSWORD})
        assert (wrong.status_code, unsaid(wrong.text, *of_zoe)) == (400, [])
        assert unsaid(client.get("/admin").text) == []  # it refuses


@pytest.mark.parametrize(
    ("headers", "with_token", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, True, 303),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "OWN"}, True, 403),
        ({"Sec-Fetch-Site": "same-site"}, True, 403),
        ({"Origin": "OWN"}, True, 303),
        ({"Origin": "http://evil.example"}, True, 403),
        ({"Origin": "null"}, True, 403),
        ({}, True, 403),
        ({"Sec-Fetch-Site": "same-origin"}, False, 403),
    ],
)
def test_a_form_is_taken_of_an_own_page_alone(
    fresh: Fresh,
    olga: Person,
    headers: dict[str, str],
    *,
    with_token: bool,
    status: int,
) -> None:
    """By what the browser says of where it comes from, and by the token of the session."""
    secret = signed.begin(fresh.store, olga)
    sent = {name: fresh.url if value == "OWN" else value for name, value in headers.items()}
    with browser(fresh.url, secret) as client:
        token = client.headers.pop("x-form-token")
        client.headers.pop("sec-fetch-site")
        fields = {"form_token": token} if with_token else {}
        assert client.post("/sign-out", data=fields, headers=sent).status_code == status


def test_by_https_no_other_host_sets_the_cookie(fresh: Fresh, olga: Person) -> None:
    """Its name says so to the browser; a server before this one says that it is https."""
    secret = signed.begin(fresh.store, olga)
    with browser(fresh.url, secret) as client:
        client.headers["X-Forwarded-Proto"] = "https"
        assert client.get("/me").status_code == 303
        shown = client.get("/sign-in")
        assert shown.headers["set-cookie"].startswith("__Host-visitor=")
        assert "; secure" in shown.headers["set-cookie"].lower()
        assert shown.headers["strict-transport-security"] == "max-age=31536000"
        client.cookies.set("__Host-session", secret)
        assert client.get("/me").status_code == 200


def test_signing_in_again_ends_the_session_before(fresh: Fresh) -> None:
    """A browser has one; the secret of the other opens nothing any more."""
    kim = signed.add(fresh.store, "sales", "kim", PASSWORD)
    former = signed.begin(fresh.store, kim)
    with browser(fresh.url, former) as client:
        assert sign_in(client, kim.email, PASSWORD).status_code == 303
    with browser(fresh.url, former) as client:
        assert client.get("/me").status_code == 303


def test_signing_out_ends_the_session_and_not_the_cookie_alone(fresh: Fresh, olga: Person) -> None:
    """Who copied the cookie before is signed in no longer."""
    secret = signed.begin(fresh.store, olga)
    with browser(fresh.url, secret) as client:
        assert client.get("/me").status_code == 200
        ended = client.post("/sign-out")
        assert ended.headers["location"] == "/sign-in"
        assert ended.headers["clear-site-data"] == '"cache", "storage"'
    with browser(fresh.url, secret) as client:
        assert client.get("/me").status_code == 303


def test_another_password_ends_every_other_session(fresh: Fresh) -> None:
    """Whoever else was signed in as them has to know the new one."""
    eve = signed.add(fresh.store, "sales", "eve", PASSWORD)
    mine, other = signed.begin(fresh.store, eve), signed.begin(fresh.store, eve)
    with browser(fresh.url, mine) as client:
        wrong = client.post("/me/password", data={"old": "wrong", "new": "seven green boats sail"})
        assert wrong.status_code == 400
        new = "seven green boats sail"
        assert client.post("/me/password", data={"old": PASSWORD, "new": new}).status_code == 303
        assert client.get("/me").status_code == 200
    for ended in (mine, other):
        with browser(fresh.url, ended) as client:
            assert client.get("/me").status_code == 303


def test_a_link_lets_its_owner_choose_a_password(fresh: Fresh) -> None:
    """Once; what it is for stands in its address."""
    new = signed.add(fresh.store, "sales", "new")
    with fresh.store.writing() as session:
        ticket = sign_ins.give(session, "invitation", new, clock.now())
    with browser(fresh.url) as client:
        assert client.get(f"/new-password/{ticket}").status_code == 410
        assert client.head(f"/join/{ticket}").status_code == 200
        assert send(client, f"/join/{ticket}", password=PASSWORD).status_code == 303
        assert "new@team.example" in client.get("/me").text
        assert client.get(f"/join/{ticket}").status_code == 410


def test_pages_are_shown_under_known_hosts_alone(fresh: Fresh) -> None:
    """A name of another site that leads here shows nothing; a host that is none neither."""
    with browser(fresh.url) as client:
        for host in ("evil.example", "localhost@evil.example", "localhost.evil.example", ""):
            assert client.get("/sign-in", headers={"Host": host}).status_code in {400, 421}
        assert client.get("/sign-in", headers={"Host": "localhost"}).status_code == 200
        assert client.get("/health", headers={"Host": "evil.example"}).status_code == 200


def test_every_answer_says_what_a_browser_may_do_with_it(fresh: Fresh) -> None:
    """Of pages and of the API alike, also where there is no such address."""
    with browser(fresh.url) as client:
        for path in ("/sign-in", "/v1/leads", "/health", "/nowhere"):
            headers = client.get(path).headers
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["x-frame-options"] == "DENY"
            assert headers["referrer-policy"] == "no-referrer"
            assert headers["content-security-policy"].startswith("default-src 'none'")
            assert headers["cache-control"] == "no-store"


def test_the_api_is_for_who_is_signed_in_too(fresh: Fresh) -> None:
    """A page of our own reads it; to change something it carries the token of its forms."""
    viewer = signed.begin(fresh.store, signed.add(fresh.store, "viewer"))
    with browser(fresh.url, viewer) as client:
        assert client.get("/v1/models").json() == {"models": []}
        assert client.get("/metrics").status_code == 403
        told = {"lead": {"title": "CEO"}}
        assert client.post("/v1/score", json=told).status_code == 400  # no model is live yet
        assert client.post("/v1/score", json=told, headers={"X-Form-Token": "x"}).status_code == 403
        foreign = {"Sec-Fetch-Site": "cross-site"}
        assert client.post("/v1/score", json=told, headers=foreign).status_code == 403
    with browser(fresh.url) as client:
        assert client.get("/v1/models").status_code == 401
