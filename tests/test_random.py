"""Random models over random data: the product against the oracle, row by row."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from comparison import FORMATS, differences, product, product_of_files
from examples import RANDOM_CASES
from leadline.engines.duckdb.engine import DuckDB
from oracle.by_hand import BY_HAND
from oracle.generate import Case, case
from oracle.renamed import renamed
from oracle.scoring import FAULTS, Result, score
from own_words import own_words

BLOCK = 25


@pytest.mark.parametrize("start", range(0, RANDOM_CASES, BLOCK))
def test_product_and_oracle_agree(start: int, tmp_path: Path) -> None:
    """All outputs are the same on random models and shuffled data.

    A third of the cases have the statement's own words for names, and three of four come in files.
    """
    for seed in range(start, start + BLOCK):
        one = case(seed) if seed % 3 else renamed(case(seed), own_words(), seed)
        form = (None, *FORMATS)[seed % 4]
        with DuckDB(threads=1) as engine:
            if form is None:
                found = product(engine, one.document, one.tables, one.spine)
            else:
                found = product_of_files(engine, one, tmp_path, form)
        faults = differences(found, score(one.document, one.tables, one.spine))
        assert not faults, f"seed {seed}:\n" + "\n".join(faults[:10])


@cache
def _right(seed: int) -> Result:
    return _scored(case(seed))


def _scored(one: Case, *faults: str) -> Result:
    return score(one.document, one.tables, one.spine, frozenset(faults))


def _cases(fault: str) -> Iterator[tuple[Case, Result]]:
    """Yield cases that may show a fault, each as it comes out without it."""
    if one := BY_HAND.get(fault):
        yield one, _scored(one)
    else:
        yield from ((case(seed), _right(seed)) for seed in range(2000))


@pytest.mark.parametrize("fault", FAULTS)
def test_a_seeded_fault_is_found(fault: str) -> None:
    """A fault in one step of the meaning makes the comparison fail within the first cases."""
    for one, right in _cases(fault):
        try:
            wrong = _scored(one, fault)
        except (ArithmeticError, TypeError):  # an age that cannot be, or of nothing
            continue
        if wrong != right:
            with DuckDB(threads=1) as engine:
                found = product(engine, one.document, one.tables, one.spine)
            assert differences(found, wrong)
            assert not differences(found, right)
            return
    pytest.fail(f"no case shows {fault}")
