"""What scoring gives: every result as an Arrow table, and the best of the leads."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from leadline.questions.answer import Answer

if TYPE_CHECKING:
    import pyarrow as pa
    from rich.console import Console

    from leadline.explain.best import Best
    from leadline.model.document import Model
    from leadline.reports.page import Page


@dataclass(frozen=True, kw_only=True)
class Scored(Answer["Model"]):
    """The results of one run; it speaks the Arrow stream protocol as its scores.

    Attributes:
        result: The model.
        fingerprint: That of the model.
        command: Returns the words of the command that explains a lead.
        make_best: Finds the leads with the highest scores.
    """

    result: Model
    fingerprint: str
    command: Callable[[str], Sequence[str]] = field(default=lambda lead: [lead], repr=False)
    make_best: Callable[[], Best] = field(repr=False)

    @property
    def scores(self) -> pa.Table:
        """One row a lead and moment."""
        return self.tables["scores"]

    @property
    def points(self) -> pa.Table:
        """The ledger: one row a lead, moment and rule."""
        return self.tables["points"]

    @property
    def account_scores(self) -> pa.Table | None:
        """One row an account and moment; None where the model has no account score."""
        return self.tables.get("account_scores")

    @property
    def transitions(self) -> pa.Table | None:
        """One row a changed band; None where the model has no bands of leads."""
        return self.tables.get("transitions")

    @property
    def account_transitions(self) -> pa.Table | None:
        """One row a changed band of an account; None where the model has no such ladder."""
        return self.tables.get("account_transitions")

    @property
    def rejects(self) -> pa.Table:
        """Rows that could not be used, with their reasons."""
        return self.tables["rejects"]

    @cached_property
    def best(self) -> Best:
        """The leads with the highest scores, with their bands and strongest reasons."""
        return self.make_best()

    @cached_property
    def page(self) -> Page:
        """The list of the best leads."""
        from leadline.reports.best import page

        return page(self.best)

    def print(self, console: Console) -> None:
        """Print the best leads, and the command that explains the first."""
        super().print(console)
        if self.printed is not None or not self.best.leads:
            return
        first, several = self.best.leads[0], self.best.moments > 1
        at = ["--as-of", first.as_of.isoformat().replace("+00:00", "Z")] if several else []
        command = shlex.join([*self.command(first.lead_id), *at])
        console.print(f"next, every point of a lead: {command}")

    def _counted(self) -> Mapping[str, Any]:
        """Return how many leads are in each band, and the best of them."""
        ladders = list(self.result.lead_bands)
        return {
            "model": self.fingerprint,
            "model_name": self.result.model,
            "main_score": self.result.main_score,
            "rows": self.best.rows,
            "moments": self.best.moments,
            "bands": {
                ladder: {band or "none": count for band, count in counts.items()}
                for ladder, counts in self.best.bands.items()
            },
            "best": [
                {
                    "lead": each.lead_id,
                    "as_of": each.as_of,
                    "score": each.score,
                    "bands": dict(zip(ladders, each.bands, strict=True)),
                    "reasons": [vars(reason) for reason in each.reasons],
                }
                for each in self.best.leads
            ],
            "written": list(self.written),
        }

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Return the scores as a stream."""
        return self.scores.__arrow_c_stream__(requested_schema)
