"""Who is signed in: what every page asks before it answers.

A page is made by ``Signing.page``: it is answered to whoever has the right, sends others to sign
in, and takes no form that another site sent.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qsl, quote, urlsplit

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from leadline.service.rights import Right, person_may
from leadline.service.second_factor import lacks_factor
from leadline.service.service import Service
from leadline.service.sight import Sight, sight_of
from leadline.store import sign_ins
from leadline.store.people import Person
from leadline.store.sign_ins import SessionRow
from leadline.web.endpoint import Refused, body, keep_within
from leadline.web.front import Front

SIGN_IN, ACCOUNT = "/sign-in", "/me"
FORM_TOKEN = "form_token"  # noqa: S105 - the name of a field
FORM_HEADER = "x-form-token"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
MOST_FORM, MOST_FIELDS = 64 * 1024, 200
MOST_PATH = 2000
WEEK_SECONDS = 7 * 24 * 3600


@dataclass(frozen=True)
class Visit:
    """A request of somebody who is signed in.

    Attributes:
        person: Who it is.
        session: Their session.
        form_token: Must be in each form, as ``form_token``, or in the header X-Form-Token.
        form: What a form sent; empty where none did.
        sight: Which leads they see; None for all. Lists are asked for with it.
        lacks_factor: Whether their role must have a second factor, and they have none yet.
    """

    person: Person
    session: SessionRow
    form_token: str
    form: Mapping[str, str] = field(default_factory=dict)
    sight: Sight | None = None
    lacks_factor: bool = False

    def may(self, right: Right) -> bool:
        """Say whether they have a right; pages show nothing that is not allowed."""
        return person_may(self.person, right)


Respond = Callable[[Request], Awaitable[Response]]
Answer = Callable[[Request, Visit], Awaitable[Response]]
Refuse = Callable[[Request, int, str], Response]
"""Draws why a page is refused: the request, the status and a sentence."""


@dataclass(frozen=True)
class Signing:
    """Lets people in.

    Attributes:
        service: Has the store in which they stand.
        front: How the service is reached.
        refuse: Draws why not.
        territory: Field that says in whose territory a lead is; empty where all see all.
        second_factor: Roles that must have one beside a password.
    """

    service: Service
    front: Front
    refuse: Refuse
    territory: str = ""
    second_factor: frozenset[str] = frozenset()

    async def visit(self, request: Request) -> Visit | None:
        """Return who makes a request; None where nobody is signed in."""
        secret = request.cookies.get(cookie(request, "session"), "")
        if not secret or not self.front.knows(request):
            return None
        found = await asyncio.to_thread(self._session, secret)
        if found is None:
            return None
        person, row, lacks_factor = found
        sight = sight_of(person, self.territory)
        return Visit(person, row, token_of(secret), sight=sight, lacks_factor=lacks_factor)

    def _session(self, secret: str) -> tuple[Person, SessionRow, bool] | None:
        at, lacks = self.service.now(), False
        with self.service.store.reading() as session:
            found = sign_ins.find(session, secret, at)
            if found is not None and found[0].role in self.second_factor:
                lacks = lacks_factor(session, found[0])
        if found is not None and at - found[1].seen_at > sign_ins.SEEN_EVERY:
            with self.service.store.writing() as session:
                sign_ins.seen(session, found[1], at)
        return None if found is None else (*found, lacks)

    def page(
        self, right: Right, answer: Answer, *, within: bool = False, bare: bool = False
    ) -> Respond:  # fmt: skip
        """Return a page for whoever has a right.

        Args:
            right: What they must be allowed.
            answer: The page.
            within: Whether it shows no more than ``Visit.sight``, or nothing of leads; who sees a
                territory alone is refused other pages. Where its path has a ``lead_id`` or an
                ``account_id``, that is looked at here.
            bare: Whether it is for those too who still lack a second factor that their role must
                have; others send them to set it up.
        """

        async def respond(request: Request) -> Response:
            if not self.front.knows(request):
                return self.refuse(request, 421, STRANGE_HOST)
            visit = await self.visit(request)
            if visit is None:
                return to_sign_in(request)
            if not visit.may(right):
                return self.refuse(request, 403, "Your role does not allow this.")
            if visit.lacks_factor and not bare:
                return RedirectResponse(f"{request.scope.get('root_path', '')}{ACCOUNT}", 303)
            try:
                await keep_within(self.service, request, visit.sight, is_within=within)
                if request.method not in SAFE:
                    visit = await self.checked(request, visit)
            except Refused as refused:
                says = f"{refused.says[:1].upper()}{refused.says[1:]}"
                return self.refuse(request, refused.status, says)
            return await answer(request, visit)

        vars(respond)["right"] = right
        return respond

    async def checked(self, request: Request, visit: Visit) -> Visit:
        """Return a visit with the form that it sent. Raises Refused where no own page made it."""
        form = await self.form(request, visit.form_token)
        return replace(visit, form=form)

    async def form(self, request: Request, token: str) -> dict[str, str]:
        """Return the fields of a form that a page of our own sent. Raises Refused."""
        if not self.front.is_own(request):
            raise Refused(403, FOREIGN)
        fields = await fields_of(request)
        given = fields.pop(FORM_TOKEN, "") or request.headers.get(FORM_HEADER, "")
        if not hmac.compare_digest(given.encode(), token.encode()):
            raise Refused(403, OLD)
        return fields

    def refuse_foreign(self, request: Request, visit: Visit) -> None:
        """Refuse a request that would change something and no own page sent. Raises Refused."""
        if request.method in SAFE:
            return
        if not self.front.is_own(request):
            raise Refused(403, FOREIGN)
        given = request.headers.get(FORM_HEADER, "")
        if not hmac.compare_digest(given.encode(), visit.form_token.encode()):
            raise Refused(403, OLD)


FOREIGN = "This was sent by another site."
OLD = "This page is too old. Load it again."


STRANGE_HOST = (
    "Pages are shown under the address of the service alone. Its settings name it as service.url."
)


async def fields_of(request: Request) -> dict[str, str]:
    """Return the fields of a form; of several with one name the last. Raises Refused."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        return {}
    sent = await body(request, MOST_FORM)
    try:
        return dict(
            parse_qsl(
                sent.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict"
            )
        )
    except ValueError:
        raise Refused(400, "This form cannot be read.") from None


