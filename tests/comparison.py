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
    keys = ("lead_id", "as_of", "score", "rule")
    return [
        *_compare("scores", found.scores.to_pylist(), expected.scores, ("lead_id", "as_of")),
        *_compare("points", found.points.to_pylist(), expected.ledger, keys),
        *_compare_accounts(found, expected),
    ]


def _compare_accounts(found: Scored, expected: Any) -> list[str]:
    """Compare the accounts that the product gives: those of the spine's leads."""
    if found.account_scores is None:
        return []
    rows = found.account_scores.to_pylist()
    wanted = {(row["account_id"], row["as_of"]) for row in rows}
    others = [row for row in expected.account_scores if (row["account_id"], row["as_of"]) in wanted]
    return _compare("accounts", rows, others, ("account_id", "as_of"))


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
