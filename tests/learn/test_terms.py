"""Terms: lines, and names of rules."""

from __future__ import annotations

import numpy as np

from leadline.learn.bins import fine
from leadline.learn.sheet import Field, Sheet
from leadline.learn.terms import BinTerm, LineTerm, LogOdds


def sheet(values: object) -> Sheet:
    """Rows with one number."""
    numbers = np.array(values, float)
    return Sheet({"lead.size": Field(numbers=numbers)}, np.zeros(len(numbers), bool))


def test_a_line_goes_on_a_while_and_is_level_from_there() -> None:
    """A trend is carried half as far again as it was seen; a wild number is not followed."""
    seen = sheet(np.linspace(0, 100, 1001))
    line = LineTerm.of_field("lead.size", seen.fields["lead.size"])
    model = LogOdds(0.0, (line,), (np.array([1.0, 0.0]),))
    near, later, far, wild, none = model.log_odds(sheet([50, 120, 160, 1e9, np.nan]))
    assert near < later < far == wild
    assert none == 0


def test_rules_of_one_field_keep_apart() -> None:
    """A line and bins of a field have names of their own, also where a field has such a name."""
    seen = sheet(np.arange(100))
    field = seen.fields["lead.size"]
    other = BinTerm("lead.size_line", fine(field))
    terms = (
        LineTerm.of_field("lead.size", field, is_alone=False),
        BinTerm("lead.size", fine(field)),
        other,
    )
    points = tuple(np.arange(1.0, term.size + 1) for term in terms)
    called = {"lead.size": "size", "lead.size_line": "size_line"}
    assert len(LogOdds(0.0, terms, points).rules(called)) == 4
