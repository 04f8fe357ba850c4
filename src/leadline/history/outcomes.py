"""What happens to leads, as rules: the outcomes, events or fields that a task names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias

from leadline.errors import Fault, InputError
from leadline.model.task import Happening, TaskDocument, field_of, nearest_field
from leadline.model.types import Type
from leadline.scoring import Run
from leadline.sql.text import Sql, name, sql_text

OPEN = ("accepted", "rejected")
"""Outcomes that do not end a lead: sales took it up, or gave it back."""
KNOWN_AT = Sql("greatest(t.occurred_at, coalesce(t.recorded_at, t.occurred_at))")
"""When an event or outcome was known, which is what counts at a moment."""
OTHER = "other"
"""The name of the rule for every other outcome that ends a lead."""
_FIRST = {"points": 0, "count": "once", "pick": "first"}
Rules: TypeAlias = Mapping[str, Mapping[str, Any]]
"""Name to rule, as a document has them."""


def rules_of(
    run: Run, task: TaskDocument, key: str, happening: Happening, within: str | None = None
) -> Rules:
    """Return the rules that ask whether what a key of the task names has happened, and when.

    The rule ``KEY`` fires where it has; its ``last_at`` says when it first did. ``KEY_amount``
    gives the amount as points, ``KEY_date`` the age of a field's date in seconds, and
    ``KEY_undated`` fires where there is none.

    Args:
        run: Any run over the tables.
        task: The task, for messages.
        key: A key of the task.
        happening: What it names.
        within: How long ago at most, a duration; by default ever.

    Raises InputError where the data has no such table, field, kind or type.
    """
    if happening.field is not None:
        return dict(_of_field(run, task, key, happening, within))
    kind = "outcome" if happening.outcome else "event"
    kinds = [*(happening.outcome or happening.event or ())]
    _refuse_unknown(run, task, (key, kind), kind, kinds)
    return _counted(run, key, kind, kinds, within)


def other_rules(run: Run) -> Rules:
    """Return the rule of every outcome that ends a lead; none without outcomes."""
    kinds = [each for each in kinds_known(run, "outcome") if each not in OPEN]
    return {OTHER: {"outcome": kinds, **_FIRST}} if kinds else {}


def _counted(run: Run, key: str, kind: str, kinds: list[str], within: str | None) -> Rules:
    base = {kind: kinds, **_FIRST, **({"within": within} if within else {})}
    if kind == "event" or run.loaded.schema["outcomes"].get("amount") is not Type.NUMBER:
        return {key: base}
    amount = {**base, "where": "amount is not null", "points": "amount"}
    return {key: base, f"{key}_amount": amount}


def _of_field(
    run: Run, task: TaskDocument, key: str, happening: Happening, within: str | None
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the rules that read a field: as it was then, where that is known."""
    shown = _shows(run, task, key, happening)
    if happening.at is None:
        yield key, {"when": shown, "points": 0}
    else:
        _column_of(run, task, (key, "at"), happening.at, Type.TIME)
        age = f"age({_quoted(happening.at)})"
        near = f" and {age} < {within}" if within else ""
        happened = f"{shown} and {age} >= 0{near}"
        yield key, {"when": happened, "points": 0}
        yield f"{key}_date", {"when": happened, "points": age}
        yield f"{key}_undated", {"when": f"{shown} and {age} is null", "points": 0}
    if happening.amount is not None:
        _column_of(run, task, (key, "amount"), happening.amount, Type.NUMBER)
        yield f"{key}_amount", {"when": shown, "points": _quoted(happening.amount)}


def _shows(run: Run, task: TaskDocument, key: str, happening: Happening) -> str:
    """Return the condition that a field shows it, as a document has it."""
    field = happening.field or ""
    kind = _column_of(run, task, (key, "field"), field)
    values = [_literal(task, (key, "is"), kind, each) for each in happening.values]
    return "(" + " or ".join(f"{_quoted(field)} = {each}" for each in values) + ")"


