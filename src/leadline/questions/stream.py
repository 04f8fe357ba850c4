"""How do scores follow events that arrive in a folder?"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from leadline.errors import Fault, InputError
from leadline.questions.answer import Answer, Reading
from leadline.questions.common import MODEL, Anywhere
from leadline.questions.inputs import LEADS, table
from leadline.questions.option import asks
from leadline.questions.question import TABLE, Question, Topic
from leadline.questions.warned import warned

if TYPE_CHECKING:
    from leadline.questions.session import Session
    from leadline.streaming.stream import Batch
    from leadline.tables.places.inputs import Input

_EVENTS = asks("Files of events to come, such as incoming/*.json.", unit="F", group="tables")
_STATE = asks("Folder of what has been read; start again with the same.", "folder", "DIR")
_STORE = asks("PostgreSQL of the scores, postgresql://user@host/database.", unit="URL")
_OUT = asks("Table of the scores, such as table:crm.scores.", unit="TABLE", group="outputs")
_ENGINE = asks("Where to compute: spark or spark://host:port.", unit="E", group="computing")
_EVERY = asks("How often to look for files.", unit="TIME")
_ONCE = asks("End when all files are read.", "flag")


@dataclass(frozen=True)
class Stream(Anywhere, Question["Answer[int]"]):
    """Score leads as their events arrive in a folder, on Spark, until interrupted."""

    name: ClassVar[str] = "stream"
    topic: ClassVar[Topic] = "serve"
    example: ClassVar[str] = (
        "leadline stream model.yaml --leads leads.parquet --events 'incoming/*.json' "
        "--state state --store postgresql://localhost/crm --out table:crm.scores"
    )
    has_report: ClassVar[bool] = False

    model: Path = field(metadata=MODEL)
    leads: Input = field(kw_only=True, metadata=LEADS)
    events: str = field(kw_only=True, metadata=_EVENTS)
    state: str | Path = field(kw_only=True, metadata=_STATE)
    store: str = field(kw_only=True, metadata=_STORE)
    out: str = field(kw_only=True, metadata=_OUT)
    accounts: Input | None = field(default=None, kw_only=True, metadata=table("accounts"))
    engine: str = field(default="spark", kw_only=True, metadata=_ENGINE)
    every: str = field(default="10 seconds", kw_only=True, metadata=_EVERY)
    once: bool = field(default=False, kw_only=True, metadata=_ONCE)

    def check(self) -> None:
        """Refuse also scores that go to no table."""
        super().check()
        if not self.out.startswith(TABLE):
            expected = "must be a table, such as table:crm.scores"
            raise InputError(Fault("", "--out", expected, self.out))

    def answer(self, session: Session) -> Answer[int]:
        """Score batch after batch."""
        from leadline.engines.spark.engine import Spark
        from leadline.streaming.stream import Stream as Streaming

        if not isinstance(session.engine, Spark):
            expected = "must be spark or spark://host:port"
            raise InputError(Fault("", "--engine", expected, str(self.engine)))
        batches: list[Batch] = []

        def heard(batch: Batch) -> None:
            batches.append(batch)
            session.tell(_said(batch))

        given = {"leads": self.leads, "accounts": self.accounts, "events": self.events}
        made = Streaming(
            session.engine,
            self.model,
            {name: str(rows) for name, rows in given.items() if rows is not None},
            state=Path(self.state),
            store=self.store,
            table=self.out.removeprefix(TABLE),
            report=heard,
        )
        warnings = warned(self.model, session.tell)
        reading = Reading.of(made.beside.loaded, warnings)
        for note in reading.notes:
            session.tell(f"note: {note}")
        made.run(once=self.once, every=self.every)
        return Answer(
            question=self.name,
            result=len(batches),
            says=f"{len(batches)} batches",
            figures={"batches": [vars(each) for each in batches]},
            reading=reading,
            printed="",
        )


def _said(batch: Batch) -> str:
    rejected = f", {batch.rejected} rejected" if batch.rejected else ""
    at = batch.as_of.strftime("%Y-%m-%dT%H:%M:%SZ")
    return f"batch {batch.number}: {batch.events} events{rejected}, {batch.leads} leads at {at}"
