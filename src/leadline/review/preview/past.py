"""What a variant of a model would have meant for a team in past weeks: entries into each band."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Self

from leadline.errors import Fault, InputError
from leadline.history.replay import WEEKS, Replay, days, replayed, weekly
from leadline.model.diff import difference
from leadline.model.document import Model
from leadline.query.context import Context
from leadline.review.diff.impact import Load
from leadline.review.diff.reasons import names_of
from leadline.scoring import Run

SAMPLE = 5_000
"""Of more leads so many are replayed: always the same ones, as if drawn by lot."""


@dataclass(frozen=True)
class PastWeeks:
    """How many leads would have entered each band a week.

    Attributes:
        as_of: The end of the last week.
        weeks: How many there were.
        leads: How many leads were replayed.
        of: How many there are.
        loads: Ladder to the entries of each band by the model as it is and by the variant.
    """

    as_of: datetime
    weeks: int
    leads: int
    of: int
    loads: Mapping[str, tuple[Load, ...]]

    def plain(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return {
            "as_of": self.as_of.isoformat().replace("+00:00", "Z"),
            "weeks": self.weeks,
            "leads": self.leads,
            "of": self.of,
            "ladders": [
                {"ladder": ladder, "bands": [asdict(each) for each in loads]}
                for ladder, loads in self.loads.items()
            ],
        }


@dataclass(frozen=True, eq=False)
class Past:
    """Past days of some leads, and what the model as it is makes of them.

    Attributes:
        replay: The model as it is, day by day.
        as_of: The last day.
    """

    replay: Replay
    as_of: datetime

    @classmethod
    def open(cls, run: Run, weeks: int = WEEKS, sample: int = SAMPLE) -> Self:
        """Take the leads and their events, so that each variant meets no others.

        Raises InputError where the run has a spine.
        """
        as_of = run.moments.one
        if as_of is None:
            raise InputError(Fault("", "a preview", "must be of one moment", "a spine"))
        found = replayed(_of_some(run, sample), days(as_of, weeks), sample)
        found.run.table("scores")
        return cls(found, as_of)

    def of(self, model: Model) -> PastWeeks:
        """Return what a variant would have meant. Raises ModelError where it has faults."""
        before, after = self.replay, self.replay.with_model(model)
        names = names_of(before.run.model, model, difference(before.run.model, model))
        try:
            loads = {
                ladder: tuple(_loads(before, after, ladder, names.bands))
                for ladder in names.ladders
                if ladder in model.lead_bands
            }
        finally:
            after.run.close()
        return PastWeeks(self.as_of, before.weeks, before.leads, before.of, loads)


def _of_some(run: Run, sample: int) -> Run:
    """Return a run that has the events of a sample of leads alone, where it reads no others."""
    schema = run.loaded.schema
    context = Context(run.model, schema)
    if "events" not in schema or context.has_accounts:
        return run
    drawn = f"select lead_id from leads order by md5(lead_id), lead_id limit {sample}"
    merged = (
        "or lead_id in (select from_id from lead_merges)" if "lead_merges" in schema else ""
    )  # their events may be those of a lead that was drawn
    events = run.workspace.keep(
        "past_events",
        f"select * from {run.tables.name('events')} where lead_id in ({drawn}) {merged}",
    )
    tables = replace(run.tables, names={**run.tables.names, "events": events})
    return Run(tables, run.moments, run.model, run.workspace.part())


def _loads(
    before: Replay, after: Replay, ladder: str, renamed: Mapping[tuple[str, str], str]
) -> Iterator[Load]:
    old = {renamed.get((ladder, band), band): each for band, each in weekly(before, ladder).items()}
    new = weekly(after, ladder)
    for band in dict.fromkeys([*new, *old]):
        yield Load(band, old.get(band), new.get(band))
