"""What each of several rules adds given the others: a penalised logistic fit and how sure it is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from leadline.statistics.measures import DRAWS, Floats, draws

PENALTY = 1.0
"""Ridge on columns of variance 1; it steadies rules that nearly always fire together."""
_TRIES = 500


@dataclass(frozen=True)
class Fitted:
    """Log-odds of the outcome as a sum over columns.

    Attributes:
        base: Log-odds where every column is 0.
        effects: Log-odds of one unit of each column; shape (K,).
        drawn: The same in each draw of the bootstrap; shape (draws, K).
    """

    base: float
    effects: Floats
    drawn: Floats

    def errors(self) -> Floats:
        """Return the standard error of each effect."""
        return np.asarray(self.drawn.std(0))

    def log_odds(self, columns: Floats) -> Floats:
        """Return the log-odds of rows; shape (rows, K) to (rows,)."""
        return np.asarray(self.base + columns @ self.effects)


def fitted(
    columns: Floats, outcome: npt.NDArray[np.bool_], groups: npt.NDArray[np.int64]
) -> Fitted:
    """Fit outcomes by columns; shapes (rows, K), (rows,) and (rows,).

    Each draw takes groups with replacement and goes one step of Newton from the fit, which is as
    good as fitting anew where there are many groups; see Davison and Hinkley, Bootstrap Methods
    and their Application, section 7.2.
    """
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - slow to import

    spread = columns.std(0)
    spread = np.where(spread > 0, spread, 1.0)
    scaled = columns / spread
    fit = LogisticRegression(C=1 / PENALTY, solver="newton-cholesky", max_iter=_TRIES)
    fit.fit(scaled, outcome)
    whole = np.column_stack([np.ones(len(scaled)), scaled])
    beta = np.append(fit.intercept_, fit.coef_[0])
    found = _drawn(whole, outcome, groups, beta)
    return Fitted(float(beta[0]), beta[1:] / spread, found[:, 1:] / spread)


def _drawn(
    whole: Floats, outcome: npt.NDArray[np.bool_], groups: npt.NDArray[np.int64], beta: Floats
) -> Floats:
    """Return coefficients in each draw, one step of Newton from the fit."""
    chance = 1 / (1 + np.exp(-np.clip(whole @ beta, -30, 30)))
    slope, weight = outcome - chance, chance * (1 - chance)
    order = np.argsort(groups, kind="stable")
    ends = np.flatnonzero(np.diff(groups[order])) + 1
    size = whole.shape[1]
    slopes, curves = [], []
    for rows in np.split(order, ends):
        part = whole[rows]
        slopes.append(part.T @ slope[rows])
        curves.append((part.T * weight[rows]) @ part)
    ridge = PENALTY * np.diag(np.append(0.0, np.ones(size - 1)))
    times = draws(len(slopes))
    up = times @ np.array(slopes) - ridge @ beta
    bend = (times @ np.array(curves).reshape(len(curves), -1)).reshape(DRAWS, size, size)
    step = np.linalg.solve(bend + ridge + 1e-9 * np.eye(size), up[:, :, None])[:, :, 0]
    # where a column has hardly any wins one step goes too far, so draws are set around the fit
    return np.asarray(beta + step - np.median(step, 0))
