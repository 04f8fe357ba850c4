"""What differs between two model documents: each change by itself, in words.

It walks both documents by the same canonical form that the fingerprint hashes, so that it is empty
exactly where the fingerprints agree.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from leadline.model.document import Model, Part
from leadline.model.fingerprint import (
    DECLARES,
    INNER,
    ORDERED,
    SAYS_NOTHING,
    canonical,
    fingerprint,
    key_of,
)
from leadline.model.values import key_text, plain
from leadline.model.wording import Kind, Path, sentence

_RENAMABLE = ("rules", "scores", "grades", "bands", "overrides", "edges")
"""Mappings whose keys are names that people choose."""


@dataclass(frozen=True)
class Change:
    """One thing that differs.

    Attributes:
        path: Where it stands, as in YAML: ``scores.person.rules.demo.points``.
        kind: ``added``, ``removed``, ``changed``, ``renamed`` or ``moved``.
        before: The value as it stands in YAML, None where there was none; of a renamed part its
            name.
        after: Likewise.
        sentence: The change in words.
    """

    path: Path
    kind: Kind
    before: Any
    after: Any
    sentence: str

    def plain(self) -> dict[str, Any]:
        """Return the change as JSON has it."""
        return {
            "path": list(self.path),
            "kind": self.kind,
            "before": self.before,
            "after": self.after,
            "sentence": self.sentence,
        }


@dataclass(frozen=True)
class Difference:
    """Everything that differs between two models.

    Attributes:
        before: Fingerprint of the first.
        after: Fingerprint of the second.
        changes: What can change a number; empty exactly where the fingerprints agree.
        notes: What cannot: words for people, and other spellings of the same.
    """

    before: str
    after: str
    changes: tuple[Change, ...]
    notes: tuple[Change, ...]

    @property
    def same_numbers(self) -> bool:
        """Whether no number can differ."""
        return self.before == self.after

    def plain(self) -> dict[str, Any]:
        """Return the difference as JSON has it."""
        return {
            "fingerprints": [self.before, self.after],
            "changes": [each.plain() for each in self.changes],
            "notes": [each.plain() for each in self.notes],
        }

    def renamed(self, where: str) -> dict[Path, Path]:
        """Return old path to new path of what has another name only, below a key such as scores."""
        return {
            each.path: (*each.path[:-1], each.after)
            for each in self.changes
            if each.kind == "renamed" and each.path[0] == where
        }


def difference(before: Model, after: Model) -> Difference:
    """Return what differs between two models.

    >>> from leadline.model.reading.reader import read
    >>> def model(points):
    ...     rule = {"event": "demo_requested", "points": points}
    ...     return read({"leadline": 1, "model": "m", "scores": {"s": {"rules": {"demo": rule}}}})
    >>> [each.sentence for each in difference(model(30), model(40)).changes]
    ['s.demo: points 30 -> 40']
    """
    return Difference(
        fingerprint(before),
        fingerprint(after),
        tuple(_changes(before, after, (), "")),
        tuple(_notes(before, after, ())),
    )


def _change(path: Path, kind: Kind, before: Any, after: Any) -> Change:
    return Change(path, kind, plain(before), plain(after), sentence(path, kind, before, after))


def _changes(before: Any, after: Any, path: Path, name: str) -> Iterator[Change]:
    """Yield what differs; where no inner part can be named, the whole is what changed."""
    if canonical(before, name) == canonical(after, name):
        return
    found = list(_inner(before, after, path, name))
    yield from found or [_change(path, "changed", before, after)]


def _inner(before: Any, after: Any, path: Path, name: str) -> Iterator[Change]:
    if isinstance(before, Part) and type(before) is type(after):
        for key, field in type(before).model_fields.items():
            if key not in SAYS_NOTHING:
                inner = (*path, field.alias or key)
                yield from _changes(getattr(before, key), getattr(after, key), inner, key)
    elif isinstance(before, Mapping) or isinstance(after, Mapping):
        old, new = _keyed(before, name), _keyed(after, name)
        if old is not None and new is not None:
            yield from _of_mappings(old, new, path, name)


_Keyed = dict[str, tuple[str, Any]]
"""What a key says, as text, to the key as it is shown and its value."""


def _keyed(mapping: object, name: str) -> _Keyed | None:
    """Return the entries of a mapping that say something; None where it is no mapping."""
    if mapping is None:
        return {}
    if not isinstance(mapping, Mapping):
        return None
    return {
        json.dumps(key_of(key, name)): (key_text(key), value)
        for key, value in mapping.items()
        if name not in DECLARES or canonical(value, INNER.get(name, "")) != []
    }


def _of_mappings(before: _Keyed, after: _Keyed, path: Path, name: str) -> Iterator[Change]:
    inner = INNER.get(name, "")
    renamed = _renamed(before, after, inner) if name in _RENAMABLE else {}
    for key, (shown, value) in before.items():
        if key in after:
            yield from _changes(value, after[key][1], (*path, shown), inner)
        elif key in renamed:
            yield _change((*path, shown), "renamed", shown, after[renamed[key]][0])
        else:
            yield _change((*path, shown), "removed", value, None)
    for key, (shown, value) in after.items():
        if key not in before and key not in renamed.values():
            yield _change((*path, shown), "added", None, value)
    if name in ORDERED:
        yield from _moved(before, after, renamed, path)


def _renamed(before: _Keyed, after: _Keyed, inner: str) -> dict[str, str]:
    """Return old key to new key of entries that say the same under another name."""
    free = {key: canonical(value, inner) for key, (_, value) in after.items() if key not in before}
    found = {}
    for key, (_, value) in before.items():
        said = canonical(value, inner)
        same = next((other for other, each in free.items() if each == said), None)
        if key not in after and same is not None:
            found[key] = same
            del free[same]
    return found


def _moved(before: _Keyed, after: _Keyed, renamed: dict[str, str], path: Path) -> Iterator[Change]:
    old = [renamed.get(key, key) for key in before if key in after or key in renamed]
    new = [key for key in after if key in old]
    if old != new:
        order = [[after[key][0] for key in keys] for keys in (old, new)]
        yield _change(path, "moved", *order)


def _notes(before: Any, after: Any, path: Path) -> Iterator[Change]:
    """Yield what differs without a number that could change."""
    if isinstance(before, Part) and type(before) is type(after):
        for key, field in type(before).model_fields.items():
            pair = getattr(before, key), getattr(after, key)
            inner = (*path, field.alias or key)
            if key in SAYS_NOTHING:
                if plain(pair[0]) != plain(pair[1]):
                    yield _change(inner, "changed", *pair)
            elif isinstance(pair[0], Part | Mapping):
                yield from _notes(*pair, inner)
            elif _spelled(*pair, key):
                yield _change(inner, "spelled", *pair)
    elif isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in before:
            if key in after:
                yield from _notes(before[key], after[key], (*path, key_text(key)))


def _spelled(before: Any, after: Any, name: str) -> bool:
    """Say whether two values are written in other ways and mean the same."""
    written = [plain(each) for each in (before, after)]
    return bool(written[0] != written[1] and canonical(before, name) == canonical(after, name))
