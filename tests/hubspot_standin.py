"""A HubSpot of the tests, after the vendor's pages: it refuses what these say is refused.

It shows what our client sends and understands. It cannot show what only the real one knows: rights,
rules of administrators, how late its index is, what a merge does in full.
"""

from __future__ import annotations

import json
import re
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

KEY = "pat-of-the-tests"
MOST_SEARCHED, MOST_PAGE, MOST_BATCH, MOST_HISTORIES = 10_000, 200, 100, 50
STAMPS = {"contacts": "lastmodifieddate"}
OPERATORS: Mapping[str, Callable[[int, int], bool]] = {
    "GT": lambda one, other: one > other,
    "GTE": lambda one, other: one >= other,
    "LT": lambda one, other: one < other,
    "EQ": lambda one, other: one == other,
}
FORMS = {
    "number": {"number", "text"},
    "enumeration": {"select", "radio", "checkbox", "booleancheckbox"},
    "string": {"text", "textarea", "html", "phonenumber", "file"},
    "datetime": {"date"},
    "date": {"date"},
}
CONTACT = {
    "email", "firstname", "lastname", "phone", "company", "jobtitle", "country", "website",
    "hs_lead_status", "lifecyclestage", "hubspot_owner_id", "associatedcompanyid",
    "hs_merged_object_ids", "lastmodifieddate", "hs_object_id", "createdate",
}  # fmt: skip
READ_ONLY = {"hs_object_id", "lastmodifieddate", "createdate", "hs_merged_object_ids"}


class Refusal(Exception):  # noqa: N818 - an answer
    """What is answered where a request cannot be done."""

    def __init__(
        self, status: int, message: str, category: str = "VALIDATION_ERROR", **more: Any
    ) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"status": "error", "message": message, "category": category, **more}


@dataclass
class Row:
    """A record."""

    row_id: int
    properties: dict[str, str]
    stamp: int
    history: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    archived_at: int | None = None


