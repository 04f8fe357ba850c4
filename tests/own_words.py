"""The words that a statement uses for its own steps and columns."""

from __future__ import annotations

import re
from functools import cache

from sqlglot import exp

from leadline.model.checking.check import OUTPUT_COLUMNS
from leadline.model.expressions import KEYWORDS, SCOPES
from leadline.model.given import read_model
from leadline.model.types import Type
from leadline.query.statement import statement
from oracle.generate import COLUMNS, case


@cache
def own_words() -> frozenset[str]:
    """Return the names of steps and columns of a few statements, but for columns of results."""
    words: set[str] = set()
    for seed in range(3):
        one = case(seed)
        schema = {
            table: {name: Type(kind) for name, kind in COLUMNS[table].items()}
            for table in one.tables
        }
        schema["spine"] = {"lead_id": Type.TEXT, "as_of": Type.TIME}
        made = statement(read_model(one.document)[0], schema)
        for name, tree in {**made.steps, **made.outputs}.items():
            words |= {name, *(each.name for each in tree.find_all(exp.Identifier))}
    plain = {each for each in words if re.fullmatch(r"(?!(edge_)?band)[A-Za-z_]\w*", each)}
    return frozenset(plain.difference(OUTPUT_COLUMNS, SCOPES, KEYWORDS, {"range"}))
