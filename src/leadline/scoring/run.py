"""A model over loaded tables: one session that computes any of its outputs over any spine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from leadline.engines.duckdb.engine import DuckDB
from leadline.engines.engine import ArrowStream, Engine, Handing, Publication, Publisher
from leadline.errors import Fault, InputError
from leadline.identity.enrich import enrich
from leadline.model.checking.check import check
from leadline.model.document import Model
from leadline.model.fingerprint import fingerprint
from leadline.model.given import read_model, refuse
from leadline.model.reading.reader import Source
from leadline.model.types import Type
from leadline.query.statement import Statement, statement
from leadline.scoring.loading import load
from leadline.scoring.moments import literal, make_spine, spine_of, zoned
from leadline.scoring.profile import cluster, profile_of
from leadline.sql.dialects import identifier, render
from leadline.sql.trees import sql_tree
from leadline.tables.examples import with_examples
from leadline.tables.places.inputs import Input
from leadline.tables.read import Loaded

if TYPE_CHECKING:
    import pyarrow as pa

_KEYS = {
    "scores": ("lead_id", "as_of"),
    "points": ("lead_id", "as_of", "score", "rule"),
    "account_scores": ("account_id", "as_of"),
    "transitions": ("lead_id", "at", "ladder"),
}
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
_NUMBERS = count(1)


@dataclass
class Run:
    """A model over loaded tables, ready to compute.

    Attributes:
        engine: Holds the tables.
        model: Free of faults for these tables.
        loaded: What was read, and what a person should know of it.
        statement: The one statement.
        one_moment: Every lead is scored at the same moment.
        is_clustered: The events of a lead lie together.
    """

    engine: Engine
    model: Model
    loaded: Loaded
    statement: Statement
    one_moment: bool = True
    is_clustered: bool = False
    kept: frozenset[str] = frozenset()
    number: int = field(default_factory=lambda: next(_NUMBERS))
    results: set[str] = field(default_factory=set)

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
        """Load tables, check the model against them and make the statement.

        Without a table ``spine`` every lead is scored at ``as_of``, and every account.
        """
        document, source = read_model(model)
        refuse(check(document, source))
        loaded = load(engine, inputs, document, clean=clean)
        refuse(with_examples(check(document, source, loaded.schema), loaded))
        one_moment = "spine" not in loaded.schema
        if one_moment:
            if as_of is None:
                raise InputError(Fault("", "as_of", "must be given where there is no spine"))
            make_spine(engine, as_of)
        profile = profile_of(engine, document, loaded.schema, one_moment=one_moment)
        return cls(
            engine, document, loaded, statement(document, loaded.schema, profile), one_moment
        )

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

    def embedded(self) -> Run:
        """Return this run on the embedded engine, to which all rows are brought.

        For what is written in DuckDB's own SQL; it itself, where it is there already.
        """
        own = self.engine.embedded
        if own is self.engine:
            return self
        for table, columns in self.loaded.schema.items():
            rows = self.engine.arrow(f"select * from {table}").rename_columns(list(columns))
            own.register(f"brought_{table}", rows)
            own.run(f"create or replace view {table} as from brought_{table}")
        return Run(own, self.model, self.loaded, self.statement, self.one_moment)

    def keep(self, *outputs: str) -> None:
        """Compute once what several outputs rest on."""
        if self.engine.planning.reads_again:
            self._keep(self.statement.repeated(outputs))
        elif len(outputs) > 1:  # one output needs nothing twice
            self._keep(_SHARED)

    def _keep(self, steps: Iterable[str]) -> None:
        for step in steps:
            if step in self.statement.steps and step not in self.kept:
                self.engine.keep(step, self._text(step))
                self.kept |= {step}

    def sql(self, output: str) -> str:
        """Return the SQL of an output over the tables and what is kept."""
        if self.engine.planning.reads_again:
            self.keep(output)
        return self._text(output)

    def _text(self, output: str) -> str:
        return self.statement.text(output, self.engine.dialect, self.kept)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query over tables and results, written in DuckDB's SQL."""
        return self.engine.rows(render(sql_tree(query), self.engine.dialect))

    def table(self, output: str) -> str:
        """Compute an output once, and return the name of the table that holds it."""
        name = self._result(output)
        if output not in self.results:
            self.engine.keep(name, self.sql(output))
            self.results.add(output)
        return name

    def _result(self, output: str) -> str:
        """Return the name of the table of an output, which no other run has."""
        return f"result_{self.number}_{output}"

    def over(self, spine: ArrowStream | Sequence[tuple[str, datetime]]) -> Run:
        """Return this run over other leads and moments; the tables stay.

        What this run has computed stays too; it can compute nothing more, as its spine is replaced.
        The spine has columns ``lead_id`` and ``as_of``, each pair once; times are UTC.
        """
        rows = spine if isinstance(spine, ArrowStream) else spine_of(spine)
        self.engine.register("given_spine", rows)
        return self._over("select lead_id, cast(as_of as timestamp) as as_of from given_spine")

    def over_query(self, query: str) -> Run:
        """Return this run over ``lead_id, as_of`` of a query on the engine, as ``over`` does.

        Each pair stands once; times are UTC.
        """
        return self._over(query)

    def over_moments(self, moments: Sequence[datetime], sample: int | None = None) -> Run:
        """Return this run over every lead, at each of some moments that it was known at.

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
        return self._over(
            f"select l.lead_id, m.as_of from (select * from leads {limit}) as l "
            f"cross join (values {listed}) as m(as_of) {known}"
        )

    def _over(self, spine: str) -> Run:
        number = next(_NUMBERS)
        self.engine.keep(f"spine_{number}", spine)
        self.engine.view("spine", f"select * from spine_{number}")
        self.engine.drop(f"spine_{self.number}")
        made = self._remade(self.model, self.loaded, one_moment=False, number=number)
        made.is_clustered = self.is_clustered or (
            made.statement.meets_hits_at_each_moment and cluster(self.engine, self.loaded.schema)
        )
        return made

    def with_model(self, model: Model) -> Run:
        """Return a run of another model over the same tables and spine.

        The tables stay as they were read: what the other model says of columns is not asked.
        """
        loaded = enrich(self.duckdb, self.loaded, model, match=False)
        refuse(check(model, Source("model", model.plain()), loaded.schema))
        return self._remade(model, loaded, one_moment=self.one_moment)

    def _remade(
        self, model: Model, loaded: Loaded, *, one_moment: bool, number: int | None = None
    ) -> Run:
        profile = profile_of(self.engine, model, loaded.schema, one_moment=one_moment)
        made = statement(model, loaded.schema, profile)
        number = next(_NUMBERS) if number is None else number
        return Run(self.engine, model, loaded, made, one_moment, number=number)

    def publication(self, output: str, address: str) -> Publication:
        """Return an output as a table that others read, before it is computed."""
        columns = [identifier(each, self.engine.dialect) for each in self.columns(output)]
        query = self._text(output)
        return Publication(address, columns, _KEYS[output], self._result(output), query)

    def publish(self, targets: Mapping[str, str]) -> None:
        """Write outputs to tables of the engine: all of them at one moment, or none.

        Args:
            targets: Output, such as ``scores``, to the name of its table, such as ``crm.scores``.

        Raises InputError, EngineError.
        """
        engine = publisher(self.engine)
        for output in targets:
            self.table(output)
        engine.publish([self.publication(output, name) for output, name in targets.items()])

    def check_targets(self, targets: Mapping[str, str]) -> None:
        """Check that tables can be written, before anything is computed; errors as above."""
        engine = publisher(self.engine)
        for output, name in targets.items():
            engine.check_target(self.publication(output, name))

    def ordered(self, output: str) -> str | pa.Table:
        """Return an output in the order of its keys, for the embedded engine to write.

        It is SQL where the embedded engine has the rows, else the rows themselves.
        """
        if self.engine.embedded is self.engine:
            return self.ordered_sql(output)
        if isinstance(self.engine, Handing):
            keys = ", ".join(f'"{key}"' for key in _KEYS[output])
            rows = self.engine.handed(f"select * from {self.table(output)}")
            return f"select * from {rows} order by {keys}"
        self.table(output)
        query = f"select * from {self._result(output)}"
        rows = self.engine.arrow(query).rename_columns(self.columns(output))
        return rows.sort_by([(key, "ascending") for key in _KEYS[output]])

    def ordered_sql(self, output: str) -> str:
        """Return the SQL of an output in the order of its keys, so that files compare."""
        keys = ", ".join(f'"{key}"' for key in _KEYS[output])
        source = self._result(output) if output in self.results else f"({self.sql(output)})"
        return f"select * from {source} order by {keys}"

    def arrow(self, output: str) -> pa.Table:
        """Return an output as an Arrow table; its times carry the zone UTC."""
        return zoned(self.engine.arrow(self.sql(output)).rename_columns(self.columns(output)))

    def columns(self, output: str) -> list[str]:
        """Return the columns of an output, with names that an engine may have to shorten."""
        return self.statement.columns(output)


def publisher(engine: Engine) -> Publisher:
    """Return an engine that has tables which others read; raises InputError for another one."""
    if not isinstance(engine, Publisher):
        expected = (
            "needs an engine that has tables, such as --engine postgresql://host/database or spark"
        )
        raise InputError(Fault("table:", "", expected, engine.dialect))
    return engine
