"""The one statement: every step in its order, and the relations that it can give.

A statement is made for a checked model and the schema of the tables; it holds named relations,
each a pure function of those before it. Batch, real time, backtest and training differ in the
spine alone, which is a table like the others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeAlias, cast

from sqlglot import exp

from leadline.model.document import Model
from leadline.model.fingerprint import fingerprint
from leadline.model.types import Schema
from leadline.query import attributes, bands, plain, reach, scores, subjects, totals, units
from leadline.query.context import Context, Level, Profile
from leadline.query.ledger import cuts, ledger
from leadline.sql.dialects import identifier, render
from leadline.sql.rewrites import tables_as
from leadline.sql.trees import Tree, column, named, sql_tree, text, union

RECURSIVE = frozenset({"merge_walk"})
NUMBERING = frozenset({"duckdb", "postgres"})
"""Engines that number subjects in the order of rows, and can be told to work out a step once."""
NUMBERED = frozenset({"moment", "account_moment", "lead_number"})
"""Steps that give numbers, which all who read them must see alike: computed once."""
_AT_EACH_MOMENT = tuple(
    f"{level}_events_{family}"
    for level in ("lead", "account")
    for family in ("summed", "distinct", "picked")
)
OUTPUTS = ("points", "scores", "account_scores", "transitions", "account_transitions")
Names: TypeAlias = frozenset[tuple[str, str]]
NO_NAMES: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Statement:
    """The relations of a model, in their order.

    Attributes:
        steps: Name to tree; a step reads tables and the steps before it.
        outputs: What the statement gives, of ``OUTPUTS``: each a tree over steps.
    """

    steps: Mapping[str, Tree]
    outputs: Mapping[str, Tree]
    _texts: dict[tuple[str, str, Names], str] = field(default_factory=dict, repr=False)
    _reads: dict[str, list[str]] = field(default_factory=dict, repr=False)

    @property
    def meets_hits_at_each_moment(self) -> bool:
        """Say whether some rule looks at an event again at each moment of its lead."""
        return any(each.startswith(_AT_EACH_MOMENT) for each in self.steps)

    def needed(self, output: str, given: Container[str] = ()) -> list[str]:
        """Return the steps that an output rests on, without those already given."""
        wanted: set[str] = set()
        waiting = [output]
        while waiting:
            for table in self.reads(waiting.pop()):
                if table in self.steps and table not in wanted and table not in given:
                    wanted.add(table)
                    waiting.append(table)
        return [name for name in self.steps if name in wanted]

    def rests_on(self, output: str, table: str) -> bool:
        """Say whether an output or a step reads a table, itself or through other steps."""
        return any(table in self.reads(each) for each in (output, *self.needed(output)))

    def repeated(self, outputs: Iterable[str]) -> list[str]:
        """Return the steps that some outputs read more than once; constants are no matter."""
        wanted = list(outputs)
        steps = {step for output in wanted for step in self.needed(output)}
        reads = Counter(table for each in (*wanted, *steps) for table in self.reads(each))
        return [
            step for step in self.steps if step in steps and reads[step] > 1 and self.reads(step)
        ]

    def reads(self, name: str) -> list[str]:
        """Return the steps and tables that an output or a step reads, each as often as it does."""
        if name not in self._reads:
            self._reads[name] = [each.name for each in self._tree(name).find_all(exp.Table)]
        return self._reads[name]

    def _tree(self, name: str) -> Tree:
        return self.outputs[name] if name in self.outputs else self.steps[name]

    def text(self, output: str, engine: str, tables: Mapping[str, str] = NO_NAMES) -> str:
        """Return the SQL of an output or a step for an engine.

        Args:
            output: Its name.
            engine: The engine.
            tables: What of the tables and steps is a table there under another name.
        """
        names = self.needed(output, tables)
        if not names:
            return self._rendered(output, engine, tables)
        parts = [
            f"{identifier(name, engine)} as {_once(name, engine)}"
            f"({self._rendered(name, engine, tables)})"
            for name in names
        ]
        recursive = "recursive " if RECURSIVE & set(names) else ""
        return f"with {recursive}{', '.join(parts)} {self._rendered(output, engine, tables)}"

    def columns(self, output: str) -> list[str]:
        """Return the names of an output's columns; an engine may have to shorten them."""
        return cast("exp.Query", self.outputs[output]).named_selects

    def _rendered(self, name: str, engine: str, tables: Mapping[str, str]) -> str:
        other = {each: tables[each] for each in self.reads(name) if each in tables}
        key = (name, engine, frozenset(other.items()))
        if key not in self._texts:
            tree = self._tree(name)
            self._texts[key] = render(tables_as(tree, other) if other else tree, engine)
        return self._texts[key]


def _once(name: str, engine: str) -> str:
    """Have a step worked out once: its numbers must stay, and a short list is better known first.

    PostgreSQL would take the list apart, and DuckDB compare each event with its least and greatest.
    """
    is_once = name in NUMBERED or name.endswith("_match")
    return "materialized " if is_once and engine in NUMBERING else ""


def statement(model: Model, schema: Schema, profile: Profile | None = None) -> Statement:
    """Return the statement of a model over tables with a schema.

    The model must be free of faults for the schema, see ``leadline.model.checking.check``.
    """
    return statement_of(Context(model, schema, profile or Profile()))


def statement_of(context: Context) -> Statement:
    """Return the same, of what it is made for."""
    steps = dict(_steps(context))
    steps |= dict(_cuts(context, steps))
    steps |= dict(_account_points(context, steps))
    steps |= dict(scores.gathered_leads(context))
    return Statement(steps, dict(_outputs(context, steps)))


