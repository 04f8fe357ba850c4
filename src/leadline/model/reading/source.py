"""The YAML of a document as plain values, with the line of each, by the rules of YAML 1.2."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from io import StringIO
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from leadline.errors import Fault, ModelError
from leadline.model.values import key_text, shown

Path = tuple[str | int, ...]
MOST_VALUES = 1_000_000
"""Values of a document, repeated ones too: aliases of aliases could make any number of them."""


@dataclass
class Source:
    """A document as plain values, with the line of each.

    Attributes:
        name: What the document is called in messages: its file, as the user gave it.
        lines: Path to line; empty where the document did not come from text.
        faults: What was wrong in reading.
        lost: Paths of what could not be read; faults below them would only follow from that.
    """

    name: str
    values: Any = None
    lines: dict[Path, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    lost: set[Path] = field(default_factory=set)

    def where(self, path: Path) -> str:
        """Return file and line of a path, or of the nearest part above it."""
        if not self.lines:
            return self.name
        while path not in self.lines and path:
            path = path[:-1]
        return f"{self.name}:{self.lines[path]}"

    def fault(self, path: Path, expected: str, found: str = "", remedy: str = "") -> Fault:
        """Return a fault at a path."""
        return Fault(self.where(path), dotted(path), expected, found, remedy)

    def rename(self, path: Path, name: str) -> None:
        """Let a path and all below it also be found under another last key."""
        depth = len(path)
        below = {each: line for each, line in self.lines.items() if each[:depth] == path}
        new = (*path[:-1], name)
        self.lines |= {(*new, *each[depth:]): line for each, line in below.items()}

    def has_lost(self, path: Path) -> bool:
        """Say whether a path could not be read, or stands below one that could not."""
        return any(path[:depth] in self.lost for depth in range(1, len(path) + 1))

    def has_lost_below(self, path: Path) -> bool:
        """Say whether anything at a path or below it could not be read."""
        return self.has_lost(path) or any(each[: len(path)] == path for each in self.lost)


def dotted(path: Path) -> str:
    """Return a path as people write it.

    >>> dotted(("scores", "person", "range", 0))
    'scores.person.range[0]'
    """
    return "".join(
        f"[{part}]" if isinstance(part, int) else f".{part}" for part in path
    ).removeprefix(".")


def load_text(text: str, name: str, what: str = "a model document") -> Source:
    """Parse YAML into plain values and lines. Raises ModelError where it is not YAML."""
    source = Source(name)
    node = compose(text.removeprefix("\ufeff"), name)
    source.values = _Builder(source).build(node, ()) if node is not None else None
    if source.values is None:
        raise ModelError(Fault(f"{name}:1", "", f"must hold {what}", "an empty file"))
    if not isinstance(source.values, dict):
        found = "a list" if isinstance(source.values, list) else shown(source.values)[:60]
        starts = " that starts with `leadline: 1`" if "model" in what else ""
        expected = f"must be a mapping{starts}"
        raise ModelError(source.fault((), expected, found))
    return source


def compose(text: str, name: str) -> Node | None:
    """Parse YAML into nodes, None for an empty text. Raises ModelError where it is not YAML."""
    try:
        node: Node | None = YAML(typ="safe", pure=True).compose(StringIO(text))
    except MarkedYAMLError as error:
        raise ModelError(_yaml_fault(name, text, error)) from error
    except (YAMLError, ValueError) as error:
        found = " ".join(str(error).split("\n")[0].split())
        raise ModelError(Fault(f"{name}:1", "", "must be YAML", found)) from error
    except RecursionError:
        fault = Fault(f"{name}:1", "", "must not nest lists and mappings this deep")
        raise ModelError(fault) from None
    return node


def _yaml_fault(name: str, text: str, error: MarkedYAMLError) -> Fault:
    mark = error.problem_mark or error.context_mark
    number = mark.line if mark else 0
    lines = text.splitlines() or [""]
    line = lines[min(number, len(lines) - 1)]
    remedy = _unclosed(error, number) or next(
        (each for pattern, each in _REMEDIES if re.search(pattern, line)), ""
    )
    expected = f"must be YAML ({error.problem or 'not readable'})"
    return Fault(f"{name}:{number + 1}", "", expected, line.strip()[:80], remedy)


def _unclosed(error: MarkedYAMLError, number: int) -> str:
    """Return what to do where a bracket is still open at the end of its line."""
    opened = error.context_mark
    in_brackets = opened is not None and "flow" in (error.context or "")
    if not in_brackets or opened.line >= number:
        return ""
    return f"Close the {{ or [ of line {opened.line + 1}."


_QUOTE = "Put the whole text in quotes: YAML ends it at"
_REMEDIES = (
    (r"^\s*\t", "Indent with spaces: YAML does not allow tabs."),
    (r"\{.*\w+:\s*[^'\"{}\[\]\s][^{}\[\]]*\([^()]*,", f"{_QUOTE} the comma."),
    (r":\s*('[^']*'|\"[^\"]*\")\s*[^\s,}\]#]", f"{_QUOTE} the closing quote."),
    (r":\s*[^'\"{}\[\]\s].*:\s", f"{_QUOTE} the second colon."),
)
"""What a line of broken YAML looks like, and what to do about it."""


class _Builder:
    """Turns YAML nodes into plain values."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.above: list[Node] = []
        self.count = 0

    def build(self, node: Node, path: Path) -> Any:
        self.source.lines.setdefault(path, node.start_mark.line + 1)
        self.count += 1
        if self.count > MOST_VALUES:
            expected = f"must hold fewer than {MOST_VALUES:,} values"
            raise ModelError(self.source.fault((), expected, "more, as aliases repeat others"))
        if isinstance(node, ScalarNode):
            return self.scalar(node, path)
        if any(node is each for each in self.above):
            self.fault(node, path, "must not contain itself", "an alias of a part around it")
            self.source.lost.add(path)
            return None
        self.above.append(node)
        built: Any = None
        if isinstance(node, MappingNode):
            built = self.mapping(node, path)
        elif isinstance(node, SequenceNode):
            built = self.list(node, path)
        self.above.pop()
        return built

    def mapping(self, node: MappingNode, path: Path) -> dict[Any, Any]:
        found: dict[Any, Any] = {}
        texts: set[str] = set()
        for key_node, value_node in self.pairs(node, path):
            if not isinstance(key_node, ScalarNode):
                self.fault(key_node, path, "must have plain keys", "a mapping or list as key")
                self.source.lost.add(path)
                continue
            key = self.key(key_node, path)
            here = (*path, key_text(key))
            if key_node.value == "<<" and key_node.style is None:
                remedy = "Write the keys out, or let an alias stand for a whole part."
                self.fault(key_node, here, "is a merge key, which YAML 1.2 lacks", "", remedy)
                self.source.lost.add(path)
            elif key in found or here[-1] in texts:
                self.fault(key_node, here, "must stand only once in its mapping", "it again")
            else:
                texts.add(str(here[-1]))
                self.source.lines[here] = key_node.start_mark.line + 1
                found[key] = self.build(value_node, here)
        return found

    def pairs(self, node: MappingNode, path: Path) -> list[tuple[Node, Node]]:
        """Return keys and values; a text that was split at a comma is whole again."""
        kept: list[tuple[Node, Node]] = []
        split: dict[int, None] = {}
        for key, value in node.value:
            if node.flow_style and kept and _is_open(kept[-1][1]) and _is_empty(value):
                split[len(kept) - 1] = None
                kept[-1] = (kept[-1][0], _joined(kept[-1][1], key))
            else:
                kept.append((key, value))
        for at in split:
            self.split(kept[at][1], (*path, key_text(kept[at][0].value)))
        return kept

    def list(self, node: SequenceNode, path: Path) -> list[Any]:
        kept: list[Node] = []
        split: dict[int, None] = {}
        for each in node.value:
            if node.flow_style and kept and _is_open(kept[-1]) and isinstance(each, ScalarNode):
                split[len(kept) - 1] = None
                kept[-1] = _joined(kept[-1], each)
            else:
                kept.append(each)
        for at in split:
            self.split(kept[at], (*path, at))
        return [self.build(each, (*path, at)) for at, each in enumerate(kept)]

    def key(self, node: ScalarNode, path: Path) -> Any:
        """Return a key; one that ``values`` looks up may be text and stays as it was written."""
        key = _scalar(node)
        if (
            path[-1:] == ("values",)
            and isinstance(key, int | float)
            and key_text(key) != node.value
        ):
            return node.value
        return self.scalar(node, path)

    def scalar(self, node: ScalarNode, path: Path) -> Any:
        if node.style is None and _LEADING_ZERO.fullmatch(node.value):
            remedy = f'Write "{node.value}" if it is text, else leave the zeros out.'
            self.fault(node, path, "must not have leading zeros", node.value, remedy)
        return _scalar(node)

    def fault(self, node: Node, path: Path, expected: str, found: str, remedy: str = "") -> None:
        where = f"{self.source.name}:{node.start_mark.line + 1}"
        self.source.faults.append(Fault(where, dotted(path), expected, found, remedy))

    def split(self, node: Node, path: Path) -> None:
        remedy = "YAML splits a text at a comma inside { } and [ ]."
        self.fault(node, path, "must be in quotes", node.value, remedy)


