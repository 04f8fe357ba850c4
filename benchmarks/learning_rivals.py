"""Other ways to learn, untuned, behind one face: ``fit(table, outcome)`` gives ``chances(table)``.

Texts are one-hot, or native where the library takes them; numbers keep their gaps where the
library takes gaps, else the median stands there with a flag beside it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Chances = Callable[[pd.DataFrame], Floats]
Rival = Callable[[pd.DataFrame, Flags], Chances]
MISSING = "(missing)"


def numbers_of(table: pd.DataFrame) -> list[str]:
    """Return the columns that hold numbers."""
    return [column for column in table if pd.api.types.is_numeric_dtype(table[column])]


def texts_of(table: pd.DataFrame) -> list[str]:
    """Return the columns that hold texts."""
    numbers = set(numbers_of(table))
    return [column for column in table if column not in numbers]


def filled(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with a level for missing texts."""
    texts = texts_of(table)
    return table.assign(**{column: table[column].fillna(MISSING).astype(str) for column in texts})


def _one_hot(table: pd.DataFrame, *, gaps: bool) -> ColumnTransformer:
    numbers: Any = "passthrough"
    if not gaps:
        impute = SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True)
        numbers = make_pipeline(impute, StandardScaler())
    levels = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    return ColumnTransformer(
        [("numbers", numbers, numbers_of(table)), ("levels", levels, texts_of(table))]
    )


def _pipeline(model: Any, *, gaps: bool) -> Rival:
    def fit(table: pd.DataFrame, outcome: Flags) -> Chances:
        whole = make_pipeline(_one_hot(table, gaps=gaps), model())
        whole.fit(filled(table), outcome)
        return lambda other: np.asarray(whole.predict_proba(filled(other))[:, 1])

    return fit


def _lightgbm() -> Any:
    from lightgbm import LGBMClassifier  # noqa: PLC0415 - only who runs it needs it

    return LGBMClassifier(verbose=-1, n_jobs=1, random_state=0)


def catboost(table: pd.DataFrame, outcome: Flags) -> Chances:
    """Fit CatBoost with its own handling of texts."""
    from catboost import CatBoostClassifier  # noqa: PLC0415

    model = CatBoostClassifier(
        verbose=0,
        random_seed=0,
        thread_count=1,
        allow_writing_files=False,
        cat_features=texts_of(table),
    )
    model.fit(filled(table), outcome.astype(int))
    return lambda other: np.asarray(model.predict_proba(filled(other))[:, 1])


def optbinning(table: pd.DataFrame, outcome: Flags) -> Chances:
    """Fit optbinning's scorecard: optimal bins and logistic regression."""
    from optbinning import BinningProcess, Scorecard  # noqa: PLC0415

    process = BinningProcess([*table], categorical_variables=texts_of(table))
    card = Scorecard(process, LogisticRegression(max_iter=1000))
    card.fit(filled(table), outcome.astype(int))
    return lambda other: np.asarray(card.predict_proba(filled(other))[:, 1])


_TENTHS = np.linspace(0, 1, 11)[1:-1]
_ODOO_PRIOR = 0.1


def odoo(table: pd.DataFrame, outcome: Flags) -> Chances:
    """Fit the naive Bayes formula of Odoo's predictive lead scoring.

    Frequencies of each value among won and lost start from 0.1; values never seen are skipped.
    Odoo takes texts; numbers are cut at tenths.
    """
    cuts = {
        column: np.unique(np.nanquantile(table[column], _TENTHS)) for column in numbers_of(table)
    }
    levels = _levels(table, cuts)
    rates = {column: _frequencies(levels[column], outcome) for column in levels}
    base = np.log(outcome.sum() / (~outcome).sum())

    def chances(other: pd.DataFrame) -> Floats:
        total = np.full(len(other), base)
        for column, each in _levels(other, cuts).items():
            total += each.map(rates[column]).fillna(0.0).to_numpy(float)
        return np.asarray(1 / (1 + np.exp(-np.clip(total, -500, 500))))

    return chances


def _levels(table: pd.DataFrame, cuts: dict[str, Floats]) -> dict[str, pd.Series[str]]:
    found = {column: table[column].dropna().astype(str) for column in texts_of(table)}
    for column, edges in cuts.items():
        known = table[column].dropna()
        places = np.searchsorted(edges, known, side="right")
        found[column] = pd.Series(places.astype(str), index=known.index)
    return {column: each.reindex(table.index) for column, each in found.items()}


def _frequencies(levels: pd.Series[str], outcome: Flags) -> dict[str, float]:
    won = levels[outcome].value_counts() + _ODOO_PRIOR
    lost = levels[~outcome].value_counts() + _ODOO_PRIOR
    seen = [*won.index.union(lost.index)]
    won, lost = (each.reindex(seen, fill_value=_ODOO_PRIOR) for each in (won, lost))
    shares = np.log(won / won.sum()) - np.log(lost / lost.sum())
    return dict(zip(seen, shares, strict=True))


RIVALS: dict[str, Rival] = {
    "scikit-learn logistic": _pipeline(lambda: LogisticRegression(max_iter=2000), gaps=False),
    "HistGradientBoosting": _pipeline(
        lambda: HistGradientBoostingClassifier(random_state=0), gaps=True
    ),
    "LightGBM": _pipeline(_lightgbm, gaps=True),
    "CatBoost": catboost,
    "optbinning": optbinning,
    "Odoo's naive Bayes": odoo,
}
