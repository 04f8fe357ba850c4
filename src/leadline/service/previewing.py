"""What a draft would do to all leads of the store, while somebody writes it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock

from leadline.engines.duckdb.engine import DuckDB
from leadline.errors import InputError
from leadline.model.document import Column, Model
from leadline.model.given import read_model
from leadline.model.types import Schema
from leadline.review.preview.checked import check
from leadline.review.preview.preview import NAMED, Preview, Previewed
from leadline.scoring import Run
from leadline.service import clock, commands
from leadline.service.live import columns_of
from leadline.store import copy
from leadline.store import facts as stored
from leadline.store import scores as kept
from leadline.store.scores import ModelRow
from leadline.store.session import Session
from leadline.store.store import Store

STALE_SECONDS = 900
"""After so long leads are read anew: what happened since is not in a preview."""

Columns = Mapping[str, Mapping[str, Column]]


@dataclass(frozen=True)
class _Opened:
    """Leads as they were read.

    Attributes:
        version: Of the model that was live.
        at: When, in microseconds.
        columns: How the tables were read.
        preview: What variants are asked of.
        ends: What ends with it.
    """

    version: int
    at: int
    columns: Columns
    preview: Preview
    ends: ExitStack

    def serves(self, row: ModelRow, columns: Columns) -> bool:
        """Say whether it still tells of the model that is live, for a draft with such columns."""
        is_fresh = clock.now() - self.at <= STALE_SECONDS * 1_000_000
        return self.version == row.version and is_fresh and _is_within(columns, self.columns)


class Previewing:
    """Keeps leads read while drafts are tried on them; one is tried at a time."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = Lock()
        self._opened: _Opened | None = None

    def of(self, document: str, named: int = NAMED) -> tuple[int, Previewed]:
        """Return the version that is live, and what a draft does in its place.

        Raises ModelError where the draft has faults, and InputError where no model is live, or the
        draft reads the tables in another way than it.
        """
        with self._lock, self._store.reading() as session:
            row = kept.published(session)
            if row is None:
                raise InputError("a model must be live; none is. Publish one first.")
            fields = stored.known_fields(session, "lead")
            model = read_model(f"{document.rstrip()}\n")[0]
            draft = read_model(commands.decided(document, model, fields))[0]
            if self._opened is None or not self._opened.serves(row, draft.columns):
                self._close()
                self._opened = _open(session, row, draft, fields)
            opened = self._opened
            return row.version, opened.preview.of(_reading(draft, opened.columns), named)

    def close(self) -> None:
        """Let go of what was read."""
        with self._lock:
            self._close()

    def _close(self) -> None:
        opened, self._opened = self._opened, None
        if opened is not None:
            opened.ends.close()


def _open(session: Session, row: ModelRow, draft: Model, fields: list[str]) -> _Opened:
    """Read all leads as they are now, with the columns that the live model or a draft reads."""
    live = read_model(row.document)[0]
    columns = _together(live.columns, draft.columns)
    base = _reading(live, columns)
    at = clock.now()
    with ExitStack() as ends:
        folder = ends.enter_context(TemporaryDirectory(prefix="leadline-"))
        read = _all_of(columns_of(base, fields), columns_of(_reading(draft, columns), fields))
        inputs = dict(copy.columns(session, Path(folder), read, "taken", at))
        engine = ends.enter_context(DuckDB())
        run = ends.enter_context(Run.open(engine, base, inputs, as_of=clock.at(at), clean=True))
        preview = Preview.open(run)
        check(preview.leads, preview.before)
        return _Opened(row.version, at, columns, preview, ends.pop_all())


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
