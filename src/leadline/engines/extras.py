"""What an engine needs beside the package itself, and how one installs it."""

from __future__ import annotations

from leadline.errors import EngineError


def lacking(what: str, extra: str) -> EngineError:
    """Return the refusal of an engine whose extra is not installed."""
    command = f"python3 -m pip --python .venv/bin/python install '.[{extra}]'"
    return EngineError(f"{what}. Install it in the clone with: {command}")
