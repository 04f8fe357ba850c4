"""Names of columns that clash."""

from __future__ import annotations

import pytest

from leadline.errors import InputError
from leadline.tables.places.raw import refuse_clashes, staged


def test_every_clash_is_reported() -> None:
    """Each name is compared with the one before that it clashes with."""
    with pytest.raises(InputError) as caught:
        refuse_clashes("x.csv", ["a", "b", "A", "b"])
    assert [str(fault) for fault in caught.value.faults] == [
        "x.csv must not have both columns a and A. Rename one.",
        "x.csv must not have both columns b and b. Rename one.",
    ]


def test_staged_tables_have_a_place_of_their_own() -> None:
    """They cannot be taken for tables of the contract."""
    assert staged("leads") == '"staging"."leads"'
