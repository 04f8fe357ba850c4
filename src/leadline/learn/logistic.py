"""Penalised logistic regression: lines of numbers, or supervised bins, and levels."""

from __future__ import annotations

from leadline.learn.additive import without_vanished
from leadline.learn.bins import fine, supervised
from leadline.learn.sheet import Field, Floats, Sheet
from leadline.learn.solver import fit
from leadline.learn.terms import BinTerm, EventTerm, LineTerm, LogOdds, Term, runs_evenly


def fit_logistic(
    sheet: Sheet, weights: Floats | None = None, stiffness: float = 1.0, *, lines: bool = False
) -> LogOdds:
    """Fit every field; with ``lines`` log-odds rise or fall evenly with numbers."""
    chosen = {name: field for name, field in sheet.fields.items() if field.varies}
    shape = _line if lines else _supervised
    terms: list[Term] = [
        EventTerm.of_field(name, field) if field.rule else shape(name, field, sheet)
        for name, field in chosen.items()
    ]
    return without_vanished(fit(terms, sheet, weights, stiffness).model, sheet)


def _supervised(name: str, field: Field, sheet: Sheet) -> Term:
    return BinTerm(name, supervised(field, sheet.outcome))


def _line(name: str, field: Field, _sheet: Sheet) -> Term:
    """Return a line where most rows have a number, else bins."""
    return LineTerm.of_field(name, field) if runs_evenly(field) else BinTerm(name, fine(field))
