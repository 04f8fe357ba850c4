"""What every rule of a model is worth, given the others, and what should change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from leadline.engines.duckdb.engine import DuckDB
from leadline.engines.workspace import given_or_own
from leadline.errors import Fault, InputError, nearest
from leadline.history.judged import Judged, judged
from leadline.history.opened import open_past
from leadline.history.rule_columns import rows_of
from leadline.history.split import Kind, split
from leadline.model.document import Model
from leadline.model.fingerprint import fingerprint
from leadline.model.task import Task, TaskDocument, read_task
from leadline.review.rule_worth.proposal import Effect, Proposal, effect_of, propose
from leadline.review.rule_worth.verdicts import RuleWorth
from leadline.review.rule_worth.weighing import Weighing
from leadline.scoring import read_model
from leadline.statistics.measures import Measured
from leadline.tables.places.inputs import Input

BY_LUCK = 0.05
"""An interval of 95 % leaves out the truth so often."""


@dataclass(frozen=True)
class Worth:
    """What the rules of a model are worth.

    Attributes:
        model: Name of the model.
        fingerprint: Its fingerprint.
        score: The score that ranks.
        judged: The judged rows.
        rows: How many rows the verdicts rest on.
        wins: Those with the outcome.
        later: How many later rows they are tried on.
        sample_of: Rows of which these are a sample; the same number without one.
        rules: Every rule, in the order written.
        together: ROC-AUC of all rules, fitted, on the later rows.
        proposal: What should change; None where nothing should.
        effect: What that does on the later rows; None without a proposal.
        split_says: How the rows were split.
    """

    model: str
    fingerprint: str
    score: str
    judged: Judged
    rows: int
    wins: int
    later: int
    sample_of: int
    rules: tuple[RuleWorth, ...]
    together: Measured
    proposal: Proposal | None
    effect: Effect | None
    split_says: str

    @property
    def weighed(self) -> tuple[RuleWorth, ...]:
        """The rules whose effect has an interval."""
        return tuple(each for each in self.rules if _odds_between(each) is not None)

    @property
    def standing_out(self) -> int:
        """How many of these have an effect whose interval of 95 % is on one side of none."""
        ends = filter(None, map(_odds_between, self.weighed))
        return sum(not low <= 1 <= high for low, high in ends)

    @property
    def by_luck(self) -> float:
        """How many would stand out by luck alone, if no rule said anything: one in twenty."""
        return BY_LUCK * len(self.weighed)

    def plain(self) -> dict[str, Any]:
        """Return the figures for machines."""
        return {
            "model": self.model,
            "fingerprint": self.fingerprint,
            "score": self.score,
            "rows": self.rows,
            "positives": self.wins,
            "together": self.together.plain(),
            "weighed": len(self.weighed),
            "standing_out": self.standing_out,
            "by_luck": self.by_luck,
            "rules": [_plain_rule(each) for each in self.rules],
            "changes": [each.plain() for each in self.proposal.changes] if self.proposal else [],
            "effect": self.effect.plain() if self.effect else None,
        }


def _odds_between(rule: RuleWorth) -> tuple[float, float] | None:
    odds = rule.given_others
    if odds is None or odds.low is None or odds.high is None:
        return None
    return odds.low, odds.high


def _plain_rule(rule: RuleWorth) -> dict[str, Any]:
    found = dict(vars(rule))
    for key in ("lift", "given_others", "supported"):
        found[key] = None if found[key] is None else found[key].plain()
    return found


def worth(  # noqa: PLR0913 - tables and options are all named
    model: str | Path | Mapping[str, Any] | Model,
    task: str | Path | Mapping[str, Any] | Task | TaskDocument,
    *,
    leads: Input,
    end: datetime | None = None,
    score: str | None = None,
    kind: Kind | None = None,
    engine: DuckDB | None = None,
    **tables: Input | None,
) -> Worth:
    """Return what every rule of a model is worth on past leads.

    Args:
        model: File, text or plain values of a model document.
        task: The same of a task.
        leads: Files, or anything that speaks the Arrow stream protocol.
        end: Until when outcomes are known; by default the last recorded one.
        score: The score that ranks; by default that of the first ladder, else the last one.
        kind: How rows are split; by default by time, or by groups where there is none.
        engine: An engine to use; by default one of its own.
        tables: The other tables, as for ``score``.

    Raises ModelError, InputError, EngineError, FileError.
    """
    given = {"leads": leads, **{name: each for name, each in tables.items() if each is not None}}
    asked = read_task(task)
    document = read_model(model)[0]
    with given_or_own(engine) as own, open_past(own, model, given, asked) as run:
        rows = judged(run, asked, end)
        return of_judged(rows, score, kind, document)


def of_judged(
    of: Judged, score: str | None = None, kind: Kind | None = None, document: Model | None = None
) -> Worth:
    """Return the same for judged rows.

    ``document`` is the model as it was written, where the run declares more columns.
    """
    written = document or of.run.model
    main = score or written.main_score
    if main not in written.scores:
        hint = nearest(main, written.scores)
        raise InputError(Fault("", "--score", "must name a score of the model", main, hint))
    if kind == "all":
        expected = "must leave rows to try a proposal on"
        raise InputError(Fault("", "--split", expected, kind))
    parts = split(of, kind)
    rows = rows_of(of, parts)
    weighing = Weighing(of, rows, main)
    rules = tuple(weighing.rules())
    proposal, effect = None, None
    if weighing.scale is not None:
        proposal = propose(written, rules, weighing.additions())
        if proposal is not None:
            after = of.with_model(_declaring(of.run.model, proposal.after))
            effect = effect_of(of.run, after.run, rows, main)
    return Worth(
        model=written.model,
        fingerprint=fingerprint(written),
        score=main,
        judged=of,
        rows=int(rows.is_learned.sum()),
        wins=int(rows.outcome[rows.is_learned].sum()),
        later=int((~rows.is_learned).sum()),
        sample_of=rows.of,
        rules=rules,
        together=weighing.together,
        proposal=proposal,
        effect=effect,
        split_says=parts.says,
    )


def _declaring(run: Model, model: Model) -> Model:
    return model.model_copy(update={"columns": run.columns})
