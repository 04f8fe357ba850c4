"""Random models over random data: the product against the oracle, row by row."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path

import pytest

from comparison import FORMATS, differences, product, product_of_files
from examples import RANDOM_CASES
from leadline.engines.duckdb.engine import DuckDB
from leadline.scoring import Scored
from oracle.by_hand import BY_HAND
from oracle.generate import Case, case
from oracle.renamed import renamed
from oracle.scoring import FAULTS, Result, score
from own_words import own_words

BLOCK = 10
TELLING = (
    162, 10, 151, 0, 24, 30, 94, 42, 1010, 27, 31, 34, 84, 449, 4, 8, 44, 231, 859,
)  # fmt: skip
"""Cases that show nearly every fault between them, each once; they are looked at first."""


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


@cache
def _found(seed: int) -> Scored:
    return _product(case(seed))


def _product(one: Case) -> Scored:
    with DuckDB(threads=1) as engine:
        return product(engine, one.document, one.tables, one.spine)


def _scored(one: Case, *faults: str) -> Result:
    return score(one.document, one.tables, one.spine, frozenset(faults))


def _cases(fault: str) -> Iterator[tuple[Case, Result, Callable[[], Scored]]]:
    """Yield cases that may show a fault, how each comes out without it, and what the product says.

    One case shows many faults, so the product is asked about each once.
    """
    if one := BY_HAND.get(fault):
        yield one, _scored(one), partial(_product, one)
    else:
        for seed in (*TELLING, *range(2000)):
            yield case(seed), _right(seed), partial(_found, seed)


@pytest.mark.xdist_group("seeded faults")
@pytest.mark.parametrize("fault", FAULTS)
def test_a_seeded_fault_is_found(fault: str) -> None:
    """A fault in one step of the meaning makes the comparison fail within the first cases."""
    for one, right, found_by_product in _cases(fault):
        try:
            wrong = _scored(one, fault)
        except (ArithmeticError, TypeError):  # an age that cannot be, or of nothing
            continue
        if wrong != right:
            found = found_by_product()
            assert differences(found, wrong)
            assert not differences(found, right)
            return
    pytest.fail(f"no case shows {fault}")
