"""Texts to files: each whole or not at all, several together or none."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from leadline.errors import Fault, FileError


def check_document(path: str) -> None:
    """Check that a text can be written, before there is anything to write. Raises FileError."""
    target = Path(path).resolve()
    if target.is_dir():
        raise _unwritable(path, "a folder has this name")
    if not target.parent.is_dir():
        raise _unwritable(path, f"there is no folder {target.parent}")
    if not os.access(target.parent, os.W_OK):
        raise _unwritable(path, "permission denied")


def write_documents(texts: Mapping[str, str]) -> None:
    """Write texts to files that appear together, or not at all if one cannot be written.

    Raises FileError.
    """
    with ExitStack() as stack:
        written: dict[Path, Path] = {}
        for path, text in texts.items():
            target = Path(path).resolve()
            beside = target.with_name(f".leadline-{secrets.token_hex(8)}")
            stack.callback(beside.unlink, missing_ok=True)
            _write(beside, text, path)
            written[target] = beside
        for target, beside in written.items():
            beside.replace(target)


def _write(beside: Path, text: str, path: str) -> None:
    try:
        with beside.open("w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as error:
        raise _unwritable(path, error.strerror or "") from error


def _unwritable(path: str, reason: str) -> FileError:
    remedy = "Check the path and its permissions."
    return FileError(Fault(str(path), "", "cannot be written", reason, remedy))
