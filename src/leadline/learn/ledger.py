"""What the rules of a model give the judged rows, from the ledger: what is scored is learned."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from leadline.history.judged import Judged
from leadline.learn.sheet import Floats, field_of_arrow
from leadline.model.document import Model
from leadline.sql.text import Sql, name, sql_text


def in_ledger(
    of: Judged, model: Model, scores: Collection[str], column: str = "points"
) -> dict[tuple[str, str], Floats]:
    """Return score and rule to points, or another number of the ledger, of each row that counts.

    0 where a rule did not fire. Rows are in the order of ``lead_id, as_of``. Raises ModelError.
    """
    run = of.run.with_model(model)
    found = of.run.engine.arrow(
        sql_text(
            "with numbered as (select lead_id, as_of, row_number() over "
            "(order by lead_id, as_of) - 1 as place from {t} where counts) "
            "select n.place, p.score, p.rule, p.{column}::double as given from {p} as p "
            "join numbered as n on n.lead_id = p.lead_id and n.as_of = p.as_of "
            "where p.state = 'fired'",
            column=name(column),
            t=name(of.table),
            p=Sql(run.table("points")),
        )
    )
    places, given = np.array(found["place"], np.int64), np.array(found["given"], float)
    score, rule = field_of_arrow(found["score"]), field_of_arrow(found["rule"])
    values = {
        (each, called): np.zeros(of.rows)
        for each in scores
        for called in model.scores[each].rules or {}
    }
    for (each, called), row in values.items():
        here = (score.codes == _place(score.levels, each)) & (
            rule.codes == _place(rule.levels, called)
        )
        row[places[here]] = given[here]
    return values


def _place(levels: tuple[str, ...], level: str) -> int:
    return levels.index(level) if level in levels else len(levels)
