"""What a snapshot keeps is what fields were: scores of then are computed again from it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pytest

import leadline
from leadline.errors import InputError

START = datetime(2026, 1, 1, tzinfo=UTC)
MODEL: dict[str, Any] = {
    "leadline": 1,
    "model": "fields",
    "columns": {"leads": {"level": {"from": "Seniority Level", "missing": ["N/A"]}},
                "accounts": {"revenue": {"type": "number", "decimal": ","}}},
    "scores": {
        "person": {
            "rules": {
                "level": {"of": "lead.level", "values": {"chief": 10, "head": 5}, "other": 1,
                          "missing": 0},
                "revenue": {"of": "account.revenue", "bins": {0: 1, 1.5: 2, 1000: 4}, "missing": 0},
                "opted": {"when": "lead.opted", "points": 100},
            }
        }
    },
}  # fmt: skip
LEADS = [f"lead {n}" for n in range(12)]
ACCOUNTS = ["north", "south", "west"]


def _leads(random: Random, count: int) -> pa.Table:
    """Return leads as an export has them: some have come since the last one."""
    return pa.table(
        {
            "lead_id": LEADS[:count],
            "account_id": [random.choice([*ACCOUNTS, None]) for _ in range(count)],
            "Seniority Level": [
                random.choice(["chief", "head", "clerk", "N/A", None]) for _ in range(count)
            ],
            "opted": [random.choice([True, False, None]) for _ in range(count)],
        }
    )


def _accounts(random: Random) -> pa.Table:
    revenue = [random.choice(["0,5", "1,5", "2000", "", None]) for _ in ACCOUNTS]
    return pa.table({"account_id": ACCOUNTS, "revenue": revenue})


@pytest.mark.parametrize(("seed", "ending"), [(1, "csv"), (2, "parquet")])
def test_scores_of_then_are_what_they_were(seed: int, ending: str, tmp_path: Path) -> None:
    """With the tables of today and the history, at the moment of each snapshot."""
    random = Random(seed)
    history = tmp_path / f"history.{ending}"
    expected = []
    for number in range(3):
        at = START + timedelta(days=number)
        leads, accounts = _leads(random, 6 + 2 * number), _accounts(random)
        leadline.snapshot(
            leads=leads, accounts=accounts, as_of=at, model=MODEL,
            field_history=str(history),
        )  # fmt: skip
        scored = leadline.score(MODEL, leads=leads, accounts=accounts, as_of=at)
        expected += [(at, row["lead_id"], row["person"]) for row in scored.scores.to_pylist()]
    spine = pa.table(
        {"lead_id": [lead for _, lead, _ in expected], "as_of": [at for at, *_ in expected]}
    )
    again = leadline.score(
        MODEL, leads=leads, accounts=accounts, field_history=str(history), spine=spine
    )
    found = {(row["as_of"], row["lead_id"]): row["person"] for row in again.scores.to_pylist()}
    assert found == {(at, lead): points for at, lead, points in expected}


def _taken(folder: Path, days: int, titles: list[str | None], **more: Any) -> Any:
    count = len(titles)
    leads = pa.table(
        {"lead_id": LEADS[:count], "title": titles,
         "created_at": [START - timedelta(days=9) + timedelta(days=10 * n) for n in range(count)]}
    )  # fmt: skip
    return leadline.snapshot(
        leads=leads, field_history=str(folder / "history.csv"),
        as_of=START + timedelta(days=days), **more,
    ).result  # fmt: skip


def _rows(folder: Path) -> Iterator[tuple[str, str, str]]:
    for line in (folder / "history.csv").read_text(encoding="utf-8").splitlines()[1:]:
        _, lead, _, value, valid_from, _ = line.split(",")
        yield lead, value, valid_from[:10]


def test_only_what_changed_is_added(tmp_path: Path) -> None:
    """A lead that came since has its fields since it came, one that was there since then."""
    assert _taken(tmp_path, 0, ["Head"]) == (1, 1, 0)
    assert _taken(tmp_path, 10, ["Head", "Clerk"]) == (2, 1, 0)
    assert _taken(tmp_path, 20, ["Head", None]) == (1, 0, 1)
    assert _taken(tmp_path, 21, ["Head", None]) == (1, 0, 0)
    assert list(_rows(tmp_path)) == [
        ("lead 0", "Head", "2026-01-01"),
        ("lead 1", "Clerk", "2026-01-02"),
        ("lead 1", "", "2026-01-21"),
    ]


def test_fields_may_be_taken_to_have_been_so_before(tmp_path: Path) -> None:
    """Since their leads were created."""
    _taken(tmp_path, 0, ["Head"], assume_unchanged=True)
    assert list(_rows(tmp_path)) == [("lead 0", "Head", "2025-12-23")]


def test_a_history_is_never_made_worse(tmp_path: Path) -> None:
    """Neither from before its end, nor where rows of it would be lost, nor of a store."""
    _taken(tmp_path, 5, ["Head"])
    before = (tmp_path / "history.csv").read_text(encoding="utf-8")
    with pytest.raises(InputError, match="must end before the moment"):
        _taken(tmp_path, 4, ["Clerk"])
    broken = f"{before}lead,,title,Clerk,2026-01-02T00:00:00Z,2026-01-02T00:00:00Z\n"
    (tmp_path / "history.csv").write_text(broken, encoding="utf-8")
    with pytest.raises(InputError, match="no rows that cannot be used"):
        _taken(tmp_path, 6, ["Clerk"])
    assert (tmp_path / "history.csv").read_text(encoding="utf-8") == broken
    with pytest.raises(InputError, match="keeps the history of its fields by itself"):
        _taken(tmp_path, 6, ["Clerk"], source="store")
