"""Since when leads have events: the first moment at which the statement counts one for them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from leadline.history.asked import ask
from leadline.history.outcomes import KNOWN_AT, kinds_known
from leadline.query.touched import touches
from leadline.scoring import Run
from leadline.sql.text import Sql, name, sql_text

_MOVING = ("lead_merges", "event_marks")
"""Tables that may give events to other leads, or take them away."""


def first_seen(run: Run, kinds: Sequence[str] | None = None) -> Sql:
    """Return ``lead_id, as_of``: when each lead first had an event of some types, or of any.

    Where leads were merged or events marked, every moment at which that may have changed is asked
    of the statement.
    """
    moving = [each for each in _MOVING if each in run.loaded.schema]
    if not moving:
        return _first_known(kinds)
    made = name(run.workspace.name("seen"))
    new = {table: exp.to_table(table) for table in ("events", *moving)}
    changes = touches(run.model, run.loaded.schema, new).text("touches", "duckdb")
    rule = {"event": [*(kinds or kinds_known(run, "event"))], "points": 0, "count": "once"}
    pairs = sql_text(
        "select lead_id, known_at as as_of from ({c}) where known_at is not null", c=Sql(changes)
    )
    ask(run, made, pairs, {"seen": rule})
    return sql_text(
        "select lead_id, min(as_of) as as_of from {made} where seen group by lead_id", made=made
    )


def _first_known(kinds: Sequence[str] | None) -> Sql:
    of = sql_text("t.type in ({kinds})", kinds=kinds) if kinds else Sql("true")
    return sql_text(
        "select t.lead_id, min({at}) as as_of from events as t "
        "where {of} and t.lead_id is not null group by t.lead_id",
        at=KNOWN_AT,
        of=of,
    )
