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
    if "secret_env" in said:
        variable = said["secret_env"]
        found = os.environ.get(variable, "")
        if not found:
            raise InputError(
                Fault("", f"{place}.secret_env", "must name a variable that is set", variable)
            )
        return found
    if "secret_file" in said:
        try:
            found = Path(said["secret_file"]).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            fault = Fault(str(said["secret_file"]), "", "must be a readable file", str(error))
            raise FileError(fault) from error
        if found:
            return found
    remedy = "Name a variable with secret_env, or a file with secret_file."
    raise InputError(Fault("", place, "must have a secret", "", remedy))
