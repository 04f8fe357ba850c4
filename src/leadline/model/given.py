"""Models as they are given, and the refusal of those with faults."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from leadline.errors import Fault, ModelError
from leadline.model.document import Model
from leadline.model.reading.reader import Source, parse
from leadline.timings import step


@step("read the model")
def read_model(source: str | Path | Mapping[str, Any] | Model) -> tuple[Model, Source]:
    """Read a model and keep the lines of its parts; faults stay in the source until ``check``."""
    if isinstance(source, Model):
        return source, Source("model", source.plain())
    return parse(source)


def refuse(faults: list[Fault]) -> None:
    """Raise ModelError where there are faults."""
    if faults:
        raise ModelError(*faults)
