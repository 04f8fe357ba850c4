"""A report: one description, and its outputs as a page, as JSON and on a terminal."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from leadline.reports.charts import Chart, Flow
from leadline.reports.parts import Block, Contents, Finding, Findings, Section, Text
from leadline.reports.tables import Table

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["Block", "Finding", "Findings", "Page", "Section", "Text"]


class Page(Contents):
    """A report with its outputs."""

    def with_facts(self, *facts: tuple[str, str]) -> Page:
        """Return the report with more facts."""
        return replace(self, facts=(*self.facts, *facts))

    def html(self) -> str:
        """Return a whole page that needs nothing else, neither a network nor scripts."""
        from leadline.reports import html  # noqa: PLC0415 - not every answer becomes a page

        return html.render(self)

    def plain(self) -> dict[str, Any]:
        """Return the report for machines; charts are the tables of their figures."""
        return {
            "title": self.title,
            "verdict": self.verdict,
            "facts": dict(self.facts),
            "sections": [_plain_section(each) for each in self.sections],
        }

    def print(self, console: Console) -> None:
        """Print the brief sections."""
        from leadline.reports import terminal  # noqa: PLC0415 - likewise

        terminal.show(console, self)

    def text(self) -> str:
        """Return what ``print`` prints, however long its lines are."""
        from leadline.reports import terminal  # noqa: PLC0415 - likewise

        return terminal.text(self)


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
