"""The page of somebody's own account: password, second factor, where they are signed in."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from leadline.errors import Fault, InputError
from leadline.service import clock, passwords, second_factor, signing_in, staff
from leadline.service.signing_in import TooOften
from leadline.store import people, sign_ins
from leadline.store.people import Person
from leadline.web.entrance.answering import caller_of, go, sentence
from leadline.web.entrance.drawn import draw
from leadline.web.entrance.turns import Turns
from leadline.web.signing import ACCOUNT, Signing, Visit, signed_in

OFTEN = "That was tried too often. Wait a minute."
LENGTHS: Mapping[str, Any] = {"least": passwords.LEAST, "most": passwords.MOST}


class Account:
    """What everybody may change of themselves; what opens more asks for the password again."""

    def __init__(self, signing: Signing, turns: Turns) -> None:
        self._signing = signing
        self._service = signing.service
        self._turns = turns

    def routes(self) -> list[Route]:
        """Return its addresses."""
        changes = {
            "password": self._change_password,
            "second-factor": self._begin_factor,
            "second-factor/confirm": self._confirm_factor,
            "second-factor/end": self._end_factor,
            "sessions/end": self._end_session,
        }
        page = partial(self._signing.page, "read", within=True, bare=True)
        return [
            Route(ACCOUNT, page(self._show)),
            *(
                Route(f"{ACCOUNT}/{path}", page(self._caught(answer)), methods=["POST"])
                for path, answer in changes.items()
            ),
        ]

    def _caught(
        self, answer: Callable[[Request, Visit], Awaitable[Response]]
    ) -> Callable[[Request, Visit], Awaitable[Response]]:
        """Return a change after which the page says why it could not be."""

        async def respond(request: Request, visit: Visit) -> Response:
            try:
                return await answer(request, visit)
            except InputError as error:
                return await self._page(request, visit, 400, sentence(error))
            except TooOften:
                return await self._page(request, visit, 429, OFTEN)

        return respond

    async def _show(self, request: Request, visit: Visit) -> Response:
        return await self._page(request, visit)

    async def _page(
        self, request: Request, visit: Visit, status: int = 200, fault: str = ""
    ) -> Response:
        known = await asyncio.to_thread(self._known, visit)
        return draw(
            request, "me", status, person=visit.person, fault=fault,
            lacks_factor=visit.lacks_factor, form_token=visit.form_token, **known, **LENGTHS,
        )  # fmt: skip

    def _known(self, visit: Visit) -> dict[str, Any]:
        """Return what the page shows beside who it is."""
        with self._service.store.reading() as session:
            has_password = people.password_hash(session, visit.person) is not None
            rows = sign_ins.of_person(session, visit.person, self._service.now())
        is_on, left = second_factor.is_on(self._service.store, visit.person)
        sessions = [
            {
                "hash": row.session_hash,
                "agent": row.agent,
                "began": clock.at(row.began_at),
                "seen": clock.at(row.seen_at),
                "is_this": row.session_hash == visit.session.session_hash,
            }
            for row in rows
        ]
        return {"sessions": sessions, "factor": is_on, "left": left, "has_password": has_password}

    async def _change_password(self, request: Request, visit: Visit) -> Response:
        old, new = visit.form.get("old", ""), visit.form.get("new", "")
        caller, store = caller_of(self._service, request), self._service.store
        change = partial(signing_in.change_password, store, visit.person, old, new, caller)
        secret = await self._turns.take(change)
        return signed_in(request, go(request, ACCOUNT), secret)

    async def _begin_factor(self, request: Request, visit: Visit) -> Response:
        """Show a secret, to whoever knows the password."""
        await self._confirmed(request, visit)
        store, now = self._service.store, self._service.now()
        begun = await asyncio.to_thread(second_factor.begin_factor, store, visit.person, now)
        return _factor(request, visit, begun)

    async def _confirm_factor(self, request: Request, visit: Visit) -> Response:
        """Have the code be asked for, once one was typed in; show the recovery codes."""
        store, person = self._service.store, visit.person
        caller, mine = caller_of(self._service, request), visit.session.session_hash
        confirm = partial(second_factor.confirm, store, person, visit.form.get("code", ""))
        try:
            codes = await asyncio.to_thread(confirm, mine, caller)
        except InputError as error:
            begun = await asyncio.to_thread(second_factor.begun, store, person)
            if begun is None:
                raise
            return _factor(request, visit, begun, 400, sentence(error))
        return draw(request, "codes", person=person, codes=codes)

    async def _end_factor(self, request: Request, visit: Visit) -> Response:
        if visit.person.role in self._signing.second_factor:
            raise InputError(Fault("", "second factor", "must be there, by the rules of your team"))
        await self._confirmed(request, visit)
        await asyncio.to_thread(self._forget, visit.person)
        return go(request, ACCOUNT)

    def _forget(self, person: Person) -> None:
        with self._service.store.writing() as session:
            staff.forget_factor(session, person, person.email, self._service.now())

    async def _confirmed(self, request: Request, visit: Visit) -> None:
        """Ask for the password once more. Raises InputError and TooOften."""
        password, caller = visit.form.get("password", ""), caller_of(self._service, request)
        confirm = partial(signing_in.confirm_password, self._service.store, visit.person, password)
        await self._turns.take(partial(confirm, caller))

    async def _end_session(self, request: Request, visit: Visit) -> Response:
        """End a session of theirs, or all but this one where none is named."""
        await asyncio.to_thread(self._end, visit, visit.form.get("session", ""))
        return go(request, ACCOUNT)

    def _end(self, visit: Visit, which: str) -> None:
        with self._service.store.writing() as session:
            if which:
                sign_ins.end(session, which, visit.person)
            else:
                sign_ins.end_all(session, visit.person, visit.session.session_hash)


def _factor(
    request: Request,
    visit: Visit,
    begun: second_factor.Begun,
    status: int = 200,
    fault: str = "",
) -> Response:
    """Return the page with a secret that is to be confirmed."""
    return draw(
        request, "factor", status, person=visit.person, form_token=visit.form_token, fault=fault,
        secret=begun.secret, picture=Markup(begun.picture),  # noqa: S704 - we drew it
    )  # fmt: skip
