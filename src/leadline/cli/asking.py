"""How the command line asks a question: options in, the answer printed and written."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from leadline.cli import STARTED
from leadline.cli.options import OF_ALL
from leadline.questions.option import options_of
from leadline.questions.question import Question
from leadline.questions.session import Session
from leadline.service.source import with_tables
from leadline.service.values import Known, placed
from leadline.service.workspace import workspace
from leadline.timings import Step, listening


@dataclass(frozen=True)
class Faces:
    """What every command can do with its answer.

    Attributes:
        report: File of the page.
        json: File of the JSON; ``-`` is the standard output.
        verbose: Whether notes are printed that say how columns are read.
        timings: Whether a table is printed of what each step took.
    """

    report: str | None = None
    json: str | None = None
    verbose: bool = False
    timings: bool = False

    @property
    def is_piped(self) -> bool:
        """Whether the standard output is for a machine."""
        return self.json == "-"

    @property
    def files(self) -> list[str]:
        """The files to write."""
        return [each for each in (self.report, self.json) if each is not None and each != "-"]


def ask(asked: type[Question[Any]], values: Mapping[str, Any]) -> int:
    """Ask a question, print and write the answer, and return the exit status."""
    started = datetime.now(UTC)
    given = {name: each for name, each in values.items() if _is_given(each)}
    faces = Faces(**{each.name: given.pop(each.name) for each in OF_ALL if each.name in given})
    settings = {each.option.setting for each in options_of(asked) if each.name not in given}
    with with_tables(workspace(Path.cwd(), os.environ), settings) as found:
        known = Known(placed(asked, given, found), found, started)
        question = asked(**known.values(asked))
        question.check()
        if faces.files:
            _check_files(faces.files)
        settled = frozenset(known.settled(asked))
        answered = _timed if faces.timings else _answered
        return answered(question, faces, settled)


def _timed(question: Question[Any], faces: Faces, settled: frozenset[str]) -> int:
    """Answer, and print where the time went since the program began."""
    from leadline.cli.console import err

    with listening() as timings:
        timings.steps.append(_since_start("start of the program"))
        status = _answered(question, faces, settled)
    for line in timings.lines(_since_start("all of it")):
        err.print(line)
    return status


def _since_start(name: str) -> Step:
    return Step(name, 0, time.perf_counter() - STARTED, time.process_time())


def _answered(question: Question[Any], faces: Faces, settled: frozenset[str]) -> int:
    """Answer on an engine whose progress is shown, and print and write the answer."""
    from leadline.cli.console import confirm, err, progress
    from leadline.cli.printing import show

    engine, memory = getattr(question, "engine", None), getattr(question, "memory", None)
    with (
        progress() as shown,
        Session(engine, memory, err.print, shown, settled, confirm=confirm) as session,
    ):
        return show(question, question.answer(session), faces)


def _is_given(value: object) -> bool:
    return value is not None and value is not False and value != []


def _check_files(paths: list[str]) -> None:
    """Refuse files that cannot be written, before anything is read. Raises FileError."""
    from leadline.tables.texts import check_document

    for path in paths:
        check_document(path)
