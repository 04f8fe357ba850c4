"""The task: which outcome a model is asked to foresee, of which leads, at which moments.

A task stands in a file of its own, with or without the key ``task:`` around it, or in a model
document under that key. Like a model it knows no engine and no data.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, ValidationError

from leadline.errors import Fault, ModelError, closest, nearest
from leadline.model.document import Model
from leadline.model.durations import Duration
from leadline.model.reading.reader import load_source, told
from leadline.model.reading.source import Path, Source
from leadline.model.rules import Part, one_of
from leadline.model.values import (
    KIND,
    Condition,
    Identifier,
    PositiveSeconds,
    Seconds,
    Text,
    Texts,
    shown,
    wrong,
)

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

KEY = "task"
BESIDE = (KEY, "columns", "files")
"""What may stand in a file with a task: how the tables are read that it is judged on."""


class Happening(Part):
    """What shows that something happened to a lead: an outcome, an event, or a field's value."""

    model_config = one_of("outcome", "event", "field")

    outcome: Texts | None = Field(None, description="Kinds of outcomes.")
    event: Texts | None = Field(None, description="Types of events.")
    field: Text | None = Field(None, description="Field of the lead.")
    is_: Any = Field(None, alias="is", description="Value of the field that shows it, or several.")
    at: Text | None = Field(None, description="Field of the lead that says when.")
    amount: Text | None = Field(None, description="Field of the lead that says for how much.")

    def model_post_init(self, _context: Any) -> None:
        """Refuse keys that do not go together."""
        kinds = [key for key in ("outcome", "event", "field") if getattr(self, key) is not None]
        if len(kinds) != 1:
            raise wrong("must have one of outcome, event or field", " and ".join(kinds) or "none")
        if kinds == ["field"] and "is_" not in self.model_fields_set:
            raise wrong("is missing, as field needs it", key="is")
        for key in ("is", "at", "amount"):
            name = "is_" if key == "is" else key
            if kinds != ["field"] and name in self.model_fields_set:
                raise wrong("must not stand here, as it belongs to field", key=key)

    @property
    def has_time(self) -> bool:
        """Whether it is known when it happened."""
        return self.field is None or self.at is not None

    @property
    def values(self) -> tuple[Any, ...]:
        """The values of the field that show it."""
        return tuple(self.is_) if isinstance(self.is_, list | tuple) else (self.is_,)


class Moments(Part):
    """When each lead is judged."""

    model_config = one_of("first", "every", "after", "enter")

    first: Texts | None = Field(None, description="At the lead's first event of these types.")
    every: PositiveSeconds | None = Field(None, description="Again and again, so far apart.")
    after: Seconds | None = Field(None, description="So long after the lead was created.")
    enter: Text | None = Field(None, description="Whenever the lead enters this band.")
    ladder: Identifier | None = Field(None, description="Ladder of the band, if not the first.")

    def model_post_init(self, _context: Any) -> None:
        """Refuse keys that do not go together."""
        keys = ("first", "every", "after", "enter")
        kinds = [key for key in keys if getattr(self, key) is not None]
        if len(kinds) != 1:
            found = " and ".join(kinds) or "none"
            raise wrong("must have one of first, every, after or enter", found)
        if self.ladder is not None and self.enter is None:
            raise wrong("must stand beside enter", key="ladder")


Word = Literal["created", "once"]


def _kind(value: object) -> str:
    return KIND + ("Moments" if isinstance(value, Mapping | Moments) else "Word")


AnyMoments = Annotated[
    Annotated[Word, Tag(KIND + "Word")] | Annotated[Moments, Tag(KIND + "Moments")],
    Discriminator(_kind),
]


class Task(Part):
    """What is to be foreseen; ``known`` is kept for what reads it."""

    outcome: Happening = Field(description="The outcome that is wanted.")
    outcome_from: Literal["lead", "account"] = Field(
        "lead", description="Whose outcome counts: the lead's, or any of its account's."
    )
    closed: Happening | None = Field(
        None, description="What else ends a lead; by default every outcome but accepted, rejected."
    )
    horizon: PositiveSeconds | None = Field(None, description="How far ahead is looked.")
    moments: AnyMoments | None = Field(None, description="When each lead is judged.")
    eligible: Condition | None = Field(None, description="Leads that are judged.")
    order: Text | None = Field(None, description="Field that stands for time where there is none.")
    group: Text | None = Field(None, description="Field of rows that must not be split apart.")
    worked: Happening | None = Field(None, description="What shows that sales tried.")
    work_within: PositiveSeconds = Field(
        Duration("14d"), description="How soon after the moment trying counts."
    )
    rows: Literal["all", "worked"] = Field(
        "all", description="Which rows are judged: all, or those that sales tried."
    )
    leave_out: Texts = Field((), description="Fields that may not be used.")
    hide: Texts = Field(
        (), description="Fields and types of events that reasons sum up as `other`."
    )
    known: Any = Field(None, description="When fields become known; kept for the audit.")

    def model_post_init(self, _context: Any) -> None:
        """Refuse keys that do not go together."""
        if self.outcome.has_time and self.horizon is None:
            remedy = "It says within what time the outcome must come, such as 30d."
            raise wrong("is missing, as the outcome has a time", "", remedy, key="horizon")
        if self.closed is not None and not self.closed.has_time:
            raise wrong("must have a time: an outcome, an event, or a field with at", key="closed")
        if self.worked is None and "work_within" in self.model_fields_set:
            raise wrong("must stand beside worked", key="work_within")
        if self.rows == "worked" and (self.worked is None or not self.outcome.has_time):
            remedy = "Say under `worked` what shows that sales tried."
            raise wrong(
                "must be all without worked and an outcome with a time",
                "worked",
                remedy,
                key="rows",
            )
        if self.outcome_from == "account" and self.outcome.field is not None:
            raise wrong("must be lead where the outcome is a field", "account", key="outcome_from")

    @property
    def from_moment(self) -> int:
        """Microseconds from the moment to where the horizon begins.

        Where only worked rows count, it begins when the time for trying is over.
        """
        return self.work_within.microseconds if self.rows == "worked" else 0

    @property
    def settled_after(self) -> int:
        """Microseconds from the moment to the end of the horizon."""
        return self.from_moment + (self.horizon.microseconds if self.horizon else 0)

    @property
    def when(self) -> Word | Moments:
        """When each lead is judged: as written, or when created, or once where there is no time."""
        return self.moments or ("created" if self.outcome.has_time else "once")


