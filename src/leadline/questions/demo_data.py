"""What can everything be tried on?"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from leadline.model.moments import moment
from leadline.questions.answer import Answer
from leadline.questions.common import Embedded
from leadline.questions.option import asks
from leadline.questions.question import Question, Topic

if TYPE_CHECKING:
    from leadline.demo.world import Course
    from leadline.questions.session import Session

FORMATS = ("csv", "csv.gz", "parquet", "jsonl")
_FOLDER = asks("New or empty folder.", "folder", "DIR")
_LEADS = asks("How many leads.", "whole", "N", least=1)
_SEED = asks("Another seed gives another world.", "whole", "S")
_END = asks("Last moment that is known of.", "moment", "T", otherwise="midnight")
_FORMAT = asks(
    f"{', '.join(FORMATS[:-1])} or {FORMATS[-1]}; by default csv below 50,000 leads, else parquet.",
    unit="F",
    choices=FORMATS,
)

COURSES = ("usual", "calm", "source", "field", "tracker")
_WORLD = asks(
    "How it runs: usual; calm, in which nothing changes; or calm until a source, a field or a "
    "tracker changes, 90 days before the end.",
    unit="W",
    choices=COURSES,
)
_BOTS = asks("With addresses, more programs, and an office behind one address.", "flag")


@dataclass(frozen=True)
class DemoData(Embedded, Question["Answer[dict[str, int]]"]):
    """Write invented accounts, leads, events and outcomes with a known cause of winning."""

    name: ClassVar[str] = "demo-data"
    topic: ClassVar[Topic] = "data"
    example: ClassVar[str] = "leadline demo-data demo --leads 500"
    has_report: ClassVar[bool] = False

    folder: str | Path = field(metadata=_FOLDER)
    leads: int = field(default=2000, kw_only=True, metadata=_LEADS)
    seed: int = field(default=1, kw_only=True, metadata=_SEED)
    end: datetime | str = field(kw_only=True, metadata=_END)
    format: str | None = field(default=None, kw_only=True, metadata=_FORMAT)
    bots: bool = field(default=False, kw_only=True, metadata=_BOTS)
    world: Course = field(default="usual", kw_only=True, metadata=_WORLD)

    def answer(self, session: Session) -> Answer[dict[str, int]]:
        """Make the world and write it."""
        from leadline.demo.generate import World, write_demo

        end = moment(self.end, "--end")
        folder = Path(self.folder)
        world = World(self.leads, self.seed, end, self.bots, self.world)
        rows = write_demo(session.embedded, world, folder, self.format)
        return Answer(
            question=self.name,
            result=rows,
            says=f"{sum(rows.values()):,} rows in {len(rows)} files",
            figures={"folder": folder, "rows": rows, "end": end},
            printed=_printed(rows, folder, end),
        )


def _printed(rows: dict[str, int], folder: Path, end: datetime) -> str:
    """Return what was written, and what to do with it."""
    width = max(map(len, rows))
    tables = {name.partition(".")[0]: folder / name for name in rows}
    given = " ".join(f"--{each.replace('_', '-')} {tables[each]}" for each in _SCORED)
    return "\n".join(
        [
            *(f"{name:{width}}  {count:>12,} rows" for name, count in rows.items()),
            f"{'truth.json':{width}}  why who wins; no score may see the files named truth",
            "next: leadline new model.yaml",
            f"then: leadline score model.yaml {given} --as-of {end:%Y-%m-%dT%H:%M:%SZ}",
        ]
    )


_SCORED = ("leads", "accounts", "events", "outcomes", "field_history")
