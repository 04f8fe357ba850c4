"""Whom an event counts for: leads and accounts with the events that are theirs at a moment."""

from __future__ import annotations

from collections.abc import Iterator

from leadline.query.context import Context, Level
from leadline.query.subjects import Step
from leadline.sql.trees import column, named, sql_tree, text, union


def owners(level: Level) -> tuple[str, ...]:
    """Return how events find the subjects they belong to."""
    if level == "lead":
        return ("s.source = e.lead_id",)
    return (
        "e.account_id is not null and s.own and s.account_id = e.account_id",
        "e.account_id is null and not s.own and s.source = e.lead_id",
    )


def subject_steps(context: Context, level: Level) -> Iterator[Step]:
    """Yield ``LEVEL_subject``: whose events count for whom, with what conditions read."""
    yield from _reset_steps(context, level)
    resets = reset_scores(context, level)
    columns = [column(f"reset.{each}", "r") for each in resets]
    reset_join = f"left join {level}_reset as r on r.k = f.k" if resets else ""
    parts = [
        sql_tree(f"select f.*, {owned}, :columns from {joined} {reset_join}", columns=columns)
        for owned, joined in _owned(context, level)
    ]
    yield f"{level}_subject", union(parts)


def _owned(context: Context, level: Level) -> list[tuple[str, str]]:
    """Return how facts ``f`` get the ids by which ``owners`` finds events: columns and source."""
    if level == "account":
        return [
            ("cast(null as text) as source, true as own", "account_facts as f"),
            (
                "w.source, false as own",
                "account_facts as f join account_reach as w on w.k = f.k",
            ),
        ]
    if context.has("lead_merges"):
        return [("w.source", "lead_facts as f join lead_reach as w on w.k = f.k")]
    return [("f.lead_id as source", "lead_facts as f")]


def reset_scores(context: Context, level: Level) -> list[str]:
    """Return the scores of a level that start again after some outcomes."""
    return [
        name
        for name in context.rule_scores(level)
        if context.model.scores[name].reset_on is not None and context.has("outcomes")
    ]


def _reset_steps(context: Context, level: Level) -> Iterator[Step]:
    """Yield when each subject last started again."""
    scores = reset_scores(context, level)
    if not scores:
        return
    columns = [
        named(
            sql_tree(
                "max(case when e.outcome in (:kinds) then e.occurred_at end)",
                kinds=[text(each) for each in context.model.scores[name].reset_on or ()],
            ),
            f"reset.{name}",
        )
        for name in scores
    ]
    reach = " union all ".join(
        f"select f.*, {owned} from {joined}" for owned, joined in _owned(context, level)
    )
    rows = union(
        sql_tree(
            "select s.k, e.outcome, e.occurred_at "
            f"from outcomes as e join ({reach}) as s on {owner} "
            "where e.occurred_at <= s.as_of "
            "and (e.recorded_at is null or e.recorded_at <= s.as_of)"
        )
        for owner in owners(level)
    )
    yield (
        f"{level}_reset",
        sql_tree("select k, :columns from (:rows) as e group by k", columns=columns, rows=rows),
    )


def mark_steps(context: Context) -> Iterator[Step]:
    """Yield from when to when an event is marked as not to be counted."""
    if context.has("event_marks"):
        yield (
            "marked",
            sql_tree(
                """
            select event_id, recorded_at as since, until from (
                select event_id, mark, recorded_at, lead(recorded_at) over (
                    partition by event_id order by recorded_at
                ) as until
                from (
                    select event_id, recorded_at, max(mark) as mark
                    from event_marks group by event_id, recorded_at
                ) as latest
            ) as spans where mark is not null
            """
            ),
        )
