"""A trial run: what a model does on history, before it is published."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from leadline.engines.duckdb.engine import DuckDB
from leadline.engines.workspace import given_or_own
from leadline.errors import Fault, InputError
from leadline.model.document import Model
from leadline.review.trial.coverage import LimitUse, RuleCoverage, Together, coverage, together
from leadline.review.trial.fields import FieldUse, field_uses, without_past
from leadline.review.trial.names_seen import Unseen, unseen
from leadline.review.trial.never import Reason, reasons
from leadline.review.trial.spread import (
    AccountMove,
    BandAt,
    BandCount,
    OverrideUse,
    ScoreSpread,
    account_moves,
    band_counts,
    bands_at,
    moments,
    override_uses,
    score_spreads,
)
from leadline.scoring import Run
from leadline.scoring import moment as read_moment
from leadline.tables.places.inputs import Input

FOR_ALL = 0.99
"""A rule that fires for this share of the leads or more fires for all."""


@dataclass(frozen=True)
class Trial:
    """What a model does on some leads. A lead at several moments counts once a moment.

    Attributes:
        model: Name of the model.
        fingerprint: Its fingerprint.
        main_score: The score that leads are ranked by.
        edges: Score to the lower edges of its bands, by their names.
        moments: The moments that were scored, the first first.
        leads: Distinct leads.
        rows: Leads and moments; all other counts are of these.
        empty: Of these, those with a null in any field that the model reads.
        scores: How every score is spread.
        bands: Leads in every band of every ladder, before overrides and after; of a ladder of
            accounts these.
        bands_at: The same at each moment, where there are several.
        account_moves: The latest changes of band of accounts, from moment to moment.
        overrides: How often every override decides.
        rules: What every rule does, in the order written.
        limits: How often limits of groups and ranges take effect.
        never: Why rules never fire, by score and rule.
        always: Rules that never fire without another.
        unseen: Names and values that the model looks for and the data never has.
        fields: The fields that the model reads.
        without_past: Share of all points from rules that read a field whose past is not known.
        looks_back: Whether anything is known from after the last moment, so that it is past.
        notes: What a person should know of the tables.
    """

    model: str
    fingerprint: str
    main_score: str
    edges: Mapping[str, Mapping[str, float]]
    moments: tuple[datetime, ...]
    leads: int
    rows: int
    empty: int
    scores: tuple[ScoreSpread, ...]
    bands: tuple[BandCount, ...]
    bands_at: tuple[BandAt, ...]
    account_moves: tuple[AccountMove, ...]
    overrides: tuple[OverrideUse, ...]
    rules: tuple[RuleCoverage, ...]
    limits: tuple[LimitUse, ...]
    never: Mapping[str, Reason]
    always: tuple[Together, ...]
    unseen: tuple[Unseen, ...]
    fields: tuple[FieldUse, ...]
    without_past: float
    looks_back: bool
    notes: tuple[str, ...] = ()

    @property
    def unit(self) -> str:
        """What is counted: leads, or rows of a lead and a moment."""
        return "leads" if len(self.moments) == 1 else "rows"

    @property
    def for_all(self) -> tuple[RuleCoverage, ...]:
        """Rules that fire for all leads, or nearly all, and always give the same points."""
        return tuple(
            each
            for each in self.rules
            if each.share >= FOR_ALL and each.least == each.greatest and each.kind != "base"
        )


def trial(  # noqa: PLR0913 - tables and moments are all named
    model: str | Path | Mapping[str, Any] | Model,
    *,
    leads: Input,
    as_of: datetime | str | None = None,
    moments: Sequence[datetime] | None = None,
    spine: Input | None = None,
    engine: DuckDB | None = None,
    **tables: Input | None,
) -> Trial:
    """Return what a model does on some leads.

    Args:
        model: File, text or plain values of a model document.
        leads: Files, or anything that speaks the Arrow stream protocol.
        as_of: The moment to score at; or else give moments or a spine.
        moments: Moments to score every lead at that was known by then.
        spine: Table of ``lead_id`` and ``as_of``: which leads, at which moments.
        engine: An engine to use; by default one of its own.
        tables: The other tables, as for ``score``.

    Raises ModelError, InputError, EngineError, FileError.

    >>> import pyarrow as pa
    >>> model = {"leadline": 1, "model": "size", "scores": {"fit": {"rules": {
    ...     "large": {"when": "lead.employees >= 100", "points": 10}}}}}
    >>> leads = pa.table({"lead_id": ["a", "b"], "employees": [20, 3]})
    >>> trial(model, leads=leads, as_of="2026-11-01").never["fit.large"].says
    'No lead meets it.'
    """
    if sum(each is not None for each in (as_of, moments, spine)) != 1:
        raise InputError(Fault("", "trial", "must be given one of as_of, moments and spine"))
    at = read_moment(as_of) if isinstance(as_of, str) else as_of
    inputs = {"leads": leads, "spine": spine, **tables}
    given = {name: table for name, table in inputs.items() if table is not None}
    last = max(moments) if moments else at
    with given_or_own(engine) as own, Run.open(own, model, given, as_of=last) as run:
        return of_run(run.over_moments(moments) if moments else run)


def spaced(end: datetime, count: int, every: timedelta) -> tuple[datetime, ...]:
    """Return some moments that end at one and are evenly apart, the first first.

    >>> [at.day for at in spaced(datetime(2026, 11, 29), 3, timedelta(days=14))]
    [1, 15, 29]
    """
    return tuple(end - number * every for number in reversed(range(count)))


def of_run(run: Run) -> Trial:
    """Return what the model of a run does on the leads and moments of its spine."""
    run.keep("points", "scores")
    at = moments(run)
    leads, rows, empty = run.engine.rows(
        "select count(distinct lead_id), count(*), count(*) filter (where missing > 0) "
        f"from {run.table('scores')}"
    )[0]
    rules, limits = coverage(run)
    uses = field_uses(run, rules)
    looked_for = unseen(run.engine, run.model, run.loaded.schema)
    return Trial(
        model=run.model.model,
        fingerprint=run.fingerprint,
        main_score=run.model.main_score,
        edges=_edges(run.model),
        moments=at,
        leads=leads,
        rows=rows,
        empty=empty,
        scores=score_spreads(run),
        bands=band_counts(run),
        bands_at=bands_at(run, at),
        account_moves=account_moves(run),
        overrides=override_uses(run),
        rules=rules,
        limits=limits,
        always=together(run, rules),
        unseen=looked_for,
        fields=uses,
        without_past=without_past(run, rules, uses),
        looks_back=_looks_back(run, at),
        never=reasons(run, rules, looked_for, uses) if rows else {},
        notes=tuple(run.loaded.notes),
    )


def _edges(model: Model) -> dict[str, dict[str, float]]:
    """Return the edges of bands by the scores that they are edges of."""
    return {
        ladder.by: dict(ladder.edges)
        for ladder in model.lead_bands.values()
        if isinstance(ladder.by, str) and ladder.edges
    }


def _looks_back(run: Run, at: Sequence[datetime]) -> bool:
    """Say whether the data knows anything from after the last moment."""
    if len(at) != 1:
        return len(at) > 1
    tables = [each for each in ("events", "outcomes") if each in run.loaded.schema]
    return any(
        run.engine.rows(
            f"select count(*) > 0 from {each} "
            f"where occurred_at > (select max(as_of) from {run.moments.table})"
        )[0][0]
        for each in tables
    )