def _literal(task: TaskDocument, path: tuple[str, ...], kind: Type, value: object) -> str:
    """Return a value as the column has it; true and false may be written as 1 and 0."""
    if kind in {Type.TEXT, Type.ANY}:
        text = str(value).lower() if isinstance(value, bool) else str(value)
        return "'" + text.replace("'", "''") + "'"
    wanted = {"true": "true", "false": "false", "yes": "true", "no": "false"} | {
        "1": "true",
        "0": "false",
    }
    if kind is Type.BOOLEAN and str(value).lower() in wanted:
        return wanted[str(value).lower()]
    try:
        return repr(float(str(value)))
    except ValueError:
        expected = f"must be {kind.phrase}, as the field is"
        raise InputError(task.fault(path, expected, str(value))) from None


def _quoted(text: str) -> str:
    """Return a field that the task names in the language of models."""
    entity, title = field_of(text)
    return f"{entity}.{name(title)}"


def column_of(run: Run, task: TaskDocument, path: tuple[str, ...], text: str, *kinds: Type) -> Sql:
    """Return the column of leads that a key of the task names. Raises InputError."""
    _column_of(run, task, path, text, *kinds)
    return name(field_of(text)[1])


def _column_of(
    run: Run, task: TaskDocument, path: tuple[str, ...], text: str, *kinds: Type
) -> Type:
    """Return the type of a field of leads that a key of the task names. Raises InputError."""
    entity, title = field_of(text)
    known = run.loaded.schema["leads"]
    if entity != "lead" or title not in known:
        raise InputError(
            task.fault(path, "must name a field of leads", text, nearest_field(title, known))
        )
    if kinds and known[title] not in {*kinds, Type.ANY}:
        phrase = " or ".join(each.phrase for each in kinds)
        raise InputError(task.fault(path, f"must be {phrase}", f"{text} ({known[title]})"))
    return known[title]


def known_until(run: Run, task: TaskDocument) -> datetime | None:
    """Return when the last row was known that the task names, or that ends a lead."""
    asked = [task.task.outcome, *filter(None, [task.task.closed])]
    events = [kind for each in asked for kind in each.event or ()]
    outcomes = [kind for each in asked for kind in each.outcome or ()]
    outcomes += [kind for kind in kinds_known(run, "outcome") if kind not in OPEN]
    known = [
        at
        for kind, kinds in (("event", events), ("outcome", outcomes))
        if kinds
        for (at,) in run.engine.rows(_last(kind, kinds))
        if at is not None
    ]
    return max(known, default=None)


def _last(kind: str, kinds: Sequence[str]) -> Sql:
    return sql_text(
        "select max({at}) from {t} as t where t.{c} in ({kinds})",
        at=KNOWN_AT,
        t=name(f"{kind}s"),
        c=name(_COLUMNS[kind]),
        kinds=kinds,
    )


_COLUMNS = {"outcome": "outcome", "event": "type"}


def kinds_known(run: Run, kind: str) -> list[str]:
    """Return the outcomes or types of events that the data has."""
    table = f"{kind}s"
    if table not in run.loaded.schema:
        return []
    rows = run.engine.rows(
        sql_text(
            "select distinct {c} from {t} where {c} is not null order by 1",
            c=name(_COLUMNS[kind]),
            t=name(table),
        )
    )
    return [str(row[0]) for row in rows]


def _refuse_unknown(
    run: Run, task: TaskDocument, path: tuple[str, ...], kind: str, kinds: Sequence[str]
) -> None:
    """Refuse a table that was not given, and kinds that it never has."""
    table = f"{kind}s"
    if table not in run.loaded.schema:
        raise InputError(
            task.fault(path, f"needs the table {table}", "", f"Give it with --{table}.")
        )
    found = set(kinds_known(run, kind))
    faults: list[Fault | str] = [
        task.fault(path, f"must name what {table} have", each, _other(each, found))
        for each in kinds
        if each not in found
    ]
    if len(faults) == len(kinds):
        raise InputError(*faults)


def _other(kind: str, found: set[str]) -> str:
    near = nearest_field(kind, dict.fromkeys(found))
    return near or f"They have {', '.join(sorted(found)[:8]) or 'none'}."
