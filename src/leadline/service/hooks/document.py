"""The document of a mapping: YAML to what it means, and all its faults together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, cast, get_args

from leadline.errors import Fault, FileError, InputError, ModelError, nearest
from leadline.model.durations import Duration
from leadline.model.reading.source import Source, load_text
from leadline.service.hooks import bodies
from leadline.service.hooks.mapping import (
    Becomes,
    By,
    Challenge,
    Listed,
    Place,
    Reading,
    Signed,
    WebhookMapping,
)
from leadline.service.hooks.said import Said

SHIPPED = Path(__file__).parent / "shipped"
IDS = ("lead_id", "user_id", "email", "anonymous_id")
PLACES = ("header", "query", "body")
HEAD = ("mapping", "title", "body", "inside", "each", "signed", "challenge", "confirm", "choose",
        "events", "ignored")  # fmt: skip
READING = ("lead", "account_id", "id", "at", "properties", "origin", "fields", "listed",
           "listed_fields")  # fmt: skip
EVENT = ("type", "outcome", "ends", *READING)
SIGNED = ("by", "signature", "hash", "written", "of", "parts", "within", "key")
CHOICES: Mapping[str, tuple[str, ...]] = {
    "by": get_args(By),
    "hash": ("sha1", "sha256", "sha512"),
    "written": ("hex", "base64", "text"),
    "key": ("text", "base64"),
    "answer": ("plain", "hashed"),
    "body": tuple(bodies.FORMS),
}
At = tuple[str | int, ...]


def shipped() -> list[str]:
    """Return the names of the mappings that ship."""
    return sorted(path.stem for path in SHIPPED.glob("*.yaml"))


def text_of(name: str) -> str:
    """Return the document of a mapping that ships. Raises InputError."""
    names = shipped()
    if name not in names:
        expected = f"must be one of {', '.join(names)}"
        raise InputError(Fault("", "mapping", expected, name, nearest(name, names)))
    return (SHIPPED / f"{name}.yaml").read_text(encoding="utf-8")


def sample_of(name: str) -> bytes:
    """Return a request of the form that a system publishes, for a mapping that ships."""
    text_of(name)
    return next(SHIPPED.glob(f"{name}.sample.*")).read_bytes()


def read_shipped(name: str) -> WebhookMapping:
    """Return a mapping that ships. Raises InputError."""
    return read_text(text_of(name), f"{name}.yaml")


def read_file(path: Path) -> WebhookMapping:
    """Return the mapping of a file. Raises FileError, and InputError with all faults."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        fault = Fault(str(path), "", "must be a readable file", str(error))
        raise FileError(fault) from error
    return read_text(text, str(path))


def read_text(text: str, name: str) -> WebhookMapping:
    """Return the mapping of a document. Raises InputError with all faults."""
    try:
        source = load_text(text, name, "a mapping of a webhook")
    except ModelError as error:
        raise InputError(*error.faults) from None
    reader = _Reader(source)
    found = reader.mapping()
    if source.faults:
        raise InputError(*source.faults)
    return found


