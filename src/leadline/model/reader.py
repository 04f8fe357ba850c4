"""Read a model document: YAML 1.2 with the line of everything, all faults reported together."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path as FilePath
from typing import Any

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from leadline.errors import Fault, FileError, ModelError, nearest
from leadline.model.document import SINGLE_LADDER, Model, one_ladder, shown

Path = tuple[str | int, ...]


@dataclass
class Source:
    """A document as plain values, with the line of each."""

    name: str
    values: Any = None
    lines: dict[Path, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def where(self, path: Path) -> str:
        """Return file and line of a path, or of the nearest part above it."""
        while path and path not in self.lines:
            path = path[:-1]
        return f"{self.name}:{self.lines.get(path, 1)}"

    def fault(self, path: Path, expected: str, found: str = "", remedy: str = "") -> Fault:
        """Return a fault at a path."""
        return Fault(self.where(path), dotted(path), expected, found, remedy)


def dotted(path: Path) -> str:
    """Return a path as people write it.

    >>> dotted(("scores", "person", "range", 0))
    'scores.person.range[0]'
    """
    return "".join(
        f"[{part}]" if isinstance(part, int) else f".{part}" for part in path
    ).removeprefix(".")


def read(source: str | FilePath | Mapping[str, Any]) -> Model:
    """Read a document from a file, a text with line ends, or plain values.

    Only what the document alone can show is checked here; names and types are checked by
    ``leadline.model.check``. Raises ModelError with all faults, FileError.
    """
    model, source_ = parse(source)
    if source_.faults:
        raise ModelError(*source_.faults)
    return model


def parse(source: str | FilePath | Mapping[str, Any]) -> tuple[Model, Source]:
    """Read as much of a document as stands; what does not is in ``Source.faults``.

    Raises ModelError where nothing stands at all.
    """
    loaded = _load(source)
    values = deepcopy(loaded.values)
    for _attempt in range(_ATTEMPTS):
        try:
            return Model.model_validate(values), loaded
        except ValidationError as error:
            _record(loaded, values, error)
    raise ModelError(*loaded.faults)


_ATTEMPTS = 8
"""Parts that cannot be read are taken out so that the rest can be checked; they nest this deep."""


def _load(source: str | FilePath | Mapping[str, Any]) -> Source:
    if isinstance(source, Mapping):
        return Source("model", dict(source))
    if isinstance(source, str) and "\n" in source:
        return load_text(source, "model")
    return load_text(_text_of(FilePath(source)), str(source))


def _text_of(path: FilePath) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        fault = Fault(f"{path}:1", "", "must be UTF-8", f"byte {error.object[error.start]:#x}")
        raise ModelError(fault) from error
    except OSError as error:
        remedy = "Check the name and the rights."
        raise FileError(Fault(str(path), "", "must be a readable file", error.strerror or "", remedy)) from error


def load_text(text: str, name: str) -> Source:
    """Parse YAML into plain values and lines. Raises ModelError where it is not YAML."""
    source = Source(name)
    try:
        node = YAML(typ="rt", pure=True).compose(StringIO(text))
    except MarkedYAMLError as error:
        raise ModelError(_yaml_fault(name, text, error)) from error
    except ValueError as error:
        raise ModelError(Fault(f"{name}:1", "", "must be YAML", str(error).splitlines()[0])) from error
    if node is None:
        raise ModelError(Fault(f"{name}:1", "", "must hold a model document", "an empty file"))
    source.values = _Builder(source).build(node, ())
    if not isinstance(source.values, dict):
        fault = source.fault((), "must be a mapping that starts with `leadline: 1`", "something else")
        raise ModelError(fault)
    return source


_QUOTE = "Put the whole text in quotes: YAML ends it at the comma."


def _yaml_fault(name: str, text: str, error: MarkedYAMLError) -> Fault:
    mark = error.problem_mark or error.context_mark
    number = mark.line if mark else 0
    lines = text.splitlines() or [""]
    line = lines[min(number, len(lines) - 1)]
    broken = re.search(r"\{[^{}]*\w+:\s*[^'\"{}\[\]]*\([^()]*,", line)
    return Fault(
        f"{name}:{number + 1}",
        "",
        f"must be YAML ({error.problem or 'not readable'})",
        line.strip()[:80],
        _QUOTE if broken else "",
    )


class _Builder:
    """Turn YAML nodes into plain values, by the rules of YAML 1.2."""

    def __init__(self, source: Source) -> None:
        self.source = source

    def build(self, node: Node, path: Path) -> Any:
        self.source.lines.setdefault(path, node.start_mark.line + 1)
        if isinstance(node, MappingNode):
            return self.mapping(node, path)
        if isinstance(node, SequenceNode):
            return [self.build(each, (*path, at)) for at, each in enumerate(node.value)]
        return _scalar(node)

    def mapping(self, node: MappingNode, path: Path) -> dict[Any, Any]:
        found: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            key = self.key(key_node, path)
            here = (*path, key if isinstance(key, str) else shown(key))
            if key in found:
                self.fault(key_node, here, "must stand only once in its mapping", "it again")
                continue
            self.source.lines[here] = key_node.start_mark.line + 1
            found[key] = self.build(value_node, here)
            if broken := _broken_at_comma(found, key):
                del found[key]
                self.fault(key_node, (*path, broken), "must be in quotes", f"{key!r} apart", _QUOTE)
        return found

    def key(self, node: Node, path: Path) -> Any:
        if isinstance(node, ScalarNode):
            return _scalar(node)
        self.fault(node, path, "must have plain keys", "a mapping or list as key")
        return None

    def fault(self, node: Node, path: Path, expected: str, found: str, remedy: str = "") -> None:
        where = f"{self.source.name}:{node.start_mark.line + 1}"
        self.source.faults.append(Fault(where, dotted(path), expected, found, remedy))


def _broken_at_comma(found: Mapping[Any, Any], key: Any) -> str | None:
    """Return the key whose text was split at a comma, where ``key`` is the rest of that text."""
    if found[key] is not None or not isinstance(key, str | int | float) or len(found) < 2:  # noqa: PLR2004
        return None
    before = list(found)[-2]
    text = found[before]
    open_bracket = isinstance(text, str) and text.count("(") > text.count(")")
    return str(before) if open_bracket else None


_INTEGER = re.compile(r"[-+]?[0-9]+")


def _scalar(node: ScalarNode) -> Any:
    kind = str(node.tag).rpartition(":")[2]
    text = node.value
    if kind == "null":
        return None
    if kind == "bool":
        return text.lower() == "true"
    if kind == "int":
        return int(text, 10 if _INTEGER.fullmatch(text) else 0)
    if kind == "float":
        return float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))
    return text


def _record(source: Source, values: Any, error: ValidationError) -> None:
    """Keep every fault of a validation and take out the parts that have them."""
    written_as_one = one_ladder(source.values.get("bands"))
    for each in error.errors(include_url=False):
        location = each["loc"]
        path: Path = tuple(part for part in location if not str(part).startswith("#"))
        shown_path = path
        if written_as_one and path[:2] == ("bands", SINGLE_LADDER):
            shown_path = ("bands", *path[2:])
        fault = source.fault(shown_path, *_explain(each, location))
        if fault.path not in {known.path for known in source.faults}:
            source.faults.append(fault)
        _take_out(values, shown_path)


_EXPECTED: Mapping[str, str] = {
    "missing": "is missing",
    "string_type": "must be text",
    "int_type": "must be a whole number",
    "bool_type": "must be true or false",
    "dict_type": "must be a mapping",
    "model_type": "must be a mapping",
    "mapping_type": "must be a mapping",
    "tuple_type": "must be a list",
    "list_type": "must be a list",
    "enum": "must be one of {expected}",
    "literal_error": "must be {expected}",
    "greater_than_equal": "must be at least {ge}",
    "extra_forbidden": "is not a key that is known here",
}
"""What pydantic calls a fault, in our words."""


def _explain(error: Mapping[str, Any], location: Path) -> tuple[str, str, str]:
    """Return expected, found and remedy."""
    kind, context = error["type"], error.get("ctx", {})
    if kind == "leadline":
        expected = context.get("expected", error["msg"])
        found = context.get("found") or ("" if "expected" in context else _short(error["input"]))
        return expected, found, ""
    expected = _EXPECTED.get(kind, error["msg"]).format_map({"expected": "", "ge": "", **context})
    if kind == "missing":
        return expected, "", ""
    if kind == "extra_forbidden":
        known = _known_keys(location)
        remedy = nearest(str(location[-1]), known) or f"Known keys: {', '.join(sorted(known))}."
        return expected, "", remedy
    return expected, _short(error["input"]), ""


def _short(value: object) -> str:
    return "a mapping" if isinstance(value, Mapping) else shown(value)[:60]


def _known_keys(location: Path) -> list[str]:
    """Return the keys that may stand where an unknown one stood."""
    schema = Model.model_json_schema(by_alias=True)
    part: Any = schema
    for step in location[:-1]:
        part = _inside(schema, part, step)
    return list(part.get("properties", {}))


_TITLES = {
    "#when": "ConditionRule",
    "#of": "TableRule",
    "#event": "EventRule",
    "#outcome": "OutcomeRule",
    "#silence": "SilenceRule",
    "#base": "BaseRule",
    "#half_life": "HalfLife",
    "#linear": "Linear",
    "#steps": "Steps",
}


def _inside(schema: Mapping[str, Any], part: Mapping[str, Any], step: str | int) -> Any:
    if step in _TITLES:
        return schema["$defs"][_TITLES[str(step)]]
    inner = part.get("properties", {}).get(step)
    if inner is None:
        inner = part.get("additionalProperties") or part.get("items") or {}
    return _resolve(schema, inner if isinstance(inner, Mapping) else {})


def _resolve(schema: Mapping[str, Any], part: Mapping[str, Any]) -> Mapping[str, Any]:
    for choice in part.get("anyOf", ()):
        if choice.get("type") != "null":
            return _resolve(schema, choice)
    if "$ref" in part:
        return _resolve(schema, schema["$defs"][part["$ref"].rpartition("/")[2]])
    return part


def _take_out(values: Any, path: Path) -> None:
    """Remove a faulty part; a rule leaves one of its kind behind, so that its name stays known."""
    if path[:1] == ("scores",) and path[2:3] == ("rules",) and len(path) > 3:  # noqa: PLR2004
        rules = _at(values, path[:3])
        if isinstance(rules, dict) and path[3] in rules:
            rules[path[3]] = _stand_in(rules[path[3]])
        return
    container = _removable(path)
    parent = _at(values, container[:-1])
    if isinstance(parent, dict):
        parent.pop(container[-1], None)
        for name, neutral in _NEUTRAL.items():
            if container == (name,):
                parent[name] = neutral
    elif isinstance(parent, list) and isinstance(container[-1], int):
        parent[container[-1] :] = parent[container[-1] + 1 :]


_NEUTRAL: dict[str, Any] = {"leadline": 1, "model": "unnamed", "scores": {}}


def _stand_in(rule: object) -> dict[str, Any]:
    kinds = {"event", "outcome", "silent_for"} & set(rule if isinstance(rule, dict) else ())
    return {"event": "?", "points": 0} if kinds else {"when": "true", "points": 0}


_DEPTHS = {"scores": 3, "grades": 2, "overrides": 2, "examples": 2, "columns": 3, "bands": 2}


def _removable(path: Path) -> Path:
    """Return the smallest part that can be missing."""
    return path[: _DEPTHS.get(str(path[0]), 1)] if path else path


def _at(values: Any, path: Path) -> Any:
    for step in path:
        if isinstance(values, dict):
            values = values.get(step)
        elif isinstance(values, Sequence) and isinstance(step, int) and step < len(values):
            values = values[step]
        else:
            return None
    return values