@dataclass
class StandIn:
    """What the account holds, what it was asked, and what it does on demand.

    Attributes:
        rows: Records by kind and id.
        calls: Methods and paths that it was asked, refused ones too.
        answered: Those of them that it did.
        writes: How often each contact was written.
        fails: Answers to give in the place of the next ones; None lets one pass.
        whole: Whether a batch with a bad row is refused as a whole.
        limits: Calls in so many seconds, and searches in a second.
        seconds: Of the first limit.
    """

    url: str = ""
    rows: dict[str, dict[int, Row]] = field(
        default_factory=lambda: {"contacts": {}, "companies": {}, "deals": {}}
    )
    properties: dict[str, dict[str, Any]] = field(default_factory=dict)
    groups: set[str] = field(default_factory=lambda: {"contactinformation"})
    owners: dict[str, str] = field(default_factory=dict)
    contacts_of: dict[int, list[int]] = field(default_factory=dict)
    calls: list[tuple[str, str]] = field(default_factory=list)
    answered: list[tuple[str, str]] = field(default_factory=list)
    writes: dict[int, int] = field(default_factory=dict)
    fails: deque[tuple[int, dict[str, str], dict[str, Any]] | None] = field(default_factory=deque)
    whole: bool = False
    limits: tuple[int, int] = (190, 5)
    seconds: float = 10.0
    lock: Lock = field(default_factory=Lock)
    _asked: deque[float] = field(default_factory=deque)
    _searched: deque[float] = field(default_factory=deque)
    _last: int = 100

    def __post_init__(self) -> None:
        for each in CONTACT:
            self.properties[each] = {"name": each, "type": "string", "fieldType": "text"}

    def add(self, kind: str, *, seconds_ago: float = 0, **properties: str) -> str:
        """Add a record, and return its id."""
        self._last += 1
        at = int((time.time() - seconds_ago) * 1000)
        history = {name: [(at, value)] for name, value in properties.items()}
        self.rows[kind][self._last] = Row(self._last, dict(properties), at, history)
        return str(self._last)

    def change(self, kind: str, row_id: str, **properties: str) -> None:
        """Change a record, as people do."""
        row = self.rows[kind][int(row_id)]
        row.stamp = int(time.time() * 1000)
        for name, value in properties.items():
            row.properties[name] = value
            row.history.setdefault(name, []).insert(0, (row.stamp, value))

    def archive(self, row_id: str) -> None:
        """Delete a contact, as people do."""
        self.rows["contacts"][int(row_id)].archived_at = int(time.time() * 1000)

    def merge(self, kept: str, gone: str) -> str:
        """Put a contact into another; what remains has a new id, which is returned."""
        row = self.rows["contacts"].pop(int(kept))
        self.rows["contacts"].pop(int(gone))
        made = self.add("contacts", hs_merged_object_ids=f"{kept};{gone}")
        self.change("contacts", made, **row.properties)
        return made

    def value(self, row_id: str, name: str) -> str | None:
        """Return what stands in a property of a contact."""
        return self.rows["contacts"][int(row_id)].properties.get(name)

    def answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Any:
        """Return what a request is answered with. Raises Refusal."""
        parts = urlsplit(path)
        self.calls.append((method, parts.path))
        if headers.get("Authorization") != f"Bearer {KEY}":
            raise Refusal(401, "Authentication credentials not found.", "INVALID_AUTHENTICATION")
        if self.fails and (failure := self.fails.popleft()) is not None:
            refusal = Refusal(failure[0], "on demand", "RATE_LIMITS", **failure[2])
            refusal.body["headers"] = failure[1]
            raise refusal
        self._limit(parts.path)
        asked = json.loads(body) if body else {}
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        plain = re.sub(r"^/crm/(v3/(\w+)|(\w+)/2026-09)", r"/\2\3", parts.path)
        for verb, pattern, respond in ROUTES:
            if verb == method and (match := re.fullmatch(pattern, plain)):
                found = respond(self, *match.groups(), asked, query)
                self.answered.append((method, parts.path))
                return found
        raise Refusal(404, f"no such address: {method} {parts.path}", "OBJECT_NOT_FOUND")

    def _limit(self, path: str) -> None:
        now = time.monotonic()
        kinds = [(self._asked, self.seconds, self.limits[0], "TEN_SECONDLY_ROLLING")]
        if path.endswith("/search"):
            kinds.append((self._searched, 1.0, self.limits[1], "SECONDLY"))
        for asked, seconds, most, policy in kinds:
            while asked and asked[0] < now - seconds:
                asked.popleft()
            if len(asked) >= most:
                raise Refusal(429, "You have reached your limit.", "RATE_LIMITS", policyName=policy)
            asked.append(now)


