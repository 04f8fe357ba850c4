"""Where changes are told: a folder of files, or a table of PostgreSQL."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import Protocol

from leadline.errors import EngineError, Fault, InputError
from leadline.service import clock
from leadline.service.changes import Change, Told

STATE = "told.jsonl"
PART = 1_000
TABLE = "leadline_changes"
_CREATE = f"""
create table if not exists {TABLE} (
  change_id text primary key, op text not null, lead_id text not null, as_of timestamptz not null,
  told_at timestamptz not null, hash text not null, scores jsonb not null
)"""
_INDEX = f"create index if not exists {TABLE}_lead on {TABLE} (lead_id, told_at)"
_LATEST = (
    f"select distinct on (lead_id) lead_id, op, as_of, hash from {TABLE} "
    "order by lead_id, told_at desc"
)
_INSERT = f"insert into {TABLE} values (%s, %s, %s, %s, %s, %s, %s) on conflict do nothing"


class Target(Protocol):
    """Somebody who is told, and knows what they were told."""

    def told(self) -> dict[str, Told]:
        """Return what was told of each lead."""

    def tell(self, changes: Iterable[Change], told: dict[str, Told], at: int) -> dict[str, int]:
        """Keep changes and what was told with them; return how many there were by kind."""


class Folder:
    """A file of JSON lines a run that had changes, and one of what was told, which is ours."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def told(self) -> dict[str, Told]:
        """Return what was told of each lead."""
        file = self._folder / STATE
        if not file.exists():
            return {}
        with file.open(encoding="utf-8") as lines:
            return {lead: Told(as_of, hash_) for lead, as_of, hash_ in map(json.loads, lines)}

    def tell(self, changes: Iterable[Change], told: dict[str, Told], at: int) -> dict[str, int]:
        """Write the changes, then what was told: a run that was cut short tells them again."""
        self._folder.mkdir(parents=True, exist_ok=True)
        count = {"insert": 0, "update": 0, "delete": 0}

        def lines() -> Iterator[str]:
            for each in changes:
                count[each.op] += 1
                yield json.dumps(each.row(), ensure_ascii=False, separators=(",", ":"))

        name = clock.text(at).replace(":", "").replace("-", "")
        _written(self._folder / f"changes-{name}.jsonl", lines())
        _written(self._folder / STATE, (json.dumps([lead, *row]) for lead, row in told.items()))
        return count


def _written(path: Path, lines: Iterator[str]) -> None:
    """Write a file as a whole; none where there is no line."""
    first = next(lines, None)
    if first is None:
        path.unlink(missing_ok=True)
        return
    part = path.with_name(f"{path.name}.part")
    with part.open("w", encoding="utf-8") as file:
        file.write(f"{first}\n")
        file.writelines(f"{each}\n" for each in lines)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


class Database:
    """A table of PostgreSQL, which says itself what it was told."""

    def __init__(self, url: str) -> None:
        self._url = url

    def told(self) -> dict[str, Told]:
        """Return what was told of each lead; makes the table."""
        import psycopg

        try:
            with psycopg.connect(self._url) as connection:
                connection.execute(_CREATE)
                connection.execute(_INDEX)
                return {
                    lead: Told(clock.micros(as_of), hash_)
                    for lead, op, as_of, hash_ in connection.execute(_LATEST)
                    if op != "delete"
                }
        except psycopg.Error as error:
            raise EngineError(f"the database refuses: {error}") from None

    def tell(self, changes: Iterable[Change], told: dict[str, Told], at: int) -> dict[str, int]:  # noqa: ARG002 - the table says it
        """Add rows, all or none."""
        import psycopg

        count = {"insert": 0, "update": 0, "delete": 0}
        rest = iter(changes)
        try:
            with psycopg.connect(self._url) as connection, connection.cursor() as cursor:
                while part := list(islice(rest, PART)):
                    cursor.executemany(_INSERT, [_row(each, at) for each in part])
                    for each in part:
                        count[each.op] += 1
        except psycopg.Error as error:
            raise EngineError(f"the database refuses: {error}") from None
        return count


def _row(each: Change, at: int) -> tuple[object, ...]:
    values = json.dumps(each.values, ensure_ascii=False)
    as_of, told_at = clock.at(each.as_of), clock.at(at)
    return each.change_id, each.op, each.lead_id, as_of, told_at, each.hash, values


def target(to: str) -> Target:
    """Return who is told at an address or in a folder. Raises InputError."""
    if to.startswith(("postgresql://", "postgres://")):
        if find_spec("psycopg") is None:
            remedy = "Install leadline[postgres]."
            raise InputError(Fault("", "--to", "needs an extra", "", remedy))
        return Database(to)
    return Folder(Path(to))
