"""An answer on the terminal and in files, and what a person should know of the data."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from leadline.cli.console import err, out
from leadline.tables.columns import Lost, MuchLost, ReadAs, Unnamed
from leadline.tables.texts import write_documents

if TYPE_CHECKING:
    from leadline.cli.asking import Faces
    from leadline.questions.answer import Answer, Reading
    from leadline.questions.question import Question


def show(question: Question[Any], answer: Answer[Any], faces: Faces) -> int:
    """Print an answer, write what was asked for, and return the exit status."""
    question.accept(answer.reading)
    said = err if faces.is_piped else out
    if faces.is_piped:
        sys.stdout.write(answer.to_json())
    else:
        answer.print(out)
    texts = _texts(question, answer, faces)
    write_documents(texts)
    for path in (*answer.written, *texts):
        said.print(f"written to {path}")
    if question.hint and not (texts or answer.written or faces.is_piped):
        said.print(question.hint)
    question.finish(answer, said.print)
    return max(report(answer.reading, question, is_verbose=faces.verbose), answer.status)


def _texts(question: Question[Any], answer: Answer[Any], faces: Faces) -> dict[str, str]:
    """Return the texts to write, by their files."""
    texts = answer.texts_for(question)
    if faces.report is not None:
        texts[faces.report] = answer.to_html()
    if faces.json is not None and not faces.is_piped:
        texts[faces.json] = answer.to_json()
    return texts


def report(reading: Reading, question: Question[Any], *, is_verbose: bool) -> int:
    """Print what a person should know of the data, what was lost last and in colour.

    Rejected rows end in exit status 1.
    """
    for note in sorted(reading.notes if is_verbose else _brief(reading.notes), key=_is_lost):
        word = "warning" if isinstance(note, MuchLost) else "note"
        err.print(f"{word}: {note}", style="bold red" if _is_lost(note) else None)
    if not reading.rejected:
        return 0
    err.print(_rejected(reading.rejected, getattr(question, "rejects", None)), style="bold red")
    return 1


def _brief(notes: Sequence[str]) -> Iterator[str]:
    """Yield notes, with those in one line that only say how columns are read."""
    names = [each for each in notes if isinstance(each, ReadAs)]
    if len(names) > 1:
        yield f"{len(names)} columns are read under other names; --verbose lists them."
    untold = Unnamed if len(names) == 1 else (Unnamed, ReadAs)
    yield from (each for each in notes if not isinstance(each, untold))


def _is_lost(note: str) -> bool:
    return isinstance(note, Lost)


def _rejected(count: int, file: str | None) -> str:
    """Say how many rows could not be used, and where they are."""
    rows, are = ("1 row was", "it is") if count == 1 else (f"{count:,} rows were", "they are")
    place = f"{are} in {file}" if file else "leadline score --rejects FILE writes them"
    return f"{rows} rejected; {place}"
