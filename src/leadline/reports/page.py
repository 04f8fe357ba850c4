"""A report: one description, and its outputs as a page, as JSON and on a terminal."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, ClassVar, TypeAlias

from rich.console import Console

from leadline.reports import html, terminal
from leadline.reports.charts import Chart, Flow
from leadline.reports.tables import Table


@dataclass(frozen=True)
class Text:
    """A paragraph."""

    block: ClassVar[str] = "text"

    text: str


@dataclass(frozen=True)
class Finding:
    """One thing that a person should know, and what to do about it."""

    says: str
    remedy: str = ""


@dataclass(frozen=True)
class Findings:
    """What should be known, the most important first."""

    block: ClassVar[str] = "findings"

    name: str
    items: tuple[Finding, ...]
    empty: str = "Nothing to report."


Block: TypeAlias = Text | Table | Chart | Flow | Findings


@dataclass(frozen=True)
class Section:
    """A part of a report.

    Attributes:
        name: Name for machines, unique on its page.
        title: Heading.
        blocks: What stands in it, in this order.
        brief: Whether it is short enough for a terminal; pages and JSON have all sections.
    """

    name: str
    title: str
    blocks: tuple[Block, ...]
    brief: bool = True


@dataclass(frozen=True)
class Page:
    """A report.

    Attributes:
        title: What was looked at.
        verdict: The result, in a sentence or two; it stands first.
        sections: The parts.
        facts: What it rests on: fingerprint, moment, counts; name and text.
    """

    title: str
    verdict: str
    sections: tuple[Section, ...]
    facts: tuple[tuple[str, str], ...] = ()

    def html(self) -> str:
        """Return a whole page that needs nothing else, neither a network nor scripts."""
        return html.render(self)

    def plain(self) -> dict[str, Any]:
        """Return the report for machines; charts are the tables of their figures."""
        return {
            "title": self.title,
            "verdict": self.verdict,
            "facts": dict(self.facts),
            "sections": [_plain_section(each) for each in self.sections],
        }

    def json(self) -> str:
        """Return ``plain`` as text."""
        return json.dumps(self.plain(), indent=2, ensure_ascii=False) + "\n"

    def print(self, console: Console) -> None:
        """Print the brief sections."""
        terminal.show(console, self)


def _plain_section(section: Section) -> dict[str, Any]:
    tables = [each for each in section.blocks if isinstance(each, Table | Chart | Flow)]
    return {
        "name": section.name,
        "title": section.title,
        "text": [each.text for each in section.blocks if isinstance(each, Text)],
        "findings": [
            {"says": item.says, "remedy": item.remedy}
            for each in section.blocks
            if isinstance(each, Findings)
            for item in each.items
        ],
        "tables": [(each if isinstance(each, Table) else each.table()).plain() for each in tables],
    }
