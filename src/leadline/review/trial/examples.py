"""The examples inside a model: small leads with known results, scored like any other."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import pyarrow as pa
from pyarrow.json import ParseOptions, read_json

from leadline.engines.duckdb.engine import DuckDB
from leadline.engines.workspace import given_or_own
from leadline.errors import Fault, InputError, LeadlineError
from leadline.model.contract import CONTRACT
from leadline.model.document import (
    Column,
    EventRule,
    Example,
    Model,
    OutcomeRule,
    SilenceRule,
    UnitRule,
)
from leadline.model.expressions import names
from leadline.model.reading.reader import Source
from leadline.query.context import Context, column_of, rule_expressions
from leadline.scoring import Run

_AS_OF = datetime(2026, 1, 1, 12, tzinfo=UTC)
"""When examples are scored; their times are given as days before."""


def check_examples(model: Model, source: Source, engine: DuckDB | None = None) -> list[Fault]:
    """Return a fault for every expectation of an example that the model does not meet.

    They are scored on an engine that was given, else on one of their own.
    """
    if not model.examples:
        return []
    try:
        rows = _scored(_as_written(model), _tables(model), engine)
    except (LeadlineError, pa.ArrowException) as error:
        return [
            source.fault(("examples",), "must be scored", str(error).splitlines()[0].rstrip("."))
        ]
    return [
        fault
        for at, example in enumerate(model.examples)
        for fault in _compare(model, source, at, example, rows[_lead_id(at)])
    ]


def _scored(
    model: Model, tables: Mapping[str, pa.Table], engine: DuckDB | None
) -> dict[str, dict[str, Any]]:
    """Return the scores of the examples by their keys."""
    with given_or_own(engine) as own, Run.open(own, model, tables, as_of=_AS_OF) as run:
        leads = _by_id(run, "scores")
        if not model.account_bands:
            return leads
        accounts = _by_id(run, "account_scores")
        return {key: _with_account(row, accounts[key]) for key, row in leads.items()}


def _by_id(run: Run, output: str) -> dict[str, dict[str, Any]]:
    """Return the rows of an output by the id that they begin with."""
    names = run.columns(output)
    rows = run.rows(f"select * from {run.table(output)}")
    return {row[0]: dict(zip(names, row, strict=True)) for row in rows}


def _with_account(lead: Mapping[str, Any], account: Mapping[str, Any]) -> dict[str, Any]:
    """Return the scores of an example with the bands of its account."""
    return {**account, **lead, "override": lead["override"] or account["override"]}


def _as_written(model: Model) -> Model:
    """Return the model for rows that already have its own names and values."""
    columns = {
        table: {
            name: Column.model_validate({"type": column.kind} if column.kind else {})
            for name, column in declared.items()
        }
        for table, declared in model.columns.items()
    }
    return model.model_copy(update={"columns": columns})


def _lead_id(at: int) -> str:
    return f"example {at + 1}"


def _tables(model: Model) -> dict[str, pa.Table]:
    leads, accounts, events, outcomes = [], [], [], []
    for at, example in enumerate(model.examples):
        key = _lead_id(at)
        leads.append({"lead_id": key, "account_id": key, **_fields(example.lead)})
        accounts.append({"account_id": key, **_fields(example.account)})
        events += [
            {"event_id": f"{key}.{n}", "lead_id": key, **_dated(each)}
            for n, each in enumerate(example.events)
        ]
        outcomes += [{"lead_id": key, **_dated(each)} for each in example.outcomes]
    found = {"leads": leads, "accounts": accounts, "events": events, "outcomes": outcomes}
    lacking = _lacking(model)
    return {name: _table(rows, lacking.get(name, {})) for name, rows in found.items() if rows}


def _lacking(model: Model) -> dict[str, dict[str, None]]:
    """Return the columns that the model reads: those no example has are null."""
    found: dict[str, dict[str, None]] = {"leads": {}, "accounts": {}, "events": {}, "outcomes": {}}
    for entity, name in Context(model, {}).fields:
        if name not in CONTRACT[f"{entity}s"].derived:
            found[f"{entity}s"][name] = None
    for _, _, rule in model.rules():
        if isinstance(rule, EventRule | OutcomeRule | SilenceRule):
            table = "outcomes" if isinstance(rule, OutcomeRule) else "events"
            found[table] |= dict.fromkeys(_columns_of(rule))
    return found


def _columns_of(rule: EventRule | OutcomeRule | SilenceRule) -> Iterator[str]:
    """Yield the columns of events that a rule reads."""
    for expression in rule_expressions(rule):
        yield from (each.parts[0] for each in names(expression.tree) if len(each.parts) == 1)
    if isinstance(rule, UnitRule):
        yield from (each for each in (rule.by, rule.in_, column_of(rule)) if each is not None)


def _table(rows: Sequence[Mapping[str, Any]], lacking: Mapping[str, None]) -> pa.Table:
    """Return rows as a table; a column has the type of its first value, text without any."""
    columns = dict.fromkeys([*(key for row in rows for key in row), *lacking])
    types = {name: _type([row.get(name) for row in rows]) for name in columns}
    lines = "\n".join(json.dumps(row, default=datetime.isoformat) for row in rows)
    # a list of values would have Arrow look whether it is one of pandas, and load it
    return read_json(BytesIO(lines.encode()), parse_options=ParseOptions(pa.schema(types.items())))


def _type(values: Sequence[Any]) -> pa.DataType:
    kind = next((type(each) for each in values if each is not None), str)
    return _TYPES.get(kind, pa.string())


_TYPES = {
    int: pa.float64(),
    float: pa.float64(),
    bool: pa.bool_(),
    datetime: pa.timestamp("us", "UTC"),
}
"""Kind of a value of the document to the type of its column."""


def _fields(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _moment(each) for name, each in values.items()}


def _moment(value: Any) -> Any:
    """Return a time for ``{days_ago: 3}``, anything else as it is."""
    if isinstance(value, Mapping) and set(value) == {"days_ago"}:
        return _AS_OF - timedelta(days=value["days_ago"])
    return value


def _dated(event: Mapping[str, Any]) -> dict[str, Any]:
    """Return an event with its time in place of ``days_ago``."""
    if "days_ago" not in event:
        raise InputError(Fault("", "examples", "must give days_ago for every event and outcome"))
    rest = {name: each for name, each in event.items() if name != "days_ago"}
    return {**_fields(rest), "occurred_at": _AS_OF - timedelta(days=event["days_ago"])}


def _compare(
    model: Model, source: Source, at: int, example: Example, row: Mapping[str, Any]
) -> Iterator[Fault]:
    for path, expected, found in _expectations(model, example, row):
        if expected != found:
            yield source.fault(("examples", at, *path), f"must be {expected}", str(found))


def _expectations(
    model: Model, example: Example, row: Mapping[str, Any]
) -> Iterator[tuple[tuple[str, ...], Any, Any]]:
    if example.band is not None:
        yield ("band",), example.band, row["band"]
    if "override" in example.model_fields_set:
        yield ("override",), example.override, row["override"]
    for key in ("scores", "grades"):
        for name, expected in getattr(example, key).items():
            yield (key, name), expected, row[name]
    for name, expected in example.bands.items():
        yield ("bands", name), expected, row[model.column(name)]
