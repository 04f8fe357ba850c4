"""The JSON Schema accepts what the reader accepts, and refuses most of what it refuses."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from leadline.model.reading.source import load_text
from leadline.model.schema import json_schema
from model.documents import CASES, EXAMPLE, HEAD, LISTED, Listed, document, rule, score
from model.test_document import DOCUMENTS
from model.test_rules import RULES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SCHEMA: dict[str, Any] = json.loads(json_schema())
VALIDATOR = Draft202012Validator(SCHEMA)


def as_json(values: Any) -> Any:
    """Return plain values as JSON has them: keys are text."""
    return json.loads(json.dumps(values))


def test_the_schema_is_one_and_always_the_same() -> None:
    """Editors can rely on it."""
    Draft202012Validator.check_schema(SCHEMA)
    assert json_schema() == json_schema()
    assert json_schema().endswith("}\n")


@pytest.mark.parametrize("path", [*CASES, EXAMPLE], ids=lambda path: path.parent.name)
def test_it_accepts_every_model(path: Path) -> None:
    """The worked cases and the example are valid."""
    values = load_text(path.read_text(encoding="utf-8"), path.name).values
    VALIDATOR.validate(as_json(values))


@pytest.mark.parametrize("values", [*DOCUMENTS, *(rule(**keys) for _, keys in RULES)])
def test_it_accepts_every_key(values: dict[str, Any]) -> None:
    """What the reader reads is valid."""
    VALIDATOR.validate(as_json(values))


STRUCTURE = ("is missing", "is not a key", "must be a mapping", "must be a list", "must be one of")


@pytest.mark.parametrize(
    "listed",
    [
        each
        for each in LISTED
        if any(part in each.says[0] for part in STRUCTURE) and "events[" not in each.says[0]
    ],
    ids=str,
)
def test_it_refuses_wrong_structure(listed: Listed) -> None:
    """Unknown keys, missing keys and values of the wrong kind are invalid."""
    text = listed.write if listed.write.startswith("leadline") else HEAD + listed.write
    assert not VALIDATOR.is_valid(as_json(load_text(text, "m").values))


@pytest.mark.parametrize(
    "values",
    [
        document(leadline=2),
        score(rules={}, decay="nne"),
        score(rules={}, range=[0, 1, 2]),
        rule(event="x", points=1, within="30"),
        rule(event="x", points=1, count="dayly"),
        rule(event="x", points=1, at_most=0),
        rule(event="x", points=1, limit=-1),
        rule(event=[], points=1),
        rule(event="x", points=1, limit=None),
        rule(of=["lead.a"], values={"x": 1}),
        score(rollup="s", of="account", by="top"),
    ],
)
def test_it_refuses_wrong_values(values: dict[str, Any]) -> None:
    """Durations, counts, limits and lists have their form."""
    assert not VALIDATOR.is_valid(as_json(values))


def properties(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every key of the language with its schema."""
    for part in (schema, *schema["$defs"].values()):
        yield from part.get("properties", {}).items()


def test_every_key_is_described() -> None:
    """An editor shows what a key means; each part says what it is."""
    assert [name for name, key in properties(SCHEMA) if not key.get("description")] == []
    assert all(part["description"].endswith(".") for part in SCHEMA["$defs"].values())
