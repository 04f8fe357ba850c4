"""The result of an import: the model, its text, and what became of every row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from leadline.engines.duckdb.engine import DuckDB
from leadline.engines.workspace import given_or_own
from leadline.errors import Fault, InputError, ModelError, nearest
from leadline.importers import account_engagement, eloqua, hubspot, marketo
from leadline.importers.points.document import document
from leadline.importers.points.draft import Draft, RowFinding, Status, identifier
from leadline.importers.points.system import Importer
from leadline.importers.points.table import read_table
from leadline.importers.points.types import Types, read_types
from leadline.model.checking.check import check
from leadline.model.document import Model
from leadline.model.reading.reader import parse
from leadline.model.types import Schema

SYSTEMS: Mapping[str, tuple[str, Importer]] = {
    "hubspot": ("HubSpot", hubspot.read),
    "account-engagement": ("Account Engagement", account_engagement.read),
    "marketo": ("Marketo", marketo.read),
    "eloqua": ("Eloqua", eloqua.read),
}
"""Word for a system to its name and what reads its tables."""

_ALIASES = {"pardot": "account-engagement", "account_engagement": "account-engagement"}


@dataclass(frozen=True)
class Imported:
    """A table of points as a model.

    Attributes:
        system: Name of the system it comes from.
        model: Free of faults, as far as it can be checked without tables.
        text: The document as YAML, with the row of each rule in a comment.
        findings: What became of every row, in the order of the table; what holds for the whole
            table is first, with line 0.
    """

    system: str
    model: Model
    text: str
    findings: tuple[RowFinding, ...]

    def counts(self) -> dict[Status, int]:
        """Return how many rows were carried over, approximated, and not carried over."""
        rows = [each for each in self.findings if each.line]
        statuses: tuple[Status, ...] = get_args(Status)
        return {status: sum(each.status == status for each in rows) for status in statuses}

    def lost(self) -> Sequence[RowFinding]:
        """Return what was not carried over."""
        return [each for each in self.findings if each.status == "not carried over"]


def read_points(
    system: str,
    path: str | Path,
    *,
    types: str | Path | None = None,
    schema: Schema | None = None,
    engine: DuckDB | None = None,
) -> Imported:
    """Read a table of points of another product as a model.

    Args:
        system: ``hubspot``, ``account-engagement`` (or ``pardot``), ``marketo`` or ``eloqua``.
        path: CSV file with one row a rule.
        types: CSV file with columns ``action``, ``type`` and, if wanted, ``where``: their words to
            our types of events, and their properties to fields such as ``account.employees``.
        schema: Columns of the tables that will be scored, to find their properties among.
        engine: An engine to read with; by default one of its own.

    Raises:
        InputError: The system is not known, the table is none, or no row could be carried over.
        FileError: A file cannot be read.
    """
    with given_or_own(engine) as own, own.new_session() as session:
        return _read(session, system, path, types, schema or {})


def _read(
    engine: DuckDB, system: str, path: str | Path, types: str | Path | None, schema: Schema
) -> Imported:
    title, importer = _system(system)
    events, fields = read_types(engine, types) if types else ({}, {})
    table = read_table(engine, path)
    draft = importer(table, Types(events, fields, schema))
    findings = tuple(sorted(draft.findings, key=lambda each: each.line))
    if not any(score.rules for score in draft.scores.values()):
        raise InputError(_nothing(table.file, findings))
    text = document(draft, identifier(Path(path).stem), _head(title, path, findings))
    return Imported(title, _checked(text, draft), text, findings)


def _system(system: str) -> tuple[str, Importer]:
    word = _ALIASES.get(system.lower(), system.lower())
    if word not in SYSTEMS:
        expected = f"must be one of {', '.join(SYSTEMS)}"
        raise InputError(Fault("", "SYSTEM", expected, system, nearest(word, SYSTEMS)))
    return SYSTEMS[word]


def _nothing(file: str, findings: Sequence[RowFinding]) -> Fault:
    rows = [each for each in findings if each.line]
    if not rows:
        return Fault(file, "", "must have at least one row")
    reason = next((each for each in rows if each.reason), rows[0])
    found = f"{len(rows)} rows, such as line {reason.line}: {reason.reason or reason.text}"
    return Fault(file, "", "must have a row that gives points and can be carried over", found)


def _head(title: str, path: str | Path, findings: Sequence[RowFinding]) -> list[str]:
    lines = [f"Points of {title}, read from {Path(path).name}."]
    for each in findings:
        if each.status == "not carried over":
            place = f"line {each.line}" if each.line else "the table"
            lines.append(f"Not carried over, {place}: {each.text}: {each.reason}")
    return lines


def _checked(text: str, draft: Draft) -> Model:
    """Read the document back: what cannot be read again must not be written."""
    model, source = parse(text)
    if faults := check(model, source):
        raise ModelError(*(_at_row(fault, draft) for fault in faults))
    return model


def _at_row(fault: Fault | str, draft: Draft) -> Fault | str:
    """Say which row a fault of the document comes from."""
    path = fault.path.split(".") if isinstance(fault, Fault) else []
    if len(path) < 4 or path[0] != "scores" or not isinstance(fault, Fault):  # noqa: PLR2004
        return fault
    rows = draft.scores[path[1]].comments.get(path[3], []) if path[1] in draft.scores else []
    return Fault(rows[0] if rows else fault.where, fault.path, fault.expected, fault.found)
