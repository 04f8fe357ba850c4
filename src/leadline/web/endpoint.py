"""An address of the service: what it takes, what it gives, who may ask; said once.

Routes, checks and the OpenAPI document are made of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import msgspec
from msgspec import Meta
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from leadline.errors import InputError, LeadlineError, ModelError, StoreError
from leadline.service.arriving import items
from leadline.service.rights import RIGHTS, Right, key_may
from leadline.service.service import Service
from leadline.service.sight import Sight
from leadline.store.keys import Key
from leadline.store.people import Person
from leadline.web.examples import ANSWERS, BODIES

if TYPE_CHECKING:
    from leadline.web.signing import Signing

MOST_BODY = 1024 * 1024
Limit = Annotated[int, Meta(ge=1, le=200, description="Rows of a page.")]
Id = Annotated[str, Meta(min_length=1, max_length=512, pattern=r"^[^\x00]+$")]
MEANINGS: Mapping[int, str] = {
    400: "The request has a fault; it says where, what was expected and what was found.",
    401: "The key is not known, or is missing.",
    403: "The key has not the scope.",
    404: "There is no such thing.",
    409: "A colleague has the lead meanwhile; it says who. Nothing was changed.",
    413: "The body is too large.",
    429: "The service takes nothing now; ask again after Retry-After seconds.",
    503: "The store does not answer now; ask again after Retry-After seconds.",
}

WAITS = (429, 503)
"""Answers that say when to ask again."""


class Error(msgspec.Struct):
    """Why a request was refused."""

    error: str


class NoParameters(msgspec.Struct):
    """Nothing can be said."""


class Refused(Exception):  # noqa: N818 - an answer, no error of ours
    """A request that gets no answer but why."""

    def __init__(self, status: int, says: str) -> None:
        super().__init__(says)
        self.status = status
        self.says = says


@dataclass(frozen=True)
class Asked:
    """A request that was found sound.

    Attributes:
        parameters: Those of the path and the query, as the endpoint's type of them.
        body: As the endpoint's type of it; None where it takes none.
        who: The token that it came with, or the person who is signed in.
        sight: What they see; None for everything.
    """

    parameters: Any
    body: Any
    who: Key | Person
    sight: Sight | None = None

    @property
    def by(self) -> str:
        """Who asked, as what they change says it."""
        return self.who.email if isinstance(self.who, Person) else f"token {self.who.name}"


@dataclass(frozen=True)
class Endpoint:
    """One address and method.

    Attributes:
        method: Such as GET.
        path: Such as ``/v1/leads/{lead_id}``.
        name: A word for it in clients that are generated.
        says: What it does, in one sentence.
        right: What a token, or somebody who is signed in, must be allowed.
        parameters: A struct of what stands in the path and the query.
        gives: A struct of the answer.
        answer: Computes it, in a thread of its own.
        takes: A struct of the body.
        within: Whether it keeps to the territory of who sees that alone; others are refused.
    """

    method: str
    path: str
    name: str
    says: str
    right: Right
    parameters: type[msgspec.Struct]
    gives: Any
    answer: Callable[[Service, Asked], Any]
    takes: Any = None
    errors: tuple[int, ...] = field(default=(400, 401, 403, 429, 503))
    within: bool = False

    def route(self, service: Service, signing: Signing) -> Route:
        """Return its route."""

        async def respond(request: Request) -> Response:
            try:
                asked = await self._asked(service, signing, request)
                found = await asyncio.to_thread(self.answer, service, asked)
                return json(found, 200)
            except Refused as refused:
                return json(Error(refused.says), refused.status)
            except (InputError, ModelError) as error:
                return json(Error(str(error)), 400)
            except items.Refused as refused:
                return json(Error(refused.detail), 400)
            except StoreError as error:
                return json(Error(str(error)), 503, {"Retry-After": "2"})
            except LeadlineError as error:
                return json(Error(str(error)), 503, {"Retry-After": "10"})

        vars(respond)["right"] = self.right
        return Route(self.path, respond, methods=[self.method], name=self.name)

    async def _asked(self, service: Service, signing: Signing, request: Request) -> Asked:
        asking = await who_asks(service, signing, request, self.right)
        await keep_within(service, request, asking.sight, is_within=self.within)
        given = {**request.query_params, **request.path_params}
        known = self.parameters.__struct_fields__
        if unknown := [each for each in given if each not in known]:
            can_be = ", ".join(known) or "none"
            raise Refused(400, f"a parameter must be of {can_be}; found {', '.join(unknown)}")
        try:
            parameters = msgspec.convert(given, self.parameters, strict=False)
            said = None
            if self.takes is not None:
                said = msgspec.json.decode(await body(request, MOST_BODY), type=self.takes)
        except (msgspec.ValidationError, msgspec.DecodeError, UnicodeDecodeError) as error:
            raise Refused(400, str(error)) from None
        except RecursionError:
            raise Refused(400, "the body must not be nested so deep") from None
        return Asked(parameters, said, asking.who, asking.sight)


class Asking(NamedTuple):
    """Who makes a request, and what they see; None for everything."""

    who: Key | Person
    sight: Sight | None


async def who_asks(service: Service, signing: Signing, request: Request, right: Right) -> Asking:
    """Return who makes a request of the API and has a right to it. Raises Refused.

    A token comes in the head. A page of our own comes with the session, and to change something
    with the token of its forms.
    """
    if "authorization" not in request.headers:
        visit = await signing.visit(request)
        if visit is not None:
            if not visit.may(right):
                raise Refused(403, f"the role {visit.person.role} does not allow this")
            if visit.lacks_factor:
                raise Refused(403, f"the role {visit.person.role} must have a second factor: /me")
            signing.refuse_foreign(request, visit)
            return Asking(visit.person, visit.sight)
    key = await key_of(service, request)
    if key is None:
        raise Refused(401, "a known token must be given as Authorization: Bearer TOKEN")
    if not key_may(key, right):
        raise Refused(403, f"the token must have the scope {RIGHTS[right].scope}")
    return Asking(key, None)


async def keep_within(
    service: Service, request: Request, sight: Sight | None, *, is_within: bool
) -> None:
    """Refuse who sees a territory alone what is of others, or of everybody. Raises Refused."""
    if sight is None:
        return
    if not is_within:
        raise Refused(403, "this is of all leads; you see those of your territory")
    for name, says in (
        ("lead_id", "no lead %s has a score"),
        ("account_id", "no account %s is known"),
    ):
        named = request.path_params.get(name)
        if named is not None and not await asyncio.to_thread(_sees, service, sight, name, named):
            raise Refused(404, says % named)


def _sees(service: Service, sight: Sight, name: str, named: str) -> bool:
    with service.store.reading() as session:
        is_lead = name == "lead_id"
        return (sight.sees_lead if is_lead else sight.sees_account)(session, named)


async def key_of(service: Service, request: Request) -> Key | None:
    """Return what the bearer token of a request may do; None where it is not known."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    return await service.key(given.strip()) if scheme.lower() == "bearer" else None


