"""What reports are made of: sections of paragraphs, findings, tables and charts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, TypeAlias

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
class Contents:
    """What a report says.

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
