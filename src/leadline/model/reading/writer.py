"""Write a model document, or change single values of one and keep everything else as it stands."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, SingleQuotedScalarString

from leadline.errors import Fault, ModelError
from leadline.model.reading.reader import read
from leadline.model.reading.source import Path, compose, dotted
from leadline.model.values import key_text

if TYPE_CHECKING:
    from leadline.model.document import Model


def write(model: Model) -> str:
    """Return a document as block YAML; reading it again gives an equal model."""
    return _dump(model.plain())


def block(values: dict[str, Any]) -> str:
    r"""Return keys as block YAML, as they can stand at the end of a document.

    >>> block({"provenance": {"rows": 3}})
    'provenance:\n  rows: 3\n'
    """
    return _dump(values)


def edit(text: str, path: Path, value: Any) -> str:
    r"""Return the document with one value set; not a character changes elsewhere.

    The last key may be new, everything above it must exist. Raises ModelError where the path does
    not exist or the new document is not one.

    >>> print(edit("leadline: 1  # language\nmodel: a\nscores: {}\n", ("model",), "b"), end="")
    leadline: 1  # language
    model: b
    scores: {}
    """
    text = text.removeprefix("\ufeff")
    above: Node | None = compose(text, "model")
    for depth, step in enumerate(path[:-1], start=1):
        above = _entry(above, step, path[:depth])[1]
        if above is None:
            raise _unfit(path[:depth], "must exist to be edited", "nothing")
    key, old = _entry(above, path[-1], path)
    if old is not None:
        changed = _replaced(text, key, old, value)
    elif isinstance(above, MappingNode):
        changed = _added(text, above, str(path[-1]), value)
    else:
        raise _unfit(path, "must exist to be edited", "nothing")
    read(changed)
    return changed


def _unfit(path: Path, expected: str, found: str) -> ModelError:
    return ModelError(Fault("", dotted(path), expected, found))


def _entry(node: Node | None, step: str | int, path: Path) -> tuple[Node | None, Node | None]:
    """Return the key and the value that a step leads to, None where there is none."""
    if isinstance(node, SequenceNode) and isinstance(step, int) and 0 <= step < len(node.value):
        found: tuple[Node | None, Node | None] = (None, node.value[step])
        start = node.start_mark.index
    else:
        pairs = node.value if isinstance(node, MappingNode) else []
        found = next((pair for pair in pairs if pair[0].value == key_text(step)), (None, None))
        start = found[0].end_mark.index if found[0] else 0
    if found[1] is not None and found[1].start_mark.index < start:
        raise _unfit(path, "must be written out to be edited", "an alias")
    return found


def _replaced(text: str, key: Node | None, old: Node, value: Any) -> str:
    start, end = old.start_mark.index, end_of(text, old)
    new = flow(value, old.style if isinstance(old, ScalarNode) else None)
    if key is not None and text[key.end_mark.index : start].strip() in (":", ""):
        start = text.index(":", key.end_mark.index) + 1
        end = start if not text[start:end].strip() else end
        new = f" {new}"
    return text[:start] + new + text[end:]


def _added(text: str, above: MappingNode, key: str, value: Any) -> str:
    new = f"{flow(key)}: {flow(value)}"
    if not above.value or above.flow_style:
        end = above.end_mark.index - 1
        return f"{text[:end].rstrip()}{', ' if above.value else ''}{new}{text[end:]}"
    end = end_of(text, above)
    line_end = text.find("\n", end)
    rest = text[line_end:] if line_end >= 0 else "\n"
    indent = " " * above.value[0][0].start_mark.column
    return f"{text[: line_end if line_end >= 0 else len(text)]}\n{indent}{new}{rest}"


def end_of(text: str, node: Node) -> int:
    """Return where the text of a node ends; the marks of block style include what follows."""
    end: int = node.end_mark.index
    if isinstance(node, ScalarNode):
        return len(text[:end].rstrip()) if node.style in ("|", ">") else end
    if getattr(node, "flow_style", True) or not node.value:
        return end
    last = node.value[-1]
    return end_of(text, last[1] if isinstance(node, MappingNode) else last)


_QUOTED = {"'": SingleQuotedScalarString, '"': DoubleQuotedScalarString}


def flow(value: Any, style: str | None = None) -> str:
    """Return a value on one line, as it can stand between commas; text keeps its quotes."""
    if isinstance(value, str) and style in _QUOTED:
        value = _QUOTED[style](value)
    yaml = _yaml()
    yaml.default_flow_style = True
    return _dump({"k": value}, yaml).strip().removeprefix("{k: ").removesuffix("}")


def _yaml() -> YAML:
    yaml = YAML(typ="rt", pure=True)
    yaml.width = 2**20
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml


def _dump(document: Any, yaml: YAML | None = None) -> str:
    stream = StringIO()
    (yaml or _yaml()).dump(document, stream)
    return stream.getvalue()
