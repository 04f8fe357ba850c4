"""Which judged rows a model may learn from, and which it is judged on.

By default the latest rows are judged, and only earlier ones whose horizon had ended by then may
be learned from. Without time, groups of rows that belong together are dealt into folds. At
random, rows of one moment and one account stand on both sides, which flatters.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from leadline.errors import Fault, InputError
from leadline.history.draws import OF_LOTS, lot
from leadline.history.judged import IDENTICAL, Judged
from leadline.sql.text import Sql, name, sql_text

Kind = Literal["time", "groups", "random", "all"]
SHARE = 0.2
"""The latest part of the rows, which is judged."""
FOLDS = 5
EARLIER, LATER, PURGED = -1, 0, None
"""Values of ``part``; folds are 1 to 5, each judged by what is learned from the others."""


@dataclass(frozen=True)
class Split:
    """Judged rows, each with its part.

    ``table`` has the columns of ``Judged.table`` and ``part``: 0 is judged, -1 is learned from,
    null is neither, and 1 to 5 are folds, each judged with the other four learned from. Only rows
    that count are in it.

    Attributes:
        kind: How rows were split.
        table: The table, on the engine of the judged rows.
        learned: Rows that may be learned from; of folds, all.
        judged: Rows that are judged; of folds, all.
        purged: Rows that are neither.
        says: What was done, in a sentence.
    """

    kind: Kind
    table: str
    learned: int
    judged: int
    purged: int
    says: str

    @property
    def is_optimistic(self) -> bool:
        """Whether figures come out better than they will be."""
        return self.kind == "random"

    @property
    def judges(self) -> Sql:
        """The condition that a row is judged."""
        return Sql("part >= 0")

    def plain(self) -> dict[str, object]:
        """Return it for machines."""
        return {
            "kind": self.kind,
            "learned": self.learned,
            "judged": self.judged,
            "purged": self.purged,
            "optimistic": self.is_optimistic,
            "says": self.says,
        }


def split(of: Judged, kind: Kind | None = None, share: float = SHARE) -> Split:
    """Split judged rows: by time or order where there is one, else into folds by group.

    Where the model was made from earlier outcomes, nothing is split by default: it is judged by
    every row.

    Raises InputError where rows have no order to be split by.
    """
    chosen: Kind = kind or (
        "all" if of.seen and not of.seen_too else "time" if of.ordered_by else "groups"
    )
    if chosen == "time" and of.ordered_by is None:
        remedy = "Give the task an order, or split by groups."
        raise InputError(Fault("", "--split", "by time needs moments or an order", "", remedy))
    part = {"time": _by_time, "groups": _by_groups, "random": _at_random, "all": _all}[chosen]
    table = f"{of.table}_{chosen}"
    of.run.engine.run(
        sql_text(
            "create or replace temp table {t} as select r.*, {part} as part from {rows} as r "
            "where r.counts",
            t=name(table),
            part=part(of, share),
            rows=name(of.table),
        )
    )
    if chosen == "time" and of.task.task.group is not None:
        _keep_together(of, table)
    return _counted(of, chosen, table, share)


def _by_time(of: Judged, share: float) -> Sql:
    """Return the part of rows by their order; rows of one moment stay together."""
    statement = sql_text(
        "with last as (select max(order_key) as at_last from {t} where counts) "
        "select least(quantile_disc(order_key, {q}), max(order_key) "
        "filter (where order_key < at_last)) from {t}, last where counts",
        q=1 - share,
        t=name(of.table),
    )
    [(cut,)] = of.run.engine.rows(statement)
    purge = of.task.task.settled_after if of.ordered_by == "time" else 0
    return sql_text(
        "case when r.order_key > {cut} then 0 when r.order_key + {purge} <= {cut} then -1 end",
        cut=cut,
        purge=purge,
    )


def _by_groups(_of: Judged, _share: float) -> Sql:
    """Deal groups into folds by their hashes, so that later rows never move earlier ones."""
    return sql_text("cast(1 + {lot} % {n} as int)", lot=lot("fold", "r.group_key"), n=FOLDS)


def _at_random(_of: Judged, share: float) -> Sql:
    return sql_text(
        "case when {lot} / {of} < {share} then 0 else -1 end",
        lot=lot("row", "r.lead_id || r.as_of::varchar"),
        of=OF_LOTS,
        share=share,
    )


def _all(_of: Judged, _share: float) -> Sql:
    return Sql("0")


def _keep_together(of: Judged, table: str) -> None:
    """Take rows out of the earlier part whose group, which the task names, is judged too."""
    of.run.engine.run(
        sql_text(
            "update {t} set part = null where part = -1 and group_key in "
            "(select group_key from {t} where part = 0)",
            t=name(table),
        )
    )


def _counted(of: Judged, kind: Kind, table: str, share: float) -> Split:
    statement = (
        "select count(*) filter (where part = -1 or part > 0), "
        "count(*) filter (where part >= 0), count(*) filter (where part is null) from {t}"
    )
    [(learned, judged, purged)] = of.run.engine.rows(sql_text(statement, t=name(table)))
    return Split(kind, table, learned, judged, purged, _said(of, kind, share))


def _since(of: Judged) -> str:
    return (
        f" later than {of.seen:%Y-%m-%d}, until when the model was made"
        if of.seen and not of.seen_too
        else ""
    )


def _said(of: Judged, kind: Kind, share: float) -> str:
    latest = f"the latest {share:.0%} by {of.ordered_by}"
    horizon = of.task.task.horizon
    purged = (
        f"; rows whose {horizon} had not ended by then are in neither part"
        if horizon and of.ordered_by == "time"
        else ""
    )
    return {
        "time": f"Judged are {latest}{purged}.",
        "groups": f"Judged are all rows, in {FOLDS} folds that keep "
        f"{IDENTICAL if of.grouped_by == IDENTICAL else f'rows of one {of.grouped_by}'} together.",
        "random": f"Judged are {share:.0%} of the rows, drawn at random: optimistic, as rows of "
        "one time and one account stand on both sides.",
        "all": f"Judged are all rows{_since(of)}; nothing is left to learn probabilities from.",
    }[kind]
