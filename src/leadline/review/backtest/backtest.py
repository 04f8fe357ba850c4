"""A model against what happened: how well it would have ranked leads at past moments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from leadline.engines.duckdb.engine import DuckDB
from leadline.engines.workspace import given_or_own
from leadline.history.judged import Judged, judged
from leadline.history.opened import open_past
from leadline.history.ranked import ranked
from leadline.history.split import Kind, Split, split
from leadline.model.document import Model
from leadline.model.fingerprint import fingerprint
from leadline.model.task import Task, TaskDocument, read_task
from leadline.review.audit.audit import Suspect
from leadline.review.backtest.alike import among_alike
from leadline.review.backtest.calibrated import Calibrated, calibrated
from leadline.review.backtest.capacity import Capacity, CapacityUse, capacity_use
from leadline.review.backtest.doubts import doubts
from leadline.review.backtest.groupings import (
    BandResult,
    Period,
    Tried,
    band_results,
    over_time,
    tried,
    unworked,
)
from leadline.review.backtest.resting import Resting, resting
from leadline.review.backtest.verdict import Ranking, RankingEvidence, Verdict
from leadline.scoring import read_model
from leadline.statistics.measures import (
    FEWEST_GROUPS,
    Measured,
    Sample,
    chance,
    measured,
    measured_precision,
    roc_auc,
)
from leadline.statistics.shares import captured_of, lift_of, rate_of, tenths_of
from leadline.tables.places.inputs import Input


@dataclass(frozen=True)
class Tenth:
    """One tenth of the judged rows, by score.

    Attributes:
        rate: Share with the outcome.
        caught: Share of all outcomes in this tenth and those above.
        lift: The rate as a multiple of that of all rows.
    """

    rate: Measured
    caught: Measured
    lift: float | None


@dataclass(frozen=True)
class Backtest:
    """A model on history.

    Attributes:
        model: Its name.
        fingerprint: Its fingerprint.
        score: The score that ranks.
        judged: What was judged, and what was left out.
        split: How rows were split.
        sample: The judged rows as counts, for curves.
        unscored: Judged rows without the score.
        rate: Share of the judged rows with the outcome.
        evidence: How well rows are ranked.
        evidence_alike: How well pairs of rows with equally many empty fields are.
        pr_auc: Average precision.
        lift_10: Rate in the best tenth as a multiple of that of all rows.
        calibrated: The score as a probability.
        tenths: By tenth of the score, the best first.
        capacity: What the team's capacity would have got; None where it was not given.
        bands: By band, of each ladder, the highest first.
        periods: Over time.
        tried: How coverage by sales differs along the score; empty where the task does not say.
        unworked: Share of rows with the outcome that nobody tried; None where it does not say.
        resting: What rests on fields whose past is not known.
        doubts: Fields that the model reads though they look written after the outcome.
    """

    model: str
    fingerprint: str
    score: str
    judged: Judged
    split: Split
    sample: Sample
    unscored: int
    rate: Measured
    evidence: RankingEvidence
    evidence_alike: RankingEvidence
    pr_auc: Measured
    lift_10: Measured
    calibrated: Calibrated
    tenths: tuple[Tenth, ...]
    capacity: CapacityUse | None
    bands: tuple[BandResult, ...]
    periods: tuple[Period, ...]
    tried: tuple[Tried, ...]
    unworked: Measured | None
    resting: Resting
    doubts: tuple[Suspect, ...]

    @property
    def roc_auc(self) -> Measured:
        """The chance that a row with the outcome scores above one without."""
        return self.evidence.auc

    @property
    def alike(self) -> Measured:
        """The same of pairs of rows with equally many empty fields."""
        return self.evidence_alike.auc

    @property
    def chance(self) -> float | None:
        """How often a senseless ranking would be as far from chance."""
        return self.evidence.chance

    @property
    def ranking(self) -> Ranking:
        """What is known of the ranking."""
        rests = bool(self.resting.fields)
        return Ranking(self.sample, self.evidence, self.evidence_alike, rests)

    @property
    def verdict(self) -> Verdict:
        """What the judged rows say of the ranking."""
        return self.ranking.verdict

    def plain(self) -> dict[str, Any]:
        """Return the figures for machines."""
        found = {
            "roc_auc": self.roc_auc,
            "pr_auc": self.pr_auc,
            "brier": self.calibrated.brier,
            "log_loss": self.calibrated.log_loss,
            "lift_10": self.lift_10,
            "rate": self.rate,
            "alike": self.alike,
        }
        return {
            "model": self.model,
            "fingerprint": self.fingerprint,
            "score": self.score,
            "verdict": self.verdict,
            "reversed": self.evidence.is_reversed,
            "n": self.sample.rows,
            "positives": self.sample.wins,
            **{name: each.value for name, each in found.items()},
            "intervals": {name: [each.low, each.high] for name, each in found.items()},
            "probabilities": self.calibrated.says,
            "chance": self.chance,
            "split": self.split.kind,
            "split_details": self.split.plain(),
            "doubts": [each.title for each in self.doubts],
        }


def backtest(  # noqa: PLR0913 - tables and options are all named
    model: str | Path | Mapping[str, Any] | Model,
    task: str | Path | Mapping[str, Any] | Task | TaskDocument,
    *,
    leads: Input,
    end: datetime | None = None,
    score: str | None = None,
    kind: Kind | None = None,
    capacity: Capacity | None = None,
    engine: DuckDB | None = None,
    **tables: Input | None,
) -> Backtest:
    """Judge a model on history.

    Args:
        model: File, text or plain values of a model document.
        task: The same of a task.
        leads: Files, or anything that speaks the Arrow stream protocol.
        end: Until when outcomes are known; by default the last recorded one.
        score: The score that ranks; by default that of the first ladder, else the last one.
        kind: How rows are split; by default by time, or by groups where there is none.
        capacity: How many leads the team takes.
        engine: An engine to use; by default one of its own.
        tables: The other tables, as for ``score``.

    Raises ModelError, InputError, EngineError, FileError.
    """
    given = {"leads": leads, **{name: each for name, each in tables.items() if each is not None}}
    asked = read_task(task)
    with given_or_own(engine) as own, open_past(own, model, given, asked) as run:
        rows = judged(run, asked, end)
        name = fingerprint(read_model(model)[0])
        return of_judged(rows, split(rows, kind), score, capacity, name)


def of_judged(
    of: Judged,
    parts: Split,
    score: str | None = None,
    capacity: Capacity | None = None,
    name: str | None = None,
) -> Backtest:
    """Return how the model of judged rows does on the part of a split that is judged.

    ``name`` is the fingerprint where the run declares more columns than the model does.
    """
    found = ranked(of, parts, score)
    sample = found.sample
    return Backtest(
        model=of.run.model.model,
        fingerprint=name or of.run.fingerprint,
        score=found.score,
        judged=of,
        split=parts,
        sample=sample,
        unscored=found.unscored,
        rate=rate_of(sample),
        evidence=_evidence(sample),
        evidence_alike=among_alike(found),
        pr_auc=measured_precision(sample),
        lift_10=lift_of(sample),
        calibrated=calibrated(found),
        tenths=_tenths(sample),
        capacity=capacity_use(found, capacity) if capacity else None,
        bands=band_results(found),
        periods=over_time(found),
        tried=tried(found),
        unworked=unworked(of),
        resting=resting(of),
        doubts=doubts(of),
    )


def _evidence(sample: Sample) -> RankingEvidence:
    if min(sample.wins, sample.rows - sample.wins) < 1:
        return RankingEvidence(Measured(None), None)
    is_enough = sample.groups >= FEWEST_GROUPS
    return RankingEvidence(measured(sample, roc_auc), chance(sample) if is_enough else None)


def _tenths(sample: Sample) -> tuple[Tenth, ...]:
    if not sample.wins:
        return ()
    rates = tenths_of(sample)
    caught = captured_of(sample, np.arange(1, 11) / 10)
    overall = sample.wins / sample.rows
    return tuple(
        Tenth(each, part, None if each.value is None else each.value / overall)
        for each, part in zip(rates, caught, strict=True)
    )
