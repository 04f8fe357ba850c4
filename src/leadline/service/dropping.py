"""A folder that files are put into: each is taken into the inbox and moved away."""

from __future__ import annotations

import csv
import gzip
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

from leadline.errors import Fault, InputError, LeadlineError
from leadline.service import clock
from leadline.service.arriving.rows import READERS
from leadline.store import inbox
from leadline.store.inbox import Received
from leadline.store.store import Store

RESTS_SECONDS = 2.0
"""A file that was written to later than that may not be whole."""
MOST_BYTES = 512 * 1024
"""Of the rows that become one request."""
TAKEN, REFUSED = "taken", "refused"
"""Where files go afterwards; why one is refused stands beside it."""


class Drop:
    """Takes files such as ``events-monday.jsonl`` or ``leads.csv.gz`` from a folder.

    The first word of a name is the table; files that end in another way stay where they are. All
    rows of a file are in the inbox, or none is; one that is read again after a crash counts once,
    as its rows have ids or are the same.
    """

    def __init__(self, store: Store, folder: Path) -> None:
        self._store = store
        self.folder = folder
        self.rests_seconds = 1.0
        for each in (TAKEN, REFUSED):
            (folder / each).mkdir(parents=True, exist_ok=True)

    def end(self) -> None:
        """Nothing here takes long."""

    def close(self) -> None:
        """Nothing is open between two times."""

    def take(self, now: float | None = None) -> int:
        """Take the files that are whole; return how many. Raises StoreError, and all wait then."""
        now = time.time() if now is None else now
        waiting = sorted(each for each in self.folder.iterdir() if _end(each) in _LINES)
        whole = [each for each in waiting if each.stat().st_mtime <= now - RESTS_SECONDS]
        for path in whole:
            self._take(path)
        return len(whole)

    def _take(self, path: Path) -> None:
        try:
            requests = list(_requests(path))
        except (LeadlineError, OSError, EOFError, UnicodeDecodeError, csv.Error) as error:
            (self.folder / REFUSED / f"{path.name}.why").write_text(f"{error}\n", encoding="utf-8")
            self._move(path, REFUSED)
            return
        if requests:
            inbox.accept(self._store, requests)
        self._move(path, TAKEN)

    def _move(self, path: Path, to: str) -> None:
        """Move a file away; one of the same name that is there already stays."""
        target = self.folder / to / path.name
        if target.exists():
            target = target.with_name(f"{clock.now()}-{path.name}")
        path.replace(target)


def _end(path: Path) -> str:
    """Return the end of a name, without that of a pack; empty for what is no file to take."""
    if path.name.startswith(".") or not path.is_file():
        return ""
    return path.name.lower().removesuffix(".gz").rpartition(".")[2]


def _requests(path: Path) -> Iterator[Received]:
    """Yield the rows of a file as requests of some size. Raises InputError."""
    table, at = path.name.lower().split(".")[0].split("-")[0], clock.now()
    if table not in READERS:
        expected = f"must be called after a table, one of {', '.join(READERS)}"
        raise InputError(Fault(path.name, "", expected))
    reader = _LINES[_end(path)]
    source = f"file {path.name}"
    with gzip.open(path) if path.suffix.lower() == ".gz" else path.open("rb") as file:
        for part in _parts(reader(cast("BinaryIO", file))):
            yield Received(source, f"rows:{table}", at, part)


def _parts(lines: Iterator[bytes]) -> Iterator[bytes]:
    part: list[bytes] = []
    size = 0
    for line in lines:
        if part and size + len(line) > MOST_BYTES:
            yield b"\n".join(part)
            part, size = [], 0
        part.append(line)
        size += len(line) + 1
    if part:
        yield b"\n".join(part)


def _lines(file: BinaryIO) -> Iterator[bytes]:
    yield from (line.strip() for line in file if line.strip())


def _rows(file: BinaryIO) -> Iterator[bytes]:
    """Yield the rows of a CSV file as lines of JSON; empty values are left out."""
    text = (
        line.decode("utf-8-sig" if number == 0 else "utf-8") for number, line in enumerate(file)
    )
    for row in csv.DictReader(text):
        values = {name: value for name, value in row.items() if name and value}
        yield json.dumps(values, ensure_ascii=False).encode()


_LINES = {"jsonl": _lines, "ndjson": _lines, "csv": _rows}
"""End of a name to what yields the rows as lines of JSON."""
