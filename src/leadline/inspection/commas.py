"""Commas that may mean two things, in exports of one tool: as where they can mean one alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from leadline.inspection.export import Export, Looked
from leadline.inspection.types import Found


def alike(exports: Sequence[Export]) -> list[Export]:
    """Return exports whose commas all group thousands where some can do nothing else."""
    marks = [each for export in exports for each in export.looked if not _is_open(each)]
    grouped = next((each.name for each in marks if each.found.declare.get("thousands") == ","), "")
    if not grouped or any(each.found.declare.get("decimal") == "," for each in marks):
        return list(exports)
    return [
        replace(export, looked=[_grouped(each, grouped) for each in export.looked])
        for export in exports
    ]


def _is_open(each: Looked) -> bool:
    """Say whether it is open what the commas of a column mean."""
    return any(finding.startswith("Decide and declare decimal") for finding in each.findings)


def _grouped(each: Looked, like: str) -> Looked:
    if not _is_open(each):
        return each
    kept = tuple(finding for finding in each.findings if not finding.startswith("Decide"))
    said = f"The comma groups thousands, as it does in {like}."
    declare = {key: value for key, value in each.found.declare.items() if key != "undecided"}
    found = Found(each.found.type, {**declare, "thousands": ","}, (*kept, said))
    return replace(each, found=found, findings=found.findings)
