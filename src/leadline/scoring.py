"""Score a model over tables: read, check, compute. Everything that scores goes through here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from leadline.data.enrich import Enricher, enrich
from leadline.data.examples import with_examples
from leadline.data.given import Input
from leadline.data.read import Loaded
from leadline.data.source import load
from leadline.engines.duckdb import DuckDB
from leadline.engines.engine import ArrowStream, Engine, Publication, Publisher
from leadline.errors import Fault, InputError, ModelError
from leadline.model.check import check
from leadline.model.document import Model
from leadline.model.fingerprint import fingerprint
from leadline.model.reader import Source, parse
from leadline.model.types import Schema, Type
from leadline.query.context import Context, Profile
from leadline.query.dialects import identifier, render
from leadline.query.hits import columns_of, matchers, signs
from leadline.query.sql import sql
from leadline.query.statement import Statement, statement

if TYPE_CHECKING:
    import pyarrow as pa

FEW_VALUES = 1000
"""A column with more distinct values than this among a sample has too many shapes to list."""
_SAMPLE_ROWS = 200_000
CLUSTERED_EVENTS = 500_000
CLUSTERED_MOMENTS = 4
"""From so many events, and moments of each lead, it pays to sort the events by lead first."""
_KEYS = {
    "scores": ("lead_id", "as_of"),
    "points": ("lead_id", "as_of", "score", "rule"),
    "account_scores": ("account_id", "as_of"),
    "transitions": ("lead_id", "at", "ladder"),
}
_SHARED = ("moment", "account_moment", "account_row", "lead_row", "account_total", "lead_total")
"""Steps that several outputs rest on; kept while more than one output is wanted."""


_NUMBERS = count(1)


def read_model(source: str | Path | Mapping[str, Any] | Model) -> tuple[Model, Source]:
    """Read a model and keep the lines of its parts; faults stay in the source until ``check``."""
    if isinstance(source, Model):
        return source, Source("model", source.plain())
    return parse(source)


def moment(text: str, option: str = "--as-of") -> datetime:
    """Return a moment from ISO 8601 text with a zone, or from a date, which is midnight UTC.

    Raises InputError.

    >>> moment("2026-11-01T13:00:00+01:00").isoformat()
    '2026-11-01T12:00:00+00:00'
    """
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        fault = Fault("", option, "must be a time such as 2026-11-01T12:00:00Z", text)
        raise InputError(fault) from None
    if found.tzinfo is None and len(text) > len("2026-11-01"):
        remedy = f"Write {text}Z if it is UTC."
        raise InputError(Fault("", option, "must have a zone", text, remedy))
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


@dataclass(frozen=True)
class Scored:
    """The results of one run, as Arrow tables; it speaks the Arrow stream protocol as its scores.

    Attributes:
        scores: One row a lead and moment.
        points: The ledger: one row a lead, moment and rule.
        account_scores: One row an account and moment; None where the model has no account score.
        transitions: One row a changed band; None where the model has no bands.
        rejects: Rows that could not be used, with their reasons.
        notes: What a person should know of the data, one sentence each.
    """

    scores: pa.Table
    points: pa.Table
    account_scores: pa.Table | None
    transitions: pa.Table | None
    rejects: pa.Table
    notes: tuple[str, ...]

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Return the scores as a stream."""
        return self.scores.__arrow_c_stream__(requested_schema)


def score(  # noqa: PLR0913 - tables and moments are all named
    model: str | Path | Mapping[str, Any] | Model,
    *,
    leads: Input,
    as_of: datetime | str | None = None,
    spine: Input | None = None,
    clean: bool = False,
    engine: Engine | None = None,
    **tables: Input | None,
) -> Scored:
    """Score leads.

    Args:
        model: File, text or plain values of a model document.
        leads: Files, or anything that speaks the Arrow stream protocol.
        as_of: The moment to score at, UTC where it has no zone; or else give a spine.
        spine: Table of ``lead_id`` and ``as_of``: which leads, at which moments.
        clean: The tables are declared clean: keys are not checked.
        engine: An engine to use; by default one of its own.
        tables: ``accounts``, ``events``, ``outcomes``, ``previous``, ``field_history``,
            ``lead_merges`` and ``event_marks``, each as ``leads``.

    Raises ModelError, InputError, EngineError, FileError.

    >>> import pyarrow as pa
    >>> model = {"leadline": 1, "model": "size", "scores": {"fit": {"rules": {
    ...     "large": {"when": "lead.employees >= 100", "points": 10}}}}}
    >>> leads = pa.table({"lead_id": ["a", "b"], "employees": [250, 3]})
    >>> scored = score(model, leads=leads, as_of="2026-11-01T12:00:00Z")
    >>> scored.scores.select(["lead_id", "fit"]).sort_by("lead_id").to_pylist()
    [{'lead_id': 'a', 'fit': 10.0}, {'lead_id': 'b', 'fit': 0.0}]
    """
    if (as_of is None) == (spine is None):
        raise InputError(Fault("", "score", "must be given either as_of or spine"))
    inputs = {"leads": leads, "spine": spine, **tables}
    given = {name: table for name, table in inputs.items() if table is not None}
    if "leads" not in given:
        raise InputError(Fault("", "leads", "must be given"))
    at = moment(as_of) if isinstance(as_of, str) else as_of
    if at is not None and at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    if engine is not None:
        return _scored(Run.open(engine, model, given, as_of=at, clean=clean))
    with DuckDB() as own:
        return _scored(Run.open(own, model, given, as_of=at, clean=clean))


