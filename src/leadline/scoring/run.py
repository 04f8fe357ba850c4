"""A model over tables and moments: it computes any of its outputs, each once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from leadline.engines.duckdb.engine import DuckDB
from leadline.engines.engine import ArrowStream, Engine
from leadline.engines.workspace import Workspace
from leadline.errors import Fault, InputError
from leadline.model.checking.check import check
from leadline.model.document import Model
from leadline.model.fingerprint import fingerprint
from leadline.model.given import read_model, refuse
from leadline.model.reading.reader import Source
from leadline.model.types import Type
from leadline.query import plain
from leadline.query.context import Context
from leadline.query.statement import Statement, statement_of
from leadline.scoring.moments import Moments, every_lead, literal, spine_of, zoned
from leadline.scoring.profile import pays_to_sort, profile_of
from leadline.scoring.tables import Tables
from leadline.sql.dialects import render
from leadline.sql.trees import sql_tree
from leadline.tables.examples import with_examples
from leadline.tables.places.inputs import Input
from leadline.tables.read import Loaded
from leadline.timings import step

if TYPE_CHECKING:
    import pyarrow as pa

_SHARED = (
    "lead_number",
    "moment",
    "account_moment",
    "account_row",
    "lead_row",
    "account_total",
    "lead_total",
)
"""Steps that several outputs rest on; kept while more than one output is wanted."""


class _Plan(NamedTuple):
    """What is computed: the model at its moments, the statement, and what its tables are called."""

    context: Context
    statement: Statement
    names: Mapping[str, str]


@dataclass(eq=False)
class Run:
    """A model over tables and moments, ready to compute.

    It stays true: other moments or another model make another run beside it, on the same tables.
    Runs may compute at once, in a thread each.

    Attributes:
        tables: What it reads.
        moments: Which leads it scores, and when.
        model: Free of faults for these tables.
        workspace: Holds what it computes; that of a run which read the tables holds them too.
    """

    tables: Tables
    moments: Moments
    model: Model
    workspace: Workspace
    _kept: dict[str, str] = field(default_factory=dict)
    _results: dict[str, str] = field(default_factory=dict)
    _computed: set[str] = field(default_factory=set)
    _lock: RLock = field(default_factory=RLock, repr=False)

    @classmethod
    def open(
        cls,
        engine: Engine,
        model: str | Path | Mapping[str, Any] | Model,
        inputs: Mapping[str, Input],
        *,
        as_of: datetime | None = None,
        clean: bool = False,
    ) -> Run:
        """Read tables into a workspace of the engine and check the model against them.

        Without a table ``spine`` every lead is scored at ``as_of``, and every account. Closing the
        run, or the engine, drops all of it.
        """
        document, source = read_model(model)
        refuse(check(document, source))
        if "spine" not in inputs and as_of is None:
            raise InputError(Fault("", "as_of", "must be given where there is no spine"))
        tables = Tables.read(engine, inputs, document, clean=clean)
        try:
            refuse(with_examples(check(document, source, tables.schema), tables.loaded))
            moments = (
                Moments("spine")
                if "spine" in tables.schema or as_of is None
                else every_lead(tables.workspace, as_of)
            )
        except BaseException:
            tables.workspace.close()
            raise
        return cls(tables, moments, document, tables.workspace)

    def close(self) -> None:
        """Drop what it computed, and the tables where it read them: runs over these end too."""
        self.workspace.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def engine(self) -> Engine:
        """The session of the engine on which everything stands."""
        return self.workspace.engine

    @property
    def loaded(self) -> Loaded:
        """What was read, and what a person should know of it."""
        return self.tables.loaded

    @cached_property
    def fingerprint(self) -> str:
        """The fingerprint of the model."""
        return fingerprint(self.model)

    @property
    def duckdb(self) -> DuckDB:
        """The embedded engine, where it computes; raises InputError where another one does.

        For what is written in DuckDB's own SQL.
        """
        if not isinstance(self.engine, DuckDB):
            remedy = "Give files, and no other engine."
            expected = "can be reviewed on DuckDB alone"
            raise InputError(Fault("", "the model", expected, self.engine.dialect, remedy))
        return self.engine

    @property
    def statement(self) -> Statement:
        """The one statement."""
        return self._plan.statement

    @cached_property
    def _plan(self) -> _Plan:
        with self._lock, step("write the statement"):
            profile = profile_of(self.tables, self.model, self.moments)
            context = Context(self.model, self.loaded.schema, profile)
            made = statement_of(context)
            names = {**self.tables.names, "spine": self.moments.table}
            if made.meets_hits_at_each_moment and pays_to_sort(self.tables, self.moments):
                names["events"] = self.tables.events_by_lead()
            return _Plan(context, made, names)

    def embedded(self) -> Run:
        """Return this run on the embedded engine, to which all rows are brought.

        For what is written in DuckDB's own SQL; it itself, where it is there already.
        """
        own = self.engine.embedded
        if own is self.engine:
            return self
        for table, columns in self.loaded.schema.items():
            rows = self.engine.arrow(f"select * from {self.tables.name(table)}")
            own.register(table, rows.rename_columns(list(columns)))
        if self.moments.one is None:
            own.register("spine", self.engine.arrow(f"select * from {self.moments.table}"))
        there = Workspace(own)
        moments = every_lead(there, self.moments.one) if self.moments.one else Moments("spine")
        return Run(Tables(there, self.loaded), moments, self.model, there.part())

    def keep(self, *outputs: str) -> None:
        """Compute once what several outputs rest on."""
        if self.engine.planning.reads_again:
            self._keep(self.statement.repeated(outputs))
        elif len(outputs) > 1:  # one output needs nothing twice
            if "points" in outputs and self.moments.one is not None:
                self._sum_told_rules()
            self._keep(_SHARED)

    def _sum_told_rules(self) -> None:
        """Take the sums of plain rules from the ledger, which is computed anyway."""
        told = "lead_told_row"
        self._keep([told])
        if told in self._kept:
            self._kept[plain.SUM] = self._kept[told]

    def _keep(self, steps: Iterable[str]) -> None:
        with self._lock:
            for step in steps:
                if step in self.statement.steps and step not in self._kept:
                    self._kept[step] = self.workspace.keep(step, self.text(step))

    def sql(self, output: str) -> str:
        """Return the SQL of an output or a step over the tables and what is kept."""
        if self.engine.planning.reads_again:
            self.keep(output)
        return self.text(output)

    def text(self, output: str) -> str:
        """Return the same without keeping anything for it."""
        plan = self._plan
        if plan.statement.rests_on(output, plain.GIVEN):
            self._sum_plain_rules()
        return plan.statement.text(output, self.engine.dialect, {**plan.names, **self._kept})

    def _sum_plain_rules(self) -> None:
        """Give the statement the sums of plain rules, where it does not have them yet."""
        from leadline.scoring.plain import keep_sums  # noqa: PLC0415 - imports arrays, slowly

        with self._lock:
            if not {plain.SUM, plain.GIVEN} & set(self._kept):
                self._keep(["lead_number"])
                hits, leads = self.text(plain.HITS), self._kept["lead_number"]
                with step("find hits and sum them"):
                    self._kept[plain.GIVEN] = keep_sums(
                        self.workspace, self.duckdb, self._plan.context, hits, leads
                    )

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query over tables and results, written in DuckDB's SQL."""
        return self.engine.rows(render(sql_tree(query), self.engine.dialect))

    def table(self, output: str) -> str:
        """Compute an output once, and return the name of the table that holds it."""
        with self._lock:
            name = self.result(output)
            if output not in self._computed:
                with step(f"compute {output}"):
                    self.engine.keep(name, self.sql(output))
                self._computed.add(output)
            return name

    def result(self, output: str) -> str:
        """Return what the table of an output is called, also before it is computed."""
        with self._lock:
            if output not in self._results:
                self._results[output] = self.workspace.name(output)
            return self._results[output]

    def source(self, output: str) -> str:
        """Return an output as a relation: its table where it was computed, else its query."""
        return self.table(output) if output in self._computed else f"({self.sql(output)})"

    def over(self, spine: ArrowStream | Sequence[tuple[str, datetime]]) -> Run:
        """Return a run of the same model and tables over other leads and moments.

        The spine has columns ``lead_id`` and ``as_of``, each pair once; times are UTC.
        """
        part = self.workspace.part()
        rows = spine if isinstance(spine, ArrowStream) else spine_of(spine)
        given = part.register("given_spine", rows)
        query = f"select lead_id, cast(as_of as timestamp) as as_of from {given}"
        return self._at(part, query)

    def over_query(self, query: str) -> Run:
        """Return the same over ``lead_id, as_of`` of a query on the engine.

        Each pair stands once; times are UTC.
        """
        return self._at(self.workspace.part(), query)

    def over_moments(self, moments: Sequence[datetime], sample: int | None = None) -> Run:
        """Return the same over every lead, at each of some moments that it was known at.

        A lead without ``created_at`` is known at all of them. Of more leads than ``sample``, so
        many are taken: always the same ones, as if drawn by lot.
        """
        listed = ", ".join(f"({literal(at)})" for at in sorted(set(moments)))
        known = (
            "where l.created_at is null or l.created_at <= m.as_of"
            if self.loaded.schema["leads"].get("created_at") is Type.TIME
            else ""
        )
        limit = "" if sample is None else f"order by md5(lead_id), lead_id limit {sample}"
        return self.over_query(
            f"select l.lead_id, m.as_of from (select * from leads {limit}) as l "
            f"cross join (values {listed}) as m(as_of) {known}"
        )

    def at(self, as_of: datetime) -> Run:
        """Return the same over every lead at one moment, which is the engine's from then on."""
        part = self.workspace.part()
        return Run(self.tables, every_lead(part, as_of), self.model, part)

    def _at(self, part: Workspace, spine: str) -> Run:
        return Run(self.tables, Moments(part.keep("spine", spine)), self.model, part)

    def with_model(self, model: Model) -> Run:
        """Return a run of another model over the same tables and moments.

        The tables stay as they were read: what the other model says of columns is not asked.
        """
        tables = self.tables.enriched(self.duckdb, model)
        refuse(check(model, Source("model", model.plain()), tables.schema))
        return Run(tables, self.moments, model, self.workspace.part())

    def without(self, *tables: str) -> Run:
        """Return a run of the same that does not read some tables."""
        return Run(self.tables.without(*tables), self.moments, self.model, self.workspace.part())

    def arrow(self, output: str) -> pa.Table:
        """Return an output as an Arrow table; its times carry the zone UTC."""
        return zoned(self.engine.arrow(self.sql(output)).rename_columns(self.columns(output)))

    def columns(self, output: str) -> list[str]:
        """Return the columns of an output, with names that an engine may have to shorten."""
        return self.statement.columns(output)
