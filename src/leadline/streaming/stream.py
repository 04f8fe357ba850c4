"""Batch after batch: new events are kept, and the leads that they touch are scored, each once.

Spark's checkpoint says which files make a batch, and gives an interrupted batch again with the same
files. A batch is then worked through anew, and ends in one transaction that writes its scores
together with its number; a batch whose number is there is passed over.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from leadline.engines.spark.engine import Spark
from leadline.engines.spark.errors import own_errors
from leadline.engines.workspace import Workspace
from leadline.errors import Fault, InputError, LeadlineError
from leadline.model.checking.check import check
from leadline.model.types import Schema, Type
from leadline.query.context import Profile
from leadline.query.statement import statement
from leadline.query.touched import touched
from leadline.scoring import Run, read_model, refuse
from leadline.scoring.moments import Moments
from leadline.scoring.tables import Tables
from leadline.sql.dialects import render
from leadline.sql.trees import spelled, sql_tree
from leadline.streaming.arriving import AS_GIVEN, Arriving
from leadline.streaming.beside import Beside
from leadline.streaming.table import ScoreTable
from leadline.tables.reading import once, order

FILES_AT_ONCE = 1000
SPINE = {"lead_id": Type.TEXT, "as_of": Type.TIME}


@dataclass(frozen=True)
class Batch:
    """What one batch did.

    Attributes:
        number: As Spark counts them.
        as_of: The moment of its scores: the latest that any event was recorded at.
        events: How many events it brought.
        rejected: How many rows could not be used; they are in the state, under ``rejects``.
        leads: How many leads were scored.
    """

    number: int
    as_of: datetime
    events: int
    rejected: int
    leads: int


class Stream:
    """Events of a folder, kept with the state, and the scores that follow them."""

    def __init__(  # noqa: PLR0913 - what it needs is named
        self,
        engine: Spark,
        model: Path,
        inputs: Mapping[str, str],
        *,
        state: Path,
        store: str,
        table: str,
        report: Callable[[Batch], None] = lambda _: None,
    ) -> None:
        """Read leads and accounts, and check everything; raises LeadlineError."""
        if engine.is_connect:
            expected = "must be spark or spark://host:port, which can be told of each batch"
            raise InputError(Fault("", "--engine", expected))
        self.engine, self.state, self.report = engine, state.absolute(), report
        document, source = read_model(model)
        refuse(check(document, source))
        given = {name: path for name, path in inputs.items() if name != "events"}
        self.arriving = Arriving.of(engine, inputs["events"], document, self.state)
        self.beside = Beside(engine, document, given)
        self.model, self.source = document, source
        refuse(check(document, source, self.schema))
        self.table = ScoreTable(store, table, self.arriving.name)
        self.table.prepare(self._columns())
        self.failure: LeadlineError | None = None

    @property
    def schema(self) -> Schema:
        """The columns of all tables."""
        return {**self.beside.loaded.schema, "events": self.arriving.columns}

    def run(self, *, once: bool, every: str = "10 seconds") -> None:
        """Work through what is there, and unless ``once`` wait for more until interrupted."""
        with own_errors():
            writer = self.arriving.stream(self.engine, FILES_AT_ONCE).writeStream
            writer = writer.foreachBatch(self._batch)
            writer = writer.option("checkpointLocation", f"file:{self.state / 'checkpoint'}")
            trigger = {"availableNow": True} if once else {"processingTime": every}
            query = writer.trigger(**trigger).start()
        try:
            with own_errors():
                query.awaitTermination()
        except LeadlineError as error:
            raise self.failure or error from None
        finally:
            query.stop()

    def _batch(self, frame: Any, number: int) -> None:
        try:
            with own_errors():
                self._work(frame, number)
        except LeadlineError as error:
            self.failure = error
            raise

    def _work(self, frame: Any, number: int) -> None:
        if self.table.has(number):
            return
        events, rejected = self._keep_events(frame, number)
        as_of = self._moment(number)
        if as_of is None:
            return
        changed = self.beside.renew()
        refuse(check(self.model, self.source, self.schema))
        with self._touched(number, as_of, changed) as run:
            relation = self.engine.handed(f"select * from {run.table('scores')}")
            rows = self.engine.embedded.reader(f"select * from {relation}")
            self.table.write(number, as_of, rows)
            [(leads,)] = self.engine.rows(f"select count(*) from {run.table('scores')}")
        self.report(Batch(number, as_of, events, rejected, leads))

    def _keep_events(self, frame: Any, number: int) -> tuple[int, int]:
        """Write the events of a batch to the state, in place of what a lost try wrote of them."""
        engine = self.engine
        frame.createOrReplaceTempView("arrived")
        typed = frame.sparkSession.sql(self.arriving.typed("arrived")).persist()
        try:
            usable, unusable = typed.where("reason is null"), typed.where("reason is not null")
            usable.drop("reason", "content").write.mode("overwrite").parquet(
                self._folder("events", number)
            )
            rejected = int(unusable.count())
            if rejected:
                unusable = unusable.select("reason", "content")
                unusable.write.mode("overwrite").json(self._folder("rejects", number))
            events = int(typed.count()) - rejected
        finally:
            typed.unpersist()
        reader = engine.session.read.schema(f"{self.arriving.schema}, batch bigint")
        reader.parquet(f"file:{self.state / 'events'}").createOrReplaceTempView("all_events")
        engine.view("seen_events", f"select * from all_events where batch <= {number}")
        return events, rejected

    def _folder(self, what: str, number: int) -> str:
        return f"file:{self.state / what / f'batch={number}'}"

    def _moment(self, number: int) -> datetime | None:
        """Return the moment of a batch: the same one, however often it is tried."""
        recorded = "coalesce(recorded_at, occurred_at)"
        if "recorded_at" not in self.arriving.columns:
            recorded = "occurred_at"
        query = f"select max({recorded}) from seen_events where batch = {number}"
        [(latest,)] = self.engine.rows(query)
        before = self.table.last_moment()
        if latest is None:
            return None
        at: datetime = latest.replace(tzinfo=UTC)
        return max(at, before) if before else at

    def _touched(self, number: int, as_of: datetime, changed: str) -> Run:
        """Return a run over the leads that a batch touched, and over the events that these need."""
        engine = self.engine
        engine.keep("touched", self._touched_query(number, changed))
        needed = "e.lead_id in (select lead_id from touched)"
        if self._reads_accounts:
            engine.keep(
                "touched_accounts",
                "select distinct l.account_id from leads as l join touched as t "
                "on t.lead_id = l.lead_id where l.account_id is not null",
            )
            needed += " or e.account_id in (select account_id from touched_accounts)"
        ids = f"select distinct event_id from seen_events as e where {needed}"
        engine.keep("events", self._once(ids))
        moment = f"timestamp '{as_of.replace(tzinfo=None).isoformat(sep=' ')}'"
        engine.keep("spine", f"select lead_id, {moment} as as_of from touched")
        columns = {table: dict(each) for table, each in self.schema.items()}
        loaded = replace(self.beside.loaded, schema={**columns, "spine": SPINE})
        workspace = Workspace(engine)
        return Run(Tables(workspace, loaded), Moments("spine"), self.model, workspace.part())

    def _columns(self) -> list[str]:
        """Return the columns of the scores."""
        profile = Profile(shapes=False, planning=self.engine.planning)
        made = statement(self.model, {**self.schema, "spine": SPINE}, profile)
        return made.columns("scores")

    def _once(self, ids: str) -> str:
        """Return the query for events with some ids, each once."""
        query = f"select * from seen_events as e where e.event_id in ({ids})"
        rows = spelled("spark", query, {})
        return render(
            once("events", rows, [*self.arriving.columns], order("events", [AS_GIVEN])), "spark"
        )

    @property
    def _reads_accounts(self) -> bool:
        has_account = "account_id" in self.schema.get("leads", {})
        return has_account and any(score.is_account for score in self.model.scores.values())

    def _touched_query(self, number: int, changed: str) -> str:
        """Return whom the new events touch, those with the same ids, and leads that changed."""
        ids = f"select event_id from seen_events where batch = {number}"
        new = {"events": sql_tree(f"(select * from seen_events where event_id in ({ids}))")}
        if changed:
            new["leads"] = sql_tree(f"({changed})")
        return touched(self.model, self.schema, new).text("touched", self.engine.dialect)
