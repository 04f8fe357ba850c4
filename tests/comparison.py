"""Score one case by the product and compare it with the oracle, row by row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import pyarrow as pa

from leadline.engines.engine import Engine
from leadline.scoring import Scored, score
from oracle.generate import COLUMNS

Row = Mapping[str, Any]
_TYPES = {
    bool: pa.bool_(),
    str: pa.string(),
    float: pa.float64(),
    int: pa.float64(),
    datetime: pa.timestamp("us", tz="UTC"),
}


def arrow(rows: Sequence[Row]) -> pa.Table:
    """Return rows as an Arrow table; a column without any value is text."""
    names = dict.fromkeys(name for row in rows for name in row)
    return pa.table({name: _array([row.get(name) for row in rows]) for name in names})


def _array(values: Sequence[Any]) -> pa.Array:
    kinds = {type(value) for value in values if value is not None}
    kind = _TYPES[kinds.pop()] if kinds else pa.string()
    return pa.array([float(v) if type(v) is int else v for v in values], kind)


def _empty(table: str) -> pa.Table:
    """Return a table without rows, with every column that a random one may have."""
    kinds = {"text": str, "number": float, "boolean": bool, "time": datetime}
    fields = [(name, _TYPES[kinds[kind]]) for name, kind in COLUMNS[table].items()]
    return pa.schema(fields).empty_table()


def product(
    engine: Engine,
    document: Row,
    tables: Mapping[str, Sequence[Row]],
    spine: Sequence[tuple[str, datetime]],
) -> Scored:
    """Score a case by the product."""
    given = {name: arrow(rows) if rows else _empty(name) for name, rows in tables.items()}
    given["spine"] = arrow([{"lead_id": lead, "as_of": at} for lead, at in spine])
    return score(document, engine=engine, **given)


def differences(found: Scored, expected: Any) -> list[str]:
    """Return what differs between the product's results and the oracle's."""
    faults = []
    for output, (name, keys) in _OUTPUTS.items():
        table = getattr(found, output, None)
        if table is not None:
            faults += _compare(output, table.to_pylist(), getattr(expected, name), keys)
    return faults


_OUTPUTS = {
    "scores": ("scores", ("lead_id", "as_of")),
    "points": ("ledger", ("lead_id", "as_of", "score", "rule")),
    "account_scores": ("account_scores", ("account_id", "as_of")),
    "transitions": ("transitions", ("lead_id", "at", "ladder")),
    "account_transitions": ("account_transitions", ("account_id", "at", "ladder")),
}
"""Output of the product to that of the oracle, and the columns that tell their rows apart."""


def _compare(
    what: str, found: Sequence[Row], expected: Sequence[Row], keys: Sequence[str]
) -> list[str]:
    ours = {tuple(row[key] for key in keys): row for row in found}
    theirs = {tuple(row[key] for key in keys): row for row in expected}
    faults = (
        [f"{what} has {len(found) - len(ours)} repeated rows"] if len(ours) != len(found) else []
    )
    for key in sorted({*ours, *theirs}, key=str):
        if key not in ours or key not in theirs:
            side = "product" if key in ours else "oracle"
            faults.append(f"{what} {key} only in the {side}: {ours.get(key) or theirs.get(key)}")
            continue
        for name, value in theirs[key].items():
            if not _equal(name, ours[key].get(name), value):
                faults.append(
                    f"{what} {key} {name}: product {ours[key].get(name)!r}, oracle {value!r}"
                )
    return faults


def _equal(name: str, ours: Any, theirs: Any) -> bool:
    if ours is None or theirs is None or isinstance(theirs, str | bool | datetime):
        return bool(ours == theirs)
    if name == "weight":
        return abs(float(ours) - float(theirs)) < 1e-9
    return float(ours) == float(theirs)
