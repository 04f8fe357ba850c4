"""The leads with the highest scores, with their bands and strongest reasons."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from leadline.explain.reasons import Reason, strongest
from leadline.model.document import Model
from leadline.model.shown import columns_shown, names_shown
from leadline.scoring import Run
from leadline.sql.dialects import render
from leadline.sql.trees import sql_tree

if TYPE_CHECKING:
    import pyarrow as pa

MOST_LEADS = 20
MOST_REASONS = 3
EXCLUDED = "excluded"
"""The band of leads that are never passed on, and so are not among the best."""


@dataclass(frozen=True)
class Ranked:
    """One of the best leads.

    Attributes:
        lead_id: The lead.
        as_of: The moment, UTC.
        score: The score that leads are ranked by.
        bands: Its band on each ladder, in the order of the model.
        reasons: Its strongest reasons, the strongest first.
        names: What the model shows of it beside its id.
    """

    lead_id: str
    as_of: datetime
    score: float
    bands: tuple[str | None, ...]
    reasons: tuple[Reason, ...]
    names: str | None = None


@dataclass(frozen=True)
class Best:
    """The best of all leads that were scored.

    Attributes:
        model: The model.
        leads: The best, the highest score first.
        rows: How many leads and moments were scored.
        moments: How many moments there are among them.
        bands: For each ladder how many rows are in each band, the most first; None is no band.
    """

    model: Model
    leads: tuple[Ranked, ...]
    rows: int
    moments: int
    bands: Mapping[str, Mapping[str | None, int]]


def best(run: Run, most: int = MOST_LEADS) -> Best:
    """Return the leads with the highest scores; those that are excluded are left out."""
    count = f"select count(*), count(distinct as_of) from {run.moments.table}"
    [(rows, moments)] = run.rows(count)
    counts = {name: band_counts(run, name) for name in run.model.lead_bands}
    leads = _ranked(run.model, _highest(run, most), _points(run, most))
    return Best(run.model, leads, rows, moments, counts)


def best_of(model: Model, scores: pa.Table, points: pa.Table, most: int = MOST_LEADS) -> Best:
    """Return the same of scores and their ledger, as ``leadline.score`` gives them."""
    import pyarrow.compute as pc  # noqa: PLC0415 - only where scores are tables in memory

    score, bands = model.main_score, [model.column(each) for each in model.lead_bands]
    wanted = pc.is_valid(scores[score])
    if bands:
        excluded = pc.fill_null(pc.equal(scores[bands[0]], EXCLUDED), fill_value=False)
        wanted = pc.and_(wanted, pc.invert(excluded))
    order = [(score, "descending"), ("lead_id", "ascending"), ("as_of", "ascending")]
    few = (
        scores.filter(wanted)
        .sort_by(order)
        .slice(0, most)
        .select(["lead_id", "as_of", score, *bands, *columns_shown(model)])
    )
    highest = [tuple(row.values()) for row in few.to_pylist()]
    own = points.filter(pc.is_in(points["lead_id"], few["lead_id"].combine_chunks()))
    counts = {name: _counted(scores[model.column(name)]) for name in model.lead_bands}
    moments = pc.count_distinct(scores["as_of"]).as_py()
    return Best(model, _ranked(model, highest, own.to_pylist()), scores.num_rows, moments, counts)


def _counted(bands: pa.ChunkedArray) -> dict[str | None, int]:
    found = {each["values"]: each["counts"] for each in bands.value_counts().to_pylist()}
    return dict(sorted(found.items(), key=lambda each: (-each[1], each[0] is None, each[0] or "")))


def band_counts(run: Run, ladder: str) -> dict[str | None, int]:
    """Return how many rows are in each band of a ladder, the most first: of leads, or accounts."""
    column = run.model.column(ladder)
    rows = run.table("account_scores" if run.model.bands[ladder].is_account else "scores")
    return dict(run.rows(f'select "{column}", count(*) from {rows} group by 1 order by 2 desc, 1'))


def _highest(run: Run, most: int) -> list[tuple[Any, ...]]:
    """Return lead, moment, score, bands and names of the rows with the highest scores."""
    bands = [run.model.column(each) for each in run.model.lead_bands]
    wanted = (run.model.main_score, *bands, *columns_shown(run.model))
    columns = ", ".join(f'"{each}"' for each in wanted)
    found = run.rows(_selected(run, f"lead_id, as_of, {columns}", most))
    return [(lead, at.replace(tzinfo=UTC), *rest) for lead, at, *rest in found]


def _points(run: Run, most: int) -> list[dict[str, Any]]:
    """Return the ledger of these rows."""
    spine = render(sql_tree(_selected(run, "lead_id, as_of", most)), run.engine.dialect)
    few = run.over_query(spine)
    names = few.columns("points")
    rows = few.rows(f"select * from {few.table('points')}")
    return [
        {
            name: value.replace(tzinfo=UTC) if isinstance(value, datetime) else value
            for name, value in zip(names, row, strict=True)
        }
        for row in rows
    ]


def _selected(run: Run, columns: str, most: int) -> str:
    """Return the query for columns of the rows with the highest scores."""
    score = run.model.main_score
    ladders = [run.model.column(each) for each in run.model.lead_bands]
    wanted = f"""and "{ladders[0]}" is distinct from '{EXCLUDED}'""" if ladders else ""
    return (
        f'select {columns} from {run.table("scores")} where "{score}" is not null '
        f'{wanted} order by "{score}" desc, lead_id, as_of limit {most}'
    )


def _ranked(
    model: Model, rows: Sequence[tuple[Any, ...]], points: Iterable[Mapping[str, Any]]
) -> tuple[Ranked, ...]:
    ledgers: dict[tuple[str, datetime], list[Mapping[str, Any]]] = {}
    for row in points:
        ledgers.setdefault((row["lead_id"], row["as_of"]), []).append(row)
    ladders, shown = len(model.lead_bands), columns_shown(model)
    return tuple(
        Ranked(
            lead,
            at,
            score,
            tuple(rest[:ladders]),
            tuple(strongest(model, at, ledgers.get((lead, at), ()), MOST_REASONS)),
            names_shown(model, dict(zip(shown, rest[ladders:], strict=True))),
        )
        for lead, at, score, *rest in rows
    )