async def body(request: Request, most: int) -> bytes:
    """Return the body of a request, of so many bytes at most. Raises Refused."""
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > most:
            raise Refused(413, f"a body must have at most {most} bytes")
        parts.append(part)
    return b"".join(parts)


def json(value: object, status: int, headers: Mapping[str, str] | None = None) -> Response:
    """Return a value as an answer."""
    return Response(
        msgspec.json.encode(value), status, dict(headers or {}), media_type="application/json"
    )


def document(endpoints: Iterable[Endpoint], beside: Mapping[str, Any]) -> dict[str, Any]:
    """Return the OpenAPI document of addresses, and of paths beside them."""
    listed = list(endpoints)
    types = [kind for each in listed for kind in (each.gives, each.takes) if kind is not None]
    _, components = msgspec.json.schema_components(
        [*types, Error], ref_template="#/components/schemas/{name}"
    )
    paths: dict[str, dict[str, Any]] = {path: dict(each) for path, each in beside.items()}
    for each in listed:
        paths.setdefault(each.path, {})[each.method.lower()] = _operation(each)
    return {
        "openapi": "3.1.0",
        "info": {"title": "leadline", "version": "1", "description": "Scores of leads."},
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "key": {"type": "http", "scheme": "basic"},
            },
        },
        "security": [{"token": []}],
    }


def refusal(status: int) -> dict[str, Any]:
    """Return how the OpenAPI document tells of an answer that refuses."""
    content = {"schema": _reference(Error), "example": {"error": MEANINGS[status]}}
    made: dict[str, Any] = {
        "description": MEANINGS[status],
        "content": {"application/json": content},
    }
    if status in WAITS:
        after = {"schema": {"type": "string"}, "description": "In how many seconds to ask again."}
        made["headers"] = {"Retry-After": after}
    return made


def _operation(each: Endpoint) -> dict[str, Any]:
    answer = {"schema": _reference(each.gives), "example": ANSWERS[each.name]}
    responses: dict[str, Any] = {
        "200": {"description": "The answer.", "content": {"application/json": answer}}
    }
    for status in each.errors:
        responses[str(status)] = refusal(status)
    made: dict[str, Any] = {
        "operationId": each.name,
        "summary": each.says,
        "parameters": list(_parameters(each)),
        "responses": responses,
    }
    if each.takes is not None:
        body = {"schema": _reference(each.takes), "example": BODIES[each.name]}
        made["requestBody"] = {"required": True, "content": {"application/json": body}}
    return made


def _reference(kind: Any) -> dict[str, Any]:
    (schema,), _ = msgspec.json.schema_components(
        [kind], ref_template="#/components/schemas/{name}"
    )
    return schema


def _parameters(each: Endpoint) -> Iterable[dict[str, Any]]:
    schema = msgspec.json.schema(each.parameters)
    found = schema["$defs"][each.parameters.__name__]
    for name, kind in found["properties"].items():
        inside = f"{{{name}}}" in each.path
        yield {
            "name": name,
            "in": "path" if inside else "query",
            "required": inside or name in found.get("required", ()),
            "schema": {key: value for key, value in kind.items() if key != "description"},
            "description": kind.get("description", ""),
        }