def token_of(secret: str) -> str:
    """Return what the forms of a session must carry; from it nobody learns the session.

    >>> len(token_of("a secret"))
    43
    """
    digest = hashlib.sha256(f"form:{secret}".encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def cookie(request: Request, name: str) -> str:
    """Return the name of a cookie: by https one that no other host and no plain page can set."""
    return f"__Host-{name}" if request.url.scheme == "https" else name


def keep(request: Request, response: Response, name: str, value: str, seconds: int) -> Response:
    """Have the browser keep a cookie that no script reads and no other site's form sends."""
    response.set_cookie(
        cookie(request, name),
        value,
        max_age=seconds,
        path="/",
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="lax",
    )
    return response


def signed_in(request: Request, response: Response, secret: str) -> Response:
    """Have the browser keep a new session."""
    return keep(request, response, "session", secret, WEEK_SECONDS)


def signed_out(request: Request, response: Response) -> Response:
    """Have the browser forget the session."""
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return keep(request, response, "session", "", 0)


def visitor(request: Request) -> str:
    """Return the secret of a browser in which nobody is signed in, a new one where it has none."""
    return request.cookies.get(cookie(request, "visitor"), "") or secrets.token_urlsafe(32)


def to_sign_in(request: Request) -> Response:
    """Send somebody to sign in, and afterwards to where they wanted; a script is told so."""
    root = request.scope.get("root_path", "")
    headers = Headers(scope=request.scope)
    if "hx-request" in headers:
        shown = urlsplit(headers.get("hx-current-url", ""))
        wanted = f"{shown.path}?{shown.query}" if shown.query else shown.path
        where = f"{root}{SIGN_IN}?to={quote(local(wanted, root), safe='')}"
        return Response(status_code=401, headers={"HX-Redirect": where})
    wanted = root + request.url.path.removeprefix(root)
    wanted += f"?{request.url.query}" if request.url.query else ""
    if request.method not in SAFE:
        wanted = ""
    target = f"?to={quote(local(wanted, root), safe='')}" if wanted else ""
    return RedirectResponse(f"{root}{SIGN_IN}{target}", 303)


def local(path: str, otherwise: str = "") -> str:
    r"""Return a path of this service, such as was asked for; a page of another site is none.

    >>> local("/leads/ada?at=1"), local("//evil.example"), local("/\\evil.example")
    ('/leads/ada?at=1', '/', '/')
    """
    is_path = path.startswith("/") and not path.startswith(("//", "/\\"))
    is_plain = path.isprintable() and "\\" not in path and len(path) <= MOST_PATH
    return path if is_path and is_plain else f"{otherwise}/"