def _text(milliseconds: int) -> str:
    at = datetime.fromtimestamp(milliseconds // 1000, UTC)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{milliseconds % 1000:03d}Z"


def _shown(kind: str, row: Row, properties: Sequence[str]) -> dict[str, Any]:
    own = {
        "hs_object_id": str(row.row_id),
        "createdate": _text(row.stamp),
        STAMPS.get(kind, "hs_lastmodifieddate"): _text(row.stamp),
    }
    said = {**{name: row.properties.get(name) for name in properties}, **own}
    found = {
        "id": str(row.row_id), "properties": said, "createdAt": _text(row.stamp),
        "updatedAt": _text(row.stamp), "archived": row.archived_at is not None,
    }  # fmt: skip
    if row.archived_at is not None:
        found["archivedAt"] = _text(row.archived_at)
    return found


def _search(it: StandIn, kind: str, asked: Any, _: Any) -> Any:
    limit, after = int(asked.get("limit", 10)), int(asked.get("after") or 0)
    if limit > MOST_PAGE:
        raise Refusal(400, f"limit must be at most {MOST_PAGE}")
    if after + limit > MOST_SEARCHED:
        raise Refusal(400, "The maximum number of results of a search is 10,000.")
    known = {"hs_object_id": lambda row: row.row_id, _stamp(kind): lambda row: row.stamp}
    rows = [row for row in it.rows[kind].values() if row.archived_at is None]
    for group in asked.get("filterGroups", []):
        for each in group["filters"]:
            read, holds = known.get(each["propertyName"]), OPERATORS.get(each["operator"])
            if read is None or holds is None or not isinstance(each["value"], str):
                raise Refusal(400, "There was a problem with the request.")
            value = int(each["value"])
            rows = [row for row in rows if holds(read(row), value)]
    for each in asked.get("sorts", []):
        rows.sort(key=known[each["propertyName"]], reverse=each["direction"] == "DESCENDING")
    page = rows[after : after + limit]
    found: dict[str, Any] = {
        "total": len(rows),
        "results": [_shown(kind, row, asked.get("properties", [])) for row in page],
    }
    if after + limit < len(rows):
        found["paging"] = {"next": {"after": str(after + limit)}}
    return found


def _stamp(kind: str) -> str:
    return STAMPS.get(kind, "hs_lastmodifieddate")


def _list(it: StandIn, kind: str, _: Any, query: Any) -> Any:
    limit, after = int(query.get("limit", 10)), int(query.get("after") or 0)
    if limit > MOST_BATCH:
        raise Refusal(400, f"limit must be at most {MOST_BATCH}")
    wanted = query.get("archived") == "true"
    rows = [row for row in it.rows[kind].values() if (row.archived_at is not None) == wanted]
    rows = sorted((row for row in rows if row.row_id > after), key=lambda row: row.row_id)
    found: dict[str, Any] = {"results": [_shown(kind, row, []) for row in rows[:limit]]}
    if len(rows) > limit:
        found["paging"] = {"next": {"after": str(rows[limit - 1].row_id)}}
    return found


def _read(it: StandIn, kind: str, asked: Any, _: Any) -> Any:
    wanted = asked.get("propertiesWithHistory") or []
    if len(asked["inputs"]) > (MOST_HISTORIES if wanted else MOST_BATCH):
        raise Refusal(400, "too many inputs")
    found = []
    for each in asked["inputs"]:
        row = it.rows[kind].get(int(each["id"]))
        if row is None or row.archived_at is not None:
            continue
        histories = {
            name: [{"value": value, "timestamp": _text(at), "sourceType": "CRM_UI"}
                   for at, value in row.history.get(name, [])]
            for name in wanted
        }  # fmt: skip
        shown = _shown(kind, row, asked.get("properties", []))
        found.append({**shown, "propertiesWithHistory": histories})
    return _batch(found)


def _batch(results: list[Any], errors: Sequence[Any] = ()) -> dict[str, Any]:
    at = _text(int(time.time() * 1000))
    more = {"numErrors": len(errors), "errors": list(errors)} if errors else {}
    return {"status": "COMPLETE", "results": results, "startedAt": at, "completedAt": at, **more}


def _update(it: StandIn, kind: str, asked: Any, _: Any) -> Any:
    inputs = asked["inputs"]
    if len(inputs) > MOST_BATCH:
        raise Refusal(400, f"The maximum batch size is {MOST_BATCH}.")
    if len({each["id"] for each in inputs}) < len(inputs):
        raise Refusal(400, "Duplicate IDs found in batch input.")
    for each in inputs:
        if not all(isinstance(value, str) for value in each["properties"].values()):
            raise Refusal(400, "Invalid input JSON: values must be text")
    results: list[Any] = []
    errors = [why for each in inputs if (why := _fault(it, kind, each))]
    if errors and it.whole:
        raise Refusal(400, errors[0]["message"])
    refused = {name for why in errors for name in why["context"]["objectWriteTraceId"]}
    for each in inputs:
        if each.get("objectWriteTraceId") not in refused:
            row = it.rows[kind][int(each["id"])]
            it.writes[row.row_id] = it.writes.get(row.row_id, 0) + 1
            it.change(kind, each["id"], **each["properties"])
            results.append(_shown(kind, row, list(each["properties"])))
    return _batch(results, errors)


def _fault(it: StandIn, kind: str, each: Any) -> Any:
    """Return why an input cannot be written; None where it can."""
    row = it.rows[kind].get(int(each["id"]))
    why, category = "", "VALIDATION_ERROR"
    if row is None or row.archived_at is not None:
        why, category = f"Could not get some CONTACT objects: {each['id']}", "OBJECT_NOT_FOUND"
    for name, value in each["properties"].items():
        known = it.properties.get(name)
        if known is None:
            why = f'Property "{name}" does not exist'
        elif name in READ_ONLY:
            why = f'"{name}" is a read only property'
        elif value and known["type"] == "number" and not re.fullmatch(r"-?\d+(\.\d+)?", value):
            why = f"{value} was not a valid number."
        elif value and known["type"] == "enumeration":
            options = [option["value"] for option in known["options"]]
            if value not in options:
                why = f"{value} was not one of the allowed options: {options}"
        elif value and known["type"] == "datetime" and not value.isdecimal():
            why = f"{value} was not a valid long."
    context = {"objectWriteTraceId": [each.get("objectWriteTraceId")]}
    more = {"status": "error", "category": category, "context": context}
    return {"message": why, **more} if why else None


def _properties(it: StandIn, _: Any, __: Any) -> Any:
    return {"results": list(it.properties.values())}


def _make_property(it: StandIn, asked: Any, _: Any) -> Any:
    for each in ("name", "label", "type", "fieldType", "groupName"):
        if not asked.get(each):
            raise Refusal(400, f"{each} is missing")
    if asked["fieldType"] not in FORMS.get(asked["type"], ()):
        raise Refusal(400, "type and fieldType do not fit")
    if asked["groupName"] not in it.groups:
        raise Refusal(400, "the group does not exist")
    if asked["name"] in it.properties:
        raise Refusal(409, "A property of this name exists.", "CONFLICT")
    it.properties[asked["name"]] = asked
    return asked


def _change_property(it: StandIn, name: str, asked: Any, _: Any) -> Any:
    it.properties[name].update(asked)
    return it.properties[name]


def _groups(it: StandIn, _: Any, __: Any) -> Any:
    return {"results": [{"name": each} for each in sorted(it.groups)]}


def _make_group(it: StandIn, asked: Any, _: Any) -> Any:
    it.groups.add(asked["name"])
    return asked


def _owners(it: StandIn, _: Any, __: Any) -> Any:
    return {"results": [{"id": name, "email": email} for name, email in it.owners.items()]}


def _associations(it: StandIn, asked: Any, _: Any) -> Any:
    found = [
        {"from": {"id": each["id"]},
         "to": [{"toObjectId": to, "associationTypes": []} for to in contacts]}
        for each in asked["inputs"]
        if (contacts := it.contacts_of.get(int(each["id"])))
    ]  # fmt: skip
    return _batch(found)


ROUTES: Sequence[tuple[str, str, Callable[..., Any]]] = (
    ("POST", r"/objects/(contacts|companies|deals)/search", _search),
    ("GET", r"/objects/(contacts)", _list),
    ("POST", r"/objects/(contacts|companies|deals)/batch/read", _read),
    ("POST", r"/objects/(contacts)/batch/update", _update),
    ("GET", r"/properties/contacts", _properties),
    ("POST", r"/properties/contacts", _make_property),
    ("GET", r"/properties/contacts/groups", _groups),
    ("POST", r"/properties/contacts/groups", _make_group),
    ("PATCH", r"/properties/contacts/(\w+)", _change_property),
    ("GET", r"/owners", _owners),
    ("POST", r"/associations/deals/contacts/batch/read", _associations),
)


@contextmanager
def hubspot() -> Iterator[StandIn]:
    """Yield an account that answers at an address."""
    it = StandIn()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _do(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, headers = 200, {}
            try:
                with it.lock:
                    answer = it.answer(self.command, self.path, self.headers, body)  # type: ignore[arg-type]
                status = 207 if answer.get("errors") else 200
            except Refusal as refusal:
                status, answer = refusal.status, refusal.body
                headers = answer.pop("headers", {})
            told = json.dumps(answer).encode()
            self.send_response(status)
            headers = {**headers, "Content-Type": "application/json"}
            for name, value in {**headers, "Content-Length": str(len(told))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(told)

        do_GET = do_POST = do_PATCH = _do  # noqa: N815 - as the class wants it

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    it.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield it
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
