"""Documents for the tests of the model, and what is said about them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from leadline.errors import ModelError
from leadline.model.checking.check import check, warnings
from leadline.model.reading.reader import parse
from leadline.model.reading.source import load_text
from leadline.model.types import Schema, Type

if TYPE_CHECKING:
    from collections.abc import Mapping

EXAMPLE = Path(__file__).parent / "example.yaml"
"""The example of the language, with most of its keys."""
CASES = sorted((Path(__file__).parents[1] / "cases").glob("*/model.yaml"))
"""The models of the worked cases."""
HEAD = "leadline: 1\nmodel: m\n"


def document(**parts: Any) -> dict[str, Any]:
    """Return the plain values of a document."""
    return {"leadline": 1, "model": "m", "scores": {}, **parts}


def score(**keys: Any) -> dict[str, Any]:
    """Return a document of one score ``s``."""
    return document(scores={"s": keys})


def rules(**each: Any) -> dict[str, Any]:
    """Return a document of one score ``s`` with rules."""
    return score(rules=each)


def rule(**keys: Any) -> dict[str, Any]:
    """Return a document of one score ``s`` with one rule ``r``."""
    return rules(r=keys)


def faults(source: str | Path | Mapping[str, Any], schema: Schema | None = None) -> list[str]:
    """Return all messages about a document; those about plain values without its name."""
    try:
        found = check(*parse(source), schema)
    except ModelError as error:
        return str(error).splitlines()
    return [str(each).removeprefix("model ") for each in found]


def warned(source: Mapping[str, Any]) -> list[str]:
    """Return all warnings about plain values."""
    return [str(each).removeprefix("model ") for each in warnings(*parse(source))]


COLUMNS: Schema = {
    "leads": {
        "lead_id": Type.TEXT,
        "seniority": Type.TEXT,
        "seats": Type.NUMBER,
        "partner": Type.BOOLEAN,
        "empty": Type.ANY,
    },
    "accounts": {"employees": Type.NUMBER, "industry": Type.TEXT},
    "events": {"type": Type.TEXT, "path": Type.TEXT, "minutes": Type.NUMBER},
}
"""Columns of some data."""


@dataclass(frozen=True)
class Listed:
    """A wrong document of ``faults.yaml`` and what is said about it, the line first."""

    write: str
    says: list[str]
    with_columns: bool

    def found(self) -> list[str]:
        """Return what is said about the document."""
        text = self.write if self.write.startswith("leadline") else HEAD + self.write
        schema = COLUMNS if self.with_columns else None
        return [each.removeprefix("model:") for each in faults(text, schema)]

    def __str__(self) -> str:
        return self.says[0].split(" ")[1]


def _listed() -> list[Listed]:
    path = Path(__file__).parent / "faults.yaml"
    parts = load_text(path.read_text(encoding="utf-8"), path.name).values
    return [
        Listed(each["write"], each["says"], part == "columns of the data")
        for part, listed in parts.items()
        for each in listed
    ]


LISTED = _listed()
