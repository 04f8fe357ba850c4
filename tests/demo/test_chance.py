"""Draws follow from the seed, and are spread as they say."""

from __future__ import annotations

import pytest

from leadline.demo.chance import Chance
from leadline.engines.duckdb.engine import DuckDB

ROWS = 20_000


def _drawn(expression: str) -> list[float]:
    with DuckDB() as engine, engine.ordered():
        return [row[0] for row in engine.rows(f"select {expression} from range({ROWS}) as t(i)")]


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)


def test_a_draw_follows_from_seed_kind_and_name() -> None:
    """The same three give the same draw, and any other of them another."""
    base = Chance(1, "lead", "i").uniform("age")
    assert Chance(1, "lead", "i").uniform("age") == base
    others = {
        Chance(2, "lead", "i").uniform("age"),
        Chance(1, "account", "i").uniform("age"),
        Chance(1, "lead", "i").uniform("size"),
    }
    assert base not in others
    assert len(others) == 3


def test_uniform_draws_are_spread_evenly() -> None:
    """They lie from 0 to below 1, with a tenth of them in each tenth."""
    values = _drawn(Chance(1, "lead", "i").uniform("age"))
    assert min(values) >= 0
    assert max(values) < 1
    for tenth in range(10):
        share = _mean([float(tenth <= 10 * value < tenth + 1) for value in values])
        assert share == pytest.approx(0.1, abs=0.01)


def test_two_draws_of_a_row_are_independent() -> None:
    """Draws of other names do not go along with each other."""
    draw = Chance(1, "lead", "i")
    product = _mean(_drawn(f"({draw.uniform('a')} - 0.5) * ({draw.uniform('b')} - 0.5)"))
    assert product == pytest.approx(0, abs=0.003)


def test_normal_draws_have_mean_0_and_deviation_1() -> None:
    """So does the transformation of Box and Muller."""
    values = _drawn(Chance(1, "lead", "i").normal("interest"))
    assert _mean(values) == pytest.approx(0, abs=0.03)
    assert _mean([value * value for value in values]) == pytest.approx(1, abs=0.04)


def test_counts_have_their_mean_and_their_limit() -> None:
    """A count is about its mean where the limit is far, and never above the limit."""
    values = _drawn(Chance(1, "lead", "i").count("visits", "2.0", 100))
    assert _mean(values) == pytest.approx(2, abs=0.1)
    assert max(_drawn(Chance(1, "lead", "i").count("visits", "2.0", 3))) == 3
    assert set(_drawn(Chance(1, "lead", "i").count("visits", "0", 3))) == {0}


def test_texts_are_drawn_by_their_shares() -> None:
    """A text with a share of 0.8 is drawn in four of five rows."""
    draw = Chance(1, "lead", "i")
    many = _drawn(f"({draw.among('x', {'a': 0.8, 'b': 0.2})} = 'a')::double")
    assert _mean(many) == pytest.approx(0.8, abs=0.02)
    each = _drawn(f"({draw.pick('x', ['a', 'b', 'c', 'd'])} = 'd')::double")
    assert _mean(each) == pytest.approx(0.25, abs=0.02)
