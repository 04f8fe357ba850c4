"""Leads at one moment, kept so that any variant of a model tells what it would give them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from threading import RLock
from typing import TYPE_CHECKING, NamedTuple, Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from leadline.errors import Fault, InputError
from leadline.model.document import Model
from leadline.query import kept
from leadline.query.context import Context, NumberedRule
from leadline.scoring.arrays.columns import array_of, column_of, known_column
from leadline.scoring.arrays.weights import Floats, Whole
from leadline.scoring.kept import keys
from leadline.scoring.kept.finding import Finder, View, context_of
from leadline.scoring.kept.points import Hits, Kept, Points, split, summed
from leadline.timings import step

if TYPE_CHECKING:
    from leadline.scoring.run import Run

VARIANTS = 8
"""So many variants of scores are kept."""

RULES = 400
"""The points of so many rules are kept at least; a variant adds those of the rules it changed."""

Scores = Mapping[str, Floats]


class Summed(NamedTuple):
    """Rules by their keys, and their points together by lead."""

    rules: Counter[str]
    points: Floats


@dataclass(frozen=True, eq=False)
class Given:
    """What a variant of the model gives leads, each array in the order of their numbers.

    Attributes:
        model: The variant.
        scores: Name to values, NaN where a lead has none.
        bands: Ladder of leads to the place of the band among ``places``, from 1; 0 for none.
        places: Ladder to the names of its bands.
        points: Score and rule to points.
    """

    model: Model
    scores: Scores
    bands: Mapping[str, npt.NDArray[np.int8]]
    places: Mapping[str, Sequence[str]]
    points: Mapping[tuple[str, str], Points]


@dataclass(eq=False)
class KeptLeads:
    """The leads of a run at its one moment, and what was found of them.

    Attributes:
        run: The model as it is over its tables.
        count: How many leads there are, with those that are not known yet, or have ended.
        known: The numbers of the others.
    """

    run: Run
    count: int
    known: Whole
    _finder: Finder
    _hits: Kept[Hits]
    _points: Kept[Points]
    _views: Kept[View] = field(default_factory=lambda: Kept(2))
    _sums: dict[str, Summed] = field(default_factory=dict)
    _scores: Kept[Scores] = field(default_factory=lambda: Kept(VARIANTS))
    _lock: RLock = field(default_factory=RLock, repr=False)

    @classmethod
    def open(cls, run: Run) -> Self:
        """Find what the model of a run counts; the run has one moment, on the embedded engine.

        Raises InputError where it has several moments, or another engine.
        """
        at = run.moments.one
        if at is None:
            raise InputError(Fault("", "a preview", "must be of one moment", "a spine"))
        finder = Finder(run, at, "", run.tables, context_of(run, run.tables, run.model))
        with step("number the leads"):
            numbers, count = finder.number()
        finder = Finder(run, at, numbers, run.tables, finder.context)
        rules = max(RULES, 2 * len(finder.context.rules))
        known = np.flatnonzero(finder.known())
        made = cls(run, count, known, finder, Kept(rules), Kept(rules))
        with step("find what the rules count"):
            made.of(run.model)
        return made

    def of(self, model: Model) -> Given:
        """Return what a variant gives all leads.

        Raises ModelError where it has faults, and InputError where it reads the tables in another
        way than the model of the run: then leads must be kept anew.
        """
        if not self.fits(model):
            remedy = "Open the preview anew, with the other model."
            raise InputError(Fault("", "columns, passive and time_zone", _STAYS, remedy=remedy))
        with self._lock:
            finder = self._finder_of(model)
            points = self._points_of(finder)
            view = self._view_of(finder)
            scores = self._scores_of(finder, view)
            places = {each: kept.bands_of(finder.context, each) for each in model.lead_bands}
            bands = self._bands_of(finder, view, scores, places)
            named = {
                (each.score_name, each.name): points[each.number] for each in _rules(finder.context)
            }
            return Given(model, scores, bands, places, named)

    def fits(self, model: Model) -> bool:
        """Say whether a variant reads the tables as the model of the run does."""
        return keys.shared(model) == keys.shared(self.run.model)

    def rows(self, given: Given, leads: Sequence[int]) -> pa.Table:
        """Return some leads as the statement's scores have them, with their numbers."""
        with self._lock:
            finder = self._finder_of(given.model)
            some = column_of(pa.int64(), np.array(sorted(leads), np.int64))
            rows = _beside(self._view_of(finder).leads, given.scores, "score.").take(some)
            statement = kept.banded(finder.context, given.places)
            return finder.asked(statement, "scores", {kept.SCORED: rows})

    def _finder_of(self, model: Model) -> Finder:
        return self._finder.of(self.run.with_model(model).tables, model)

    def _view_of(self, finder: Finder) -> View:
        return self._views.get(keys.of_view(finder.context), finder.view)

    def _points_of(self, finder: Finder) -> dict[int, Points]:
        """Return the points of the rules of leads by their numbers; those that lack are found."""
        named = {each.number: keys.of_rule(finder.context, each) for each in _rules(finder.context)}
        lacking = self._points.lacks(named.values())
        wanted = {named[each.number]: each for each in _rules(finder.context)}
        plain, others = split([wanted[each] for each in lacking])
        made = self._from_hits(finder, plain) if plain else {}
        made |= finder.points(others) if others else {}
        self._points.put({named[number]: points for number, points in made.items()})
        return {number: self._points[key] for number, key in named.items()}

    def _from_hits(self, finder: Finder, rules: Sequence[NumberedRule]) -> dict[int, Points]:
        wanted = {keys.of_hits(each): each for each in rules}
        lacking = self._hits.lacks(wanted)
        if lacking:
            self._hits.put(finder.hits([wanted[each] for each in lacking]))
        return {each.number: summed(each, self._hits[keys.of_hits(each)]) for each in rules}

    def _scores_of(self, finder: Finder, view: View) -> Scores:
        """Return every score, NaN for none."""
        context = finder.context

        def work_out() -> Scores:
            sums = {
                name: self._sum_of(finder, name, rules)
                for name, rules in kept.sums(context).items()
            }
            given = {kept.GIVEN: _beside(view.leads, sums)}
            rows = finder.asked(kept.scored(context), "scores", given, view.names)
            number = array_of(rows[kept.NUMBER])
            return {each: _placed(rows[each], number, self.count) for each in context.model.scores}

        return self._scores.get(
            f"{keys.of_view(context)} {keys.of_scores(context.model)}", work_out
        )

    def _sum_of(self, finder: Finder, name: str, rules: Sequence[NumberedRule]) -> Floats:
        """Return the points of some rules together, by lead.

        They are whole numbers: what was summed before is exact with what differs added to it.
        """
        wanted = Counter(keys.of_rule(finder.context, each) for each in rules)
        last = self._sums.get(name)
        if last is None or sum((last.rules - wanted).values()) > len(rules) // 2:
            last = Summed(Counter(), np.zeros(self.count))
        if last.rules != wanted:
            found = last.points.copy()
            for sign, some in ((1, wanted - last.rules), (-1, last.rules - wanted)):
                for each in some.elements():
                    found[self._points[each].lead] += sign * self._points[each].points
            last = self._sums[name] = Summed(wanted, found)
        return last.points

    def _bands_of(
        self, finder: Finder, view: View, scores: Scores, places: Mapping[str, Sequence[str]]
    ) -> dict[str, npt.NDArray[np.int8]]:
        if not places:
            return {}
        given = {kept.SCORED: _beside(view.leads, scores, "score.")}
        rows = finder.asked(kept.banded(finder.context, places), "bands", given)
        number = array_of(rows[kept.NUMBER])
        found = {each: np.zeros(self.count, np.int8) for each in places}
        for each, bands in found.items():
            bands[number] = array_of(rows[each])
        return found


_STAYS = "must stay as they are in a preview"


def _rules(context: Context) -> list[NumberedRule]:
    """Return the rules of leads."""
    return [each for each in context.rules if each.level == "lead"]


def _placed(column: pa.ChunkedArray, number: npt.NDArray[np.int64], count: int) -> Floats:
    found = np.full(count, np.nan)
    found[number] = array_of(column)
    return found


def _beside(rows: pa.Table, columns: Mapping[str, Floats], prefix: str = "") -> pa.Table:
    """Return rows with further columns, null where they are NaN."""
    for name, values in columns.items():
        rows = rows.append_column(f"{prefix}{name}", known_column(values))
    return rows
