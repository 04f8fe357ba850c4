"""From tables and a task to a model document: the whole of learning, in one call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from leadline.engines.duckdb.engine import DuckDB
from leadline.errors import Fault, InputError, nearest
from leadline.history.judged import Judged, judged
from leadline.history.opened import open_past
from leadline.learn.base import Base, base_of, refitted
from leadline.learn.calibration import steps
from leadline.learn.choose import Learned, Tell, choose
from leadline.learn.document import model_of, provenance, text_of
from leadline.learn.doubts import Doubt, doubts, read_by
from leadline.learn.features import Features, features, outcomes
from leadline.learn.points import Points
from leadline.learn.scorecard import ENTRIES
from leadline.learn.setting import Kind
from leadline.learn.sheet import Sheet
from leadline.model.declared import with_declared
from leadline.model.document import Model
from leadline.model.reading.reader import read
from leadline.model.task import TaskDocument, field_of
from leadline.query.context import Context
from leadline.review.audit.audit import audit
from leadline.scoring import Run
from leadline.sql.text import name as name_of
from leadline.sql.text import sql_text
from leadline.tables.places.inputs import Input


@dataclass(frozen=True)
class Learning:
    """What was learned of a task, and from what.

    Attributes:
        judged: The rows that were learned from.
        features: What was learned from.
        learned: What was learned.
        model: The document; None where there is nothing to learn.
        text: The document as it is written; None likewise.
        base: The document whose points were fitted; None where it was made anew.
        doubts: What should be asked before it is used.
    """

    judged: Judged
    features: Features
    learned: Learned
    model: Model | None = None
    text: str | None = None
    base: Base | None = None
    doubts: tuple[Doubt, ...] = ()


def learn(  # noqa: PLR0913 - what the command has as options
    engine: DuckDB,
    inputs: Mapping[str, Input],
    task: TaskDocument,
    *,
    name: str = "learned",
    method: Kind | None = None,
    entries: int = ENTRIES,
    end: datetime | None = None,
    suspects: bool = False,
    reader: Model | None = None,
    base: str | Path | None = None,
    recalibrate: bool = False,
    tell: Tell = lambda _text: None,
) -> Learning:
    """Learn a model of a task.

    Args:
        engine: Holds the tables.
        inputs: Tables by name.
        task: What is to be foreseen.
        name: Name of the model.
        method: scorecard, logistic or additive; by default the simplest that is about as good
            as the best.
        entries: Most entries of a scorecard with points other than 0.
        end: Until when outcomes are known; by default the last recorded one.
        suspects: Learn also from what the audit says was written after the fact.
        reader: A model that says how the tables are read; by default the base.
        base: A document whose points are fitted anew, as a file or text.
        recalibrate: The points of the base stay, and what they say of chances is fitted to rows
            later than the outcomes that it was made from.
        tell: Told what is being done.

    Raises:
        InputError: The tables have not what the task names, or too few rows.
    """
    given = None if base is None else Given.read(base)
    made = [given.model] if given is not None and recalibrate else []
    declaring = with_declared(reader or (None if given is None else given.model), task)
    run = open_past(engine, declaring, inputs, task)
    rows = judged(run, task, end, made)
    tell(f"{rows.rows:,} rows, {rows.positives:,} with the outcome")
    every = _with_unripe(run, task, rows, made)
    _refuse_one_kind(every)
    _refuse_hidden(rows)
    tell("asking the audit what was written after the fact")
    audited = audit(rows)
    asked = doubts(rows, audited, is_kept=suspects)
    facts = _facts(inputs, task, rows)
    if given is not None:
        context = Context(given.model, rows.run.loaded.schema)
        told = (*read_by(context, audited), *asked)
        return _refit(rows, every, given, facts, told, tell, recalibrate=recalibrate)
    found = features(every, () if suspects else audited.not_known)
    learned = _chosen(rows, found.sheet, tell, kind=method, entries=entries)
    if not learned.setting.unripe:
        found, every = replace(found, sheet=found.sheet.ripe()), rows
    if learned.model is None:
        return Learning(every, found, learned, doubts=asked)
    read = {
        table: {key: column.plain() for key, column in each.items()}
        for table, each in rows.run.model.columns.items()
    }
    files = {table: each.plain() for table, each in rows.run.model.files.items()}
    model = model_of(name, learned, found, {"columns": read, "files": files}, facts)
    _fits(rows, model)
    return Learning(every, found, learned, model, text_of(model, learned), doubts=asked)


def _with_unripe(run: Run, task: TaskDocument, rows: Judged, made: Sequence[Model]) -> Judged:
    """Return the rows with those whose horizon has not ended, where there are any."""
    if not any(each.reason == "too_late" for each in rows.left_out):
        return rows
    return judged(run, task, rows.end, made, unripe=True)


def _refuse_one_kind(rows: Judged) -> None:
    """Refuse rows that all ended alike, with the values that the outcome could be."""
    if 0 < rows.positives < rows.rows:
        return
    outcome = rows.task.task.outcome
    found = f"{rows.positives:,} of {rows.rows:,} rows with the outcome"
    remedy = ""
    if outcome.field is not None:
        values = rows.run.engine.rows(
            sql_text(
                "select {f}::varchar as value from leads group by value order by count(*) desc, "
                "value limit 5",
                f=name_of(field_of(outcome.field)[1]),
            )
        )
        remedy = f"Values of {outcome.field} are {', '.join(str(value) for (value,) in values)}."
    expected = "must leave rows with and without the outcome"
    raise InputError(rows.task.fault(("outcome",), expected, found, remedy))


def _refuse_hidden(rows: Judged) -> None:
    """Refuse names under ``hide`` that are neither fields nor types of events."""
    schema = rows.run.loaded.schema
    known = {
        entity: list(schema.get(table, {}))
        for entity, table in (("lead", "leads"), ("account", "accounts"))
    }
    types = []
    if rows.task.task.hide and "events" in schema:
        types = [str(each) for (each,) in rows.run.engine.rows("select distinct type from events")]
    faults = [
        rows.task.fault(
            ("hide",),
            "must name fields or types of events",
            each,
            nearest(each, [*known["lead"], *known["account"], *types]),
        )
        for each in rows.task.task.hide
        if field_of(each)[1] not in known[field_of(each)[0]] and each not in types
    ]
    if faults:
        raise InputError(*faults)


def _chosen(rows: Judged, sheet: Sheet, tell: Tell, **how: Any) -> Learned:
    try:
        return choose(sheet, tell=tell, **how)
    except ValueError as error:
        expected = "must leave enough rows with and without the outcome"
        raise InputError(rows.task.fault((), expected, str(error))) from None


@dataclass(frozen=True)
class Given:
    """A document whose points are to be fitted, and its text."""

    model: Model
    text: str

    @classmethod
    def read(cls, base: str | Path) -> Given:
        """Read a file or text. Raises ModelError, FileError."""
        model = read(base)
        is_text = isinstance(base, str) and "\n" in base
        return cls(model, str(base) if is_text else Path(base).read_text(encoding="utf-8"))


def _refit(  # noqa: PLR0913, PLR0917 - what is fitted, from which rows
    rows: Judged,
    every: Judged,
    given: Given,
    facts: Mapping[str, Any],
    asked: tuple[Doubt, ...],
    tell: Tell,
    *,
    recalibrate: bool,
) -> Learning:
    """Fit the points of a document, or what they say of chances."""
    base = base_of(every, given.model, given.text, outcomes(every), recalibrate=recalibrate)
    learned = _chosen(rows, base.sheet, tell, among=base.settings)
    if not learned.setting.unripe:
        base, every = replace(base, sheet=base.sheet.ripe()), rows
    found = Features(base.sheet, {each: each for each in base.slots}, ())
    if not isinstance(learned.model, Points):
        return Learning(every, found, learned, base=base, doubts=asked)
    chances = None
    if learned.reliability.holds and not base.is_log_odds:
        chances = steps(learned.model.total(base.sheet), learned.model.log_odds(base.sheet))
    text = refitted(base, learned.model, chances, provenance(learned, found, facts))
    model = read(text)
    _fits(rows, model)
    return Learning(every, found, learned, model, text, base, asked)


def _fits(rows: Judged, model: Model) -> None:
    """Refuse a document that the tables do not fit: it would be a fault of learning."""
    rows.run.with_model(model)


def _facts(inputs: Mapping[str, Input], task: TaskDocument, rows: Judged) -> dict[str, Any]:
    files = {key: value for key, value in inputs.items() if isinstance(value, str)}
    facts: dict[str, Any] = {
        "leadline": version("leadline"),
        "files": files,
        "task": task.task.plain(),
    }
    if rows.end is not None:
        facts["outcomes_until"] = rows.end.isoformat()
    return facts


def refuse_entries(entries: int) -> None:
    """Refuse a card without entries. Raises InputError."""
    if entries < 1:
        raise InputError(Fault("", "--rules", "must be a whole number above 0", str(entries)))