def _is_open(node: Node) -> bool:
    """Say whether a text has a bracket or quote that it does not close."""
    if not isinstance(node, ScalarNode) or node.style is not None:
        return False
    text: str = node.value
    return text.count("(") > text.count(")") or text.count("'") % 2 == 1


def _is_empty(node: Node) -> bool:
    return isinstance(node, ScalarNode) and node.style is None and not node.value


def _joined(text: Node, rest: Node) -> ScalarNode:
    quoted = isinstance(rest, ScalarNode) and rest.style == "'"
    more = f"'{rest.value}'" if quoted else rest.value
    return ScalarNode("tag:yaml.org,2002:str", f"{text.value}, {more}", text.start_mark)


_LEADING_ZERO = re.compile("[-+]?0[0-9]+")
_NULL = re.compile("|~|null|Null|NULL")
_BOOLEAN = re.compile("true|True|TRUE|false|False|FALSE")
_DECIMAL = re.compile("[-+]?[0-9]+")
_INTEGER = re.compile("[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(
    r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)"
)


def _integer(text: str) -> int | str:
    try:
        return int(text, 10 if _DECIMAL.fullmatch(text) else 0)
    except ValueError:  # Python refuses to read more than some thousand digits
        return text


_PLAIN: tuple[tuple[re.Pattern[str], Callable[[str], Any]], ...] = (
    (_NULL, lambda _text: None),
    (_BOOLEAN, lambda text: text.lower() == "true"),
    (_INTEGER, _integer),
    (_FLOAT, lambda text: float(text.replace(".", "", 1) if text[-1].isalpha() else text)),
)
"""What a plain scalar looks like to what it is, by the core schema of YAML 1.2."""


def _scalar(node: ScalarNode) -> Any:
    if node.style is not None or str(node.tag).endswith(":str"):
        return node.value
    return next(
        (read(node.value) for like, read in _PLAIN if like.fullmatch(node.value)), node.value
    )
