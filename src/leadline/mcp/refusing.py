"""Why something was refused, in words that an agent may read: none of them are a stranger's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from leadline.errors import Fault, LeadlineError, ModelError
from leadline.mcp.record_text import cleaned

MOST_FAULTS = 20
MOST_CHARACTERS = 4000


def told(error: LeadlineError, arguments: Mapping[str, Any]) -> str:
    """Return why an agent's question was refused.

    What was found is said where the agent itself said it; other tables hold what strangers wrote.
    A document is the agent's own, so its faults are told whole.
    """
    is_own = isinstance(error, ModelError)
    said = [str(each) for each in arguments.values()]
    faults = [each if is_own else _without_records(each, said) for each in error.faults]
    lines = [str(cleaned(each, MOST_CHARACTERS)) for each in faults[:MOST_FAULTS]]
    if len(faults) > MOST_FAULTS:
        lines.append(f"and {len(faults) - MOST_FAULTS} faults more")
    return "\n".join(lines)[:MOST_CHARACTERS]


def _without_records(fault: Fault | str, said: list[str]) -> Fault | str:
    if isinstance(fault, str):
        return fault
    found = fault.found if any(fault.found and fault.found in each for each in said) else ""
    return replace(fault, found=found, remedy="")
