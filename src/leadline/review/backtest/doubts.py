"""What a model reads that cannot have been known at the moment, by the audit of a sample."""

from __future__ import annotations

from dataclasses import replace

from leadline.history.judged import Judged
from leadline.query.context import Context
from leadline.review.audit.audit import Suspect, audit
from leadline.review.backtest.resting import sampled
from leadline.sql.text import name, sql_text


def doubts(of: Judged) -> tuple[Suspect, ...]:
    """Return the alarms of an audit that are about fields which the model reads."""
    read = set(Context(of.run.model, of.run.loaded.schema).fields)
    if not read:
        return ()
    table = f"{of.table}_sample"
    of.run.engine.run(
        sql_text(
            "create or replace temp table {t} as select r.* from {rows} as r "
            "semi join ({drawn}) as d on d.lead_id = r.lead_id and d.as_of = r.as_of",
            t=name(table),
            rows=name(of.table),
            drawn=sampled(of),
        )
    )
    of.run.engine.run(
        sql_text(
            "create or replace temp view {view} as select * from {ends}",
            view=name(f"{table}_ends"),
            ends=name(f"{of.table}_ends"),
        )
    )
    rows = sql_text("select lead_id, as_of from {t}", t=name(table))
    sample = replace(of, table=table, run=of.run.over_query(rows))
    found = audit(sample, with_events=False)
    return tuple(each for each in found.alarms() if (each.entity, each.name) in read)
