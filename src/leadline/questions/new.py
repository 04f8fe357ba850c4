"""How does one start a model?"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from leadline.errors import Fault, FileError, InputError
from leadline.questions.answer import Answer
from leadline.questions.common import Embedded
from leadline.questions.inputs import FactTables
from leadline.questions.option import asks
from leadline.questions.question import Question, Topic

if TYPE_CHECKING:
    from leadline.questions.session import Session

_MODEL = asks("Model document to write (YAML).", "file", "MODEL")
_STARTER = asks("One of the starters of --list.", unit="NAME")
_COLUMNS = asks("Columns that leadline inspect --out wrote, to be read.", "document", "F")
_LIST = asks("List the starters and end.", "flag", word="list")


@dataclass(frozen=True)
class New(FactTables, Embedded, Question["Answer[str]"]):
    """Write a commented model to start from; an existing file is left as it is."""

    name: ClassVar[str] = "new"
    topic: ClassVar[Topic] = "learn"
    example: ClassVar[str] = "leadline new model.yaml --columns columns.yaml --leads contacts.csv"
    has_report: ClassVar[bool] = False

    model: str | None = field(default=None, metadata=_MODEL)
    starter: str = field(default="general", kw_only=True, metadata=_STARTER)
    columns: Path | None = field(default=None, kw_only=True, metadata=_COLUMNS)
    is_list: bool = field(default=False, kw_only=True, metadata=_LIST)

    def check(self) -> None:
        """Refuse where no file is named."""
        super().check()
        if self.model is None and not self.is_list:
            raise InputError(Fault("", "MODEL", "must name the file to write, such as model.yaml"))

    def answer(self, session: Session) -> Answer[str]:
        """Write the model, or list the starters."""
        from leadline.model.starters import STARTERS, starter

        if self.model is None or self.is_list:
            width = max(map(len, STARTERS))
            lines = [f"{name:{width}}  {about}" for name, about in STARTERS.items()]
            figures = {"starters": STARTERS}
            listed = "\n".join(lines)
            return Answer(question=self.name, result=listed, figures=figures, printed=listed)
        text, opened = starter(self.starter), list[str]()
        if self.columns is not None:
            text, opened = self._fitted(session, text, self.columns)
        _write(Path(self.model), text)
        said = (
            f"{self.model} written, from the starter {self.starter}; "
            "change every line that you like"
        )
        tables = "with tables of your own or of leadline demo-data"
        return Answer(
            question=self.name,
            result=text,
            says=said,
            figures={"model": self.model, "starter": self.starter, "open": opened},
            printed="\n".join(
                [
                    said,
                    *(["still open:"] if opened else []),
                    *(f"- {each}" for each in opened),
                    f"next, {tables}: leadline check {self.model}",
                ]
            ),
        )

    def _fitted(self, session: Session, text: str, columns: Path) -> tuple[str, list[str]]:
        """Return the starter as it fits the columns and the tables, and what is open."""
        from leadline.inspection.fitting import fitted

        found = _proposed(columns)
        tables, faults = self.tables(), []
        seen = None
        if tables:
            from leadline.model.declared import read_declared
            from leadline.questions.looking import seen_in
            from leadline.scoring.loading import load

            try:
                loaded = load(session.embedded, tables, read_declared(columns))
                seen = seen_in(session.embedded, loaded.schema, found)
            except InputError as error:
                faults = [str(each) for each in error.faults]
        made = fitted(text, found, self.model or "", seen)
        return made.text, [*faults, *made.open]


def _proposed(path: Path) -> str:
    """Return the text of a file that says how tables are read."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        text = path.read_text(encoding="utf-8")
        found = YAML(typ="safe", pure=True).load(text)
    except OSError as error:
        raise FileError(Fault(str(path), "", "cannot be read", error.strerror or "")) from error
    except (YAMLError, UnicodeDecodeError) as error:
        raise InputError(
            Fault(str(path), "", "must be YAML", str(error).splitlines()[0])
        ) from error
    if not isinstance(found, dict) or not isinstance(found.get("columns"), dict):
        remedy = "leadline inspect FILE --out writes it."
        raise InputError(Fault(str(path), "columns", "must say how tables are read", "", remedy))
    return text


def _write(path: Path, text: str) -> None:
    """Write a new file; ``x`` refuses one that is there, even one that appears just now."""
    try:
        with path.open("x", encoding="utf-8") as stream:
            stream.write(text)
    except FileExistsError:
        remedy = "Name another file; nothing was written."
        raise FileError(Fault(str(path), "", "must not exist yet", "", remedy)) from None
    except OSError as error:
        remedy = "Check the path and its permissions."
        raise FileError(
            Fault(str(path), "", "cannot be written", error.strerror or "", remedy)
        ) from error
