"""Read a model document, and say of all that cannot be read what was expected and found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from leadline.errors import Fault, FileError, ModelError, closest
from leadline.model import document
from leadline.model.contract import EXPECTED
from leadline.model.document import SINGLE_LADDER, Model, one_ladder
from leadline.model.reading.repair import Keys, change, locate, rename, repair, repair_key
from leadline.model.reading.source import Path, Source, dotted, load_text
from leadline.model.values import KIND, shown

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

__all__ = ["Path", "Source", "dotted", "load_source", "parse", "read", "told"]


def read(source: str | FilePath | Mapping[str, Any]) -> Model:
    """Read a document from a file, a text with line ends, or plain values.

    Only what the document alone can show is checked here; names and types are checked by
    ``leadline.model.checking.check``. Raises ModelError with all faults, FileError.
    """
    model, loaded = parse(source)
    if loaded.faults:
        raise ModelError(*loaded.faults)
    return model


def parse(source: str | FilePath | Mapping[str, Any]) -> tuple[Model, Source]:
    """Read as much of a document as stands; what does not is in ``Source.faults``.

    Raises ModelError where nothing stands at all, FileError.
    """
    loaded = load_source(source)
    values = _changeable(loaded.values)
    if one_ladder(values.get("bands")):
        values["bands"] = {SINGLE_LADDER: values["bands"]}
    for _attempt in range(_ATTEMPTS):
        try:
            return Model.model_validate(values), loaded
        except ValidationError as error:
            _record(loaded, values, error)
    raise ModelError(*loaded.faults)


_ATTEMPTS = 30
"""A repair can bring out another fault of the same part, of which there are fewer than this."""


def _changeable(values: Any) -> Any:
    """Return a copy in which every mapping is a dict and every sequence a list."""
    if isinstance(values, Mapping):
        return {key: _changeable(value) for key, value in values.items()}
    return [_changeable(each) for each in values] if isinstance(values, list | tuple) else values


def load_source(
    source: str | FilePath | Mapping[str, Any], what: str = "a model document"
) -> Source:
    """Return the plain values and lines of a file, a text with line ends, or plain values.

    Raises ModelError where it is no mapping, FileError.
    """
    name = what.split()[1]
    if isinstance(source, Mapping):
        return Source(name, dict(source))
    if isinstance(source, str) and "\n" in source:
        return load_text(source, name, what)
    return load_text(_text_of(FilePath(source)), str(source), what)


def told(values: Any, error: ErrorDetails, known: Iterable[str]) -> tuple[Path, str, str, str]:
    """Return path, what was expected, what was found and what to do, of a fault of pydantic.

    ``known`` are the keys that may stand where an unknown one stood.
    """
    found = _understood(values, error, known)
    return found.path, found.expected, found.found, found.remedy


def _text_of(path: FilePath) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        fault = Fault(f"{path}:1", "", "must be UTF-8", f"byte {error.object[error.start]:#x}")
        raise ModelError(fault) from error
    except OSError as error:
        remedy = "Check the name and the rights."
        fault = Fault(str(path), "", "must be a readable file", error.strerror or "", remedy)
        raise FileError(fault) from error


@dataclass(frozen=True)
class _Found:
    """A fault that pydantic found, in our words.

    Attributes:
        keys: Where the part is in the values; ``path`` is where people see the fault.
        meant: The known name of a key that is misspelt.
        changes: What makes the part whole, where the fault says so itself.
        of_key: Whether the last key itself is at fault, not what stands there.
    """

    keys: Keys
    path: Path
    expected: str
    found: str = ""
    remedy: str = ""
    meant: str = ""
    changes: Mapping[str, Any] | None = None
    of_key: bool = False


def _record(source: Source, values: dict[str, Any], error: ValidationError) -> None:
    """Keep every fault of a validation, and repair what has them.

    Misspelt keys come first: once they have the name that was meant, no other key is missing.
    """
    found = [_understood(values, each) for each in error.errors(include_url=False)]
    misspelt = [each for each in found if each.meant and rename(values, each.keys, each.meant)]
    for each in misspelt or found:
        _keep(source, each)
        if misspelt:
            source.rename(_as_written(source, each.path), each.meant)
        else:
            _repair(source, values, each)


def _keep(source: Source, found: _Found) -> None:
    path = _as_written(source, found.path)
    fault = source.fault(path, found.expected, found.found, found.remedy)
    known = {each.path for each in source.faults}
    if fault.path not in known and not source.has_lost(path):
        source.faults.append(fault)


def _repair(source: Source, values: dict[str, Any], found: _Found) -> None:
    if found.changes is not None:
        change(values, found.keys, found.changes)
        source.lost |= {_as_written(source, (*found.path, key)) for key in found.changes}
        return
    (repair_key if found.of_key else repair)(values, found.keys)
    source.lost.add(_as_written(source, found.path))


def _as_written(source: Source, path: Path) -> Path:
    """Return a path without the name that a single ladder was given."""
    single = path[:2] == ("bands", SINGLE_LADDER) and one_ladder(source.values.get("bands"))
    return ("bands", *path[2:]) if single else path


def _understood(values: Any, error: ErrorDetails, known: Iterable[str] | None = None) -> _Found:
    keys, path = locate(values, error["loc"])
    kind, context, value = error["type"], error.get("ctx", {}), error["input"]
    if kind == "extra_forbidden":
        return _unknown_key(keys, path, known or _known_keys(error["loc"]))
    if kind in _CHOICES and isinstance(value, Mapping):
        return _unknown_kind(keys, path, error)
    if kind == "leadline":
        return _ours(keys, path, error)
    expected = _EXPECTED[kind].format_map(context) if kind in _EXPECTED else error["msg"]
    expected = expected.replace("'", "")
    found = "" if kind == "missing" else shown(value)[:60]
    return _Found(keys, path, expected, found, _nearest(value, context.get("expected", "")))


def _ours(keys: Keys, path: Path, error: ErrorDetails) -> _Found:
    """Return a fault that came from ``values.wrong``."""
    context = error["ctx"]
    changes = context.get("repair")
    if "key" in context:
        path = (*path, context["key"])
        keys = keys if changes else (*keys, context["key"])
    told = (context["expected"], context["found"], context["remedy"])
    of_key = error["loc"][-1:] == ("[key]",)
    return _Found(keys, path, *told, changes=changes, of_key=of_key)


_EXPECTED: Mapping[str, str] = {
    "missing": "is missing",
    "string_type": "must be text",
    "int_type": "must be a whole number",
    "bool_type": "must be true or false",
    "dict_type": "must be a mapping",
    "model_type": "must be a mapping",
    "tuple_type": "must be a list",
    "enum": "must be one of {expected}",
    "literal_error": "must be {expected}",
    "greater_than_equal": "must be at least {ge}",
    "invalid_key": "must be text",
}
"""What pydantic calls a fault, in our words."""


_CHOICES: Mapping[str, Mapping[str, type[document.Part]]] = {
    "rule_kind": document.RULE_KINDS,
    "decay_kind": document.DECAY_KINDS,
}
"""Fault of a part without a kind to the keys of which it must have one."""


def _nearest(value: object, choices: str) -> str:
    found = closest(value, choices.split("'")[1::2]) if isinstance(value, str) else ""
    return f"Did you mean {found}?" if found else ""


def _unknown_key(keys: Keys, path: Path, known: Iterable[str]) -> _Found:
    if keys[-1] in document.RULE_KINDS and "rules" in keys[:-1]:
        remedy = f"A rule has only one of {', '.join(document.RULE_KINDS)}."
        return _Found(keys, path, "is a key of another kind of rule", "", remedy, of_key=True)
    meant = closest(str(keys[-1]), known)
    remedy = f"Did you mean {meant}?" if meant else f"Known keys: {', '.join(sorted(known))}."
    return _Found(
        keys, path, "is not a key that is known here", "", remedy, meant=meant, of_key=True
    )


def _unknown_kind(keys: Keys, path: Path, error: ErrorDetails) -> _Found:
    """Return the fault of a part of which no key says what kind it is."""
    choices = _CHOICES[error["type"]]
    for key in error["input"]:
        if closest(str(key), choices):
            return _unknown_key((*keys, key), (*path, shown(key)), choices)
    found = ", ".join(map(shown, error["input"])) or "an empty mapping"
    return _Found(keys, path, error["msg"], found)


def _known_keys(location: tuple[str | int, ...]) -> list[str]:
    """Return the keys that may stand where an unknown one stood."""
    kinds = [str(step).removeprefix(KIND) for step in location if str(step).startswith(KIND)]
    if kinds:
        part = getattr(document, kinds[-1])
    else:
        beside = ".".join(map(str, location[:-1]))
        part = _PARTS.get(beside) or _PARTS[str(location[0])] if len(location) > 1 else Model
    return [each.alias or name for name, each in part.model_fields.items()]


_PARTS: Mapping[str, type[document.Part]] = {
    "columns": document.Column,
    "files": document.TextFile,
    "expect": document.Expectations,
    **{f"expect.{name}": document.TableExpectation for name in EXPECTED},
    "expect.transitions": document.ChangeExpectation,
    "scores": document.Score,
    "grades": document.Grade,
    "bands": document.Ladder,
    "overrides": document.Override,
    "examples": document.Example,
}
"""Keys to the part below them: the first key alone, where what it names has one kind only."""
