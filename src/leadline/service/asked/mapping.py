"""Which webhooks can be read, and what does a request of one become?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from leadline.errors import Fault, FileError, InputError
from leadline.questions.answer import Answer
from leadline.questions.option import asks
from leadline.questions.question import Question, Topic
from leadline.service.asked.of_store import HOOKS

if TYPE_CHECKING:
    from leadline.questions.session import Session
    from leadline.service.hooks.mapping import WebhookMapping

WHAT = asks(
    "list names all; show prints one as YAML; test says what a request becomes.",
    unit="WHAT",
    choices=("list", "show", "test"),
)
SAMPLE = asks("File with the body of a request; by default the sample that ships.", unit="SAMPLE")
MAPPING = asks("A webhook of the settings, a mapping that ships, or a file (YAML).", "text", "M")


@dataclass(frozen=True)
class Mappings(Question["Answer[list[dict[str, Any]]]"]):
    """List the mappings of webhooks, print one, or try one on a request."""

    name: ClassVar[str] = "mapping"
    topic: ClassVar[Topic] = "serve"
    example: ClassVar[str] = "leadline mapping test request.json --mapping typeform"
    has_report: ClassVar[bool] = False

    what: str = field(default="list", metadata=WHAT)
    sample: str | None = field(default=None, metadata=SAMPLE)
    mapping: str | None = field(default=None, kw_only=True, metadata=MAPPING)
    hooks: Mapping[str, Any] | None = field(default=None, kw_only=True, metadata=HOOKS)

    def check(self) -> None:
        """Raise InputError where it is not said which mapping is meant."""
        super().check()
        if self.what != "list" and self.mapping is None:
            raise InputError(Fault("", "--mapping", f"must be given to {self.what} one"))

    def answer(self, _: Session) -> Answer[list[dict[str, Any]]]:
        """List, print or try."""
        return {"list": self._list, "show": self._show, "test": self._test}[self.what]()

    def _list(self) -> Answer[list[dict[str, Any]]]:
        from leadline.service.hooks.document import read_shipped, shipped
        from leadline.service.hooks.hook import mappings_of

        rows = [_row(name, "ships", read_shipped(name)) for name in shipped()]
        rows += [_row(name, "settings", each) for name, each in mappings_of(self.hooks).items()]
        lines = [f"{row['name']:<12} {row['signed']:<12} {row['title']}" for row in rows]
        return self._answer(rows, "\n".join(lines))

    def _show(self) -> Answer[list[dict[str, Any]]]:
        from leadline.service.hooks.document import text_of

        text = text_of(str(self.mapping))
        return self._answer([{"name": self.mapping, "document": text}], text.rstrip())

    def _test(self) -> Answer[list[dict[str, Any]]]:
        from leadline.service import clock
        from leadline.service.arriving.facts import Unusable
        from leadline.service.arriving.items import Refused
        from leadline.service.hooks import mapped

        found = self._mapping()
        name = Path(str(self.mapping)).stem
        try:
            facts = list(mapped.read(found, name, self._body(), clock.now()))
        except Refused as refused:
            facts = [Unusable(0, refused.reason, refused.detail, b"")]
        rows = [_said(each) for each in facts]
        status = 1 if any(row["fact"] == "parked" for row in rows) else 0
        return self._answer(rows, "\n".join(_lines(rows)) or "it says nothing of a lead", status)

    def _mapping(self) -> WebhookMapping:
        from leadline.service.hooks.document import read_file, read_shipped
        from leadline.service.hooks.hook import mappings_of

        named = str(self.mapping)
        if named in (self.hooks or {}):
            return mappings_of({named: (self.hooks or {})[named]})[named]
        return read_file(Path(named)) if named.endswith((".yaml", ".yml")) else read_shipped(named)

    def _body(self) -> bytes:
        from leadline.service.hooks.document import sample_of

        if self.sample is None:
            return sample_of(str(self.mapping))
        try:
            return Path(self.sample).read_bytes()
        except OSError as error:
            fault = Fault(self.sample, "", "must be a readable file", error.strerror or "")
            raise FileError(fault) from error

    def _answer(
        self, rows: list[dict[str, Any]], printed: str, status: int = 0
    ) -> Answer[list[dict[str, Any]]]:
        return Answer(
            question=self.name,
            result=rows,
            figures={self.what: rows},
            printed=printed,
            status=status,
        )


def _row(name: str, origin: str, mapping: WebhookMapping) -> dict[str, Any]:
    types = {each.type.text for each in mapping.events.values() if each.type is not None}
    return {
        "name": name,
        "from": origin,
        "title": mapping.title,
        "signed": mapping.signed.by,
        "types": sorted(types),
    }


def _said(fact: Any) -> dict[str, Any]:
    """Return a fact as plain values, with what kind of fact it is."""
    from leadline.service.clock import text

    found = {key: value for key, value in asdict(fact).items() if value not in (None, "", {})}
    if "ids" in found:
        found["ids"] = {key: value for key, value in found["ids"].items() if value}
    for each in ("occurred_at", "given_at", "valid_from"):
        if each in found:
            found[each] = text(found[each])
    found.pop("body", None)
    return {"fact": KINDS[type(fact).__name__], **found}


KINDS: Mapping[str, str] = {
    "Event": "event",
    "LeadFields": "fields",
    "Outcome": "outcome",
    "Merge": "merge",
    "Unusable": "parked",
}
"""Classes of facts to how they are told."""


def _lines(rows: list[dict[str, Any]]) -> Iterator[str]:
    for row in rows:
        head = " ".join(
            str(row[key]) for key in ("fact", "type", "outcome", "reason", "detail") if key in row
        )
        who = " ".join(str(each) for each in row.get("ids", {}).values())
        yield f"{head}  {who}".rstrip()
        for part in ("event_id", "occurred_at", "valid_from"):
            if part in row:
                yield f"    {part} {row[part]}"
        for part in ("properties", "fields", "origin"):
            for key, value in row.get(part, {}).items():
                yield f"    {part}.{key} = {value}"
