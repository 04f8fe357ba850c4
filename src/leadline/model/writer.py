"""Write a model document, or change single values of one and keep everything else as it stands."""

from __future__ import annotations

from io import StringIO
from typing import Any

from ruamel.yaml import YAML

from leadline.errors import Fault, ModelError
from leadline.model.document import Model
from leadline.model.reader import Path, dotted, read


def write(model: Model) -> str:
    """Return a document as block YAML; reading it again gives an equal model."""
    return _dump(model.plain())


def edit(text: str, path: Path, value: Any) -> str:
    """Return the document with one value set; comments and order stay.

    The key itself may be new, everything above it must exist. Raises ModelError where the path
    does not exist or the new document is not one.

    >>> print(edit("leadline: 1  # language\\nmodel: a\\nscores: {}\\n", ("model",), "b"), end="")
    leadline: 1  # language
    model: b
    scores: {}
    """
    yaml = _yaml()
    document = yaml.load(text)
    part = document
    for depth, step in enumerate(path[:-1]):
        try:
            part = part[step]
        except (KeyError, IndexError, TypeError):
            place = dotted(path[: depth + 1])
            raise ModelError(Fault("", place, "must exist to be edited", "nothing")) from None
    part[path[-1]] = value
    changed = _dump(document, yaml)
    read(changed)
    return changed


def _yaml() -> YAML:
    yaml = YAML(typ="rt", pure=True)
    yaml.preserve_quotes = True
    yaml.width = 4096
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml


def _dump(document: Any, yaml: YAML | None = None) -> str:
    stream = StringIO()
    (yaml or _yaml()).dump(document, stream)
    return stream.getvalue()
