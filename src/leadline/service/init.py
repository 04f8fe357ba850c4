"""How does a workspace begin?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from leadline.errors import Fault, FileError, InputError
from leadline.model.moments import moment
from leadline.questions.answer import Answer
from leadline.questions.common import Embedded
from leadline.questions.option import asks
from leadline.questions.question import Question, Topic
from leadline.service.workspace import FILE

if TYPE_CHECKING:
    from leadline.questions.session import Session

_FOLDER = asks("Folder of the workspace; it is made where it is missing.", "folder", "DIR")
_EXPORTS = asks(
    "More exports, as a pattern of the shell gives them.", "table", "[FILE...]", is_list=True
)
_FROM = asks(
    "Begin with exports: inspect them, and propose a model.",
    "table",
    "FILE...",
    is_list=True,
    word="from",
    against=("demo",),
)
_DEMO = asks("Begin with invented data that ends now.", "flag")
_STARTER = asks("Starter of the model; by default the one that fits.", unit="NAME")
_LEADS = asks("How many invented leads.", "whole", "N", least=1)
_SEED = asks("Another seed gives another world.", "whole", "S")
_END = asks("Last moment of the invented data.", "moment", "T", otherwise="now", beside="demo")
MODEL, TASK, DATA = "model.yaml", "task.yaml", "data"
BEGINNING = {"store.begin_with": "tables"}
HANDOVER = {"handover.cool_down": "1d", "handover.raised": ["demo", "contact"]}
TEAM = """\
# Two invented sellers. leadline serve gives them the leads that enter these bands;
# leadline assign --dry-run tells who would have had how many.
[sellers.eva]
email = "eva@sales.example"

[sellers.ben]
email = "ben@sales.example"
weight = 2

[assign.field]
bands = ["sales"]
to = ["eva"]

[assign.inside]
bands = ["follow_up"]
to = ["ben", "eva"]
"""
"""What the settings of invented data say of who takes leads; every starter has these bands."""


@dataclass(frozen=True)
class Made:
    """What was made.

    Attributes:
        settings: What ``leadline.toml`` sets.
        texts: The files that were written, by name.
        open: What a person has to look at or decide, one sentence each.
    """

    settings: Mapping[str, str | Sequence[str]]
    texts: Mapping[str, str]
    open: tuple[str, ...] = ()


@dataclass(frozen=True)
class Init(Embedded, Question["Answer[Made]"]):
    """Make a workspace: from exports, from invented data, or empty with comments."""

    name: ClassVar[str] = "init"
    topic: ClassVar[Topic] = "begin"
    example: ClassVar[str] = "leadline init shop --demo"
    has_report: ClassVar[bool] = False

    folder: str | Path = field(metadata=_FOLDER)
    more: Sequence[str] = field(default=(), metadata=_EXPORTS)
    exports: Sequence[str] = field(default=(), kw_only=True, metadata=_FROM)
    demo: bool = field(default=False, kw_only=True, metadata=_DEMO)
    starter: str | None = field(default=None, kw_only=True, metadata=_STARTER)
    leads: int = field(default=2000, kw_only=True, metadata=_LEADS)
    seed: int = field(default=1, kw_only=True, metadata=_SEED)
    end: datetime | str | None = field(default=None, kw_only=True, metadata=_END)

    def check(self) -> None:
        """Refuse also to write over a workspace, and exports that stand alone."""
        super().check()
        if self.more and not self.exports:
            raise InputError(Fault("", self.more[0], "must stand behind --from"))
        for each in (FILE, MODEL, TASK):
            if (Path(self.folder) / each).exists():
                remedy = "Nothing was written."
                raise FileError(
                    Fault(str(Path(self.folder) / each), "", "is there already", "", remedy)
                )

    def answer(self, session: Session) -> Answer[Made]:
        """Make the files, and write them once all are made."""
        from leadline.tables.texts import write_documents

        made = self._made(session)
        folder = Path(self.folder)
        folder.mkdir(parents=True, exist_ok=True)
        write_documents({str(folder / name): text for name, text in made.texts.items()})
        return Answer(
            question=self.name,
            result=made,
            says=f"{folder} is a workspace.",
            figures={
                "folder": str(folder),
                "settings": dict(made.settings),
                "files": list(made.texts),
                "open": list(made.open),
            },
            printed="\n".join(_printed(folder, made)),
        )

    def _made(self, session: Session) -> Made:
        if self.demo:
            return self._of_demo(session)
        return self._of_exports(session) if self.exports else _empty()

    def _of_demo(self, session: Session) -> Made:
        """Write the invented data, which is known until its end."""
        from leadline.demo.generate import World, write_demo
        from leadline.model.contract import CONTRACT
        from leadline.model.starters import starter
        from leadline.service.exports import task_text

        model = starter(self.starter or "general")
        end = moment(self.end or "", "--end").replace(microsecond=0)
        world = World(self.leads, self.seed, end)
        rows = write_demo(session.embedded, world, Path(self.folder) / DATA)
        names = {name.partition(".")[0]: name for name in rows}
        tables = {f"tables.{each}": f"{DATA}/{names[each]}" for each in CONTRACT if each in names}
        settings = {"model": MODEL, "task": TASK, **tables, **BEGINNING, **HANDOVER}
        if isinstance(self.end, str):
            settings["as_of"] = f"{end:%Y-%m-%dT%H:%M:%SZ}"
        made = _made(settings, {MODEL: model, TASK: task_text("won")})
        return replace(made, texts={**made.texts, FILE: f"{made.texts[FILE]}\n{TEAM}"})

    def _of_exports(self, session: Session) -> Made:
        """Look into the exports, and propose a model that reads them."""
        from leadline.service.exports import proposal

        exports = [*self.exports, *self.more]
        found = proposal(session.embedded, exports, Path(self.folder), self.starter)
        texts = {MODEL: found.model} | ({} if found.task is None else {TASK: found.task})
        settings = {
            "model": MODEL,
            **({} if found.task is None else {"task": TASK}),
            **{f"tables.{name}": files for name, files in found.tables.items()},
        }
        return _made(settings, texts, found.open)


def _empty() -> Made:
    return _made({}, {}, ("Say in leadline.toml where the tables are; every line has a comment.",))


def _made(
    settings: Mapping[str, Any], texts: Mapping[str, str], open_: tuple[str, ...] = ()
) -> Made:
    from leadline.service.settings_text import settings_text

    return Made(settings, {FILE: settings_text(settings), **texts}, open_)


def _printed(folder: Path, made: Made) -> Iterator[str]:
    """Yield what was written, what is open, and what comes next."""
    yield from (f"{folder / name} written" for name in made.texts)
    if made.open:
        yield "still open:"
        yield from (f"- {each}" for each in made.open)
    begins = made.settings.get("store.begin_with") == "tables"
    step = f"leadline new {MODEL}" if MODEL not in made.texts else "leadline score"
    step = "leadline serve" if begins else step
    yield f"next: cd {folder} && {step}"
