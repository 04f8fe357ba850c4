"""Fields as they were known at each judged row: one column a field, computed as scoring does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from leadline.history.draws import group_number, lot
from leadline.history.judged import Judged
from leadline.history.split import FOLDS
from leadline.model.document import Model, Score
from leadline.model.task import field_of
from leadline.model.types import Type
from leadline.sql.text import Sql, name, sql_text

_KEYS = {
    "lead": ("lead_id", "account_id", "email", "created_at", "recorded_at"),
    "account": ("account_id", "recorded_at"),
}
_TABLES = {"lead": "leads", "account": "accounts"}


LATE_WORDS = frozenset({"after", "closed", "outcome", "later", "never"})
"""What a declaration says of a field that is not known at the moment."""
ROW_NUMBER = "row number"
"""The order of rows that nothing but their place in a file orders."""


@dataclass(frozen=True)
class KnownField:
    """A field of leads or accounts.

    Attributes:
        entity: ``lead`` or ``account``.
        name: Its name.
        kind: What its values are; ``ANY`` where there is none.
        column: Its column in the table of known fields.
    """

    entity: str
    name: str
    kind: Type
    column: str

    @property
    def title(self) -> str:
        """What reports call it."""
        return self.name if self.entity == "lead" else f"account.{self.name}"

    @property
    def expression(self) -> str:
        """The field in the language of models."""
        return f'{self.entity}."' + self.name.replace('"', '""') + '"'


@dataclass(frozen=True)
class Known:
    """Judged rows that count, with what was known of each.

    ``table`` has ``lead_id, as_of, outcome, place, fold, bucket, has_account`` and a column a
    field. ``place`` is where a row stands in time or order, from 0 to 1, or null. ``fold`` is
    0 to 4: parts of the order one after the other, or else groups of rows that belong together,
    by lot. ``bucket`` is the number of the group.
    """

    of: Judged
    table: str
    fields: tuple[KnownField, ...]
    rows: int
    positives: int
    ordered_by: str | None

    def field(self, column: str) -> KnownField:
        """Return the field of a column."""
        return self._by_column[column]

    @cached_property
    def _by_column(self) -> dict[str, KnownField]:
        return {each.column: each for each in self.fields}


def known(of: Judged) -> Known:
    """Return the fields of judged rows; the run of the rows stays as it is."""
    fields = tuple(_fields(of))
    facts = _facts(of, fields)
    order, ordered_by = _order(of)
    table = f"{of.table}_known"
    columns = [sql_text("{c} as {n}", c=_fact(each), n=name(each.column)) for each in fields]
    of.run.engine.run(
        sql_text(
            "create or replace temp table {t} as with placed as (select *, {order} as o from {rows}"
            " as r where counts), ranked as (select *, case when o is not null then "
            "percent_rank() over (order by o) end as place from placed) "
            "select p.lead_id, p.as_of, p.outcome, p.place, {fold} as fold, {bucket} as bucket, "
            "{account} as has_account {columns} from ranked as p left join ({facts}) as k "
            "on k.lead_id = p.lead_id and k.as_of = p.as_of",
            t=name(table),
            rows=name(of.table),
            order=order,
            fold=_fold(is_ordered=ordered_by is not None),
            account=_has_account(of),
            bucket=group_number(of.run.duckdb, of.table),
            columns=Sql("".join(f", {each}" for each in columns)),
            facts=facts,
        )
    )
    counts = "select count(*), count(*) filter (where outcome) from {t}"
    [(rows, positives)] = of.run.engine.rows(sql_text(counts, t=name(table)))
    return Known(of, table, fields, rows, positives, ordered_by)


def _fields(of: Judged) -> Iterator[KnownField]:
    named = named_by_task(of)
    number = 0
    for entity, table in _TABLES.items():
        for title, kind in of.run.loaded.schema.get(table, {}).items():
            if title not in _KEYS[entity] and (entity, title) not in named:
                yield KnownField(entity, title, kind, f"f{number}")
                number += 1


def named_by_task(of: Judged) -> set[tuple[str, str]]:
    """Return the fields by which the task says how a lead ended."""
    task = of.task.task
    parts = [each for each in (task.outcome, task.closed) if each is not None]
    given = [text for each in parts for text in (each.field, each.at, each.amount)]
    return {field_of(each) for each in given if each is not None}


def declared(of: Judged) -> dict[tuple[str, str], bool]:
    """Return fields that are declared, and whether as known too late.

    ``known`` of the task is a list of fields known at the moment, or says of each when; columns
    of the document say it with ``known``. What the task says stands.
    """
    found = {
        (entity, title): column.known.lower() in LATE_WORDS
        for entity, table in (("lead", "leads"), ("account", "accounts"))
        for title, column in of.run.model.columns.get(table, {}).items()
        if column.known is not None
    }
    given = of.task.task.known
    if isinstance(given, Mapping):
        return found | {field_of(str(k)): str(v).lower() in LATE_WORDS for k, v in given.items()}
    listed = [given] if isinstance(given, str) else given or []
    return found | {field_of(str(each)): False for each in listed}


def _facts(of: Judged, fields: tuple[KnownField, ...]) -> Sql:
    """Return the facts of leads as the one statement has them at each moment."""
    filled = [each for each in fields if each.kind is not Type.ANY]
    if not filled:
        return sql_text(
            'select lead_id, as_of, null::varchar as "lead.account_id" from {t}', t=name(of.table)
        )
    rules = {each.column: {"when": f"{each.expression} is null", "points": 0} for each in filled}
    model = Model.model_validate(
        {
            "leadline": 1,
            "model": "known",
            "columns": of.run.model.plain().get("columns", {}),
            "scores": {"known": Score.model_validate({"rules": rules})},
        }
    )
    run = of.run.with_model(model)
    return Sql(run.sql("lead_facts"))


def _has_account(of: Judged) -> Sql:
    if "accounts" not in of.run.loaded.schema:
        return Sql("false")
    return Sql('coalesce(k."lead.account_id" in (select account_id from accounts), false)')


def _fact(field: KnownField) -> Sql:
    if field.kind is Type.ANY:
        return Sql("null")
    return sql_text("k.{c}", c=name(f"{field.entity}.{field.name}"))


def _fold(*, is_ordered: bool) -> Sql:
    if is_ordered:
        return sql_text("least(cast(floor(place * {n}) as int), {n} - 1)", n=FOLDS)
    return sql_text("cast({lot} % {n} as int)", lot=lot("fold"), n=FOLDS)


def _order(of: Judged) -> tuple[Sql, str | None]:
    """Return the order of rows: the task's, else the running number that stands for a lead."""
    if of.ordered_by is not None:
        return Sql("r.order_key"), of.ordered_by
    number = "try_cast(lead_id as double)"
    running = f"count({number}) = count(*) and max({number}) <= 1.01 * count(*)"
    [(is_running,)] = of.run.engine.rows(
        f"select {running} and count(distinct lead_id) = count(*) from leads"
    )
    if is_running:
        return Sql("try_cast(r.lead_id as double)"), ROW_NUMBER
    return Sql("null::double"), None
