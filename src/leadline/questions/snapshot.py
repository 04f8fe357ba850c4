"""What are the fields now, so that next year knows what they were?"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from leadline.errors import Fault, InputError
from leadline.questions.answer import Answer, Reading
from leadline.questions.asking import function
from leadline.questions.common import Embedded
from leadline.questions.inputs import REJECTS, STRICT, table, target
from leadline.questions.judging import READER
from leadline.questions.option import asks
from leadline.questions.question import Question, Topic

if TYPE_CHECKING:
    from leadline.history.snapshot import Counts
    from leadline.history.snapshot import Snapshot as Found
    from leadline.questions.judging import ModelInput
    from leadline.questions.session import Session
    from leadline.tables.places.inputs import Input

AT = asks("Moment that the tables are of.", "moment", "T", otherwise="now", setting="as_of")
ASSUMED = asks(
    "Take fields without a history to have been so since their leads were created.", "flag"
)
SOURCE = asks("Where the tables come from, as the settings say.", "object", setting="source")


@dataclass(frozen=True)
class Snapshot(Embedded, Question["Answer[Counts]"]):
    """Add what the fields of leads and accounts are now to the history of what they were."""

    name: ClassVar[str] = "snapshot"
    topic: ClassVar[Topic] = "data"
    example: ClassVar[str] = (
        "leadline snapshot --leads leads.csv --accounts accounts.csv --out field_history.parquet"
    )
    has_report: ClassVar[bool] = False

    leads: Input | None = field(default=None, kw_only=True, metadata=table("leads"))
    accounts: Input | None = field(default=None, kw_only=True, metadata=table("accounts"))
    field_history: Input | None = field(default=None, kw_only=True, metadata=table("field_history"))
    as_of: datetime | str = field(kw_only=True, metadata=AT)
    model: ModelInput | None = field(default=None, kw_only=True, metadata=READER)
    assume_unchanged: bool = field(default=False, kw_only=True, metadata=ASSUMED)
    out: str | None = field(
        default=None, kw_only=True, metadata=target("Write the history; by default where it was")
    )
    source: str | None = field(default=None, kw_only=True, metadata=SOURCE)
    strict: bool = field(default=False, kw_only=True, metadata=STRICT)
    rejects: str | None = field(default=None, kw_only=True, metadata=REJECTS)

    def check(self) -> None:
        """Refuse what there can be no snapshot of. Raises InputError, FileError."""
        super().check()
        if self.source == "store":
            expected = "keeps the history of its fields by itself"
            raise InputError(Fault("", "the store", expected, "", "No snapshot is needed."))
        if self.leads is None and self.accounts is None:
            raise InputError(Fault("", "--leads or --accounts", "must be given"))
        if self._target is None:
            expected = "must be given where the history is not one file"
            raise InputError(Fault("", "--out", expected))

    @property
    def _target(self) -> str | None:
        """The file that the history is written to."""
        if self.out is not None or self.field_history is None:
            return self.out
        is_file = isinstance(self.field_history, str | Path)
        return str(self.field_history) if is_file and "*" not in str(self.field_history) else None

    def answer(self, session: Session) -> Answer[Counts]:
        """Compare, and write the history anew with what changed."""
        from leadline.history.snapshot import Snapshot as Found
        from leadline.model.declared import read_declared
        from leadline.model.moments import moment

        model = None if self.model is None else read_declared(self.model)
        inputs = {"leads": self.leads, "accounts": self.accounts, "field_history": self._before()}
        given = {name: each for name, each in inputs.items() if each is not None}
        found = Found.of(
            session.embedded,
            given,
            moment(self.as_of),
            model,
            is_assumed=self.assume_unchanged,
        )
        reading = Reading.of(found.loaded)
        self.accept(reading)
        counts = found.counts
        return Answer(
            question=self.name,
            result=counts,
            printed="\n".join(_told(found, counts, assumed=self.assume_unchanged)),
            figures=counts._asdict(),
            reading=reading,
            written=self._write(found),
        )

    def _before(self) -> Input | None:
        """Return the history that there is; at the first snapshot there is no file of it."""
        named = self.field_history
        is_new = isinstance(named, str | Path) and not any(
            each in str(named) for each in ("*", ":")
        )
        return None if is_new and not Path(str(named)).exists() else named

    def _write(self, found: Found) -> tuple[str, ...]:
        from leadline.tables.write import Outputs

        wanted = {self._target: found.query, self.rejects: found.loaded.rejects.query}
        with Outputs(found.engine) as outputs:
            for path, rows in wanted.items():
                if path is not None:
                    outputs.add(rows, path)
        return tuple(path for path in wanted if path is not None)


def _told(found: Found, counts: Counts, *, assumed: bool) -> list[str]:
    """Return what a person should know of a snapshot."""
    lines = [f"{counts.values:,} values; {counts.changed:,} changed, {counts.first:,} are new"]
    if found.is_first:
        day = found.at.isoformat()
        lines.append(
            "fields are taken to have been so since their leads were created"
            if assumed
            else f"before {day} fields are unknown, and scores of that time read none"
        )
    return lines


snapshot = function(Snapshot)
