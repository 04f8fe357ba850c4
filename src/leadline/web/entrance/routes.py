"""Where people come in and go: sign in and out, set up, choose a password."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from leadline.errors import InputError, LeadlineError
from leadline.service import second_factor, signing_in
from leadline.service.providers import Provider
from leadline.service.signing_in import TooOften
from leadline.store import sign_ins
from leadline.store.people import Person
from leadline.store.sign_ins import TicketKind
from leadline.web.endpoint import Refused
from leadline.web.entrance.account import LENGTHS, OFTEN, Account
from leadline.web.entrance.acting import Acting
from leadline.web.entrance.answering import caller_of, go, sentence
from leadline.web.entrance.drawn import draw, refusal
from leadline.web.entrance.turns import Turns
from leadline.web.signing import (
    SAFE,
    SIGN_IN,
    STRANGE_HOST,
    Signing,
    Visit,
    cookie,
    keep,
    local,
    signed_in,
    signed_out,
    token_of,
    visitor,
)

HOME = "/"
OPEN = "Sign in over https alone: put a server with a certificate before this one."
WRONG = "This e-mail address and password do not belong together."
GONE = "This link was used, or is too old."
LINKS: Mapping[str, TicketKind] = {"join": "invitation", "new-password": "password"}
"""Address of a link that lets somebody choose a password, to what its ticket opens."""
VISITOR_SECONDS, CODE_SECONDS = 24 * 3600, 300


class Entrance:
    """The addresses at which nobody has to be signed in."""

    def __init__(self, signing: Signing, named: Sequence[Provider] = ()) -> None:
        """Make the addresses.

        Args:
            signing: Lets people in.
            named: Providers by which people may sign in too.
        """
        self._signing = signing
        self._named = named
        self._service = signing.service
        self._turns = Turns()
        self._acting = Acting(signing.service)

    def routes(self) -> list[Route]:
        """Return them."""
        both = ["GET", "POST"]
        page = self._signing.page
        return [
            Route(SIGN_IN, self._open(self._sign_in), methods=both),
            Route("/set-up/{ticket}", self._open(self._set_up), methods=both),
            *(
                Route(f"/{word}/{{ticket}}", self._open(partial(self._choose, word)), methods=both)
                for word in LINKS
            ),
            Route("/act/{ticket}", self._open(self._acting.act), methods=both),
            Route(
                "/sign-out", page("read", self._sign_out, within=True, bare=True), methods=["POST"]
            ),
            Route("/sign-in/code", self._open(self._code), methods=both),
            *Account(self._signing, self._turns).routes(),
            *self._provided(),
            Route(HOME, page("read", self._home, within=True)),
        ]

    def _provided(self) -> list[Route]:
        """Return the addresses of providers, whose libraries are loaded where there are any."""
        if not self._named:
            return []
        from leadline.web.entrance.provided import Provided  # noqa: PLC0415 - an extra

        with self._service.store.writing() as session:
            secret = sign_ins.provider_secret(session)
        return Provided(self._signing, self._named, secret, self._in).routes()

    def _open(self, answer: Callable[..., Any]) -> Callable[[Request], Any]:
        """Return a page for who is not signed in; what it asks for travels by https alone."""

        async def respond(request: Request) -> Response:
            if not self._signing.front.knows(request):
                return refusal(request, 421, STRANGE_HOST)
            if not self._signing.front.is_private(request):
                return refusal(request, 403, OPEN)
            secret = visitor(request)
            try:
                form = None
                if request.method not in SAFE:
                    form = await self._signing.form(request, token_of(secret))
                response = await answer(request, token_of(secret), form)
            except Refused as refused:
                response = refusal(request, refused.status, refused.says)
            except TooOften:
                response = refusal(request, 429, OFTEN)
                response.headers["Retry-After"] = "60"
            except LeadlineError:
                response = refusal(request, 503, "The service cannot do this now. Try again soon.")
            return keep(request, response, "visitor", secret, VISITOR_SECONDS)

        return respond

    async def _sign_in(
        self, request: Request, token: str, form: Mapping[str, str] | None
    ) -> Response:
        to = (form or request.query_params).get("to", HOME)
        show = partial(draw, request, "sign_in", form_token=token, to=local(to), named=self._named)
        if form is None:
            return show(email="", fault="")
        email, password = form.get("email", ""), form.get("password", "")
        sign_in = partial(signing_in.sign_in, self._service.store, email, password)
        opened = await self._turns.take(partial(sign_in, caller_of(self._service, request)))
        if opened is None:
            return show(status=403, email=email, fault=WRONG)
        if not opened.is_whole:
            asked = go(request, f"{SIGN_IN}/code?to={quote(local(to), safe='')}")
            return keep(request, asked, "code", opened.secret, CODE_SECONDS)
        return await self._in(request, go(request, local(to)), opened.secret)

    async def _code(self, request: Request, token: str, form: Mapping[str, str] | None) -> Response:
        """Ask for the code of a second factor, after the password."""
        to = (form or request.query_params).get("to", HOME)
        show = partial(draw, request, "code", form_token=token, to=local(to))
        ticket = request.cookies.get(cookie(request, "code"), "")
        if not ticket:
            return go(request, SIGN_IN)
        if form is None:
            return show(fault="")
        caller = caller_of(self._service, request)
        sign_in = partial(second_factor.sign_in, self._service.store, ticket)
        try:
            secret = await asyncio.to_thread(sign_in, form.get("code", ""), caller)
        except InputError as error:
            return refusal(request, 403, sentence(error))
        if secret is None:
            return show(status=403, fault="This is not the code that is shown now.")
        response = keep(request, go(request, local(to)), "code", "", 0)
        return await self._in(request, response, secret)

    async def _in(self, request: Request, response: Response, secret: str) -> Response:
        """Have the browser keep a new session; the one that it had ends."""
        former = request.cookies.get(cookie(request, "session"), "")
        if former:
            await asyncio.to_thread(self._end_former, former)
        return signed_in(request, response, secret)

    def _end_former(self, secret: str) -> None:
        with self._service.store.writing() as session:
            sign_ins.end_secret(session, secret)

    async def _set_up(
        self, request: Request, token: str, form: Mapping[str, str] | None
    ) -> Response:
        store, now = self._service.store, self._service.now()
        ticket = request.path_params["ticket"]
        if not await asyncio.to_thread(signing_in.opens_set_up, store, ticket, now):
            return refusal(request, 410, GONE)
        values: dict[str, Any] = {"ticket": ticket, "form_token": token, **LENGTHS}
        show = partial(draw, request, "set_up", **values)
        if form is None:
            return show(name="", email="", fault="")
        name, email = form.get("name", ""), form.get("email", "")
        new = Person(0, email, name, "administrator")
        set_up = partial(signing_in.set_up, store, ticket, new, form.get("password", ""))
        try:
            secret = await self._turns.take(partial(set_up, caller_of(self._service, request)))
        except InputError as error:
            return show(status=400, name=name, email=email, fault=sentence(error))
        return await self._in(request, go(request, HOME), secret)

    async def _choose(
        self, word: str, request: Request, token: str, form: Mapping[str, str] | None
    ) -> Response:
        """Have the owner of a link choose a password."""
        store, now, kind = self._service.store, self._service.now(), LINKS[word]
        ticket = request.path_params["ticket"]
        person = await asyncio.to_thread(signing_in.look, store, kind, ticket, now)
        if person is None:
            return refusal(request, 410, GONE)
        values: dict[str, Any] = {
            "ticket": ticket,
            "form_token": token,
            "kind": word,
            "email": person.email,
        }
        show = partial(draw, request, "password", **values, **LENGTHS)
        if form is None:
            return show(fault="")
        choose = partial(signing_in.choose_password, store, kind, ticket, form.get("password", ""))
        try:
            secret = await self._turns.take(partial(choose, caller_of(self._service, request)))
        except InputError as error:
            return show(status=400, fault=sentence(error))
        return await self._in(request, go(request, HOME), secret)

    async def _home(self, request: Request, _: Visit) -> Response:
        return go(request, "/queue")

    async def _sign_out(self, request: Request, visit: Visit) -> Response:
        await asyncio.to_thread(self._end, visit)
        return signed_out(request, go(request, SIGN_IN))

    def _end(self, visit: Visit) -> None:
        with self._service.store.writing() as session:
            sign_ins.end(session, visit.session.session_hash, visit.person)
