"""What happened to leads, as relations: outcomes, events or fields that a task names."""

from __future__ import annotations

from collections.abc import Sequence

from leadline.errors import Fault, InputError
from leadline.model.task import Happening, TaskDocument, field_of, nearest_field
from leadline.model.types import Type
from leadline.scoring import Run
from leadline.sql.text import Sql, joined, name, sql_text

OPEN = ("accepted", "rejected")
"""Outcomes that do not end a lead: sales took it up, or gave it back."""
KNOWN_AT = Sql("greatest(t.occurred_at, coalesce(t.recorded_at, t.occurred_at))")
"""When an event or outcome was known, which is what counts at a moment."""


def happenings(run: Run, task: TaskDocument, key: str, happening: Happening) -> Sql:
    """Return the relation ``who, happened_at, amount`` of what a key of the task names.

    ``who`` is the lead, or the account where the task's outcome is the account's. Raises
    InputError where the data has no such table, field, kind or type.
    """
    if happening.field is not None:
        return _of_field(run, task, key, happening)
    table = "outcomes" if happening.outcome else "events"
    column = name("outcome" if happening.outcome else "type")
    kinds = happening.outcome or happening.event or ()
    _refuse_unknown(run, task, (key, table.removesuffix("s")), table, column, kinds)
    return _of_table(task, table, sql_text("t.{c} in ({kinds})", c=column, kinds=list(kinds)))


def other_outcomes(run: Run, task: TaskDocument) -> Sql | None:
    """Return the same relation of every outcome that ends a lead; None without outcomes."""
    if "outcomes" not in run.loaded.schema:
        return None
    return _of_table(task, "outcomes", sql_text("t.outcome not in ({open})", open=OPEN))


def _of_table(task: TaskDocument, table: str, condition: Sql) -> Sql:
    """Return rows of a table; those of an account are also those of its leads."""
    amount = Sql("t.amount" if table == "outcomes" else "null::double")
    join, who = Sql(""), Sql("t.lead_id")
    if task.task.outcome_from == "account":
        join = Sql("left join leads as l on l.lead_id = t.lead_id")
        who = Sql("coalesce(t.account_id, l.account_id)")
    return sql_text(
        "select {who} as who, {at} as happened_at, {amount} as amount from {table} as t {join} "
        "where {condition} and {who} is not null",
        who=who,
        at=KNOWN_AT,
        amount=amount,
        table=name(table),
        join=join,
        condition=condition,
    )


def _of_field(run: Run, task: TaskDocument, key: str, happening: Happening) -> Sql:
    amount = Sql("null::double")
    if happening.amount is not None:
        amount = sql_text(
            "try_cast(l.{c} as double)", c=column_of(run, task, (key, "amount"), happening.amount)
        )
    at = Sql("null::timestamp")
    if happening.at is not None:
        at = sql_text("l.{c}", c=column_of(run, task, (key, "at"), happening.at, Type.TIME))
    return sql_text(
        "select l.lead_id as who, {at} as happened_at, {amount} as amount "
        "from leads as l where {shows}",
        at=at,
        amount=amount,
        shows=shows(run, task, key, happening),
    )


def shows(run: Run, task: TaskDocument, key: str, happening: Happening) -> Sql:
    """Return whether a field of ``leads as l`` shows it; null where the field is empty."""
    column = column_of(run, task, (key, "field"), happening.field or "")
    kind = run.loaded.schema["leads"][_title(happening.field or "")]
    if kind is Type.ANY:
        return Sql("null::boolean")
    values = [_value(task, (key, "is"), kind, each) for each in happening.values]
    return sql_text("l.{c} in ({values})", c=column, values=values)


def _value(task: TaskDocument, path: tuple[str, ...], kind: Type, value: object) -> Sql:
    """Return a value as the column has it; true and false may be written as 1 and 0."""
    if kind is Type.TEXT:
        return sql_text("{v}", v=str(value).lower() if isinstance(value, bool) else str(value))
    wanted = {"true": True, "false": False, "yes": True, "no": False, "1": True, "0": False}
    if kind is Type.BOOLEAN and str(value).lower() in wanted:
        return sql_text("{v}", v=wanted[str(value).lower()])
    try:
        return sql_text("{v}", v=float(str(value)))
    except ValueError:
        expected = f"must be {kind.phrase}, as the field is"
        raise InputError(task.fault(path, expected, str(value))) from None


def column_of(run: Run, task: TaskDocument, path: tuple[str, ...], text: str, *kinds: Type) -> Sql:
    """Return the column of leads that a key of the task names. Raises InputError."""
    entity, title = field_of(text)
    known = run.loaded.schema["leads"]
    if entity != "lead" or title not in known:
        raise InputError(
            task.fault(path, "must name a field of leads", text, nearest_field(title, known))
        )
    if kinds and known[title] not in kinds:
        phrase = " or ".join(each.phrase for each in kinds)
        raise InputError(task.fault(path, f"must be {phrase}", f"{text} ({known[title]})"))
    return name(title)


def _title(text: str) -> str:
    return field_of(text)[1]


def _refuse_unknown(  # noqa: PLR0913, PLR0917 - a place in the task and one in the tables
    run: Run,
    task: TaskDocument,
    path: tuple[str, ...],
    table: str,
    column: Sql,
    kinds: Sequence[str],
) -> None:
    """Refuse a table that was not given, and kinds that it never has."""
    if table not in run.loaded.schema:
        raise InputError(
            task.fault(path, f"needs the table {table}", "", f"Give it with --{table}.")
        )
    rows = run.engine.rows(
        sql_text("select distinct {c} from {t} where {c} is not null", c=column, t=name(table))
    )
    found = {str(row[0]) for row in rows}
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


def union(parts: Sequence[Sql]) -> Sql:
    """Return the rows of several relations."""
    return joined(" union all ", parts)
