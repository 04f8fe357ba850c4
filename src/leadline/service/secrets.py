"""Secrets, which never stand in the settings: these name a variable or a file that has one."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from leadline.errors import Fault, FileError, InputError


def secret_of(place: str, said: Mapping[str, Any]) -> str:
    """Return the secret that a section names. Raises InputError, FileError.

    Args:
        place: The section, such as ``hooks.sendgrid``.
        said: What is set there.
    """
    found = secret_named(place, said, "secret")
    if found:
        return found
    remedy = "Name a variable with secret_env, or a file with secret_file."
    raise InputError(Fault("", place, "must have a secret", "", remedy))


def secret_named(place: str, said: Mapping[str, Any], name: str) -> str:
    """Return the secret of a name that a section may have; empty where it has none.

    Raises InputError, FileError.
    """
    if (variable := said.get(f"{name}_env")) is not None:
        found = os.environ.get(variable, "")
        if not found:
            expected = "must name a variable that is set"
            raise InputError(Fault("", f"{place}.{name}_env", expected, variable))
        return found
    if (file := said.get(f"{name}_file")) is not None:
        try:
            return Path(file).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            fault = Fault(str(file), "", "must be a readable file", str(error))
            raise FileError(fault) from error
    return ""
