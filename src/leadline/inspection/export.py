"""An export that was looked at, and what its columns can be beside those of other exports."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from leadline.inspection import names
from leadline.inspection.report import Suspect
from leadline.inspection.roles import ENOUGH, IS_ONE_WORD
from leadline.inspection.types import Found
from leadline.inspection.values import HAS_DIGIT, Values
from leadline.model.contract import CONTRACT
from leadline.sql.text import sql_text
from leadline.tables.places.text import AsItIs

KEY = 0.9
"""Of a key so many rows have a value: what lacks one is a bad row, such as a line of totals."""
SHARED = 0.5
"""So many of the values of a column are keys of another table where it names its rows."""


@dataclass(frozen=True)
class Looked:
    """What was found in a column, before it is known what it is for."""

    name: str
    values: Values
    found: Found
    suspects: tuple[Suspect, ...]
    filled: int
    distinct: int
    seems: str
    findings: tuple[str, ...]

    def candidate(self, rows: int, repeats: int = 0) -> names.Candidate:
        """Return what decides whether it can be a column of the contract."""
        is_filled = 0 < self.filled == rows
        is_nearly_key = 0 < KEY * rows <= self.filled and self.distinct >= KEY * (
            self.filled - repeats
        )
        is_key = is_nearly_key and self.filled - repeats <= self.distinct
        words, digits = self.values.sampled_shares([IS_ONE_WORD, HAS_DIGIT])
        return names.Candidate(
            self.name,
            self.seems,
            self.found.type,
            is_key=is_key,
            is_nearly_key=is_nearly_key,
            is_filled=is_filled,
            is_word=words >= KEY,
            is_code=words >= KEY and digits >= KEY,
        )


@dataclass(frozen=True)
class Export:
    """A file, or several that are one table, with what its columns are.

    Attributes:
        table: What it can be.
        contract: Column of the contract to the name of the column that it can be.
        written: How its files are to be read.
        findings: What a person should know whatever its columns are for.
        repeats: How many rows repeat another one exactly.
        is_json: What has points in its name lies inside of another column.
    """

    where: str
    table: str
    rows: int
    rejected: int
    looked: Sequence[Looked]
    candidates: Sequence[names.Candidate]
    contract: Mapping[str, str]
    written: AsItIs
    findings: tuple[str, ...]
    repeats: int
    is_json: bool

    def column(self, name: str) -> Looked:
        """Return what was found in a column."""
        return next(each for each in self.looked if each.name == name)


def joined(exports: Sequence[Export]) -> Iterator[Export]:
    """Yield exports with the columns that name rows of the others, by the values that they share.

    A name decides as long as the values do not belie it.
    """
    exports = [_keyed(each, exports) for each in exports]
    keys = {
        each.table: each.column(each.contract[key])
        for each in reversed(exports)
        for key in CONTRACT[each.table].unique
        if key in each.contract
    }
    for export in exports:
        contract = dict(export.contract)
        for column in CONTRACT[export.table].columns:
            key = keys.get(column.names)
            if key is None or column.name in CONTRACT[export.table].keys:
                continue
            found = _naming(export, contract, column.name, key)
            if found:
                contract[column.name] = found
        yield replace(export, contract=contract)


def _keyed(export: Export, others: Sequence[Export]) -> Export:
    """Return leads with a key that no name tells but all rows of another export do."""
    if export.table != "leads" or "lead_id" in export.contract:
        return export
    named = (
        candidate
        for candidate in names.keys(export.candidates)
        for other in others
        if other is not export
        for each in other.looked
        if each.distinct >= ENOUGH and _shared(each, export.column(candidate)) == 1
    )
    found = next(named, None)
    return export if found is None else replace(export, contract=_with(export, found))


def _with(export: Export, key: str) -> Mapping[str, str]:
    return {"lead_id": key} | {c: source for c, source in export.contract.items() if source != key}


def _naming(export: Export, contract: Mapping[str, str], wanted: str, key: Looked) -> str | None:
    """Return the column whose values are most often keys; None where the one found by name is."""
    own = contract.get(wanted)
    if own is not None and _shared(export.column(own), key) > 0:
        return None
    taken = {source for column, source in contract.items() if column != wanted}
    shares = {
        each.name: _shared(each, key)
        for each in export.looked
        if each.name not in taken and each is not key and each.distinct
    }
    best = max(shares, key=lambda name: shares[name], default=None)
    return best if best is not None and shares[best] >= SHARED else None


def _shared(column: Looked, key: Looked) -> float:
    """Return the share of a column's values that are keys, in whatever capitals."""
    texts = "select lower(trim(text)) from {k}"
    known = sql_text("lower(trim(text)) in (" + texts + ")", k=key.values.relation)
    return column.values.share(known)
