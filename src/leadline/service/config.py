"""What is set here, and who said so?"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from leadline.questions.answer import Answer
from leadline.questions.question import Question, Topic
from leadline.service.settings import without_password
from leadline.service.workspace import FILE, Workspace, workspace

if TYPE_CHECKING:
    from leadline.questions.session import Session
    from leadline.reports.page import Page


@dataclass(frozen=True)
class Config(Question["Answer[Workspace]"]):
    """Print every setting of the workspace, its value, and where it came from."""

    name: ClassVar[str] = "config"
    topic: ClassVar[Topic] = "begin"
    example: ClassVar[str] = "leadline config"
    has_report: ClassVar[bool] = False

    def answer(self, _: Session) -> Answer[Workspace]:
        """Read the file and the environment."""
        found = workspace(Path.cwd(), os.environ)
        return Answer(
            question=self.name,
            result=found,
            make_page=lambda: _page(found),
            figures={
                "file": None if found.file is None else str(found.file),
                "settings": [
                    {"name": each.name, "value": _said(each.value), "from": each.origin}
                    for each in found.all()
                ],
            },
            is_whole=True,
        )


def _page(found: Workspace) -> Page:
    from leadline.reports.page import Finding, Findings, Page, Section
    from leadline.reports.tables import Column, Table

    columns = (Column("name", "setting"), Column("value", "value"), Column("from", "from"))
    rows = tuple(shown(found))
    sections = [Section("settings", "Settings", (Table("settings", "Settings", columns, rows),))]
    if found.unknown:
        items = tuple(Finding(f"{each} is no setting.") for each in found.unknown)
        sections.append(Section("unknown", "To look at", (Findings("unknown", items),)))
    title = f"No {FILE} here" if found.file is None else os.path.relpath(found.file)
    return Page(title, " ".join(_verdict(found)), tuple(sections))


def shown(found: Workspace) -> Iterator[tuple[str, str | None, str]]:
    """Yield every setting as it is shown: its name, its value without a password, its origin."""
    return ((each.name, _shown(each.value), each.origin) for each in found.all())


def _verdict(found: Workspace) -> Iterator[str]:
    yield f"{len(found.values)} of the settings have a value of their own."
    if found.file is None:
        yield "leadline init DIR makes a workspace."


def _said(value: Any) -> Any:
    return without_password(value) if isinstance(value, str) else value


def _shown(value: Any) -> str | None:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return ", ".join(value)
    return None if value is None else str(_said(value))
