"""Fields that are filled in as leads end: full for all that ended, won or lost, not for others."""

from __future__ import annotations

from collections.abc import Iterator

from leadline.history.fields_then import Known, KnownField
from leadline.model.types import Type
from leadline.review.audit.after import FEWEST
from leadline.review.audit.evidence import FieldEvidence, Suspicion, percent
from leadline.sql.text import Sql, name, sql_text

_FULL = 0.995
"""From this share of leads on, a field counts as filled for all of them."""
_OPEN = 0.8
"""Filled for no more of the open leads than this, it was not yet asked for."""


def filled_at_the_end(of: Known, ends: Sql) -> Iterator[tuple[KnownField, FieldEvidence]]:
    """Yield fields that only leads which ended have; ``ends`` is a relation of ``lead_id``.

    Without leads that ended and lost nothing can be told: it would be the outcome itself.
    """
    fields = [each for each in of.fields if each.kind is not Type.ANY]
    if not fields:
        return
    counts = [sql_text("count(k.{c})", c=name(each.column)) for each in fields]
    found = of.of.run.engine.rows(
        sql_text(
            "select case when k.outcome then 'won' when e.lead_id is not null then 'lost' "
            "else 'open' end as kind, count(*), {counts} from {known} as k "
            "left join {ends} as e on e.lead_id = k.lead_id group by kind",
            counts=counts,
            known=name(of.table),
            ends=ends,
        )
    )
    rows = {str(kind): (total, *filled) for kind, total, *filled in found}
    if len(rows) < 3 or min(each[0] for each in rows.values()) < FEWEST:  # noqa: PLR2004 - kinds
        return
    for place, field in enumerate(fields, 1):
        won, lost, still = (rows[kind][place] / rows[kind][0] for kind in ("won", "lost", "open"))
        if min(won, lost) >= _FULL and still <= _OPEN:
            says = (
                f"It is filled for all leads that ended, won or lost, and for {percent(still)} "
                "of those still open: it was filled in at the end."
            )
            yield field, FieldEvidence(Suspicion.AFTER, "filled at the end", says, is_alarm=True)
