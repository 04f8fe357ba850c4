"""For each lead and moment the highest edge with which it would be in a band: all edges at once.

The score does not depend on edges, so one run tells what every edge would do. The model is run
with the edge out of the way, which leaves who may be in the band at all: by ``require``, by the
bands above, and by overrides. The rest is the score and, where the band is left later than it is
entered, the scores before.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from leadline.errors import Fault, InputError, nearest
from leadline.model.document import Ladder, Model, one_ladder
from leadline.model.reading.reader import parse
from leadline.model.reading.writer import edit
from leadline.query.context import decides
from leadline.scoring import Run
from leadline.sql.text import Sql, name, sql_text

Whole = npt.NDArray[np.int64]

MILLION = 1_000_000
"""Scores and edges are compared in whole millionths, as the statement does."""
NEVER, ALWAYS = -(2**62), 2**62
"""Ceilings of who is in the band with no edge, and of who is with any."""
_BELOW, _LOWEST = -2e9, -1e9
"""Edges that every score reaches."""


@dataclass(frozen=True)
class BandEdge:
    """A band of a ladder whose edge may be moved.

    Attributes:
        ladder: The ladder.
        band: The band.
        score: The score whose edges they are.
        edge: The edge now.
        leave: Below which the band is left; None where that is the edge.
        low: The edge of the next lower band, which stays below.
        high: The edge of the next higher band, which stays above; None for the highest.
    """

    ladder: str
    band: str
    score: str
    edge: float
    leave: float | None
    low: float
    high: float | None

    @property
    def offset(self) -> int:
        """How far below the edge the band is left, in millionths; it moves with the edge."""
        return 0 if self.leave is None else millionths(self.edge) - millionths(self.leave)


def millionths(value: float) -> int:
    """Return a number in whole millionths."""
    return round(value * MILLION)


def place_of(model: Model, band: str | None = None, ladder: str | None = None) -> BandEdge:
    """Return a band of a model; by default the highest of the first ladder that has edges.

    Raises InputError.
    """
    ladders = {each: found for each, found in model.lead_bands.items() if found.edges}
    if not ladders:
        raise InputError(Fault(model.model, "bands", "must have a ladder with edges"))
    if ladder is not None and ladder not in ladders:
        expected = "must name a ladder with edges"
        raise InputError(Fault("", "--ladder", expected, ladder, nearest(ladder, ladders)))
    if ladder is None:
        ladder = _ladder_with(ladders, band)
    edges = dict(ladders[ladder].edges or {})
    chosen = band or list(edges)[-1]
    if chosen not in edges:
        expected = f"must name a band with an edge in {ladder}"
        raise InputError(Fault("", "--band", expected, chosen, nearest(chosen, edges)))
    order = list(edges)
    at = order.index(chosen)
    if at == 0:
        remedy = "Everyone below the next edge is in it."
        raise InputError(Fault("", "--band", "must not be the lowest band", chosen, remedy))
    return BandEdge(
        ladder,
        chosen,
        str(ladders[ladder].by),
        edges[chosen],
        ladders[ladder].leave.get(chosen),
        edges[order[at - 1]],
        edges[order[at + 1]] if at + 1 < len(order) else None,
    )


def _ladder_with(ladders: dict[str, Ladder], band: str | None) -> str:
    having = [each for each, found in ladders.items() if band in (found.edges or {})]
    if len(having) > 1:
        remedy = "Give --ladder."
        found = f"{band} in {', '.join(having)}"
        raise InputError(Fault("", "--band", "must stand in one ladder", found, remedy))
    return (having or list(ladders))[0]


def moved(model: Model, place: BandEdge, edge: float) -> Model:
    """Return a model with the edge of a band moved; where it is left moves along."""
    ladder = model.bands[place.ladder]
    change: dict[str, Any] = {"edges": {**(ladder.edges or {}), place.band: edge}}
    if place.leave is not None:
        change["leave"] = {**ladder.leave, place.band: left_below(place, edge)}
    bands = {**model.bands, place.ladder: ladder.model_copy(update=change)}
    return model.model_copy(update={"bands": bands})


def left_below(place: BandEdge, edge: float) -> float:
    """Return below which value the band is left where its edge is moved."""
    return (millionths(edge) - place.offset) / MILLION


def applied(text: str, place: BandEdge, edge: float) -> str:
    """Return a document with the edge of a band moved; comments and all else stay.

    Raises ModelError.
    """
    bands = parse(text)[1].values["bands"]
    path = ("bands",) if one_ladder(bands) else ("bands", place.ladder)
    text = edit(text, (*path, "edges", place.band), _plain(edge))
    if place.leave is None:
        return text
    return edit(text, (*path, "leave", place.band), _plain(left_below(place, edge)))


def _plain(value: float) -> float | int:
    return int(value) if value == int(value) else value


def without_edge(model: Model, place: BandEdge) -> Model:
    """Return a model in which only ``require``, higher bands and overrides decide of a band."""
    ladder = model.bands[place.ladder]
    order = list(ladder.edges or {})
    at = order.index(place.band)
    above = {band: (ladder.edges or {})[band] for band in order[at + 1 :]}
    change = {
        "edges": {order[at - 1]: _BELOW, place.band: _LOWEST, **above},
        "leave": {band: value for band, value in ladder.leave.items() if band in above},
        "require": {
            band: each
            for band, each in ladder.require.items()
            if band in above or band == place.band
        },
    }
    overrides = {key: each for key, each in model.overrides.items() if decides(each, place.ladder)}
    return model.model_copy(
        update={
            "bands": {place.ladder: ladder.model_copy(update=change)},
            "overrides": {
                key: each.model_copy(update={"ladders": None}) for key, each in overrides.items()
            },
            "examples": (),
        }
    )


@dataclass(frozen=True)
class Ceilings:
    """Leads at moments, by lead and time.

    Attributes:
        lead: Number of the lead.
        moment: Time in microseconds.
        ceiling: Highest edge with which it would be in the band, in millionths.
        value: Its score, in millionths; ``NEVER`` where it has none.
        more: Further columns that were asked for.
    """

    lead: Whole
    moment: Whole
    ceiling: Whole
    value: Whole
    more: dict[str, npt.NDArray[Any]]


def ceilings(
    run: Run, place: BandEdge, *, or_above: bool, more: Sql | None = None, join: Sql | None = None
) -> Ceilings:
    """Return the ceilings of the spine of a run of any model that has the place.

    Args:
        run: Its spine is taken.
        place: The band.
        or_above: Who is in a higher band counts as well.
        more: Further columns of a relation ``r``, each with its name, after a comma.
        join: How the relation is joined to the scores ``s``.
    """
    probe = run.with_model(without_edge(run.model, place))
    found = run.engine.arrow(
        sql_text(
            "select dense_rank() over (order by s.lead_id) as lead, epoch_us(s.as_of) as moment, "
            "{fixed} as fixed, cast(round(s.{score} * 1000000) as bigint) as value {more} "
            "from {scores} as s {join} order by s.lead_id, s.as_of",
            fixed=_fixed(probe.model, place, or_above),
            score=name(place.score),
            more=more or Sql(""),
            scores=Sql(probe.table("scores")),
            join=join or Sql(""),
        )
    )
    lead, moment, fixed = (
        found.column(each).to_numpy().astype(np.int64) for each in ("lead", "moment", "fixed")
    )
    value = found.column("value").fill_null(NEVER).to_numpy().astype(np.int64)
    held = _held(lead, value, place.offset) if place.leave is not None else value
    ceiling = np.where(fixed == 0, held, np.where(fixed > 0, ALWAYS, NEVER))
    rest = {
        each: found.column(each).to_numpy(zero_copy_only=False) for each in found.column_names[4:]
    }
    return Ceilings(lead, moment, ceiling, value, rest)


def _fixed(probe: Model, place: BandEdge, or_above: bool) -> Sql:  # noqa: FBT001 - passed through
    """Return 1 for who is in the band with any edge, -1 with none, 0 where the edge decides."""
    order = list(probe.bands[place.ladder].edges or {})
    above = order[2:]
    inside = [place.band, *(above if or_above else [])]
    band = name(probe.column(place.ladder))
    return sql_text(
        "case when s.override is not null then case when s.{band} in ({inside}) then 1 else -1 end "
        "when s.{edge} = {b} then 0 when s.{edge} in ({above}) then {up} else -1 end",
        band=band,
        inside=inside,
        edge=name(f"edge_{probe.column(place.ladder)}"),
        b=place.band,
        above=above or [""],
        up=1 if or_above else -1,
    )


def _held(lead: Whole, value: Whole, offset: int) -> Whole:
    """Return the highest edge whose switch is on, at each moment of each lead.

    A switch with edge e is on where the value is e or more, or where it was on and the value is
    not below e - offset. So with v the value and y the highest edge before, it is
    max(v, min(y, v + offset)), and y itself where there is no value: the play operator, see
    Visintin, Differential Models of Hysteresis, chapter III.
    """
    starts = np.flatnonzero(np.diff(lead, prepend=-1))
    position = np.arange(len(lead)) - np.repeat(starts, np.diff(np.append(starts, len(lead))))
    order = np.argsort(position, kind="stable")
    ends = np.searchsorted(position[order], np.arange(position.max(initial=-1) + 2))
    held = value.copy()
    for place in range(1, len(ends) - 1):
        rows = order[ends[place] : ends[place + 1]]
        now, before = value[rows], held[rows - 1]
        kept = np.maximum(now, np.minimum(before, now + offset))
        held[rows] = np.where(now == NEVER, before, kept)
    return held
