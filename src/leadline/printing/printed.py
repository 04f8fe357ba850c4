"""The statement as a text for a scheduler or dbt, in the SQL of a warehouse that is not at hand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC
from typing import NamedTuple, cast

from sqlglot import exp

from leadline.errors import DialectError, Fault, InputError, nearest
from leadline.model.checking.check import check
from leadline.model.contract import CONTRACT
from leadline.model.document import Model
from leadline.model.reading.reader import Source as Document
from leadline.printing.dialects import Dialect, dialect_of
from leadline.printing.head import head
from leadline.printing.request import OUTPUTS, Request
from leadline.printing.sources import sources_of, tables_of
from leadline.query.context import Profile
from leadline.query.statement import RECURSIVE, Statement, statement
from leadline.scoring import refuse
from leadline.sql.dialects import render
from leadline.sql.rewrites import columns_of, stars_listed
from leadline.sql.trees import Tree, spelled, sql_tree, text
from leadline.tables.places.warehouse import Source, place

_PLACE_OF_MOMENT = "place_of_moment"
_RUN = "run"


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
    dialect = dialect_of(request)
    refuse(check(model, document))
    tables = tables_of(model, request)
    sources = sources_of(model, dialect, tables, request)
    schema = {each.table: each.columns for each in sources}
    refuse(check(model, document, schema))
    made = statement(model, schema, _profile(dialect, tables))
    output = _output(model, made, request.output)
    _refuse_columns(dialect, made.columns(output))
    names = made.needed(output)
    parts = [*_given(sources, dialect, request), *(_step(made, name) for name in names)]
    used = [each for each in parts if _is_used(each.name, parts, made.outputs[output])]
    _refuse_clashes(used, tables)
    above = head(model, dialect, sources, tables, request)
    text = "\n".join([*above, _text(used, made.outputs[output], dialect, names)])
    return _filled(text, tables, request.as_of_sql) + "\n"


def _profile(dialect: Dialect, tables: Mapping[str, str]) -> Profile:
    one_moment = "spine" not in tables
    return Profile(
        one_moment=one_moment, every_account=one_moment, shapes=False, planning=dialect.planning
    )


def _output(model: Model, made: Statement, word: str) -> str:
    name = OUTPUTS.get(word.replace("-", "_"))
    if name is None:
        expected = f"must be {', '.join(list(OUTPUTS)[:-1])} or {list(OUTPUTS)[-1]}"
        raise InputError(Fault("", "--output", expected, word, nearest(word, OUTPUTS)))
    if name not in made.outputs:
        expected = f"needs a model with {_NEEDS[name]}"
        raise InputError(Fault("", f"--output {word}", expected, model.model))
    return name


_NEEDS = {
    "account_scores": "scores of accounts",
    "transitions": "bands of leads",
    "account_transitions": "bands of accounts",
}


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
    (r".*_parts", "sums of them, by value where each value has a limit"),
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
    ("account_graded", "their grades"),
    (r"switched_.*", "bands that hold still between two edges"),
    ("(lead|account)_edged", "bands by their edges"),
    ("(lead|account)_banded", "bands after overrides"),
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


def _filled(text: str, tables: Mapping[str, str], moment: str) -> str:
    """Put the user's own names and the moment where their places are, exactly as written."""
    own = {place(table): address for table, address in tables.items()}
    own[_PLACE_OF_MOMENT] = moment
    pattern = rf"[\"`]?\b({'|'.join(own)})\b[\"`]?"
    return re.sub(pattern, lambda found: own[found[1]], text)
