"""The oracle agrees with the worked cases and notices every fault."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from oracle.scoring import Row, score

CASES = sorted(path for path in (Path(__file__).parent.parent / "cases").iterdir())
KEYS = {"lead_id", "account_id", "event_id", "outcome_id", "ladder", "band"}


def read_yaml(path: Path) -> Any:
    return YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))


def read_tables(folder: Path) -> dict[str, list[Row]]:
    return {path.stem: read_table(path) for path in sorted(folder.glob("*.csv"))}


def read_table(path: Path) -> list[Row]:
    """Return the rows of a file, each column in the narrowest type that all of it has."""
    with path.open(encoding="utf-8", newline="") as file:
        rows: list[Row] = list(csv.DictReader(file))
    for column in rows[0] if rows else ():
        texts = [row[column] for row in rows]
        for row, value in zip(rows, typed(column, texts), strict=True):
            row[column] = value
    return rows


def typed(column: str, texts: list[str]) -> list[Any]:
    """Return the values of a column, empty ones as null."""
    casts = (str,) if column in KEYS else (boolean, float, time, str)
    for cast in casts:
        try:
            return [cast(text) if text else None for text in texts]
        except ValueError:
            continue
    raise AssertionError(f"no type for {column}")


def boolean(text: str) -> bool:
    return bool(["false", "true"].index(text))


def time(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@pytest.mark.parametrize("folder", CASES, ids=lambda folder: folder.name)
def test_worked_case(folder: Path) -> None:
    """Points, scores, grades and bands are those worked out by hand."""
    case = read_yaml(folder / "case.yaml")
    as_of = time(case["as_of"])
    spine = [(lead, as_of) for lead in case["expect"]]
    result = score(read_yaml(folder / "model.yaml"), read_tables(folder), spine)
    rows = {row["lead_id"]: row for row in result.scores}
    for lead, expected in case["expect"].items():
        found = {
            f"{row['score']}.{row['rule']}": row["points"]
            for row in result.ledger
            if row["lead_id"] == lead and row["state"] != "missing"
        }
        assert found == decimals(expected.pop("points"))
        flat = {**decimals(expected.pop("scores")), **expected.pop("grades", {}), "override": None}
        flat |= expected
        assert {name: rows[lead][name] for name in flat} == flat


def decimals(numbers: dict[str, float]) -> dict[str, Decimal | None]:
    return {
        name: None if number is None else Decimal(str(number)) for name, number in numbers.items()
    }
