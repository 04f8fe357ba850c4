"""A model made ready once, for many small batches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple, Self

from leadline.engines.duckdb.engine import DuckDB
from leadline.errors import Fault, InputError, nearest
from leadline.identity.enrich import Enricher
from leadline.model.checking.check import check
from leadline.model.document import Model
from leadline.model.given import refuse
from leadline.model.reading.reader import Source
from leadline.model.types import Schema, Type
from leadline.query.context import Profile
from leadline.query.statement import statement
from leadline.scoring.moments import literal, naive, zoned

if TYPE_CHECKING:
    import pyarrow as pa

_ARROW = {
    Type.TEXT: ("string", "large_string", "string_view"),
    Type.NUMBER: ("double",),
    Type.BOOLEAN: ("bool",),
    Type.TIME: ("timestamp[us]",),
}
"""What Arrow calls the types of ours; a column without any value may be of none."""


@dataclass(frozen=True)
class Batch:
    """What a batch of leads gives, as Arrow tables; times carry the zone UTC.

    Attributes:
        scores: One row a lead; None where it was not asked for, as for the others.
        points: The ledger: one row a lead and rule.
        account_scores: One row an account; None where the model has no account score.
        transitions: One row a changed band; None where the model has no bands of leads.
        account_transitions: The same of accounts.
        steps: Steps of the statement that were asked for, of those that the model has.
    """

    scores: pa.Table | None = None
    points: pa.Table | None = None
    account_scores: pa.Table | None = None
    transitions: pa.Table | None = None
    account_transitions: pa.Table | None = None
    steps: Mapping[str, pa.Table] = field(default_factory=dict)


class _Made(NamedTuple):
    """A table that each batch makes anew, and the query for it."""

    table: str
    query: str


class Scorer:
    """A model made ready once, for many small batches of rows that are known to be clean.

    Made for real time: each batch brings all rows of the leads that something happened to, typed
    and with unique keys, and is scored at one moment by the same statement as everything else.
    What its outputs rest on is computed once a batch. Any thread may score; they take turns, so
    for several batches at once there should be a scorer for each.

    >>> import pyarrow as pa
    >>> from datetime import UTC
    >>> from leadline.scoring import read_model
    >>> model, _ = read_model({"leadline": 1, "model": "size", "scores": {"fit": {"rules": {
    ...     "large": {"when": "lead.employees >= 100", "points": 10}}}}})
    >>> schema = {"leads": {"lead_id": Type.TEXT, "employees": Type.NUMBER}}
    >>> leads = pa.table({"lead_id": ["a"], "employees": [250.0]})
    >>> with DuckDB() as engine, Scorer(engine, model, schema) as scorer:
    ...     batch = scorer.score({"leads": leads}, datetime(2026, 11, 1, tzinfo=UTC))
    >>> batch.scores["fit"].to_pylist(), batch.points["rule"].to_pylist()
    ([10.0], ['large'])
    """

    def __init__(
        self,
        engine: DuckDB,
        model: Model,
        schema: Schema,
        outputs: Sequence[str] | None = None,
        *,
        every_account: bool = False,
    ) -> None:
        """Check the model against the columns of the batches to come, and plan them.

        Args:
            engine: Computes, in a session of its own that ends with the scorer.
            model: The model.
            schema: Tables and their columns.
            outputs: Which are wanted, of those of ``Batch`` and of the steps of the statement; by
                default all of ``Batch`` that the model has.
            every_account: Whether accounts of a batch are scored too that none of its leads has.

        Raises ModelError.
        """
        refuse(check(model, Source("model", model.plain()), schema))
        self.model, self.schema = model, schema
        self._enricher = Enricher(model, schema)
        self._lacking = set(schema)
        self._every_account = every_account
        self._made, self._outputs, self._steps = self._planned(outputs)
        self._engine = engine.new_session()
        self._turn = Lock()

    def _planned(self, outputs: Sequence[str] | None) -> tuple[list[_Made], list[str], list[str]]:
        """Return what each batch makes, steps that are read more than once and then what is wanted.

        Beside it the outputs, and the steps, that are wanted.
        """
        schema = self._enricher.schema
        texts = frozenset(
            (table, name)
            for table, columns in schema.items()
            for name, kind in columns.items()
            if kind is not Type.TIME
        )
        profile = Profile(texts, one_moment=True, every_account=self._every_account)
        made = statement(self.model, schema, profile)
        wanted = [each for each in made.outputs if outputs is None or each in outputs]
        told = [each for each in made.steps if each in (outputs or ())]
        names: dict[str, str] = {}
        steps: list[_Made] = []
        for step in made.repeated([*wanted, *told]) if len(wanted) + len(told) > 1 else ():
            steps.append(_Made(f"step_{step}", made.text(step, "duckdb", names)))
            names[step] = f"step_{step}"
        steps += [
            _Made(f"output_{each}", made.text(each, "duckdb", names)) for each in [*wanted, *told]
        ]
        return steps, wanted, told

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the session; its tables are gone."""
        self._engine.close()

    @property
    def engine(self) -> DuckDB:
        """The session that has the tables of the last batch, by their names."""
        return self._engine

    @property
    def tables(self) -> Schema:
        """Those tables and their columns, with what was read off others."""
        return self._enricher.schema

    def score(self, tables: Mapping[str, pa.Table], as_of: datetime) -> Batch:
        """Return the outputs for every lead of a batch, at one moment.

        The first batch must have every table of the schema; a table that a later batch leaves
        out keeps its rows. Raises InputError where tables are not as the schema says.
        """
        with self._turn:
            self._refuse(tables)
            for name, rows in tables.items():
                given = rows.select(list(self.schema[name]))
                self._engine.register(self._enricher.given(name), given)
                self._lacking.discard(name)
            self._enricher.enrich(self._engine)
            self._engine.set_moment(naive(as_of))
            self._engine.view("spine", f"select lead_id, {literal(as_of)} as as_of from leads")
            for each in self._made:
                # planning is most of the cost, and an Arrow result of a query would plan it twice
                self._engine.keep(each.table, each.query)
            outputs = {each: self._output(each) for each in self._outputs}
            return Batch(**outputs, steps={each: self._output(each) for each in self._steps})

    def _output(self, name: str) -> pa.Table:
        return zoned(self._engine.arrow(f"from output_{name}"))

    def _refuse(self, tables: Mapping[str, pa.Table]) -> None:
        """Refuse tables that are not as the schema says: another schema needs another scorer."""
        faults = [
            Fault(name, "", "must be given with the first batch")
            for name in sorted(self._lacking - tables.keys())
        ]
        for name, rows in tables.items():
            if name in self.schema:
                faults += self._faults(name, rows)
            else:
                expected = "must be a table of the scorer's schema"
                faults.append(Fault(name, "", expected, "", nearest(name, self.schema)))
        if faults:
            raise InputError(*faults)

    def _faults(self, table: str, rows: pa.Table) -> Iterator[Fault]:
        remedy = "Make another scorer for other columns."
        for name, kind in self.schema[table].items():
            if name not in rows.column_names:
                yield Fault(table, name, "must be there, as in the schema", "", remedy)
                continue
            found = str(rows.schema.field(name).type)
            known = _ARROW.get(kind)
            if known is not None and found not in {*known, "null"}:
                yield Fault(table, name, f"must be {kind.phrase} ({known[0]})", found, remedy)