class _Reader:
    """Reads the parts of a document; what is wrong is kept as a fault, and none stands for it."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def mapping(self) -> WebhookMapping:
        whole = self._source.values
        self._known((), whole, (*HEAD, *READING))
        for each in ("mapping", "title", "signed", "events"):
            if each not in whole:
                self._fault((each,), "is missing")
        if whole.get("mapping", 1) != 1:
            self._fault(("mapping",), "must be 1", str(whole["mapping"]))
        general = self._reading((), whole)
        return WebhookMapping(
            title=str(whole.get("title", "")),
            signed=self._signed(whole.get("signed", {})),
            events=dict(self._events(whole.get("events", {}), general)),
            body=self._choice((), whole, "body", "json"),
            inside=self._said(("inside",), whole.get("inside")),
            each=self._said(("each",), whole.get("each")),
            choose=self._several(("choose",), whole.get("choose")),
            ignored=frozenset(map(str, self._list(("ignored",), whole.get("ignored")))),
            challenge=self._challenge(whole.get("challenge")),
            confirm=self._said(("confirm",), whole.get("confirm")),
        )

    def _events(self, given: Any, general: Reading) -> Iterator[tuple[str, Becomes]]:
        for kind, value in self._map(("events",), given).items():
            at: At = ("events", str(kind))
            if isinstance(value, str):
                yield str(kind), Becomes(general, type=self._said((*at,), value))
                continue
            rule = self._map(at, value)
            self._known(at, rule, EVENT)
            if not {"type", "outcome", "ends", "fields", "listed_fields"} & rule.keys():
                self._fault(at, "must say a type, an outcome, fields, or that it ends the lead")
            yield (
                str(kind),
                Becomes(
                    self._reading(at, rule).over(general),
                    self._said((*at, "type"), rule.get("type")),
                    self._said((*at, "outcome"), rule.get("outcome")),
                    rule.get("ends") is True,
                ),
            )

    def _reading(self, at: At, given: Mapping[str, Any]) -> Reading:
        lead = self._map((*at, "lead"), given.get("lead"))
        self._known((*at, "lead"), lead, IDS)
        return Reading(
            self._saids((*at, "lead"), lead),
            self._said((*at, "account_id"), given.get("account_id")),
            self._several((*at, "id"), given.get("id")),
            self._said((*at, "at"), given.get("at")),
            self._saids((*at, "properties"), given.get("properties")),
            self._saids((*at, "origin"), given.get("origin")),
            self._saids((*at, "fields"), given.get("fields")),
            self._listed((*at, "listed"), given.get("listed")),
            self._listed((*at, "listed_fields"), given.get("listed_fields")),
        )

    def _listed(self, at: At, given: Any) -> Listed | None:
        if given is None:
            return None
        part = self._map(at, given)
        self._known(at, part, ("each", "name", "value", "under"))
        each = self._said((*at, "each"), part.get("each")) or Said("$")
        name = self._several((*at, "name"), part.get("name"))
        value = self._several((*at, "value"), part.get("value"))
        if not (name and value):
            self._fault(at, "must say name and value")
        return Listed(each, name, value, str(part.get("under", "")))

    def _signed(self, given: Any) -> Signed:
        at: At = ("signed",)
        part = self._map(at, given)
        self._known(at, part, SIGNED)
        if part and not {"by", "signature"} <= part.keys() and part.get("by") != "certificate":
            self._fault(at, "must say by and signature")
        parts = self._map((*at, "parts"), part.get("parts"))
        named = {name: self._place((*at, "parts", name), each) for name, each in parts.items()}
        made = Signed(
            by=cast("By", self._choice(at, part, "by", "hmac")),
            signature=self._place((*at, "signature"), part.get("signature", {"header": "none"})),
            hash=cast("Any", self._choice(at, part, "hash", "sha256")),
            written=cast("Any", self._choice(at, part, "written", "hex")),
            of=str(part.get("of", "{body}")),
            parts=named,
            within_seconds=self._seconds((*at, "within"), part.get("within")),
            key=cast("Any", self._choice(at, part, "key", "text")),
        )
        if made.within_seconds is not None and "timestamp" not in made.parts:
            self._fault((*at, "within"), "must stand beside a part named timestamp")
        return made

    def _seconds(self, at: At, given: Any) -> int | None:
        try:
            return None if given is None else Duration(str(given)).microseconds // 1_000_000
        except ValueError as error:
            self._fault(at, str(error), str(given))
            return None

    def _place(self, at: At, given: Any) -> Place:
        part = self._map(at, given)
        self._known(at, part, (*PLACES, "after"))
        found = [each for each in PLACES if each in part]
        if len(found) != 1:
            self._fault(at, f"must say one of {', '.join(PLACES)}")
            return Place("header", "none")
        name = str(part[found[0]])
        if found[0] == "body":
            self._said((*at, "body"), name)
        return Place(cast("Any", found[0]), name, str(part.get("after", "")))

    def _challenge(self, given: Any) -> Challenge | None:
        if given is None:
            return None
        part = dict(self._map(("challenge",), given))
        answer = self._choice(("challenge",), part, "answer", "plain")
        part.pop("answer", None)
        return Challenge(self._place(("challenge",), part), cast("Any", answer))

    # --- values

    def _saids(self, at: At, given: Any) -> dict[str, Said]:
        found = {
            key: self._said((*at, str(key)), each) for key, each in self._map(at, given).items()
        }
        return {str(key): each for key, each in found.items() if each is not None}

    def _several(self, at: At, given: Any) -> tuple[Said, ...]:
        many = given if isinstance(given, list) else [given]
        return tuple(filter(None, (self._said(at, each) for each in many)))

    def _said(self, at: At, given: Any) -> Said | None:
        if given is None:
            return None
        if isinstance(given, list | dict):
            self._fault(at, "must be a path such as $.email, or a text")
            return None
        made = Said(str(given))
        if wrong := made.wrong():
            self._fault(at, "must be a path of JSON such as $.email", f"{given} ({wrong})")
        return made

    def _choice(self, at: At, part: Mapping[str, Any], name: str, default: str) -> str:
        given = part.get(name, default)
        if given not in CHOICES[name]:
            near = nearest(str(given), CHOICES[name])
            self._fault((*at, name), f"must be one of {', '.join(CHOICES[name])}", str(given), near)
            return default
        return str(given)

    def _map(self, at: At, given: Any) -> Mapping[str, Any]:
        return cast("Mapping[str, Any]", self._of(dict, at, given, "must be a mapping"))

    def _list(self, at: At, given: Any) -> list[Any]:
        return cast("list[Any]", self._of(list, at, given, "must be a list"))

    def _of(self, kind: Callable[[], Any], at: At, given: Any, expected: str) -> Any:
        if given is None or isinstance(given, cast("type", kind)):
            return given or kind()
        self._fault(at, expected, str(given))
        return kind()

    def _known(self, at: At, given: Mapping[str, Any], names: tuple[str, ...]) -> None:
        for each in given:
            if each not in names:
                near = nearest(str(each), names)
                self._fault((*at, str(each)), "is not a key of a mapping", "", near)

    def _fault(self, at: At, expected: str, found: str = "", remedy: str = "") -> None:
        self._source.faults.append(self._source.fault(at, expected, found, remedy))
