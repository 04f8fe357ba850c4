"""A workspace from exports: which table each file is, a model that fits, and what is still open."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from leadline.errors import Fault, InputError

if TYPE_CHECKING:
    from leadline.engines.duckdb.engine import DuckDB
    from leadline.inspection.report import Inspection

_WON = ("won", "closed won", "closedwon", "customer", "win")
"""What outcomes that are wanted are often called."""
_HORIZON_DAYS = 60
_EVERY = "  moments: {every: 14d}         # asked on every second Monday of the past\n"
_MOST_OPEN = 5
"""So many places are listed that look for what the data never has."""


@dataclass(frozen=True)
class Proposal:
    """What was made of exports.

    Attributes:
        tables: Table to its files, as the folder of the workspace sees them.
        model: Text of the model.
        starter: The starter that it was made from.
        task: Text of the task; None without outcomes.
        open: What a person has to look at or decide, one sentence each.
    """

    tables: Mapping[str, str | Sequence[str]]
    model: str
    starter: str
    task: str | None
    open: tuple[str, ...]


def proposal(engine: DuckDB, exports: Sequence[str], folder: Path, starter: str | None) -> Proposal:
    """Look into exports and propose a workspace. Raises InputError, FileError."""
    from leadline.inspection.fitting import fitted
    from leadline.inspection.inspect import inspect
    from leadline.model.starters import starter as starter_text
    from leadline.questions.looking import seen_in
    from leadline.scoring.loading import load

    found = inspect(list(exports), engine=engine)
    given = _by_table(found, exports)
    if "leads" not in given:
        remedy = (
            "Name it with leadline inspect FILE --table leads, and write leadline.toml by hand."
        )
        raise InputError(Fault("", "--from", "must hold leads", _listed(found), remedy))
    columns = _block(found)
    loaded = load(engine, given, _reader(columns))
    types = _types(engine) if "events" in loaded.schema else set()
    name = starter or _fitting(types)
    made = fitted(
        starter_text(name), found.block, "model.yaml", seen_in(engine, loaded.schema, found.block)
    )
    model = made.text
    outcome = _outcome(engine) if "outcomes" in loaded.schema else None
    return Proposal(
        {table: _seen_from(folder, files) for table, files in given.items()},
        model,
        name,
        None if outcome is None else task_text(outcome, has_events="events" in given),
        tuple(dict.fromkeys((*made.open, *_open(engine, found, model, given, outcome)))),
    )


def _by_table(found: Inspection, exports: Sequence[str]) -> dict[str, list[str]]:
    """Return the files of each table, as they were given."""
    given: dict[str, list[str]] = {}
    for report, each in zip(found.tables, exports, strict=True):
        given.setdefault(report.table, []).append(each)
    return given


def _listed(found: Inspection) -> str:
    return ", ".join(f"{each.where}: {each.table}" for each in found.tables)


def _block(found: Inspection) -> dict[str, Any]:
    """Return what inspection proposes under ``columns`` and ``files``, as values."""
    from ruamel.yaml import YAML

    values: dict[str, Any] = YAML(typ="safe", pure=True).load(found.block)
    return values


def _reader(columns: Mapping[str, Any]) -> Any:
    """Return a model that scores nothing, with which the exports are read."""
    from leadline.model.given import read_model

    nothing = {"rules": {"none": {"when": "1 = 0", "points": 0}}}
    read = {key: value for key, value in columns.items() if value}
    return read_model({"leadline": 1, "model": "none", "scores": {"none": nothing}, **read})[0]


def _types(engine: DuckDB) -> set[str]:
    return {row[0] for row in engine.rows("select distinct type from events")}


def _fitting(types: set[str]) -> str:
    """Return the starter that knows the most of some types of events; the first of equal ones."""
    from leadline.model.document import EventRule
    from leadline.model.reading.reader import read
    from leadline.model.starters import STARTERS, starter

    def known(name: str) -> float:
        wanted = {
            each
            for _, _, rule in read(starter(name)).rules()
            if isinstance(rule, EventRule)
            for each in rule.event
        }
        return len(wanted & types) / len(wanted)

    return max(STARTERS, key=known)


def _outcome(engine: DuckDB) -> str | None:
    """Return the outcome that is probably wanted: by its name, else the most frequent."""
    rows = engine.rows("select outcome, count(*) from outcomes group by 1 order by 2 desc, 1")
    kinds = [row[0] for row in rows if row[0] is not None]
    return next((each for each in kinds if each.lower() in _WON), next(iter(kinds), None))


def task_text(outcome: str, *, has_events: bool = True) -> str:
    """Return a task to start from; its tables are read as the model beside it says.

    Where leads do things, they are judged again and again; else when they were created.
    """
    from leadline.inspection.block import yaml_text

    return (
        "# What a good lead is: backtest, thresholds, rules, rates, audit and learn judge by it.\n"
        "# The language of tasks is described in docs/how-to/write-a-task.md.\n"
        "task:\n"
        f"  outcome: {{outcome: {yaml_text(outcome)}}}\n"
        f"  horizon: {_HORIZON_DAYS}d                  # how long after the moment it counts\n"
        f"{_EVERY if has_events else ''}"
    )


def _seen_from(folder: Path, files: Sequence[str]) -> str | list[str]:
    """Return files as the folder sees them."""
    seen = [each if Path(each).is_absolute() else os.path.relpath(each, folder) for each in files]
    return seen[0] if len(seen) == 1 else seen


def _open(
    engine: DuckDB,
    found: Inspection,
    model: str,
    given: Mapping[str, Sequence[str]],
    outcome: str | None,
) -> Iterator[str]:
    """Yield what a person has to look at: guesses, what does not fit, what is not there."""
    from leadline.model.given import read_model
    from leadline.review.trial.checked import check_tables
    from leadline.tables.columns import ReadAs, Repeats, Unnamed

    for each in found.tables:
        if each.is_guess:
            yield f"{each.where} is taken for {each.table}; if it is not, change [tables]."
        found_here = (line for line in each.findings if not isinstance(line, Repeats))
        yield from (_placed(each.where, line) for line in found_here)
    checked = check_tables(engine, *read_model(model), given)
    yield from (each for each in checked.notes if not isinstance(each, (ReadAs, Unnamed)))
    yield from (_of_model(each) for each in checked.faults)
    yield from (_of_model(each) for each in checked.warnings[:_MOST_OPEN])
    if len(checked.warnings) > _MOST_OPEN:
        yield f"{len(checked.warnings) - _MOST_OPEN} more of that kind; leadline check lists them."
    if "events" not in given:
        yield "No events: rules about what leads did give no points."
    if outcome is None:
        yield "No outcomes: backtest, thresholds, rules, rates and learn need them, and a task."
    else:
        yield f"task.yaml: that {outcome} within {_HORIZON_DAYS} days is what counts is a guess."


def _placed(where: str, line: str) -> str:
    """Return what is said of a file with its name before it, once.

    >>> _placed("a.csv", "a.csv: lines end in two ways."), _placed("a.csv", "1 row is empty.")
    ('a.csv: lines end in two ways.', 'a.csv: 1 row is empty.')
    """
    return line if line.startswith(where) else f"{where}: {line}"


def _of_model(fault: Fault) -> str:
    """Return a fault of a model that has no file yet, by the file that it will have."""
    return str(replace(fault, where=fault.where.replace("model", "model.yaml", 1)))
