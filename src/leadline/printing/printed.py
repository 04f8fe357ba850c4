"""The statement as a text for a scheduler or dbt, in the SQL of a warehouse that is not at hand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from textwrap import wrap
from typing import NamedTuple, cast

from sqlglot import exp

from leadline.errors import DialectError, Fault, InputError, nearest
from leadline.model.checking.check import check
from leadline.model.contract import CONTRACT
from leadline.model.document import EventRule, Model, OutcomeRule, SilenceRule
from leadline.model.fingerprint import fingerprint
from leadline.model.reading.reader import Source as Document
from leadline.model.types import Type
from leadline.model.uses import Uses
from leadline.query.context import Context, Profile
from leadline.query.statement import RECURSIVE, Statement, statement
from leadline.scoring import refuse
from leadline.sql.dialects import render
from leadline.sql.planning import SPARK, Planning
from leadline.sql.rewrites import columns_of, stars_listed
from leadline.sql.trees import Tree, spelled, sql_tree, text
from leadline.tables.places.warehouse import Source, listed_of, needed, place, source


class Dialect(NamedTuple):
    """A kind of SQL that a statement can be printed in.

    Attributes:
        name: Of its functions in ``leadline.sql.dialects.LOWERINGS``.
        title: What people call it.
        now: The moment of the run, in UTC without a zone, in its spelling.
        proved: Whether the tests execute printed statements there.
        end: What must stand at the end of the statement.
        planning: What it is good at.
        once: What has relations worked out once, where they are else worked out at each use.
    """

    name: str
    title: str
    now: str
    proved: bool
    end: str = ""
    once: str = ""
    planning: Planning = Planning(numbering="in_order")


DIALECTS: Mapping[str, Dialect] = {
    "duckdb": Dialect(
        "duckdb", "DuckDB", "cast(current_timestamp at time zone 'UTC' as timestamp)", proved=True
    ),
    "postgresql": Dialect(
        "postgres",
        "PostgreSQL",
        "cast(current_timestamp at time zone 'UTC' as timestamp)",
        proved=True,
    ),
    "spark": Dialect("spark", "Apache Spark", "current_timestamp()", proved=True, planning=SPARK),
    "clickhouse": Dialect(
        "clickhouse",
        "ClickHouse",
        "now64(6, 'UTC')",
        proved=True,
        # outer joins give nulls, least of a null is null, and a column goes before an alias
        end="SETTINGS join_use_nulls = 1, least_greatest_legacy_null_behavior = 1, "
        "prefer_column_name_to_alias = 1, enable_materialized_cte = 1",
        once="MATERIALIZED ",
    ),
    "snowflake": Dialect(
        "snowflake",
        "Snowflake",
        "cast(convert_timezone('UTC', current_timestamp()) as timestamp_ntz(6))",
        proved=False,
    ),
    "bigquery": Dialect("bigquery", "BigQuery", "current_datetime('UTC')", proved=False),
    "databricks": Dialect(
        "databricks", "Databricks", "current_timestamp()", proved=False, planning=SPARK
    ),
}
"""Word of ``--dialect`` to what it stands for."""

OUTPUTS: Mapping[str, str] = {
    "scores": "scores",
    "ledger": "points",
    "points": "points",
    "account_scores": "account_scores",
    "transitions": "transitions",
}
"""Word of ``--output`` to the output of the statement."""

REFUSED: Mapping[tuple[str, str], tuple[str, str]] = {
    ("snowflake", "event_marks"): (
        "a subquery that compares times with those of the row around it",
        "Leave marked events out in a view, and name that as --events.",
    ),
    ("clickhouse", "lead_merges"): (
        "a relation that reads itself beside others that are worked out once",
        "Give merged leads one id in a view of leads and of events, and name those.",
    ),
}
"""Dialect and table to what the dialect cannot say, and what to do instead."""

ABSENT = "none"
"""Stands for a table that is not there, so that what would be read from it is null."""

_PLACE_OF_MOMENT = "place_of_moment"
_RUN = "run"
_WIDTH = 100


@dataclass(frozen=True)
class Request:
    """What is to be printed.

    Attributes:
        dialect: Word of ``DIALECTS``.
        tables: Table of the contract to its name in the warehouse, exactly as it is to stand.
        output: Word of ``OUTPUTS``.
        as_of: The moment; by default the time at which the statement runs.
        as_of_sql: The moment as SQL, such as a variable of dbt: UTC without a zone.
        columns: Rows of ``information_schema.columns``; None where types are assumed.
        columns_file: What messages call them.
        is_clean: Keys are known to be there and to be unique.
        with_unproved: Dialects that were never executed may be printed.
    """

    dialect: str
    tables: Mapping[str, str] = field(default_factory=dict)
    output: str = "scores"
    as_of: datetime | None = None
    as_of_sql: str = ""
    columns: Sequence[Mapping[str, str]] | None = None
    columns_file: str = ""
    is_clean: bool = False
    with_unproved: bool = False


class Part(NamedTuple):
    """A named relation of the text."""

    name: str
    comment: str
    tree: Tree


def printed(model: Model, document: Document, request: Request) -> str:
    """Return the statement of a model as a text, with comments.

    Raises:
        ModelError: The model has faults over these tables.
        InputError: An option cannot be used, or a column of a table.
        DialectError: The dialect was never executed, or cannot say what the model needs.
    """
    dialect = _dialect(request)
    refuse(check(model, document))
    tables = _tables(model, request)
    sources = _sources(model, dialect, tables, request)
    schema = {each.table: each.columns for each in sources}
    refuse(check(model, document, schema))
    made = statement(model, schema, _profile(dialect, tables))
    output = _output(model, made, request.output)
    _refuse_columns(dialect, made.columns(output))
    names = made.needed(output)
    parts = [*_given(sources, dialect, request), *(_step(made, name) for name in names)]
    used = [each for each in parts if _is_used(each.name, parts, made.outputs[output])]
    _refuse_clashes(used, tables)
    head = _head(model, dialect, sources, tables, request)
    text = "\n".join([*head, _text(used, made.outputs[output], dialect, names)])
    return _filled(text, tables, request.as_of_sql) + "\n"


def _dialect(request: Request) -> Dialect:
    dialect = DIALECTS.get(request.dialect)
    if dialect is None:
        expected = f"must be {', '.join(list(DIALECTS)[:-1])} or {list(DIALECTS)[-1]}"
        hint = nearest(request.dialect, DIALECTS)
        raise InputError(Fault("", "--dialect", expected, request.dialect, hint))
    if not dialect.proved and not request.with_unproved:
        expected = f"{request.dialect} has never been executed here"
        remedy = "Add --unproved to print it, and compare its rows with leadline score."
        raise DialectError(Fault("", "--dialect", expected, "", remedy))
    for (name, table), (what, remedy) in REFUSED.items():
        if name == dialect.name and table in request.tables:
            expected = f"cannot be said on {dialect.title}: it needs {what}"
            raise DialectError(Fault("", f"--{table.replace('_', '-')}", expected, "", remedy))
    return dialect


def _profile(dialect: Dialect, tables: Mapping[str, str]) -> Profile:
    one_moment = "spine" not in tables
    return Profile(
        one_moment=one_moment, every_account=one_moment, shapes=False, planning=dialect.planning
    )


def _tables(model: Model, request: Request) -> dict[str, str]:
    """Return the tables that the statement reads: those given, and those that the model needs."""
    context = Context(model, {})
    rules = [rule for _, _, rule in model.rules()]
    resets = any(score.reset_on for score in model.scores.values())
    wanted = {
        "leads": True,
        "accounts": any(entity == "account" for entity, _ in context.fields),
        "events": any(isinstance(each, EventRule | SilenceRule) for each in rules),
        "outcomes": resets or any(isinstance(each, OutcomeRule) for each in rules),
    }
    return {
        table: request.tables.get(table, table)
        for table in CONTRACT
        if (table in request.tables or wanted.get(table)) and request.tables.get(table) != ABSENT
    }


def _sources(
    model: Model, dialect: Dialect, tables: Mapping[str, str], request: Request
) -> list[Source]:
    found = Uses(model)
    sources, faults = [], []
    for table, address in tables.items():
        read = [name for where, name in found.types if where == table]
        natives = None
        if request.columns is None:
            faults += _unclear(found, table)
        else:
            natives = listed_of(request.columns, address, request.columns_file)
        types = {
            name: found.types.get((table, name), CONTRACT[table].types.get(name, Type.ANY))
            for name in needed(table, read, natives or ())
        }
        sources.append(
            source(
                dialect.name,
                table,
                address,
                {name: Type.TEXT if kind is Type.ANY else kind for name, kind in types.items()},
                model.columns.get(table, {}),
                natives,
                is_clean=request.is_clean,
            )
        )
    if faults:
        raise InputError(*faults)
    return sources


def _unclear(found: Uses, table: str) -> list[Fault]:
    remedy = "Declare columns: {{{}: {{{}: {{type: number}}}}}}, or give --columns."
    return [
        Fault(
            table,
            name,
            "must have a type, which the model does not tell",
            "",
            remedy.format(table, name),
        )
        for where, name in sorted(found.unclear)
        if where == table and found.types.get((where, name)) is Type.ANY
    ]


def _output(model: Model, made: Statement, word: str) -> str:
    name = OUTPUTS.get(word.replace("-", "_"))
    if name is None:
        expected = f"must be {', '.join(list(OUTPUTS)[:-1])} or {list(OUTPUTS)[-1]}"
        raise InputError(Fault("", "--output", expected, word, nearest(word, OUTPUTS)))
    if name not in made.outputs:
        what = "scores of accounts" if name == "account_scores" else "bands"
        raise InputError(Fault("", f"--output {word}", f"needs a model with {what}", model.model))
    return name


def _refuse_columns(dialect: Dialect, names: Sequence[str]) -> None:
    if dialect.name != "bigquery":
        return
    for name in names:
        if not re.fullmatch("[A-Za-z_][A-Za-z0-9_]*", name):
            expected = f"cannot be the name of a column on {dialect.title}"
            remedy = "Rename it, with letters, digits and _ alone."
            raise DialectError(Fault("", name, expected, "", remedy))


def _given(sources: Sequence[Source], dialect: Dialect, request: Request) -> Iterator[Part]:
    yield Part(_RUN, "the moment that is scored, in UTC", _moment(dialect, request))
    for each in sources:
        comment = f"{each.table}: typed, in UTC"
        if not request.is_clean:
            comment += ", rows with their keys alone"
            if CONTRACT[each.table].once:
                comment += ", each counted once"
        yield Part(_name(each.table), comment, each.tree)
    if not any(each.table == "spine" for each in sources):
        yield Part(
            "spine", "whom to score, and when", sql_tree(_SPINE, leads=exp.to_table("leads"))
        )


_SPINE = "select lead_id, the_moment() as as_of from leads"


def _name(table: str) -> str:
    """Return the relation that holds a table of the contract."""
    return table if table == "spine" else f"given_{table}"


def _moment(dialect: Dialect, request: Request) -> Tree:
    if request.as_of_sql:
        moment: Tree = exp.column(_PLACE_OF_MOMENT)
        moment = exp.cast(moment, "timestamp")
    elif request.as_of is not None:
        naive = request.as_of.astimezone(UTC).replace(tzinfo=None)
        moment = exp.cast(text(naive.isoformat(sep=" ")), "timestamp")
    else:
        moment = spelled(dialect.name, dialect.now, {})
    return sql_tree("select :moment as as_of", moment=moment)


def _step(made: Statement, name: str) -> Part:
    comment = next((said for pattern, said in COMMENTS if re.fullmatch(pattern, name)), "")
    return Part(name, comment, made.steps[name])


COMMENTS = (
    ("moment", "every lead at its moment"),
    ("account_moment", "every account at its moments"),
    (r"(lead|account)_history", "values of fields as they became known"),
    (r"(lead|account)_known", "the latest of them"),
    ("merge_.*|merged|ended", "whom a lead was merged into, and who has ended"),
    ("lead_base", "leads with their fields"),
    ("(lead|account)_facts", "with the fields of their accounts"),
    ("(lead|account)_reach|account_(member|candidate)", "whose events count for whom"),
    ("marked", "events that are not to be counted, and since when"),
    (r"(lead|account)_for", "who has the scores that only some have"),
    (r"(lead|account)_reset", "when each started again"),
    (r"(lead|account)_subject", "whom events may count for"),
    (r".*_match", "conditions by distinct values, and the rules that they match"),
    (r".*_kind", "rules by type of event, with their parameters"),
    (r".*_wide", "sums of rules side by side, one row a lead"),
    (r".*_sums", "hits of each rule: how many, the latest, their weights"),
    (r".*_hits", "hits of the rules that choose among them"),
    (r".*_chosen", "one hit of each unit"),
    (r".*_kept", "the latest of them, where only so many count"),
    (r".*_counted", "which of them give points, where so many are needed"),
    (r".*_units", "units of each rule: what counts"),
    (r".*_undecided", "rules that a missing field leaves open"),
    (r".*_signs", "signs of life, for silence"),
    (r".*_unit_row", "points of event and outcome rules in millionths, after their limits"),
    (r".*_silence", "rules that ask for silence"),
    (r".*_view", "fields with the counts that conditions read"),
    (r".*_attribute", "rules on fields and counts"),
    (r".*_row", "all rows of the ledger, in millionths"),
    (r".*_sum", "their sums"),
    (r".*_limited", "with the limits of groups"),
    (r".*_total", "with the ranges of scores"),
    (r".*_scored(_\d+)?", "scores, rounded to 2 decimals"),
    (r"lead_with_accounts_.*", "with the scores of accounts"),
    (r"gathered_.*", "what the leads of an account come to"),
    ("lead_graded", "grades, and how many fields are missing"),
    (r"switched_.*", "bands that hold still between two edges"),
    ("lead_edged", "bands by their edges"),
    ("lead_banded", "bands after overrides"),
)
"""Name of a step to what it holds; the first that fits."""


def _is_used(name: str, parts: Sequence[Part], output: Tree) -> bool:
    """Say whether a part is read; what no other reads is left out."""
    trees = [output, *(each.tree for each in parts)]
    if name == _RUN:
        return True
    return any(
        name in {_name_in_text(table.name) for table in tree.find_all(exp.Table)} for tree in trees
    )


def _name_in_text(table: str) -> str:
    return _name(table) if table in CONTRACT else table


def _refuse_clashes(parts: Sequence[Part], tables: Mapping[str, str]) -> None:
    """Refuse a table that would be taken for a relation of the statement."""
    names = {each.name for each in parts}
    for table, address in tables.items():
        if address.lower() in names:
            expected = "must be named with its schema: the statement has a relation of this name"
            raise InputError(Fault("", f"--{table.replace('_', '-')}", expected, address))


def _text(parts: Sequence[Part], output: Tree, dialect: Dialect, steps: Sequence[str]) -> str:
    recursive = " RECURSIVE" if RECURSIVE & set(steps) else ""
    relations = []
    known: dict[str, list[str]] = {}
    for each in parts:
        tree = stars_listed(_in_text(each.tree), known)
        known[each.name] = columns_of(tree, known)
        body = _indented(render(tree, dialect.name, pretty=True))
        comment = f"-- {each.comment}\n" if each.comment else ""
        relations.append(f"{comment}{_written(each.name, dialect)} AS {dialect.once}(\n{body}\n)")
    last = render(_in_text(output), dialect.name, pretty=True)
    end = f"\n{dialect.end}" if dialect.end else ""
    return f"WITH{recursive}\n" + ",\n".join(relations) + f"\n{last}{end}"


def _written(name: str, dialect: Dialect) -> str:
    """Return the name of a relation as it stands in the text."""
    return render(exp.to_table(name), dialect.name)


def _in_text(tree: Tree) -> Tree:
    """Return a step over the relations of the text."""
    whole = exp.Tuple(expressions=[tree.copy()])
    for table in list(whole.find_all(exp.Table)):
        if table.name in CONTRACT:
            table.set("this", exp.to_identifier(_name(table.name)))
    for node in list(whole.find_all(exp.Anonymous)):
        if node.name.lower() == "the_moment":
            node.replace(sql_tree("(select as_of from run)"))
    return cast("Tree", whole.expressions[0])


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.split("\n"))


def _head(
    model: Model,
    dialect: Dialect,
    sources: Sequence[Source],
    tables: Mapping[str, str],
    request: Request,
) -> Iterator[str]:
    if not dialect.proved:
        yield (
            f"-- NOT PROVED: leadline has never executed this on {dialect.title}. "
            "Compare its rows with those of leadline score."
        )
    yield f"-- {request.output} of model {model.model} for {dialect.title}, by leadline sql"
    yield f"-- fingerprint {fingerprint(model)}"
    for each in sources:
        columns = ", ".join(f"{name} {kind.value}" for name, kind in each.columns.items())
        lines = wrap(f"{tables[each.table]}: {columns}", _WIDTH - 6)
        yield from (f"--   {line}" for line in lines)
        yield from (f"--   {note}" for note in each.notes)
    if request.columns is None:
        yield "-- Types are those that the model implies; nobody has looked at the tables."
    yield "-- Keys of leads and accounts must be unique. The session's time zone must be UTC."


def _filled(text: str, tables: Mapping[str, str], moment: str) -> str:
    """Put the user's own names and the moment where their places are, exactly as written."""
    own = {place(table): address for table, address in tables.items()}
    own[_PLACE_OF_MOMENT] = moment
    pattern = rf"[\"`]?\b({'|'.join(own)})\b[\"`]?"
    return re.sub(pattern, lambda found: own[found[1]], text)
