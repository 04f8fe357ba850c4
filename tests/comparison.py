"""Score one case by the product and compare it with the oracle, row by row."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow.parquet import write_table

from leadline.engines.engine import Engine
from leadline.model.contract import CONTRACT
from leadline.scoring import Scored, score
from oracle.generate import COLUMNS, Case

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
    return score(document, engine=engine, **given(tables, spine))


def given(
    tables: Mapping[str, Sequence[Row]], spine: Sequence[tuple[str, datetime]]
) -> dict[str, pa.Table]:
    given = {name: arrow(rows) if rows else _empty(name) for name, rows in tables.items()}
    given["spine"] = arrow([{"lead_id": lead, "as_of": at} for lead, at in spine])
    return given


FORMATS = ("csv", "jsonl", "parquet")


def product_of_files(engine: Engine, one: Case, folder: Path, form: str) -> Scored:
    """Score a case from files of a format, whose columns are declared to be what they are."""
    tables = given(one.tables, one.spine)
    files: dict[str, Any] = {  # JSON without a line says of no column that it is there
        name: folder / f"{name}.{form if table.num_rows else 'parquet'}"
        for name, table in tables.items()
    }
    for name, table in tables.items():
        _write(table, files[name])
    declared = {name: dict(each) for name, each in one.document.get("columns", {}).items()}
    for name in ("leads", "accounts", "events", "outcomes"):
        table = tables.get(name, pa.table({}))
        for field in table.schema:
            is_empty = table[field.name].null_count == table.num_rows
            if field.name not in CONTRACT[name].types and not is_empty:
                kind = next(word for word, each in _WORDS.items() if each == field.type)
                declared.setdefault(name, {}).setdefault(field.name, {"type": kind})
    return score({**one.document, "columns": declared}, engine=engine, **files)


_WORDS = {
    "text": pa.string(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
    "time": pa.timestamp("us", tz="UTC"),
}


def _write(table: pa.Table, file: Path) -> None:
    if file.suffix == ".parquet":
        write_table(table, file)
        return
    rows = [{name: _plain(value) for name, value in row.items()} for row in table.to_pylist()]
    with file.open("w", encoding="utf-8", newline="") as opened:
        if file.suffix == ".jsonl":
            opened.writelines(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows)
            return
        writer = csv.DictWriter(opened, table.column_names)
        writer.writeheader()
        for row in rows:
            writer.writerow(
                {k: str(v).lower() if isinstance(v, bool) else v for k, v in row.items()}
            )


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value


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
