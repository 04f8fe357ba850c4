"""Take one part out of a model document and keep everything else as it stands."""

from __future__ import annotations

from collections.abc import Iterable

from ruamel.yaml.nodes import MappingNode, Node

from leadline.errors import Fault, ModelError
from leadline.model.reading.reader import read
from leadline.model.reading.source import Path, compose, dotted
from leadline.model.reading.writer import end_of
from leadline.model.values import key_text


def remove(text: str, path: Path) -> str:
    r"""Return the document without a key; comments on lines of their own stay.

    A mapping that would be empty is written ``{}``. Raises ModelError where the path does not
    exist or the new document is not one.

    >>> print(remove("leadline: 1\nmodel: a\nowner: me  # gone\nscores: {}\n", ("owner",)), end="")
    leadline: 1
    model: a
    scores: {}
    """
    changed = _removed(text, path)
    read(changed)
    return changed


def _removed(text: str, path: Path) -> str:
    text = text.removeprefix("\ufeff")
    above: Node | None = compose(text, "model")
    for step in path[:-1]:
        above = dict(_pairs(above)).get(key_text(step))
    pairs = _pairs(above)
    place = next((n for n, (key, _) in enumerate(pairs) if key == key_text(path[-1])), None)
    if place is None or not isinstance(above, MappingNode):
        raise ModelError(Fault("", dotted(path), "must exist to be removed", "nothing"))
    return _without(text, above, place)


def remove_all(text: str, paths: Iterable[Path]) -> str:
    """Return the document without several keys. Raises ModelError as ``remove``."""
    for path in paths:
        text = _removed(text, path)
    read(text)
    return text


def _pairs(node: Node | None) -> list[tuple[str, Node]]:
    pairs = node.value if isinstance(node, MappingNode) else []
    return [(key.value, value) for key, value in pairs]


def _without(text: str, above: MappingNode, place: int) -> str:
    key, value = above.value[place]
    start, end = key.start_mark.index, end_of(text, value)
    if above.flow_style:
        return _out_of_flow(text, above, place, start, end)
    line_end = text.find("\n", end)
    line_end = len(text) if line_end < 0 else line_end
    if len(above.value) == 1:
        return f"{text[:start]}{{}}{text[line_end:]}"
    line_start = text.rfind("\n", 0, start) + 1
    return text[:line_start] + text[line_end + 1 :]


def _out_of_flow(text: str, above: MappingNode, place: int, start: int, end: int) -> str:
    if place + 1 < len(above.value):
        return text[:start] + text[above.value[place + 1][0].start_mark.index :]
    if place:
        return text[: end_of(text, above.value[place - 1][1])] + text[end:]
    return text[:start] + text[end:]
