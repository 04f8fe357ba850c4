"""A workspace of files that strangers made, or of invented data: made in a bounded process.

``python -m leadline.service.prepared FOLDER [FILE...]`` does what ``leadline init`` does. A file
that takes more memory, time or disk than it may ends that process alone.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from leadline.errors import InputError, LeadlineError
from leadline.service.init import Init

CPU_SECONDS = 90
WAIT_SECONDS = 120
MEMORY_BYTES = 2 * 1024**3
"""Addresses, of which the engine reserves more than it fills."""
ENGINE_MEMORY = "1GB"
DISK, DISK_BYTES = "1GB", 1024**3
"""What the engine may put aside, and the size of a file."""


@dataclass(frozen=True)
class Prepared:
    """What was made.

    Attributes:
        tables: Table to its files.
        model: File of the model that was proposed.
        open: What a person has to look at, one sentence each.
    """

    tables: Mapping[str, list[str]]
    model: str
    open: Sequence[str]


def prepare(folder: Path, files: Sequence[str] = ()) -> Prepared:
    """Make a workspace of files, of invented data where there are none.

    Raises Unfit with what the files lack, and Bounded where they take more than they may.
    """
    command = [sys.executable, "-m", __name__, str(folder), *files]
    try:
        found = subprocess.run(  # noqa: S603 - our own program, over files that we named
            command, capture_output=True, text=True, check=False, timeout=WAIT_SECONDS
        )
    except subprocess.TimeoutExpired:
        raise Bounded from None
    if found.returncode == InputError.exit_status:
        raise Unfit(found.stderr.strip())
    if found.returncode:
        raise Bounded
    return _read(folder, json.loads(found.stdout))


class Unfit(Exception):  # noqa: N818 - an answer of a page
    """Files cannot be used, for the reason that it says."""


class Bounded(Exception):  # noqa: N818 - an answer of a page
    """Files take more than they may."""


def _read(folder: Path, figures: Mapping[str, Any]) -> Prepared:
    tables: dict[str, list[str]] = {}
    for name, value in figures["settings"].items():
        if name.startswith("tables."):
            given = [value] if isinstance(value, str) else value
            tables[name.partition(".")[2]] = [str(folder / each) for each in given]
    return Prepared(tables, str(folder / "model.yaml"), figures["open"])


def main(folder: str, *files: str) -> int:
    """Make the workspace within bounds, and print what was made as JSON."""
    from leadline.questions.session import Session
    from leadline.service import clock
    from leadline.sql.text import Sql

    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (DISK_BYTES, DISK_BYTES))
    end = None if files else clock.at(clock.now())
    try:
        question = Init(folder, exports=files, demo=not files, end=end)
        question.check()
        with Session(memory=ENGINE_MEMORY) as session:
            session.embedded.run(Sql(f"set max_temp_directory_size = '{DISK}'"))
            figures = question.answer(session).figures
    except InputError as error:
        sys.stderr.write(str(error))
        return InputError.exit_status
    except (LeadlineError, MemoryError):
        return 1
    sys.stdout.write(json.dumps(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
