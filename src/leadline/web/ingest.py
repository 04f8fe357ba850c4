"""What trackers send: kept, then answered; nothing is read here that the loop can read later."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Iterable
from typing import Any

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from leadline.errors import LeadlineError
from leadline.service.service import Service
from leadline.store.inbox import Received
from leadline.store.keys import Key
from leadline.web.endpoint import Refused, body, refusal
from leadline.web.envelope import closed
from leadline.web.examples import BODIES

MOST_BYTES = 1024 * 1024
"""Of a body, packed or not."""
MOST_UNPACKED = 8 * 1024 * 1024
RETRY_SECONDS = "5"
SEGMENT = ("batch", "import", "track", "identify", "group", "page", "screen", "alias")
SHORT = {"b": "batch", "t": "track", "i": "identify", "g": "group", "p": "page", "s": "screen",
         "a": "alias"}  # fmt: skip
"""Addresses that the libraries for browsers use."""
TABLES = ("events", "leads", "accounts", "outcomes", "lead_merges", "event_marks")
ALLOWED = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "POST, OPTIONS",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, X-Retry-Count",
    "Access-Control-Max-Age": "86400",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Cache-Control": "no-cache",  # with no-store a browser waits for somebody to read the answer
}
"""A page of any site may send, as a tracker does; nothing can be read with such a request."""


class Kept(msgspec.Struct):
    """What was sent is on the disk."""

    success: bool


class _Keyed(msgspec.Struct):
    writeKey: str = ""  # noqa: N815 - as senders write it


def described() -> dict[str, dict[str, object]]:
    """Return the addresses as paths of the OpenAPI document."""
    tables = {
        f"/v1/{name}": f"Rows of the table {name}, as JSON or lines of JSON." for name in TABLES
    }
    calls = {f"/v1/{name}": f"What libraries of Segment send as {name}." for name in SEGMENT}
    return {path: {"post": _operation(path, says)} for path, says in {**calls, **tables}.items()}


def _operation(path: str, says: str) -> dict[str, object]:
    name = path.rsplit("/", 1)[1]
    responses: dict[str, object] = {
        str(status): refusal(status) for status in (400, 401, 403, 413, 429)
    }
    kept = {"type": "object", "properties": {"success": {"const": True}}}
    responses["200"] = {
        "description": "It is on the disk.",
        "content": {"application/json": {"schema": kept, "example": {"success": True}}},
    }
    body = {"schema": {"type": ["object", "array"]}, "example": BODIES[name]}
    return {
        "operationId": f"send_{name}",
        "summary": says,
        "security": [{"token": []}, {"key": []}],
        "requestBody": {"required": True, "content": {"application/json": body}},
        "responses": responses,
    }


def routes(service: Service) -> list[Route]:
    """Return the addresses that take facts."""
    return [
        *(_route(service, f"/v1/{name}", f"segment:{name}") for name in SEGMENT),
        *(_route(service, f"/v1/{short}", f"segment:{name}") for short, name in SHORT.items()),
        *(_route(service, f"/v1/{name}", f"rows:{name}") for name in TABLES),
    ]


def _route(service: Service, path: str, kind: str) -> Route:
    async def take(request: Request) -> Response:
        if request.method == "OPTIONS":
            return Response(status_code=204, headers=ALLOWED)
        try:
            return await _take(service, request, kind)
        except Refused as refusal:
            retry = {"Retry-After": RETRY_SECONDS} if refusal.status in {429, 503} else {}
            return _json({"error": refusal.says}, refusal.status, retry)
        except ClientDisconnect:
            return Response(status_code=400)

    return Route(path, take, methods=["POST", "OPTIONS"])


async def _take(service: Service, request: Request, kind: str) -> Response:
    """Keep a request; what can be said without reading its body is said before it is read."""
    if reason := service.refuses():
        raise Refused(429, reason)
    key = await _key_of(service, request)
    if key is None and "authorization" in request.headers and not _is_empty_basic(request):
        raise Refused(401, "the key is not known")
    body = await _body(request)
    if key is None:
        key = await service.key(_key_in(body))
    if key is None:
        raise Refused(401, "the key is not known")
    if not key.may_send or (key.kind == "browser" and not kind.startswith("segment:")):
        raise Refused(403, "the key may not send this")
    if kind == "rows:events":
        body = closed(request.headers.items(), body)
    _refuse_no_json(body, lines=kind.startswith("rows:"))
    try:
        await service.accept(Received(key.name, kind, service.now(), body))
    except LeadlineError as error:
        raise Refused(429, str(error)) from None
    return _json(Kept(success=True), 200)


async def _key_of(service: Service, request: Request) -> Key | None:
    """Return the key of the head of a request: basic, where it is the user, or bearer."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return await service.key(given.strip())
    if scheme.lower() != "basic":
        return None
    try:
        user = base64.b64decode(given, validate=True).decode().partition(":")[0]
    except ValueError:
        return None
    return await service.key(user)


def _is_empty_basic(request: Request) -> bool:
    """Say whether a library sends a head without a key, which then stands in the body."""
    return request.headers["authorization"].strip().lower() in {"basic", "basic og=="}


def _key_in(body: bytes) -> str:
    try:
        return msgspec.json.decode(body, type=_Keyed).writeKey
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""


async def _body(request: Request) -> bytes:
    """Return the body, unpacked; a bound holds for what comes in and for what comes out."""
    length = request.headers.get("content-length", "")
    if length.isdigit() and int(length) > MOST_BYTES:
        raise Refused(413, f"a body must have at most {MOST_BYTES} bytes")
    packed = await body(request, MOST_BYTES)
    is_packed = request.headers.get("content-encoding", "") == "gzip" or packed[:2] == b"\x1f\x8b"
    return _unpacked(packed) if is_packed else packed


def _unpacked(packed: bytes) -> bytes:
    reader = zlib.decompressobj(wbits=31)
    try:
        body = reader.decompress(packed, MOST_UNPACKED)
    except zlib.error:
        raise Refused(400, "the body must be gzip, as its head says") from None
    if reader.unconsumed_tail:
        raise Refused(413, f"an unpacked body must have at most {MOST_UNPACKED} bytes")
    if not reader.eof:
        raise Refused(400, "the body must be whole; it ends in the middle")
    return body


def _refuse_no_json(body: bytes, *, lines: bool) -> None:
    """Refuse a body that is no JSON; in lines of JSON one that is none is parked later."""
    texts: Iterable[bytes] = [body, *body.splitlines()] if lines else [body]
    for text in texts:
        try:
            found: Any = msgspec.json.decode(text, type=msgspec.Raw)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            continue
        if bytes(found)[:1] in {b"{", b"["}:
            return
    raise Refused(400, "the body must be an object or a list of JSON")


def _json(value: object, status: int, headers: dict[str, str] | None = None) -> Response:
    return Response(
        msgspec.json.encode(value),
        status,
        {**ALLOWED, **(headers or {})},
        media_type="application/json",
    )