def _scored(run: Run) -> Scored:
    run.keep(*run.statement.outputs)
    found = {name: run.arrow(name) for name in run.statement.outputs}
    return Scored(
        scores=found["scores"],
        points=found["points"],
        account_scores=found.get("account_scores"),
        transitions=found.get("transitions"),
        rejects=run.engine.embedded.arrow(f"select * from {run.loaded.rejects.relation}"),
        notes=tuple(run.loaded.notes),
    )


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
        profile = _profile(engine, document, loaded.schema, one_moment=one_moment)
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
        if len(outputs) < 2:  # noqa: PLR2004 - one output needs nothing twice
            return
        for step in _SHARED:
            if step in self.statement.steps:
                self.engine.keep(step, self.sql(step))
                self.kept |= {step}

    def sql(self, output: str) -> str:
        """Return the SQL of an output over the tables and what is kept."""
        return self.statement.text(output, self.engine.dialect, self.kept)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query over tables and results, written in DuckDB's SQL."""
        return self.engine.rows(render(sql(query), self.engine.dialect))

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
        rows = spine if isinstance(spine, ArrowStream) else _spine_of(spine)
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
        listed = ", ".join(f"({_literal(at)})" for at in sorted(set(moments)))
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
            made.statement.meets_hits_at_each_moment and _cluster(self.engine, self.loaded.schema)
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
        profile = _profile(self.engine, model, loaded.schema, one_moment=one_moment)
        made = statement(model, loaded.schema, profile)
        number = next(_NUMBERS) if number is None else number
        return Run(self.engine, model, loaded, made, one_moment, number=number)

    def publication(self, output: str, address: str) -> Publication:
        """Return an output as a table that others read, before it is computed."""
        columns = [identifier(each, self.engine.dialect) for each in self.columns(output)]
        return Publication(address, columns, _KEYS[output], self._result(output))

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
        return _zoned(self.engine.arrow(self.sql(output)).rename_columns(self.columns(output)))

    def columns(self, output: str) -> list[str]:
        """Return the columns of an output, with names that an engine may have to shorten."""
        return self.statement.columns(output)


def publisher(engine: Engine) -> Publisher:
    """Return an engine that has tables which others read; raises InputError for another one."""
    if not isinstance(engine, Publisher):
        expected = "needs an engine that has tables, such as --engine postgresql://host/database"
        raise InputError(Fault("table:", "", expected, engine.dialect))
    return engine


def refuse(faults: list[Fault]) -> None:
    """Raise ModelError where there are faults."""
    if faults:
        raise ModelError(*faults)


def make_spine(engine: Engine, as_of: datetime) -> None:
    """Make the spine of a batch: every lead, at one moment."""
    engine.set_moment(_naive(as_of))
    engine.view("spine", f"select lead_id, {_literal(as_of)} as as_of from leads")


def _naive(at: datetime) -> datetime:
    """Return a moment as engines keep it: UTC, without a zone."""
    return at.astimezone(UTC).replace(tzinfo=None)


def _literal(at: datetime) -> str:
    """Return a moment as every engine writes it."""
    return f"timestamp '{_naive(at).isoformat(sep=' ')}'"


def _zoned(table: pa.Table) -> pa.Table:
    """Say of times without a zone that they are UTC."""
    import pyarrow as pa  # noqa: PLC0415 - slow to import, and mostly not needed

    schema = pa.schema(
        [
            pa.field(each.name, pa.timestamp("us", "UTC"))
            if pa.types.is_timestamp(each.type)
            else each
            for each in table.schema
        ]
    )
    return table.cast(schema)


def _cluster(engine: Engine, schema: Schema) -> bool:
    """Lay the events of each lead together where many moments will read each of them.

    With 26 moments this halves the time: the sums of one lead are then in the caches.
    """
    if "events" not in schema or not engine.has_columns:
        return False
    [(moments, leads)] = engine.rows("select count(*), count(distinct lead_id) from spine")
    [(events,)] = engine.rows("select count(*) from events")
    if events < CLUSTERED_EVENTS or moments < CLUSTERED_MOMENTS * leads:
        return False
    engine.run(
        "create or replace table events_by_lead as select * from events order by lead_id; "
        "create or replace view events as from events_by_lead"
    )
    return True


