"""How good a score is as a probability: Brier score and log-loss.

The points of a score are no probabilities. What they mean is learned from rows that are not
judged: the earlier part, or the other folds. A score that is a probability, by its link or as a
learned document writes it, is judged as it stands.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from leadline.history.ranked import Ranked, by_score
from leadline.sql.text import Sql, name, sql_text
from leadline.statistics.measures import Floats, Measured, ratios
from leadline.statistics.shares import shares

FEWEST = 10
"""With fewer rows of either outcome, nothing is learned."""
ISOTONIC_WINS = 100
ISOTONIC_ROWS = 1000
"""From so many rows on the shape of the curve is learned, below that a logistic one."""
BINS = 10
NONE = Measured(None)


@dataclass(frozen=True)
class Bin:
    """Rows of similar probability.

    Attributes:
        expected: Their mean probability.
        observed: The share with the outcome.
        rows: How many there are.
    """

    expected: float
    observed: Measured
    rows: int


@dataclass(frozen=True)
class Calibrated:
    """A score as a probability.

    Attributes:
        says: Where probabilities come from, or why there are none.
        brier: Mean squared difference of probability and outcome.
        log_loss: Mean negative logarithm of the probability of what happened.
        bins: Tenths of the rows by probability, the lowest first.
        said: Mean of the probabilities that the document writes; None where it writes none.
        beyond: How much more it says in mean than came; likewise.
    """

    says: str
    brier: Measured
    log_loss: Measured
    bins: tuple[Bin, ...] = ()
    said: float | None = None
    beyond: Measured = field(default_factory=lambda: NONE)

    @property
    def is_off(self) -> bool:
        """Whether what the document says in mean cannot be what comes."""
        low, high = self.beyond.low, self.beyond.high
        return low is not None and high is not None and not low <= 0 <= high


def calibrated(ranked: Ranked) -> Calibrated:
    """Return how good the score is as a probability on the judged rows."""
    if ranked.of.run.model.is_chance(ranked.score):
        return _losses(ranked, "The score is a probability.", given=True)
    parts = _parts(ranked)
    fits = {part: _learned(ranked, part) for part in parts}
    if not parts or not all(fits.values()):
        says = "No probabilities: too few rows that are not judged to learn from."
        return Calibrated(says, NONE, NONE)
    kind = next(each.kind for each in fits.values() if each)
    where = "the earlier part" if parts == [0] else "the other folds"
    if ranked.split.kind == "random":
        where = "the rows not drawn"
    _publish(ranked, {part: fit for part, fit in fits.items() if fit})
    return _losses(ranked, f"Probabilities are a {kind} curve of the score, from {where}.")


def _parts(ranked: Ranked) -> list[int]:
    statement = "select distinct part from {t} where part >= 0 order by part"
    return [
        part for (part,) in ranked.of.run.engine.rows(sql_text(statement, t=name(ranked.table)))
    ]


@dataclass(frozen=True)
class _Curve:
    kind: str
    scores: Floats
    probabilities: Floats


def _learned(ranked: Ranked, part: int) -> _Curve | None:
    """Return the probability of each score of a part, learned elsewhere."""
    elsewhere = Sql("part = -1") if part == 0 else sql_text("part > 0 and part <> {p}", p=part)
    scores, wins, losses = by_score(ranked.of, ranked.table, elsewhere)
    if min(wins.sum(), losses.sum()) < FEWEST:
        return None
    wanted = by_score(ranked.of, ranked.table, sql_text("part = {p}", p=part))[0]
    rows = wins.sum() + losses.sum()
    is_many = rows >= ISOTONIC_ROWS and min(wins.sum(), losses.sum()) >= ISOTONIC_WINS
    found = (_isotonic if is_many else _logistic)(scores, wins, losses, wanted)
    least = 1 / (2 * rows)
    kind = "rising (isotonic)" if is_many else "logistic"
    return _Curve(kind, wanted, np.clip(found, least, 1 - least))


def _isotonic(scores: Floats, wins: Floats, losses: Floats, wanted: Floats) -> Floats:
    from sklearn.isotonic import IsotonicRegression  # noqa: PLC0415 - slow to import

    fitted = IsotonicRegression(out_of_bounds="clip").fit(
        scores, wins / (wins + losses), sample_weight=wins + losses
    )
    return np.asarray(fitted.predict(wanted))


def _logistic(scores: Floats, wins: Floats, losses: Floats, wanted: Floats) -> Floats:
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - slow to import

    spread = scores.std() or 1.0
    features = np.concatenate([scores, scores])[:, None] / spread
    labels = np.repeat([1, 0], len(scores))
    weights = np.concatenate([wins, losses])
    fitted = LogisticRegression().fit(features, labels, sample_weight=weights)
    return np.asarray(fitted.predict_proba(wanted[:, None] / spread)[:, 1])


def _publish(ranked: Ranked, curves: dict[int, _Curve]) -> None:
    import pyarrow as pa  # noqa: PLC0415 - slow to import, and mostly not needed

    columns = {
        "part": np.repeat(list(curves), [len(each.scores) for each in curves.values()]),
        "score": np.concatenate([each.scores for each in curves.values()]),
        "p": np.concatenate([each.probabilities for each in curves.values()]),
    }
    ranked.of.run.engine.register("curves", pa.table(columns))


def _losses(ranked: Ranked, says: str, *, given: bool = False) -> Calibrated:
    p = Sql("greatest(least(t.score / 100, 0.999999), 0.000001)" if given else "c.p")
    join = Sql("" if given else "join curves as c on c.part = t.part and c.score = t.score")
    rated = ranked.of.run.engine.arrow(
        sql_text(
            "with rated as (select t.bucket, t.outcome::int as won, {p} as p from {t} as t {join} "
            "where t.part >= 0 and t.score is not null), placed as (select *, "
            "least({n} - 1, floor({n} * (rank() over (order by p) - 1) / count(*) over ()))::int "
            "as bin from rated) "
            "select bucket, bin, count(*) as n, sum(won) as won, sum(p) as p, "
            "sum((p - won) ** 2) as squares, -sum(ln(case when won = 1 then p else 1 - p end)) "
            "as logs from placed group by bucket, bin",
            p=p,
            t=name(ranked.table),
            join=join,
            n=BINS,
        )
    )
    sums = {
        each: _by_bucket(ranked.buckets, rated, each)
        for each in ("n", "won", "p", "squares", "logs")
    }
    totals = {each: sums[each].sum(1, keepdims=True) for each in sums}
    [brier] = ratios(totals["squares"], totals["n"])
    [log_loss] = ratios(totals["logs"], totals["n"])
    found = Calibrated(says, brier, log_loss, _bins(sums))
    if not given:
        return found
    [said] = ratios(totals["p"], totals["n"])
    [beyond] = ratios(totals["p"] - totals["won"], totals["n"])
    return replace(found, said=said.value, beyond=beyond)


def _by_bucket(buckets: int, found: object, column: str) -> Floats:
    made = np.zeros((buckets, BINS))
    rows, bins, values = (
        found.column(each).to_numpy()  # type: ignore[attr-defined] # an Arrow table has no types
        for each in ("bucket", "bin", column)
    )
    np.add.at(made, (rows.astype(int), bins.astype(int)), values.astype(float))
    return made


def _bins(sums: dict[str, Floats]) -> tuple[Bin, ...]:
    observed = shares(sums["won"], sums["n"])
    rows = sums["n"].sum(0)
    return tuple(
        Bin(float(sums["p"][:, place].sum() / count), observed[place], int(count))
        for place, count in enumerate(rows)
        if count
    )
