"""Rules that read fields and counts alone."""

from __future__ import annotations

import pytest

from leadline.engines.engine import Engine
from small import points, rules, scored


@pytest.mark.feature("tables of values and bins over what has no value")
def test_a_field_of_a_table_that_was_not_given_has_no_value(any_engine: Engine) -> None:
    """Bins, and values of any type, give what they say of a missing value."""
    parts = rules(
        bins={"of": "account.size", "bins": {0: 5}, "missing": 1},
        numbers={"of": "account.size", "values": {7: 5}, "missing": 2},
        texts={"of": "account.size", "values": {"x": 5}, "missing": 3},
        truth={"of": "account.size", "values": {True: 5}, "missing": 4},
    )
    found = points(scored(parts, engine=any_engine))
    assert found == {"bins": 1, "numbers": 2, "texts": 3, "truth": 4}
