"""How many leads of each band won, by the model as it is and by a variant, on ripe past moments.

Each lead is asked about at one of its moments, and only where its horizon has ended. The latest
eighth of the rows is left out: who looks at figures while changing a model chooses by them, and
needs rows that were never looked at to judge what was chosen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Self

import numpy as np

from leadline.history.draws import lot
from leadline.history.judged import Judged, judged, refuse_left_out
from leadline.model.diff import difference
from leadline.model.document import Model
from leadline.model.task import TaskDocument
from leadline.review.diff.reasons import names_of
from leadline.scoring import Run
from leadline.sql.text import name, sql_text
from leadline.statistics.measures import Measured
from leadline.statistics.shares import shares

SAMPLE = 5_000
"""Of more rows so many are asked about: always the same ones, as if drawn by lot."""

HELD_BACK = 8
"""Of so many rows the latest one is left out."""


@dataclass(frozen=True)
class Share:
    """How many leads of a band won.

    Attributes:
        band: The band that they were in at the moment.
        leads: How many they are.
        wins: How many of them won.
        share: The same as a share, with its interval of 95 %.
    """

    band: str
    leads: int
    wins: int
    share: Measured


@dataclass(frozen=True)
class WonBands:
    """How many leads of each band won.

    Attributes:
        leads: How many leads were asked about.
        of: How many there were to ask about, the latest eighth left out.
        wins: How many of those asked about won.
        before: Ladder to the shares by the model as it is; old bands by their new names.
        after: Ladder to the shares by the variant.
    """

    leads: int
    of: int
    wins: int
    before: Mapping[str, tuple[Share, ...]]
    after: Mapping[str, tuple[Share, ...]]

    def plain(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        sides = {"before": self.before, "after": self.after}
        return {
            **{key: getattr(self, key) for key in ("leads", "of", "wins")},
            "ladders": [
                {
                    "ladder": ladder,
                    **{side: [asdict(each) for each in of[ladder]] for side, of in sides.items()},
                }
                for ladder in self.after
            ],
        }


@dataclass(frozen=True, eq=False)
class Won:
    """Ripe rows of a past, one a lead, and the model as it is over them.

    Attributes:
        run: The model as it is, at the moments of the rows.
        task: What is to be foreseen.
        table: ``lead_id, as_of, outcome, draw_key`` of the rows.
        of: How many there were to draw from.
    """

    run: Run
    task: TaskDocument
    table: str
    of: int

    @classmethod
    def open(cls, run: Run, task: TaskDocument, sample: int = SAMPLE) -> Self:
        """Find the rows. Raises InputError where the tables have not what the task names."""
        found = judged(run, task)
        rows = found.run.workspace.keep("won_rows", _one_a_lead(found))
        [(of,)] = run.engine.rows(f"select count(*) from {rows}")
        drawn = sql_text(
            "select * from {rows} order by {lot}, lead_id limit {sample}",
            rows=name(rows), lot=lot("preview", "lead_id"), sample=sample,
        )  # fmt: skip
        table = found.run.workspace.keep("won_sample", drawn)
        over = found.run.over_query(f"select lead_id, as_of from {table}")
        return cls(over, task, table, of)

    def of_model(self, model: Model) -> WonBands:
        """Return what became of the leads of each band. Raises ModelError where it has faults."""
        refuse_left_out(self.run, model, self.task)
        names = names_of(self.run.model, model, difference(self.run.model, model))
        ladders = [each for each in names.ladders if each in model.lead_bands]
        after = self.run.with_model(model)
        try:
            old, new = (
                {ladder: self._shares(run, ladder) for ladder in ladders}
                for run in (self.run, after)
            )
        finally:
            after.close()
        for ladder, found in old.items():
            old[ladder] = tuple(
                replace(each, band=names.bands.get((ladder, each.band), each.band))
                for each in found
            )
        [(leads, wins)] = self.run.engine.rows(
            f"select count(*), count(*) filter (where outcome) from {self.table}"
        )
        return WonBands(leads, self.of, wins, old, new)

    def _shares(self, run: Run, ladder: str) -> tuple[Share, ...]:
        """Return the shares of bands by their names."""
        rows = run.engine.rows(
            sql_text(
                "select band, list(leads), list(wins) from (select s.{band} as band, w.draw_key, "
                "count(*) as leads, count(*) filter (where w.outcome) as wins "
                "from {scores} as s join {rows} as w on w.lead_id = s.lead_id "
                "and w.as_of = s.as_of where s.{band} is not null group by all) "
                "group by band order by band",
                band=name(run.model.column(ladder)),
                scores=name(run.table("scores")),
                rows=name(self.table),
            )
        )
        return tuple(
            Share(band, sum(leads), sum(wins), _share(wins, leads)) for band, leads, wins in rows
        )


def _share(wins: Sequence[int], leads: Sequence[int]) -> Measured:
    """Return a share with its interval, from the counts of leads that belong together."""
    won, all_ = (np.array(each, np.float64)[:, np.newaxis] for each in (wins, leads))
    [found] = shares(won, all_)
    return found


def _one_a_lead(found: Judged) -> str:
    """Return the query of one row of each lead by lot, without the latest of all rows."""
    return sql_text(
        "select lead_id, as_of, outcome, draw_key from (select *, row_number() over ("
        "partition by lead_id order by {lot}, as_of) as place from ("
        "select *, ntile({parts}) over (order by as_of, lead_id) as part from {rows} "
        "where counts) where part < {parts}) where place = 1",
        lot=lot("moment", "lead_id || as_of::varchar"),
        parts=HELD_BACK,
        rows=name(found.table),
    )
