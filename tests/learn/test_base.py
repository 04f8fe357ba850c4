"""Points of a document that people wrote, fitted to outcomes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

import leadline
from leadline.engines.duckdb.engine import DuckDB
from leadline.errors import InputError, ModelError
from leadline.learn.learning import Learning, learn
from leadline.learn.points import Points
from leadline.model.reading.reader import read
from leadline.model.task import read_task
from leadline.scoring import score

ROWS = 1500
START = np.datetime64("2026-01-01", "us")
DAY = np.timedelta64(1, "D").astype("timedelta64[us]")
TASK = {
    "outcome": {"outcome": "won"},
    "horizon": "10d",
    "moments": {"after": "30d"},
}
MODEL = """\
leadline: 1
model: ours
scores:
  fit:
    rules:
      size:                       # agreed with sales
        of: lead.size
        values: {big: 3, small: 12}
        other: 0
      target: {when: lead.target, points: 20, pinned: true}   # the board wants it
  acts:
    rules:
      visit: {event: visit, points: 2, decay: {half_life: 10d}, limit: 6}
      seen: {event: visit, points: 0}
      often: {when: hits.seen >= 3, points: 4}
  total: {formula: fit + acts}
"""


def tables() -> dict[str, pa.Table]:
    """Leads whose chance rises by 2 with size, by 1 with target, and by 1 a fresh visit."""
    random = np.random.default_rng(8)
    ids = [f"L{at:04}" for at in range(ROWS)]
    created = START + np.arange(ROWS) * DAY // 8
    size = random.choice(["big", "small", "mid"], ROWS)
    target = random.random(ROWS) < 0.4
    visits = random.poisson(1.0, ROWS)
    who = np.repeat(np.arange(ROWS), visits)
    ages = random.uniform(0, 30, len(who))
    fresh = np.bincount(who, 2.0 ** (-ages / 10), ROWS)
    log_odds = -2.2 + 2 * (size == "big") + target + np.minimum(fresh, 3)
    won = random.random(ROWS) < 1 / (1 + np.exp(-log_odds))
    moments = created + 30 * DAY
    ended = np.flatnonzero(won)
    return {
        "leads": pa.table(
            {"lead_id": ids, "created_at": created, "size": size.tolist(), "target": target}
        ),
        "events": pa.table(
            {
                "event_id": [str(at) for at in range(len(who))],
                "lead_id": [ids[at] for at in who],
                "type": ["visit"] * len(who),
                "occurred_at": moments[who] - (ages * 86_400e6).astype("timedelta64[us]"),
            }
        ),
        "outcomes": pa.table(
            {
                "lead_id": [ids[at] for at in ended],
                "outcome": ["won"] * len(ended),
                "occurred_at": moments[ended] + 2 * DAY,
            }
        ),
    }


def fitted(base: str, *, recalibrate: bool = False) -> tuple[Learning, pa.Table]:
    """Fit the points of a document; return the judged rows too, in the order of the sheet."""
    with DuckDB() as engine:
        task = read_task(TASK)
        found = learn(engine, dict(tables()), task, base=base, recalibrate=recalibrate)
        rows = f"select lead_id, as_of from {found.judged.table} where counts order by all"
        return found, found.judged.run.engine.arrow(rows)


@pytest.fixture(scope="module")
def both() -> tuple[Learning, pa.Table]:
    """What became of the model, and the rows."""
    return fitted(MODEL)


@pytest.fixture(scope="module")
def found(both: tuple[Learning, pa.Table]) -> Learning:
    """What became of the model."""
    return both[0]


def points_of(text: str | None) -> Mapping[str, Any]:
    """Return the rules of both scores."""
    scores = read(text or "").plain()["scores"]
    return {**scores["fit"]["rules"], **scores["acts"]["rules"]}


def test_points_follow_the_outcomes_around_what_is_pinned(found: Learning) -> None:
    """A point of the pinned rule is worth as much log-odds as one of the others."""
    rules = points_of(found.text)
    assert rules["target"]["points"] == 20
    assert 25 <= rules["size"]["values"]["big"] <= 60
    assert abs(rules["size"]["values"]["small"]) <= 10
    assert 8 <= rules["visit"]["points"] <= 32
    assert rules["visit"]["limit"] == 3 * rules["visit"]["points"]
    assert rules["seen"]["points"] == 0


def test_comments_stay_and_points_are_whole(found: Learning) -> None:
    """Only numbers change, and what the document rests on is added."""
    text = found.text or ""
    assert "# agreed with sales" in text
    assert "# the board wants it" in text
    assert isinstance(points_of(text)["visit"]["points"], int)
    assert read(text).provenance["rows"] == found.judged.rows


def total_of(text: str | None, spine: pa.Table, rules: set[str]) -> np.ndarray[Any, Any]:
    """Return the sum of the ledger by row."""
    points = score(read(text or ""), spine=spine, **tables()).points.to_pylist()
    places = {row["lead_id"]: at for at, row in enumerate(spine.to_pylist())}
    total = np.zeros(spine.num_rows)
    for row in points:
        if row["rule"] in rules and row["state"] == "fired":
            total[places[row["lead_id"]]] += float(row["points"])
    return total


def test_the_document_scores_what_was_fitted(both: tuple[Learning, pa.Table]) -> None:
    """Each row has the points of the estimator, with decay and limits."""
    found, spine = both
    assert isinstance(found.learned.model, Points)
    assert found.base is not None
    expected = found.learned.model.total(found.base.sheet)
    got = total_of(found.text, spine, {"size", "target", "visit", "often"})
    assert np.abs(got - expected).max() <= 1.1e-6
    assert np.ptp(expected) > 10


def test_points_that_are_good_stay() -> None:
    """Where new points would be no better, the old ones are kept, and it says so."""
    good = MODEL.replace("small: 12", "small: 0").replace("big: 3", "big: 40")
    good = good.replace("points: 2, decay", "points: 20, decay").replace("limit: 6", "limit: 60")
    good = good.replace("points: 4}", "points: 0}")
    again, _ = fitted(good)
    assert again.learned.setting.says.startswith("points as they are")
    assert points_of(again.text) == points_of(good)
    assert again.text != good


def test_log_odds_are_fitted_around_pinned_ones() -> None:
    """They need not be whole, and stay log-odds: the base moves with them."""
    model = """\
