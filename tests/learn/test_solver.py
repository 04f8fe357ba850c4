"""The penalised regression that learning rests on."""

from __future__ import annotations

import numpy as np
from threadpoolctl import threadpool_info, threadpool_limits

from leadline.learn.bins import often
from leadline.learn.sheet import Field, Sheet
from leadline.learn.solver import fit
from leadline.learn.terms import BinTerm


def test_what_is_learned_is_the_same_on_any_number_of_threads() -> None:
    """To the last digit; and how many a program had before, it has afterwards."""
    dice = np.random.default_rng(1)
    texts = {f"lead.f{n}": map(str, dice.integers(0, 60, 800)) for n in range(3)}
    fields = {name: Field.of_levels(list(each)) for name, each in texts.items()}
    sheet = Sheet(fields, dice.random(800) < 0.3)
    terms = [BinTerm(name, often(field, 60, rare=1)) for name, field in fields.items()]
    found = []
    for threads in (1, 2):
        with threadpool_limits(threads, user_api="blas"):
            found.append(np.concatenate(fit(terms, sheet).model.points))
            after = {each["num_threads"] for each in threadpool_info() if _is_algebra(each)}
        assert after <= {threads}
    one, two = found
    assert np.array_equal(one, two)


def _is_algebra(library: dict[str, object]) -> bool:
    return library["user_api"] == "blas"
