"""What is learned from awkward data is scored alike on every engine."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pytest

from leadline.engines.duckdb.engine import DuckDB
from leadline.engines.engine import Engine
from leadline.history.judged import judged
from leadline.history.opened import open_past
from leadline.learn.choose import choose
from leadline.learn.document import model_of, text_of
from leadline.learn.features import Features, features
from leadline.learn.scorecard import Card
from leadline.learn.setting import Setting
from leadline.model.reading.reader import read
from leadline.model.task import read_task
from leadline.scoring import score

AS_OF = datetime(2026, 1, 1, tzinfo=UTC)
LEVELS = ["it's", 'say "hi"', "NO", "null", "~", "yes", "  pad ", "ü", "a: b", "#x", "1e3", "{", ""]
NUMBERS_AS_TEXT = ["1", "01", "1.0", "2", "-0", "1_000"]
SETTINGS = (
    Setting("scorecard"),
    Setting("logistic", "lines"),
    Setting("logistic", "bins"),
    Setting("additive", "pairs"),
)
TASK = {"outcome": {"field": "won", "is": True}}


def table(seed: int, rows: int = 500) -> pa.Table:
    """Leads with ties, gaps, and names and values that need quotes; the first 300 are fitted."""
    random = np.random.default_rng(seed)
    size = random.choice([0.1 * at for at in range(-3, 40)] + [0.0, -0.0, 1e12, 1 / 3], rows)
    level = random.choice(LEVELS, rows)
    code = random.choice(NUMBERS_AS_TEXT, rows)
    target = random.random(rows) < 0.4
    log_odds = -1 + (size > 1.3) + (level == "NO") * 2.0 + (code == "01") - 1.2 * target
    won = random.random(rows) < 1 / (1 + np.exp(-log_odds))
    seen = ["never seen" if at > 400 and at % 7 == 0 else each for at, each in enumerate(level)]
    gap = random.random((4, rows)) < 0.08
    return pa.table(
        {
            "lead_id": [f"L{at:04}" for at in range(rows)],
            "select": pa.array(size, mask=gap[0]),
            'quo"te': pa.array(seen, mask=gap[1]),
            "a b": pa.array(code.tolist(), mask=gap[2]),
            "ünï": pa.array(target, mask=gap[3]),
            "case": random.integers(-5, 5, rows),
            "won": won,
        }
    )


def learned_from(leads: pa.Table) -> Features:
    """Return what learning reads of a table."""
    with DuckDB() as engine:
        task, empty = read_task(TASK), {"leadline": 1, "model": "m", "scores": {}}
        return features(judged(open_past(engine, empty, {"leads": leads}, task), task))


@pytest.mark.slow
def test_every_engine_scores_what_was_learned(any_engine: Engine) -> None:
    """Cards agree exactly and log-odds to 1e-6, for values never seen and on edges of bins too."""
    leads = table(seed=1)
    found = learned_from(leads)
    fitted = found.sheet.take(np.arange(300))
    learned = choose(fitted, "scorecard")
    for setting in SETTINGS:
        model = setting.fit(fitted)
        document = model_of("m", replace(learned, model=model), found, {}, {})
        text = text_of(document, learned)
        points = score(read(text), leads=leads, as_of=AS_OF, engine=any_engine).points
        sums = dict.fromkeys(leads["lead_id"].to_pylist(), 0.0)
        for row in points.to_pylist():
            if row["state"] == "fired":
                sums[row["lead_id"]] += float(row["points"])
        is_card = isinstance(model, Card)
        expected = (
            model.total(found.sheet) if isinstance(model, Card) else model.log_odds(found.sheet)
        )
        gaps = np.abs(np.array(list(sums.values())) - expected)
        assert gaps.max() <= (0 if is_card else 1.01e-6), setting.says
        assert np.ptp(expected) > 0