def _spine_of(spine: Sequence[tuple[str, datetime]]) -> pa.Table:
    import pyarrow as pa  # noqa: PLC0415 - slow to import, and mostly not needed

    leads, moments = zip(*spine, strict=True)
    times = pa.array([at.replace(tzinfo=None) for at in moments], pa.timestamp("us"))
    return pa.table({"lead_id": pa.array(leads, pa.string()), "as_of": times})


class Scorer:
    """A model made ready once, for many small batches of rows that are known to be clean.

    Made for real time: each batch brings all rows of the leads that something happened to, typed
    and with unique keys, and is scored at one moment by the same statement as everything else.
    """

    def __init__(self, engine: DuckDB, model: Model, schema: Schema) -> None:
        """Check the model against the columns of the batches to come; raises ModelError."""
        refuse(check(model, Source("model", model.plain()), schema))
        self.engine = engine
        self.model = model
        self.enricher = Enricher(model, schema)
        schema = self.enricher.schema
        texts = frozenset(
            (table, name)
            for table, columns in schema.items()
            for name, kind in columns.items()
            if kind is not Type.TIME
        )
        self.statement = statement(model, schema, Profile(texts, one_moment=True))
        self.texts: dict[str, str] = {}

    def score(
        self, tables: Mapping[str, pa.Table], as_of: datetime, output: str = "scores"
    ) -> pa.Table:
        """Return an output for every lead of the batch.

        The first batch must have every table of the schema; a table that a later batch leaves
        out keeps its rows.
        """
        for name, rows in tables.items():
            self.engine.register(self.enricher.given(name), rows)
        self.enricher.enrich(self.engine)
        make_spine(self.engine, as_of)
        if output not in self.texts:
            self.texts[output] = self.statement.text(output, "duckdb")
        # planning is most of the cost, and an Arrow result of a query would plan it twice
        self.engine.run(f"create or replace temp table scored as {self.texts[output]}")
        return self.engine.arrow("select * from scored")


def _profile(engine: Engine, model: Model, schema: Schema, *, one_moment: bool) -> Profile:
    if not engine.has_columns:
        few = _few_together(engine, model, schema) if one_moment else frozenset()
        return Profile(few, one_moment, one_moment, shapes=bool(few))
    moments = () if one_moment else _few_moments(engine)
    return Profile(_few(engine, model, schema), one_moment, one_moment, moments=moments)


def _few_moments(engine: Engine) -> tuple[datetime, ...]:
    """Return the moments of the spine in their order where several leads have the same few."""
    [(pairs, moments)] = engine.rows("select count(*), count(distinct as_of) from spine")
    if not 1 < moments <= min(FEW_VALUES, pairs / 2):
        return ()
    return tuple(at for (at,) in engine.rows("select distinct as_of from spine order by as_of"))


def _few_together(engine: Engine, model: Model, schema: Schema) -> frozenset[tuple[str, str]]:
    """Return the columns read by conditions on events where all together have few values.

    For an engine that keeps rows: a part of them is looked at first, as all cost a scan.
    """
    wanted = _read_by_conditions(model, schema)
    read = sorted(name for table, name in wanted if table == "events")
    kinds = [schema.get("events", {}).get(name) for name in read]
    if not read or any(kind in {None, Type.ANY, Type.TIME} for kind in kinds):
        return frozenset()
    columns = ", ".join(_quoted(name) for name in ("type", *read))
    for rows in (f"(select {columns} from events limit {_SAMPLE_ROWS // 10}) as s", "events"):
        query = f"select count(*) from (select distinct {columns} from {rows}) as d"
        if engine.rows(query)[0][0] > FEW_VALUES:
            return frozenset()
    return frozenset(wanted)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _few(engine: Engine, model: Model, schema: Schema) -> frozenset[tuple[str, str]]:
    """Return the columns read by conditions on events that have few values."""
    wanted = _read_by_conditions(model, schema)
    return frozenset(pair for pair in wanted if _has_few(engine, schema, *pair))


def _read_by_conditions(model: Model, schema: Schema) -> set[tuple[str, str]]:
    context = Context(model, schema)
    wanted = set()
    for level in ("account", "lead"):
        found = [*matchers(context, level, "events"), *signs(context, level)]
        for matcher in found:
            wanted |= {("events", name) for name in columns_of(matcher)}
        for matcher in matchers(context, level, "outcomes"):
            wanted |= {("outcomes", name) for name in columns_of(matcher)}
    return wanted


def _has_few(engine: Engine, schema: Schema, table: str, name: str) -> bool:
    kind = schema.get(table, {}).get(name)
    if kind is None or kind is Type.ANY:
        return True
    if kind is Type.TIME:
        return False
    sample = f"select {_quoted(name)} as c from {table} limit {_SAMPLE_ROWS}"
    return bool(engine.rows(f"select count(distinct c) <= {FEW_VALUES} from ({sample})")[0][0])