def field_of(text: str) -> tuple[str, str]:
    """Return entity and name of a field; without an entity it is the lead's.

    >>> field_of("lead.number"), field_of("Lead Quality"), field_of('account."Size"')
    (('lead', 'number'), ('lead', 'Lead Quality'), ('account', 'Size'))
    """
    for entity in ("lead", "account"):
        if text.startswith(f"{entity}."):
            name = text.removeprefix(f"{entity}.")
            is_quoted = len(name) > 1 and name[0] == name[-1] == '"'
            return entity, name[1:-1].replace('""', '"') if is_quoted else name
    return "lead", text


@dataclass(frozen=True)
class TaskDocument:
    """A task with the place where it was written, for messages.

    Attributes:
        task: What is to be foreseen.
        source: The file.
        prefix: Where in it the task stands.
    """

    task: Task
    source: Source
    prefix: Path = ()

    def fault(self, path: Path, expected: str, found: str = "", remedy: str = "") -> Fault:
        """Return a fault at a path of the task."""
        return self.source.fault((*self.prefix, *path), expected, found, remedy)


def read_task(given: str | FilePath | Mapping[str, Any] | Task | TaskDocument) -> TaskDocument:
    """Read a task from a file, a text with line ends, plain values, or a model document's file.

    Raises ModelError with all faults, FileError.

    >>> read_task({"outcome": {"outcome": "won"}, "horizon": "30d"}).task.when
    'created'
    """
    if isinstance(given, TaskDocument):
        return given
    if isinstance(given, Task):
        return TaskDocument(given, Source(KEY, given.plain()))
    source = load_source(given, "a task")
    if KEY not in source.values and "scores" in source.values:
        remedy = "Give a file with --task, or write the key into the model."
        raise ModelError(source.fault((KEY,), "is missing", "", remedy))
    if KEY in source.values and "scores" not in source.values:
        refuse_unknown(source)
    prefix: Path = (KEY,) if KEY in source.values else ()
    return _validated(source, prefix, source.values[KEY] if prefix else source.values)


def refuse_unknown(source: Source) -> None:
    """Refuse keys beside the task that say nothing of how tables are read."""
    faults = [
        source.fault((key,), "is not a key that is known here", "", nearest(str(key), BESIDE))
        for key in source.values
        if key not in BESIDE
    ]
    if faults:
        raise ModelError(*faults)


def task_of(model: Model, source: Source) -> TaskDocument | None:
    """Return the task that a model document holds, None where it holds none. Raises ModelError."""
    return None if model.task is None else _validated(source, (KEY,), model.task)


def _validated(source: Source, prefix: Path, values: object) -> TaskDocument:
    if not isinstance(values, Mapping):
        raise ModelError(source.fault(prefix, "must be a mapping", shown(values)[:60]))
    try:
        return TaskDocument(Task.model_validate(values), source, prefix)
    except ValidationError as error:
        found = [_fault(source, prefix, values, each) for each in error.errors(include_url=False)]
        raise ModelError(*dict.fromkeys(found)) from None


def _fault(source: Source, prefix: Path, values: object, error: ErrorDetails) -> Fault:
    path, expected, found, remedy = told(values, error, _known_keys(error["loc"]))
    return source.fault((*prefix, *path), expected, found, remedy)


def _known_keys(location: tuple[str | int, ...]) -> list[str]:
    """Return the keys that may stand where an unknown one stood."""
    part = _PARTS.get(str(location[0]), Task) if len(location) > 1 else Task
    return [each.alias or name for name, each in part.model_fields.items()]


_PARTS: Mapping[str, type[Part]] = {
    "outcome": Happening,
    "closed": Happening,
    "worked": Happening,
    "moments": Moments,
}


def nearest_field(name: str, known: Mapping[str, Any]) -> str:
    """Return the sentence that names the nearest field, or an empty text."""
    found = closest(name, known)
    return f"Did you mean {found}?" if found else ""
