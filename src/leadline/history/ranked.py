"""Judged rows with a score of a model: counted on the engine, whatever their number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from leadline.errors import Fault, InputError, nearest
from leadline.history.draws import group_number
from leadline.history.judged import Judged
from leadline.history.split import Split
from leadline.sql.text import Sql, name, sql_text
from leadline.statistics.measures import Floats, Sample, cells_of, table


@dataclass(frozen=True)
class Ranked:
    """Rows of a split with a score.

    ``table`` has the columns of ``Split.table`` and ``score``, ``missing`` (how many fields are
    empty), ``bucket`` (the group, or one of a thousand lots of groups) and one column a ladder.

    Attributes:
        of: The judged rows.
        split: Their split.
        score: The score that ranks them.
        table: The table.
        buckets: How many buckets there are.
        sample: The judged part, as counts.
        unscored: Judged rows that have no such score.
    """

    of: Judged
    split: Split
    score: str
    table: str
    buckets: int
    sample: Sample
    unscored: int

    def sums(
        self, by: Sql, what: Mapping[str, Sql], where: Sql
    ) -> tuple[list[object], list[Floats]]:
        """Return the values of a column and, for each, sums by bucket; shapes (buckets, values)."""
        columns = [sql_text("coalesce(sum({w}), 0)::double", w=each) for each in what.values()]
        rows = self.of.run.engine.rows(
            sql_text(
                "select {by} as value, bucket, {c} from {t} where {where} group by all order by 1",
                by=by,
                c=columns,
                t=name(self.table),
                where=where,
            )
        )
        values = list(dict.fromkeys(row[0] for row in rows))
        places = {value: place for place, value in enumerate(values)}
        found = np.zeros((len(what), self.buckets, len(values)))
        for value, bucket, *sums in rows:
            found[:, bucket, places[value]] = sums
        return values, list(found)


def ranked(of: Judged, split: Split, score: str | None = None) -> Ranked:
    """Return the rows of a split with a score; by default that which leads are ranked by.

    Raises InputError where the model has no such score.
    """
    return _counted(of, split, *_made(of, split, score))


def paired(
    first: Judged, second: Judged, split: Split, score: str | None = None
) -> tuple[Ranked, Ranked]:
    """Return the same rows by two models: those that both give a score. Raises InputError."""
    both = [(of, *_made(of, split, score)) for of in (first, second)]
    for (_, _, made), (_, _, other) in (both, both[::-1]):
        first.run.engine.run(
            sql_text(
                "update {t} as t set score = null from {o} as o where o.score is null "
                "and o.lead_id = t.lead_id and o.as_of = t.as_of",
                t=name(made),
                o=name(other),
            )
        )
    one, two = (_counted(of, split, chosen, made) for of, chosen, made in both)
    return one, two


def _made(of: Judged, split: Split, score: str | None) -> tuple[str, str]:
    """Make the table of rows with a score; return the score and the table."""
    chosen = score or of.run.model.main_score
    if chosen not in of.run.model.scores:
        hint = nearest(chosen, of.run.model.scores)
        raise InputError(Fault("", "--score", "must name a score of the model", chosen, hint))
    made = of.run.workspace.name("ranked")
    _make(of, split, chosen, made)
    return chosen, made


def _counted(of: Judged, split: Split, score: str, made: str) -> Ranked:
    [(unscored, buckets)] = of.run.engine.rows(
        sql_text(
            "select count(*) filter (where score is null and part >= 0), max(bucket) + 1 from {t}",
            t=name(made),
        )
    )
    sample = _sample(of, made, buckets or 0)
    return Ranked(of, split, score, made, buckets or 0, sample, unscored)


def _make(of: Judged, split: Split, score: str, made: str) -> None:
    """Join scores and bands to the rows, and give each group its bucket."""
    bands = [
        sql_text("s.{b}", b=name(of.run.model.column(ladder))) for ladder in of.run.model.lead_bands
    ]
    of.run.engine.run(
        sql_text(
            "create temp table {made} as select r.*, s.{score}::double as score, "
            "s.missing, {bucket} as bucket {bands} "
            "from {rows} as r join {scores} as s on s.lead_id = r.lead_id and s.as_of = r.as_of",
            made=name(made),
            score=name(score),
            bucket=group_number(of.run.duckdb, split.table),
            bands=Sql("".join(f", {each}" for each in bands)),
            rows=name(split.table),
            scores=Sql(of.run.table("scores")),
        )
    )


def _sample(of: Judged, made: str, buckets: int) -> Sample:
    scores, positives, negatives = by_score(of, made, Sql("part >= 0"))
    cells = cells_of(positives + negatives)
    grouped = grouped_counts(of, made, Sql("part >= 0"), scores, cells, buckets)
    return Sample(scores, positives, negatives, *grouped)


def by_score(of: Judged, made: str, where: Sql) -> tuple[Floats, Floats, Floats]:
    """Return the distinct scores, falling, with positives and negatives."""
    found = of.run.engine.arrow(
        sql_text(
            "select score, count(*) filter (where outcome) as wins, "
            "count(*) filter (where not outcome) as losses from {t} "
            "where score is not null and {where} group by score order by score desc",
            t=name(made),
            where=where,
        )
    )
    columns = [found.column(each).to_numpy().astype(float) for each in ("score", "wins", "losses")]
    return columns[0], columns[1], columns[2]


def grouped_counts(  # noqa: PLR0913, PLR0917 - rows, and the two ways to count them
    of: Judged,
    made: str,
    where: Sql,
    scores: Floats,
    cells: npt.NDArray[np.int64],
    buckets: int,
) -> tuple[Floats, Floats]:
    """Return positives and negatives by bucket and cell of scores."""
    import pyarrow as pa  # noqa: PLC0415 - slow to import, and mostly not needed

    listed = pa.table({"score": scores, "cell": cells})
    given = of.run.workspace.register("score_cells", listed)
    found = of.run.engine.arrow(
        sql_text(
            "select t.bucket, c.cell, count(*) filter (where outcome) as wins, "
            "count(*) filter (where not outcome) as losses from {t} as t "
            "join {cells} as c on c.score = t.score where {where} group by t.bucket, c.cell",
            t=name(made),
            cells=name(given),
            where=where,
        )
    )
    rows, columns = (found.column(each).to_numpy().astype(int) for each in ("bucket", "cell"))
    size = (buckets, int(cells.max(initial=-1)) + 1)
    return (
        table(rows, columns, found.column("wins").to_numpy().astype(float), size),
        table(rows, columns, found.column("losses").to_numpy().astype(float), size),
    )
