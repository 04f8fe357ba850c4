"""A second factor, from its beginning to a telephone that was lost; and where one is signed in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import httpx2
import pyotp
import pytest

import serving
import signed
import stores
from leadline.service import clock, second_factor
from leadline.store import sign_ins
from leadline.store.keys import hashed
from leadline.store.people import Person
from leadline.store.store import Store
from signed import PASSWORD, browser
from unsaid import PSEUDO, unsaid

from .test_signing import send, sign_in


@dataclass
class House:
    """A service, and somebody who has a second factor.

    Attributes:
        url: Its address.
        ada: The person.
        secret: Of the second factor.
        codes: For when it is lost.
    """

    store: Store
    url: str
    ada: Person
    secret: str
    codes: list[str]

    def forget_tries(self) -> None:
        """Have everybody try anew, and codes of now be good again."""
        with self.store.writing() as session:
            session.run("delete from tries")
            session.run("update second_factors set last_step = 0")

    def code(self, steps: int = 0) -> str:
        """Return the code that the program shows, or showed some steps ago."""
        return pyotp.TOTP(self.secret).generate_otp(clock.now() // second_factor.STEP - steps)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The service."""
    folder = tmp_path_factory.mktemp("house")
    url = stores.file_url(folder)
    with stores.opened(url) as store:
        ada = signed.add(store, "sales", "ada", PASSWORD)
        with serving.serving(url, folder, "--second-factor", "marketing") as server:
            yield _begun(House(store, server.url, ada, "", []))


def _begun(house: House) -> House:
    """Begin a second factor as a person does, and return the house with it."""
    other = signed.begin(house.store, house.ada)
    with browser(house.url, signed.begin(house.store, house.ada)) as client:
        wrong = client.post("/me/second-factor", data={"password": "wrong"})
        assert wrong.status_code == 400
        shown = client.post("/me/second-factor", data={"password": PASSWORD})
        found = re.search("<code>([A-Z2-7]{32})</code>", shown.text)
        assert found is not None
        assert "<svg" in shown.text
        house.secret = found[1]
        wrong = client.post("/me/second-factor/confirm", data={"code": "000000"})
        assert (wrong.status_code, house.secret in wrong.text) == (400, True)
        done = client.post("/me/second-factor/confirm", data={"code": house.code()})
        house.codes = re.findall("<code>([a-z2-9-]{19})</code>", done.text)
        assert len(set(house.codes)) == second_factor.CODES
        assert client.get("/me").status_code == 200
    with browser(house.url, other) as client:
        assert client.get("/me").status_code == 303
    return house


def _with_password(house: House, client: httpx2.Client) -> str:
    """Sign in by the password, and return the path at which a code is asked for."""
    house.forget_tries()
    done = sign_in(client, house.ada.email, PASSWORD, "/me?tab=1")
    assert done.headers["location"] == "/sign-in/code?to=%2Fme%3Ftab%3D1"
    assert client.get("/me").status_code == 303  # the password alone opens nothing
    return done.headers["location"]


def test_a_code_is_asked_for_after_the_password(house: House) -> None:
    """A wrong one opens nothing; the right one leads to what was wanted."""
    with browser(house.url) as client:
        path = _with_password(house, client)
        assert send(client, path, code="000000", to="/me?tab=1").status_code == 403
        done = send(client, path, code=house.code(), to="/me?tab=1")
        assert (done.status_code, done.headers["location"]) == (303, "/me?tab=1")
        assert client.get("/me").status_code == 200


def test_a_code_is_good_once_and_for_a_minute(house: House) -> None:
    """Who looked over a shoulder is too late; so is a code of two minutes ago."""
    with browser(house.url) as client:
        path = _with_password(house, client)
        code = house.code()
        assert send(client, path, code=code, to="/").status_code == 303
    with browser(house.url) as client:
        sign_in(client, house.ada.email, PASSWORD)
        assert send(client, path, code=code, to="/").status_code == 403
        assert send(client, path, code=house.code(4), to="/").status_code == 403


def test_codes_cannot_be_tried_through(house: House) -> None:
    """They count as tries of the name."""
    with browser(house.url) as client:
        path = _with_password(house, client)
        tries = [send(client, path, code=f"{n:06}", to="/").status_code for n in range(6)]
        assert tries[-1] == 429


def test_a_recovery_code_is_good_once(house: House) -> None:
    """However it is typed."""
    code = house.codes[0]
    with browser(house.url) as client:
        path = _with_password(house, client)
        assert send(client, path, code=code.upper().replace("-", " "), to="/").status_code == 303
        assert "Recovery codes left: 9" in client.get("/me").text
    with browser(house.url) as client:
        path = _with_password(house, client)
        assert send(client, path, code=code, to="/").status_code == 403


