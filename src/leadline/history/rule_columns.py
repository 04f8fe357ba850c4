"""The ledger of judged rows with one column a rule: what each rule gave each row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from leadline.history.draws import OF_LOTS, group_number, lot
from leadline.history.judged import Judged
from leadline.history.split import Split
from leadline.scoring import Run
from leadline.sql.text import Sql, joined, name, sql_text
from leadline.statistics.measures import Floats

MOST_ROWS = 200_000
"""Of more judged rows than this a sample is taken, whole groups by lot and always the same."""


@dataclass(frozen=True)
class Rows:
    """Judged rows in a fixed order.

    Attributes:
        table: ``row, lead_id, as_of`` and what follows, on the engine.
        outcome: Whether the outcome came.
        is_learned: Whether a row may be learned from; the others are judged.
        group: Number of its group.
        of: How many rows there are without the sample.
    """

    table: str
    outcome: npt.NDArray[np.bool_]
    is_learned: npt.NDArray[np.bool_]
    group: npt.NDArray[np.int64]
    of: int


def rows_of(of: Judged, parts: Split) -> Rows:
    """Return the rows that are learned from or judged; of folds the first is judged."""
    learned = Sql("part = -1" if parts.kind in {"time", "random"} else "part <> 1")
    table = of.run.workspace.name("worth_rows")
    [(total,)] = of.run.engine.rows(
        sql_text("select count(*) from {t} where part is not null", t=name(parts.table))
    )
    kept = min(MOST_ROWS / max(total, 1), 1.0)
    of.run.engine.run(
        sql_text(
            "create temp table {made} as select row_number() over (order by lead_id, as_of) - 1 "
            "as row, lead_id, as_of, outcome, {learned} as is_learned, {bucket} as bucket "
            "from {t} where part is not null and {drawn} / {of} <= {kept}",
            made=name(table),
            learned=learned,
            bucket=group_number(of.run.duckdb, parts.table),
            t=name(parts.table),
            drawn=lot("sample"),
            of=OF_LOTS,
            kept=kept,
        )
    )
    found = of.run.engine.arrow(
        sql_text(
            "select outcome, is_learned, cast(bucket as bigint) as bucket from {t} order by row",
            t=name(table),
        )
    )
    outcome, is_learned, bucket = (
        found.column(each).to_numpy(zero_copy_only=False)
        for each in ("outcome", "is_learned", "bucket")
    )
    group = np.unique(bucket, return_inverse=True)[1]
    return Rows(table, outcome.astype(bool), is_learned.astype(bool), group, total)


@dataclass(frozen=True)
class Pivot:
    """Points and firing of rules; shapes (rows, rules)."""

    points: Floats
    fired: npt.NDArray[np.bool_]


def pivot(run: Run, rows: Rows, rules: Sequence[tuple[str, str]]) -> Pivot:
    """Return what each rule gave each row; 0 where it did not fire."""
    if not rules:
        size = (len(rows.outcome), 0)
        return Pivot(np.zeros(size), np.zeros(size, bool))
    listed = joined(
        ", ",
        [
            sql_text("({n}, {s}, {r})", n=n, s=score, r=rule)
            for n, (score, rule) in enumerate(rules)
        ],
    )
    columns = [
        part
        for n in range(len(rules))
        for part in (
            sql_text(
                "coalesce(sum(p.points) filter (where p.n = {n}), 0)::double as {c}", n=n, c=_c(n)
            ),
            sql_text("count(*) filter (where p.n = {n}) > 0 as {c}", n=n, c=_c(n, "fired")),
        )
    ]
    found = run.engine.arrow(
        sql_text(
            "with given as (select l.lead_id, l.as_of, l.points, n.n from {points} as l "
            "join (values {listed}) as n(n, score, rule) on n.score = l.score and n.rule = l.rule "
            "where l.state <> 'missing') select r.row, {columns} from {rows} as r left join given "
            "as p on p.lead_id = r.lead_id and p.as_of = r.as_of group by r.row order by r.row",
            points=name(run.table("points")),
            listed=listed,
            columns=columns,
            rows=name(rows.table),
        )
    )
    given = [found.column(f"points_{n}").to_numpy() for n in range(len(rules))]
    fired = [found.column(f"fired_{n}").to_numpy(zero_copy_only=False) for n in range(len(rules))]
    return Pivot(np.column_stack(given).astype(float), np.column_stack(fired).astype(bool))


def _c(number: int, what: str = "points") -> Sql:
    return name(f"{what}_{number}")


def scores_of(run: Run, rows: Rows, score: str) -> Floats:
    """Return a score of each row; NaN where it has none."""
    found = run.engine.arrow(
        sql_text(
            "select s.{score}::double as score from {rows} as r join {scores} as s "
            "on s.lead_id = r.lead_id and s.as_of = r.as_of order by r.row",
            score=name(score),
            rows=name(rows.table),
            scores=name(run.table("scores")),
        )
    )
    return np.asarray(found.column("score").to_numpy(zero_copy_only=False), float)
