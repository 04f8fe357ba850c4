"""What the statement finds for kept leads: who they are, hits of rules, and points of others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from leadline.model.document import Model
from leadline.query import kept
from leadline.query.context import Context, NumberedRule
from leadline.query.moments import microseconds_of
from leadline.query.statement import Statement, statement_of
from leadline.query.subjects import field
from leadline.scoring.arrays.columns import array_of
from leadline.scoring.kept import keys
from leadline.scoring.kept.points import Hits, Points, ageless, by_rule, only
from leadline.scoring.moments import naive
from leadline.scoring.profile import profile_of

if TYPE_CHECKING:
    from leadline.scoring.run import Run
    from leadline.scoring.tables import Tables


@dataclass(frozen=True, eq=False)
class View:
    """What is known of leads beside their points.

    Attributes:
        leads: A row a lead, in the order of their numbers.
        names: What the statement's steps of accounts are called on the engine.
    """

    leads: pa.Table
    names: Mapping[str, str]


@dataclass(frozen=True, eq=False)
class Finder:
    """Asks the statement, for a variant of a model over the tables of a run.

    Attributes:
        run: The run, of one moment.
        at: Its moment.
        numbers: The table that gives leads their numbers.
        tables: The tables as the variant reads them.
        context: The variant over them.
    """

    run: Run
    at: datetime
    numbers: str
    tables: Tables
    context: Context

    def of(self, tables: Tables, model: Model) -> Finder:
        """Return the same for another variant; the plan stays, which says nothing of the result."""
        context = Context(model, tables.schema, self.context.profile)
        return replace(self, tables=tables, context=context)

    def part(self, model: Model) -> Finder:
        """Return the same for a part of the variant, with a plan of its own."""
        return replace(self, context=context_of(self.run, self.tables, model))

    def asked(
        self,
        statement: Statement,
        output: str,
        given: Mapping[str, pa.Table] | None = None,
        names: Mapping[str, str] | None = None,
    ) -> pa.Table:
        """Return an output of a statement, over rows given and tables named beside its tables."""
        engine, workspace = self.run.duckdb, self.run.workspace
        made = {each: workspace.register(each, rows) for each, rows in (given or {}).items()}
        try:
            text = statement.text(output, "duckdb", {**self._names, **(names or {}), **made})
            return engine.arrow(text)
        finally:
            for each in made.values():
                engine.drop(each)

    @property
    def _names(self) -> dict[str, str]:
        return {
            **self.tables.names,
            "spine": self.run.moments.table,
            kept.NUMBERS: self.numbers,
        }

    def number(self) -> tuple[str, int]:
        """Number the leads; return the table that has their numbers, and how many there are."""
        seen = statement_of(self.context).text("lead_view", "duckdb", self._names)
        workspace = self.run.workspace
        query = f"select k, row_number() over () - 1 as {kept.NUMBER} from ({seen}) as v"
        made = workspace.keep(kept.NUMBERS, query)
        [(count,)] = self.run.engine.rows(f"select count(*) from {made}")
        return made, count

    def view(self) -> View:
        """Return what is known of leads, and what the statement knows of accounts."""
        statement, workspace = statement_of(self.context), self.run.workspace
        names: dict[str, str] = {}
        for each in kept.ACCOUNTS:
            if self.context.has_accounts and each in statement.steps:
                text = statement.text(each, "duckdb", {**self._names, **names})
                names[each] = workspace.keep(each, text)
        seen = statement.text("lead_view", "duckdb", {**self._names, **names})
        numbered = (
            f"select v.*, l.{kept.NUMBER} from ({seen}) as v "
            f"join {self.numbers} as l on l.k = v.k order by l.{kept.NUMBER}"
        )
        with self.run.duckdb.ordered():
            return View(self.run.duckdb.arrow(numbered), names)

    def known(self) -> npt.NDArray[np.bool_]:
        """Return of each lead whether it was known at the moment, and has not ended."""
        created = f'"{field("lead", "created_at")}"'
        seen = statement_of(self.context).text("lead_view", "duckdb", self._names)
        rows = self.run.duckdb.arrow(
            f"select l.{kept.NUMBER}, cast(v.in_spine and "
            f"coalesce({created} <= v.as_of, true) as tinyint) as known from ({seen}) as v "
            f"join {self.numbers} as l on l.k = v.k"
        )
        found = np.zeros(rows.num_rows, np.bool_)
        found[array_of(rows[kept.NUMBER])] = array_of(rows["known"])
        return found

    def hits(self, rules: Sequence[NumberedRule]) -> dict[str, Hits]:
        """Return the hits of plain rules by their keys."""
        names = ((each.score_name, each.name) for each in rules)
        part = self.part(ageless(only(self.context.model, names)))
        rows = part.asked(kept.hits(part.context), "hits")
        age = microseconds_of(naive(self.at)) - array_of(rows["occurred_at"]).astype(np.int64)
        lead, rule = array_of(rows["lead"]), array_of(rows["rule"])
        numbered = part.context.rules
        return {
            keys.of_hits(numbered[number]): Hits.of(of, ages)
            for number, of, ages in by_rule(lead, rule, age, len(numbered))
        }

    def points(self, rules: Sequence[NumberedRule]) -> dict[int, Points]:
        """Return the points that the statement gives rules, by their numbers."""
        read = [each for rule in rules for each in keys.read_by(self.context, rule)]
        names = {(each.score_name, each.name): each.number for each in rules}
        all_names = (*names, *((each.score_name, each.name) for each in read))
        part = self.part(only(self.context.model, all_names))
        rows = part.asked(kept.rows(part.context), "rows")
        lead, rule, points = (array_of(rows[each]) for each in ("lead", "rule", "points"))
        found = {
            (part.context.rules[place].score_name, part.context.rules[place].name): Points(*given)
            for place, *given in by_rule(lead, rule, points, len(part.context.rules))
        }
        return {number: found[name] for name, number in names.items()}


def context_of(run: Run, tables: Tables, model: Model) -> Context:
    """Return a variant over tables at the moment of a run."""
    profile = replace(profile_of(tables, model, run.moments), in_arrays=False)
    return Context(model, tables.schema, profile)
