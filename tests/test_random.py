"""Random models over random data: the product against the oracle, row by row."""

from __future__ import annotations

from functools import cache

import pytest

from comparison import differences, product
from examples import RANDOM_CASES
from leadline.engines.duckdb.engine import DuckDB
from oracle.by_hand import BY_HAND
from oracle.generate import case
from oracle.scoring import FAULTS, Result, score

BLOCK = 25


@pytest.mark.parametrize("start", range(0, RANDOM_CASES, BLOCK))
def test_product_and_oracle_agree(start: int) -> None:
    """Scores, ledger and accounts are the same on random models and shuffled data."""
    for seed in range(start, start + BLOCK):
        one = case(seed)
        with DuckDB(threads=1) as engine:
            found = product(engine, one.document, one.tables, one.spine)
        faults = differences(found, score(one.document, one.tables, one.spine))
        assert not faults, f"seed {seed}:\n" + "\n".join(faults[:10])


@cache
def _right(seed: int) -> Result:
    one = case(seed)
    return score(one.document, one.tables, one.spine)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_seeded_fault_is_found(fault: str) -> None:
    """A fault in one step of the meaning makes the comparison fail within the first cases."""
    for seed in range(2000):
        one = BY_HAND.get(fault) or case(seed)
        try:
            wrong = score(one.document, one.tables, one.spine, frozenset({fault}))
        except ArithmeticError:  # an age that cannot be
            continue
        right = _right(seed) if fault not in BY_HAND else score(one.document, one.tables, one.spine)
        if wrong != right:
            with DuckDB(threads=1) as engine:
                found = product(engine, one.document, one.tables, one.spine)
            assert differences(found, wrong)
            assert not differences(found, right)
            return
    pytest.fail(f"no case shows {fault}")
