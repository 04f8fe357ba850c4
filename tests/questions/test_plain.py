"""Values as JSON has them."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import numpy as np

from leadline.model.types import Type
from leadline.questions.plain import plain


def test_every_value_becomes_one_of_json() -> None:
    """Numbers of NumPy too; times are UTC, and what is no number is null."""
    at = datetime(2026, 11, 1, 13, tzinfo=timezone(timedelta(hours=1)))
    given = {
        "at": at,
        "day": date(2026, 11, 1),
        "share": np.float64(0.5),
        "lost": float("inf"),
        "kind": Type.TEXT,
        "file": Path("a/b.csv"),
        None: (1, True, None),
    }
    found = plain(given)
    assert found == {
        "at": "2026-11-01T12:00:00Z",
        "day": "2026-11-01",
        "share": 0.5,
        "lost": None,
        "kind": "text",
        "file": "a/b.csv",
        "None": [1, True, None],
    }
    assert json.loads(json.dumps(found)) == found
    assert plain(datetime(2026, 11, 1, tzinfo=UTC).replace(tzinfo=None)) == "2026-11-01T00:00:00Z"
