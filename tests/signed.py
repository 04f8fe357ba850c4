"""People who are signed in, for tests of pages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import httpx2

from leadline.service import clock, passwords
from leadline.store import people, sign_ins
from leadline.store.people import Person, Role
from leadline.store.store import Store
from leadline.web.signing import token_of

PASSWORD = "violet tram quarry nine"  # noqa: S105 - of nobody


def add(store: Store, role: Role, name: str = "", password: str = "", **more: str) -> Person:
    """Add somebody to a store; without a password they cannot sign in by themselves."""
    name = name or role
    with store.writing() as session:
        new = Person(0, f"{name}@team.example", name, role, **more)  # type: ignore[arg-type]
        made = people.add(session, new, clock.now())
        if password:
            people.set_password(session, made, passwords.hashed(password))
    return made


def begin(store: Store, person: Person) -> str:
    """Sign somebody in, and return the secret of the session."""
    with store.writing() as session:
        return sign_ins.begin(session, person, "a test", clock.now())


@contextmanager
def browser(url: str, secret: str = "") -> Iterator[httpx2.Client]:
    """Yield a client that does as a browser does; with a secret somebody is signed in in it.

    Its header X-Form-Token is that of the session, so forms need none.
    """
    cookies = {"session": secret} if secret else {}
    headers = {"Sec-Fetch-Site": "same-origin", "User-Agent": "a test"}
    if secret:
        headers["X-Form-Token"] = token_of(secret)
    with httpx2.Client(base_url=url, cookies=cookies, headers=headers, timeout=30) as client:
        yield client