leadline: 1
model: odds
scores:
  odds:
    link: logistic
    rules:
      base: {points: 0}
      size: {of: lead.size, values: {big: 0.1, small: -0.1}}
      target: {when: lead.target, points: 1.0, pinned: true}
      visit: {event: visit, points: 0.1, decay: {half_life: 10d}}
"""
    found, _ = fitted(model)
    rules = read(found.text or "").plain()["scores"]["odds"]["rules"]
    assert rules["target"]["points"] == 1.0
    assert 1.5 < rules["size"]["values"]["big"] < 2.5
    assert 0.6 < rules["visit"]["points"] < 1.2
    assert -2.8 < rules["base"]["points"] < -1.7


def test_a_score_that_is_no_sum_is_refused() -> None:
    """Points under a formula of another kind have no meaning as log-odds."""
    with pytest.raises(ModelError, match="must be a sum of scores"):
        fitted(MODEL.replace("fit + acts", "fit * acts"))


def test_where_every_rule_is_pinned_there_is_nothing_to_fit() -> None:
    """It says why each rule stays."""
    model = """\
leadline: 1
model: pinned
scores:
  fit:
    rules:
      target: {when: lead.target, points: 20, pinned: true}
"""
    with pytest.raises(InputError, match=r"fit\.target is pinned"):
        fitted(model)


LEARNED = """\
leadline: 1
model: learned
scores:
  odds:
    link: logistic
    rules:
      base: {points: -0.7}        # three times as many won then
      size: {of: lead.size, values: {big: 2.0, small: 0.0}}
      target: {when: lead.target, points: 1.0}
      visit: {event: visit, points: 1.0, decay: {half_life: 10d}, limit: 3}
  probability: {formula: "least(greatest(odds, 0.1), 99.9)"}
provenance: {outcomes_until: 2026-05-01T00:00:00Z}
"""


def test_chances_are_fitted_to_what_came_after_the_model_was_made() -> None:
    """All log-odds are turned alike, so leads keep their order; it says in mean what came."""
    found, spine = fitted(LEARNED, recalibrate=True)
    assert found.judged.rows < ROWS
    assert found.judged.seen is not None
    assert min(spine["as_of"].to_pylist()) > found.judged.seen.replace(tzinfo=None)
    assert found.learned.setting.says.startswith("points as they are")
    rules = read(found.text or "").plain()["scores"]["odds"]["rules"]
    turned = rules["target"]["points"]
    assert 0.7 < turned < 1.3
    assert rules["size"]["values"]["big"] == pytest.approx(2 * turned, abs=1e-5)
    came = found.judged.positives / found.judged.rows
    before, after = (
        score(read(text), spine=spine, **tables()).scores["probability"].to_numpy().mean() / 100
        for text in (LEARNED, found.text or "")
    )
    assert before > came + 0.15
    assert after == pytest.approx(came, abs=0.05)


def test_chances_of_nothing_cannot_be_fitted() -> None:
    """Whose chances they are must be said."""
    with pytest.raises(InputError, match="--recalibrate must come with --base MODEL"):
        leadline.learn(task=TASK, recalibrate=True, **tables())
