"""Text files that appear whole or not at all."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from leadline.errors import Fault, FileError


def write_texts(texts: Mapping[str, str]) -> None:
    """Write texts to files, all or none. Raises FileError."""
    with ExitStack() as stack:
        written = {}
        for path, text in texts.items():
            beside = Path(path).resolve().with_name(f".leadline-{secrets.token_hex(8)}")
            stack.callback(beside.unlink, missing_ok=True)
            _write(beside, text, path)
            written[path] = beside
        for path, beside in written.items():
            try:
                beside.replace(Path(path).resolve())
            except OSError as error:
                raise FileError(_unwritable(path, error)) from error


def _write(beside: Path, text: str, path: str) -> None:
    try:
        with beside.open("w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as error:
        raise FileError(_unwritable(path, error)) from error


def _unwritable(path: str, error: OSError) -> Fault:
    reason = error.strerror or str(error)
    return Fault(path, "", "cannot be written", reason, "Check the path and its permissions.")
