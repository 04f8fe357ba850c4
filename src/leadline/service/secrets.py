"""Secrets: never in the settings, which name a variable of the environment or a file."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from leadline.errors import Fault, FileError, InputError


def secret_of(where: str, section: Mapping[str, Any], name: str = "secret") -> str | None:
    """Return the secret that a section of the settings names; None where it names none.

    Raises InputError where the variable is not set, and FileError. What it is stands in neither.

    Args:
        where: Name of the section.
        section: What the settings say.
        name: The beginning of ``secret_env`` and ``secret_file``.
    """
    if (variable := section.get(f"{name}_env")) is not None:
        found = os.environ.get(variable, "")
        if not found:
            expected = "must name a variable that is set"
            raise InputError(Fault("", f"{where}.{name}_env", expected, variable))
        return found
    if (file := section.get(f"{name}_file")) is not None:
        try:
            return Path(file).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            fault = Fault(str(file), "", "must be a readable file", type(error).__name__)
            raise FileError(fault) from None
    return None
