"""Every address, asked by nobody and by each role: nothing is open that is not listed as open."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

import signed
import stores
from leadline.service.rights import RIGHTS
from leadline.service.service import Service
from leadline.store.people import ROLES, Person, Role
from leadline.store.store import Store
from leadline.web.app import application
from leadline.web.signing import token_of

OPEN = {
    "/health",
    "/ready",
    "/openapi.json",
    "/track.js",
    "/static/{name}",
    "/sign-in",
    "/sign-in/code",
    "/set-up/{ticket}",
    "/join/{ticket}",
    "/new-password/{ticket}",
    "/act/{ticket}",
}
"""What nobody has to be signed in for: it tells of no lead, and a ticket must be known."""
SIGNED = {"/v1/hooks/{name}"}
"""Addresses that ask for the signature of another system."""
BY_TOKEN = {"/mcp"}
"""Addresses of programs, which no session opens."""
LAST = {"/v1/stream", "/news", "/lead-news"}
"""Addresses that answer until the service ends."""
SENDS = "/v1/"
"""Addresses that take facts ask for a key, which no session is."""
IS_LET_IN = {200, 303, 400, 404, 405, 409, 410, 422, 503}


@dataclass
class House:
    """The application, and somebody of each role."""

    store: Store
    app: Starlette
    people: dict[Role, Person]

    def ask(self, method: str, path: str, person: Person | None = None) -> httpx2.Response:
        """Ask an address as a page of our own does."""
        secret = signed.begin(self.store, person) if person else "of nobody"
        return asyncio.run(self._asked(method, path, secret))

    async def _asked(self, method: str, path: str, secret: str) -> httpx2.Response:
        transport = httpx2.ASGITransport(self.app)
        headers = {"Sec-Fetch-Site": "same-origin", "X-Form-Token": token_of(secret)}
        async with httpx2.AsyncClient(
            transport=transport,
            base_url="http://localhost",
            headers=headers,
            cookies={"session": secret},
        ) as client:
            return await client.request(method, path)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The application of a service that was not started: it answers, and takes nothing in."""
    folder = tmp_path_factory.mktemp("routes")
    with stores.opened(stores.file_url(folder)) as store:
        people = {role: signed.add(store, role) for role in ROLES}
        service = Service(store)
        yield House(store, application(service), people)


def _routes(app: Starlette) -> Iterator[tuple[Route, str, str]]:
    """Yield every address with each of its methods, and a path of it."""
    for route in app.routes:
        if isinstance(route, Route):
            for method in sorted(set(route.methods or ()) - {"HEAD", "OPTIONS"}):
                yield (
                    route,
                    method,
                    route.path_format.format(**dict.fromkeys(route.param_convertors, "x")),
                )


def _right(route: Route) -> Any:
    return getattr(route.endpoint, "right", None)


def test_nobody_gets_in_where_it_is_not_listed(house: House) -> None:
    """They are sent to sign in, or refused."""
    asked = 0
    for route, method, path in _routes(house.app):
        if route.path in OPEN:
            continue
        found = house.ask(method, path)
        is_sent = found.status_code == 303 and found.headers["location"].startswith("/sign-in")
        refused = {401, 404} if route.path in SIGNED else {401}
        assert is_sent or found.status_code in refused, (method, path, found.status_code)
        asked += 1
    assert asked > 40


def test_each_role_gets_in_where_its_right_is(house: House) -> None:
    """And is refused everywhere else; every address says which right it asks for."""
    seen = set()
    for route, method, path in _routes(house.app):
        right = _right(route)
        if right is None:
            is_sent = method == "POST" and path.startswith(SENDS)
            assert is_sent or route.path in OPEN | SIGNED | BY_TOKEN, path
            continue
        seen.add(right)
        for role, person in house.people.items():
            if route.path in LAST and role in RIGHTS[right].roles:
                continue
            found = house.ask(method, path, person)
            allowed = role in RIGHTS[right].roles
            asked = (role, method, path, found.status_code)
            assert found.status_code in IS_LET_IN if allowed else found.status_code == 403, asked
    assert {"read", "answer", "operate", "metrics"} <= seen


def test_what_takes_facts_takes_none_of_a_session(house: House) -> None:
    """Whoever is signed in sends by the pages; events and rows need a key."""
    for route, method, path in _routes(house.app):
        if _right(route) is None and path.startswith(SENDS) and route.path not in SIGNED:
            assert house.ask(method, path, house.people["administrator"]).status_code == 401, path


def test_every_open_address_is_there(house: House) -> None:
    """The list has nothing that is gone."""
    assert {route.path for route, _, _ in _routes(house.app)} >= OPEN | SIGNED