def test_a_ticket_for_a_code_opens_no_other_page(house: House) -> None:
    """And lasts five minutes."""
    with house.store.writing() as session:
        ticket = sign_ins.give(session, "code", house.ada, clock.now())
        late = sign_ins.give(session, "code", house.ada, clock.now() - sign_ins.LASTS["code"])
    with browser(house.url) as client:
        for path in ("/join", "/new-password", "/set-up"):
            assert client.get(f"{path}/{ticket}").status_code == 410
        client.cookies.set("code", late)
        house.forget_tries()
        assert send(client, "/sign-in/code", code=house.code(), to="/").status_code == 403


def test_a_second_factor_is_explained_in_every_language(house: House) -> None:
    """From the picture to the codes, and where a code is asked for."""
    eva = signed.add(house.store, "marketing", "eva", PASSWORD)
    with browser(house.url, signed.begin(house.store, eva)) as client:
        client.headers.update(PSEUDO)
        assert unsaid(client.get("/me").text, "eva", eva.email, "a test") == []
        shown = client.post("/me/second-factor", data={"password": PASSWORD})
        found = re.search("<code>([A-Z2-7]{32})</code>", shown.text)
        assert found is not None
        assert unsaid(shown.text, found[1]) == []
        wrong = client.post("/me/second-factor/confirm", data={"code": "000000"})
        assert unsaid(wrong.text, found[1]) == []
        code = {"code": pyotp.TOTP(found[1]).now()}
        done = client.post("/me/second-factor/confirm", data=code)
        assert unsaid(done.text, *re.findall("<code>(.*?)</code>", done.text)) == []
        assert unsaid(client.get("/me").text, "eva", eva.email, "a test") == []
    with browser(house.url) as client:
        client.headers.update(PSEUDO)
        path = sign_in(client, eva.email, PASSWORD).headers["location"]
        assert unsaid(client.get(path).text) == []
        assert unsaid(send(client, path, code="000000").text) == []


def test_one_session_or_all_others_can_be_ended(house: House) -> None:
    """And nobody ends one of somebody else."""
    ben = signed.add(house.store, "sales", "ben")
    mine, first, second = (signed.begin(house.store, house.ada) for _ in range(3))
    bens = signed.begin(house.store, ben)

    def is_in(secret: str) -> bool:
        with browser(house.url, secret) as client:
            return client.get("/me").status_code == 200

    with browser(house.url, mine) as client:
        for ended in (bens, first):
            named = {"session": hashed(ended)}
            assert client.post("/me/sessions/end", data=named).status_code == 303
        assert [is_in(each) for each in (mine, first, second, bens)] == [True, False, True, True]
        client.post("/me/sessions/end")
    assert [is_in(each) for each in (mine, second)] == [True, False]


def test_it_ends_by_the_password(house: House) -> None:
    """Then the password alone is asked for again, and everybody signs in anew."""
    secret = signed.begin(house.store, house.ada)
    house.forget_tries()
    with browser(house.url, secret) as client:
        assert client.post("/me/second-factor/end", data={"password": "x"}).status_code == 400
        done = client.post("/me/second-factor/end", data={"password": PASSWORD})
        assert done.status_code == 303
    with browser(house.url) as client:
        assert sign_in(client, house.ada.email, PASSWORD).headers["location"] == "/"


def test_a_role_that_must_have_one_sees_nothing_before(house: House) -> None:
    """Neither pages nor the API, but where it is set up; then all of it, and it cannot be ended."""
    mia = signed.add(house.store, "marketing", "mia", PASSWORD)
    with browser(house.url, signed.begin(house.store, mia)) as client:
        for path in ("/", "/leads", "/queue"):
            found = client.get(path)
            assert (found.status_code, found.headers["location"]) == (303, "/me"), path
        refused = client.get("/v1/transitions")
        assert (refused.status_code, "second factor" in refused.text) == (403, True)
        assert "Your role must have one" in client.get("/me").text
        shown = client.post("/me/second-factor", data={"password": PASSWORD})
        found_secret = re.search("<code>([A-Z2-7]{32})</code>", shown.text)
        assert found_secret is not None
        code = pyotp.TOTP(found_secret[1]).now()
        assert client.post("/me/second-factor/confirm", data={"code": code}).status_code == 200
        assert client.get("/v1/transitions").status_code == 200
        assert client.get("/queue").status_code == 200
        kept = client.post("/me/second-factor/end", data={"password": PASSWORD})
        assert (kept.status_code, "rules of your team" in kept.text) == (400, True)
    by_provider = signed.add(house.store, "marketing", "pia")
    with browser(house.url, signed.begin(house.store, by_provider)) as client:
        assert client.get("/v1/transitions").status_code == 200
