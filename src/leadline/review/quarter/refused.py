"""What sales gave back in a stretch of time, and why."""

from __future__ import annotations

from dataclasses import dataclass

from leadline.history.outcomes import KNOWN_AT
from leadline.review.quarter.period import Period
from leadline.review.sources.cohort import plain
from leadline.review.watch.sales import ACCEPTED, DECIDED
from leadline.scoring import Run
from leadline.sql.text import Sql, name, sql_text

NO_REASON = "(no reason)"
MOST = 8
OTHERS = "(other reasons)"


@dataclass(frozen=True)
class Refused:
    """What sales gave back.

    Attributes:
        decided: How many leads it decided on.
        reasons: Reasons and leads, the most frequent first.
    """

    decided: int
    reasons: tuple[tuple[str, int], ...]

    @property
    def leads(self) -> int:
        """How many leads it gave back."""
        return sum(count for _, count in self.reasons)


def refused(run: Run, period: Period) -> Refused:
    """Return what sales gave back, by its last decision on each lead in the stretch of time."""
    if "outcomes" not in run.loaded.schema:
        return Refused(0, ())
    has_reason = "reason" in run.loaded.schema["outcomes"]
    rows = run.engine.rows(
        sql_text(
            "with last as (select t.outcome, {reason} as reason from outcomes as t "
            "where t.outcome in ({decided}) and t.occurred_at >= timestamp {since} "
            "and t.occurred_at < timestamp {until} and {at} <= timestamp {known} "
            "qualify row_number() over (partition by t.lead_id order by t.occurred_at desc, "
            "t.outcome) = 1) select if(outcome = {accepted}, null, coalesce(nullif(trim(reason), "
            "''), {none})) as why, count(*) as n from last group by 1 order by n desc, why",
            reason=name("reason") if has_reason else Sql("null::varchar"),
            decided=DECIDED,
            since=plain(period.since),
            until=plain(period.until),
            at=KNOWN_AT,
            known=plain(period.known),
            accepted=ACCEPTED,
            none=NO_REASON,
        )
    )
    reasons = [(why, count) for why, count in rows if why is not None]
    rest = sum(count for _, count in reasons[MOST:])
    kept = (*reasons[:MOST], *([(OTHERS, rest)] if rest else []))
    return Refused(sum(count for _, count in rows), kept)
