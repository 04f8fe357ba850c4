"""A finding of a check, and the findings that many checks share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from leadline.errors import nearest
from leadline.model.names import described
from leadline.model.types import Type

if TYPE_CHECKING:
    from leadline.model.expressions import Expression
    from leadline.model.names import NameFault, Names, Place
    from leadline.model.reading.source import Path


@dataclass(frozen=True)
class Finding:
    """A fault or a warning, by the path where it stands."""

    path: Path
    expected: str
    found: str = ""
    remedy: str = ""


Findings = Iterator[Finding]


def known(path: Path, name: str, kind: str, choices: Iterable[str]) -> Findings:
    """Yield a fault unless a name is one of the choices."""
    choices = list(choices)
    if name not in choices:
        some = f"Known: {', '.join(choices)}." if 0 < len(choices) <= _FEW else ""
        yield Finding(path, f"must name a {kind}", name, nearest(name, choices) or some)


_FEW = 8
"""So many known names are listed where none is near."""


def known_part(names: Names, path: Path, name: str, part: str) -> Findings:
    """Yield a fault unless a name is one of the scores, grades or bands of the document."""
    if not names.source.has_lost((part, name)):
        yield from known(path, name, _KINDS[part], getattr(names.model, part))


_KINDS = {"scores": "score", "grades": "grade", "bands": "ladder"}
"""Part of the document to what one of its names is."""


def typed(names: Names, expression: Expression, place: Place, path: Path, wanted: Type) -> Findings:
    """Yield the faults of an expression that must be of a type."""
    faults: list[NameFault] = []
    found = names.typed(expression.tree, place, faults)
    yield from name_faults(faults, path)
    if found not in (wanted, Type.ANY):
        yield Finding(path, f"must be {wanted.phrase}", described(expression.tree, found))


def name_faults(faults: Iterable[NameFault], path: Path) -> Findings:
    """Yield faults of names and types as findings at a path."""
    for fault in faults:
        yield Finding(path, fault.expected, fault.found, fault.remedy)