def levels_of(context: Context) -> tuple[Level, ...]:
    """Return the levels in the order in which they are computed: leads read their accounts."""
    return ("account", "lead") if context.has_accounts else ("lead",)


def _steps(context: Context) -> Iterator[tuple[str, Tree]]:
    levels = levels_of(context)
    yield from subjects.steps(context)
    yield from reach.mark_steps(context)
    for level in levels:
        yield from attributes.for_steps(context, level)
        yield from reach.subject_steps(context, level)
        unit_steps = dict(units.steps(context, level))
        yield from unit_steps.items()
        found = dict(attributes.steps(context, level))
        if level == "lead":
            found.update(plain.steps(context))
        yield from found.items()
        summed = [f"{level}_row", f"{level}_wide_row", plain.SUM]
        given = [each for each in summed if each in {**unit_steps, **found}]
        yield from totals.total_steps(context, level, given)
    yield from scores.score_steps(context, levels)
    yield from bands.steps(context, levels)


def _cuts(context: Context, steps: Mapping[str, Tree]) -> Iterator[tuple[str, Tree]]:
    """Yield ``cuts``: what ``limit_each`` took, which the ledger's own rows do not tell."""
    parts = [
        sql_tree(
            "select f.lead_id, f.as_of, p.score, p.rule, p.part, p.units, p.before, p.after "
            f"from (:rows) as p join lead_facts as f on f.{_KEYS[level]} = p.k where f.in_spine",
            rows=rows,
        )
        for level in levels_of(context)
        for rows in cuts(context, level, steps)
    ]
    if parts:
        yield "cuts", union(parts)


def _outputs(context: Context, steps: Mapping[str, Tree]) -> Iterator[tuple[str, Tree]]:
    print_ = fingerprint(context.model)
    yield "points", _points(context, steps)
    yield "scores", scores_of(context, print_)
    if context.has_accounts:
        yield "account_scores", _account_scores(context, print_)
    changes: dict[str, Level] = {"transitions": "lead", "account_transitions": "account"}
    for output, level in changes.items():
        found = bands.transitions(context, print_, level)
        if found is not None:
            yield output, found


_KEYS: Mapping[Level, str] = {"lead": "k", "account": "account_k"}
"""How a lead at its moment is found by a row of a level."""

_LEDGER = "p.score, p.rule, p.state, p.count, p.last_at, p.weight, p.points, p.unit"


def _points(context: Context, steps: Mapping[str, Tree]) -> Tree:
    """Return the ledger; a lead has the rows of its account's scores too."""
    parts = []
    for level in levels_of(context):
        rows = _rows(context, level, steps)
        if rows:
            parts.append(
                sql_tree(
                    f"select f.lead_id, f.as_of, {_LEDGER} from (:rows) as p "
                    f"join lead_facts as f on f.{_KEYS[level]} = p.k where f.in_spine",
                    rows=union(rows),
                )
            )
    return union(parts) if parts else sql_tree(_NO_LEDGER)


def _rows(context: Context, level: Level, steps: Mapping[str, Tree]) -> list[Tree]:
    """Return the rows of the ledger of a level."""
    listed = [f"{level}_{kind}" for kind in ("row", "told_row", "missing_row")]
    return list(ledger(context, level, [each for each in listed if each in steps]))


def _account_points(context: Context, steps: Mapping[str, Tree]) -> Iterator[tuple[str, Tree]]:
    """Yield ``account_points``: the ledger of accounts, those without leads too."""
    rows = _rows(context, "account", steps) if context.has_accounts else []
    if rows:
        yield (
            "account_points",
            sql_tree(
                f"select f.account_id, f.as_of, {_LEDGER} from (:rows) as p "
                "join account_facts as f on f.k = p.k where f.in_spine",
                rows=union(rows),
            ),
        )


_NO_LEDGER = """
    select lead_id, as_of, '' as score, '' as rule, '' as state, cast(null as bigint) as count,
        cast(null as timestamp) as last_at, cast(null as double) as weight,
        cast(null as double) as points, '' as unit
    from spine where false
"""


def scores_of(context: Context, print_: str, *more: str) -> Tree:
    """Return the scores of leads as results have them, with further columns of ``lead_banded``."""
    model = context.model
    columns = [named(column(totals.score_column(name), "f"), name) for name in model.scores]
    columns += [named(column(bands.grade_column(name), "f"), name) for name in model.grades]
    columns += _bands(context, "lead")
    return sql_tree(
        "select f.lead_id, :shown, f.as_of, :columns, f.override, f.missing, :model as model, "
        ":more from lead_banded as f",
        shown=subjects.shown(context, "lead"),
        columns=columns,
        model=text(print_),
        more=[column(each, "f") for each in more],
    )


def _account_scores(context: Context, print_: str) -> Tree:
    model = context.model
    names = [name for name, score in model.scores.items() if score.is_account]
    columns = [named(column(totals.score_column(name), "f"), name) for name in names]
    source = "account_scored"
    if model.account_bands:
        columns += [*_bands(context, "account"), sql_tree("f.override")]
        source = "account_banded"
    return sql_tree(
        "select f.account_id, :shown, f.as_of, :columns, :model as model from :source as f "
        "where f.in_spine",
        shown=subjects.shown(context, "account"),
        columns=columns,
        model=text(print_),
        source=exp.to_table(source),
    )


def _bands(context: Context, level: Level) -> Iterator[Tree]:
    """Yield the columns of bands after overrides, and then those before them."""
    for prefix, kind in (("", "band"), ("edge_", "edge")):
        for each in context.ladders(level):
            yield named(column(f"{kind}.{each}", "f"), f"{prefix}{context.model.column(each)}")
