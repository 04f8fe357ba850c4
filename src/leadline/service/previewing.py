"""What a draft would do to all leads of the store, while somebody writes it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Generic, Self, TypeVar

from leadline.engines.duckdb.engine import DuckDB
from leadline.errors import Fault, InputError
from leadline.model.document import Column, Model
from leadline.model.given import read_model
from leadline.model.reading.source import Source
from leadline.model.task import TaskDocument, task_of
from leadline.model.types import Schema
from leadline.review.preview.checked import check
from leadline.review.preview.past import Past, PastWeeks
from leadline.review.preview.preview import NAMED, Preview, Previewed
from leadline.review.preview.won import Won, WonBands
from leadline.scoring import Run
from leadline.service import clock, commands
from leadline.service.live import columns_of
from leadline.store import copy
from leadline.store import facts as stored
from leadline.store import scores as kept
from leadline.store.rows import Knowing
from leadline.store.scores import ModelRow
from leadline.store.session import Session
from leadline.store.store import Store

STALE_SECONDS = 900
"""After so long leads are read anew: what happened since is not in a preview."""

Columns = Mapping[str, Mapping[str, Column]]


Asked = TypeVar("Asked", Preview, Past, Won)


@dataclass(frozen=True)
class _Opened(Generic[Asked]):
    """Leads as they were read.

    Attributes:
        version: Of the model that was live.
        at: When, in microseconds.
        columns: How the tables were read.
        asked: What variants are asked of.
        ends: What ends with it.
    """

    version: int
    at: int
    columns: Columns
    asked: Asked
    ends: ExitStack

    def serves(self, trying: _Trying) -> bool:
        """Say whether it still tells of the model that is live, for a draft with its columns."""
        is_fresh = clock.now() - self.at <= STALE_SECONDS * 1_000_000
        is_live = self.version == trying.row.version
        return is_fresh and is_live and _is_within(trying.draft.columns, self.columns)


@dataclass(eq=False)
class _Kept(Generic[Asked]):
    """What was opened last to ask one kind of thing.

    Attributes:
        knowing: Which time says when a fact was known.
        opened: What was opened; None for nothing.
        by: What else it depends on.
    """

    knowing: Knowing
    opened: _Opened[Asked] | None = None
    by: str = ""

    def of(self, trying: _Trying, ask: Callable[[Run], Asked], by: str = "") -> Asked:
        """Return what a draft is asked of; it is opened anew where it no longer serves."""
        if self.opened is None or self.by != by or not self.opened.serves(trying):
            self.end()
            self.opened, self.by = trying.opened(self.knowing, ask), by
        return self.opened.asked

    def end(self) -> None:
        """Let go of it."""
        opened, self.opened = self.opened, None
        if opened is not None:
            opened.ends.close()


class Previewing:
    """Keeps leads read while drafts are tried on them; one is tried at a time."""

    def __init__(self, store: Store, task: TaskDocument | None = None) -> None:
        """Try drafts on the leads of a store.

        Args:
            store: The store.
            task: What a draft is judged by that has no task of its own.
        """
        self._store = store
        self._task = task
        self._lock = Lock()
        self._now: _Kept[Preview] = _Kept("taken")
        self._past: _Kept[Past] = _Kept("recorded")
        self._won: _Kept[Won] = _Kept("recorded")

    def of(self, document: str, named: int = NAMED) -> tuple[int, Previewed]:
        """Return the version that is live, and what a draft does in its place.

        Raises ModelError where the draft has faults, and InputError where no model is live, or the
        draft reads the tables in another way than it.
        """
        with self._trying(document) as trying:
            found = self._now.of(trying, _preview)
            return trying.row.version, found.of(trying.on(self._now.opened), named)

    def weeks(self, document: str) -> tuple[int, PastWeeks]:
        """Return the version that is live, and what a draft would have meant in past weeks.

        They are seen as the company knew them. Errors as for ``of``.
        """
        with self._trying(document) as trying:
            found = self._past.of(trying, Past.open)
            return trying.row.version, found.of(trying.on(self._past.opened))

    def won(self, document: str) -> tuple[int, WonBands]:
        """Return the version that is live, and what became of leads by the bands of a draft.

        Errors as for ``of``; InputError too where nothing says what is to be foreseen.
        """
        with self._trying(document) as trying:
            task = task_of(trying.draft, trying.source) or self._task
            if task is None:
                raise InputError(Fault("", "task", "must be given", "none", _NO_TASK))
            found = self._won.of(trying, partial(Won.open, task=task), repr(task.task))
            return trying.row.version, found.of_model(trying.on(self._won.opened))

    @contextmanager
    def _trying(self, document: str) -> Iterator[_Trying]:
        with self._lock, self._store.reading() as session:
            yield _Trying.of(session, document)

    def close(self) -> None:
        """Let go of what was read."""
        with self._lock:
            for each in (self._now, self._past, self._won):
                each.end()


_NO_TASK = "Write `task:` into the model, or name a task in the settings of the workspace."


def _preview(run: Run) -> Preview:
    """Return the preview of a run, once it was compared with the statement."""
    made = Preview.open(run)
    check(made.leads, made.before)
    return made


@dataclass(frozen=True)
class _Trying:
    """A draft that is tried on the leads of a store.

    Attributes:
        session: Reads the store.
        row: The version that is live.
        draft: The draft, with the types that it is read by.
        fields: Fields that any lead has.
        source: The draft as it is written.
    """

    session: Session
    row: ModelRow
    draft: Model
    fields: list[str]
    source: Source

    @classmethod
    def of(cls, session: Session, document: str) -> Self:
        """Return the draft of a document. Raises ModelError, and InputError where none is live."""
        row = kept.published(session)
        if row is None:
            raise InputError("a model must be live; none is. Publish one first.")
        fields = stored.known_fields(session, "lead")
        model = read_model(f"{document.rstrip()}\n")[0]
        draft, source = read_model(commands.decided(document, model, fields))
        return cls(session, row, draft, fields, source)

    def on(self, opened: _Opened[Asked] | None) -> Model:
        """Return the draft as it reads the tables that were opened."""
        assert opened is not None, "it was just opened"  # noqa: S101 - narrows the type
        return _reading(self.draft, opened.columns)

    def opened(self, knowing: Knowing, ask: Callable[[Run], Asked]) -> _Opened[Asked]:
        """Read all leads as they are now, with what the live model or the draft reads of them."""
        live = read_model(self.row.document)[0]
        columns = _together(live.columns, self.draft.columns)
        base, draft = _reading(live, columns), _reading(self.draft, columns)
        read = _all_of(columns_of(base, self.fields), columns_of(draft, self.fields))
        at = clock.now()
        with ExitStack() as ends:
            folder = ends.enter_context(TemporaryDirectory(prefix="leadline-"))
            inputs = dict(copy.columns(self.session, Path(folder), read, knowing, at))
            engine = ends.enter_context(DuckDB())
            run = ends.enter_context(Run.open(engine, base, inputs, as_of=clock.at(at), clean=True))
            return _Opened(self.row.version, at, columns, ask(run), ends.pop_all())


def _all_of(one: Schema, other: Schema) -> Schema:
    return {table: {**one[table], **other[table]} for table in one}


def _reading(model: Model, columns: Columns) -> Model:
    """Return a model that reads the tables as these columns say."""
    return model.model_copy(update={"columns": {each: dict(of) for each, of in columns.items()}})


def _together(one: Columns, other: Columns) -> dict[str, dict[str, Column]]:
    tables = dict.fromkeys([*one, *other])
    return {each: {**one.get(each, {}), **other.get(each, {})} for each in tables}


def _is_within(columns: Columns, others: Columns) -> bool:
    return all(
        others.get(table, {}).get(name) == column
        for table, of in columns.items()
        for name, column in of.items()
    )
