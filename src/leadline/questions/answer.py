"""What came out of a question, for people and for machines."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from leadline.questions.option import options_of
from leadline.questions.plain import plain

if TYPE_CHECKING:
    import pyarrow as pa
    from rich.console import Console

    from leadline.reports.page import Page
    from leadline.tables.read import Loaded

T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True)
class Reading:
    """What a person should know of the data and the model that an answer rests on.

    Attributes:
        notes: Of the data, one sentence each.
        warnings: What is allowed in a model but seldom meant.
        rejected: How many rows could not be used.
        files: What was read, as people call it.
    """

    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    rejected: int = 0
    files: tuple[str, ...] = ()

    @classmethod
    def of(cls, loaded: Loaded, warnings: Sequence[str] = ()) -> Reading:
        """Return what is known of tables that were read."""
        files = tuple(dict.fromkeys(map(str, loaded.names.values())))
        return cls(tuple(loaded.notes), tuple(warnings), loaded.rejects.count, files)

    @property
    def lost(self) -> tuple[str, ...]:
        """The notes of what is not there to be scored."""
        from leadline.tables.columns import Lost

        return tuple(each for each in self.notes if isinstance(each, Lost))


class Tables(Mapping[str, "pa.Table"]):
    """Tables by name, each computed when it is first asked for."""

    def __init__(self, made: Mapping[str, Callable[[], pa.Table]]) -> None:
        self._made = made
        self._kept: dict[str, pa.Table] = {}

    def __getitem__(self, name: str) -> pa.Table:
        """Return a table."""
        if name not in self._kept:
            self._kept[name] = self._made[name]()
        return self._kept[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._made)

    def __len__(self) -> int:
        return len(self._made)

    @property
    def are_fetched(self) -> bool:
        """Whether all of them are here, so that they outlive the engine."""
        return len(self._kept) == len(self._made)


@dataclass(frozen=True, kw_only=True)
class Answer(Generic[T_co]):
    """What came out.

    Attributes:
        question: Name of what was asked.
        result: The figures, as an object.
        says: The result in a sentence or two.
        figures: The same figures, as JSON has them.
        reading: What a person should know of the data.
        tables: Rows, as Arrow tables; times carry the zone UTC.
        texts: Documents that were made, such as a model, by what they are.
        written: Files and tables that were written.
        make_page: Makes the report, where there is one.
        printed: What a terminal shows in place of the report.
        below: What a terminal shows below it.
        is_whole: The figures hold all that the report says.
        status: What a command line ends with where nothing was rejected.
    """

    question: str
    result: T_co
    says: str = ""
    figures: Mapping[str, Any] = field(default_factory=dict, repr=False)
    reading: Reading = Reading()
    tables: Mapping[str, pa.Table] = field(default_factory=dict, repr=False)
    texts: Mapping[str, str] = field(default_factory=dict, repr=False)
    written: tuple[str, ...] = ()
    make_page: Callable[[], Page] | None = field(default=None, repr=False)
    printed: str | None = field(default=None, repr=False)
    below: str = field(default="", repr=False)
    is_whole: bool = field(default=False, repr=False)
    status: int = 0

    @cached_property
    def page(self) -> Page:
        """The report: sections of paragraphs, findings, tables and charts."""
        from leadline.reports.page import Page

        if self.make_page is not None:
            return self.make_page()
        return Page(self.question, self.says or self.printed or "", ())

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know of the data, one sentence each."""
        return self.reading.notes

    def print(self, console: Console) -> None:
        """Print the answer on a terminal."""
        if self.printed is None:
            self.page.print(console)
        elif self.printed:
            console.file.write(f"{self.printed}\n")  # as it is, tabs and all
        if self.below:
            console.print(self.below)

    def plain(self) -> dict[str, Any]:
        """Return the answer as JSON has it: figures, notes, and the tables of the report."""
        found = {
            "question": self.question,
            "says": self.says or self.page.verdict,
            **plain(self._counted()),
            "notes": list(self.reading.notes),
            "warnings": list(self.reading.warnings),
            "rejected": self.reading.rejected,
        }
        has_more = bool(self.page.sections) and not self.is_whole
        return found | ({"report": self.page.plain()} if has_more else {})

    def texts_for(self, question: object) -> dict[str, str]:
        """Return the texts that a question wants to have written, by their files."""
        asked = {each.option.makes: each.name for each in options_of(type(question))}
        files = {name: getattr(question, asked[name]) for name in self.texts if name in asked}
        return {file: self.texts[name] for name, file in files.items() if file is not None}

    def _counted(self) -> Mapping[str, Any]:
        """Return the figures."""
        return self.figures

    def to_json(self) -> str:
        """Return ``plain`` as text."""
        return json.dumps(self.plain(), indent=2, ensure_ascii=False) + "\n"

    def to_html(self) -> str:
        """Return the report as a page that needs nothing else, neither a network nor scripts."""
        files = ", ".join(self.reading.files)
        return (self.page.with_facts(("read from", files)) if files else self.page).html()

    def _repr_html_(self) -> str:
        """Show the report in a notebook, apart from the styles of the notebook."""
        return framed(self.to_html())


def framed(page: str) -> str:
    """Return a whole page as a part of another one."""
    from html import escape  # only for notebooks

    return f'<iframe srcdoc="{escape(page)}" style="width: 100%; height: 40em; border: 0"></iframe>'
