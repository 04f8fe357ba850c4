"""Why a lead is not in the next band of a ladder, or how far it is from leaving its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from leadline.model.document import Ladder, Model
from leadline.model.expressions import names
from leadline.model.rules import UnitRule


@dataclass(frozen=True)
class Standing:
    """Where a lead stands on a ladder of edges.

    Attributes:
        band: Its band; None where it has none.
        override: The override that decided, if one did.
        next: The next band above that of its edges; None on the highest.
        edge: Where the next band begins.
        short: How many points it lacks; 0 where it has enough.
        asked: Rules ``(score, rule)`` that the next band asks for and that have no hit.
        is_refused: Whether it has the points and what the next band asks is not so.
        stays_above: On a band that it keeps below the edge, where it leaves it; else None.
    """

    band: str | None
    override: str | None
    next: str | None
    edge: float | None
    short: float
    asked: Sequence[tuple[str, str]]
    is_refused: bool
    stays_above: float | None


def standing(model: Model, ladder: str, scores: Mapping[str, Any]) -> Standing | None:
    """Return where a lead stands, by its row of scores and the rows of its ledger.

    None where the ladder has no edges, or the lead no value of its score. ``scores`` has the
    ledger under ``ledger``, as an explanation in plain values has it.
    """
    rungs = model.bands[ladder]
    values: Mapping[str, Any] = scores["scores"]
    value = values.get(str(rungs.by))
    if rungs.edges is None or value is None:
        return None
    band, edges = scores["bands"].get(ladder), dict(rungs.edges)
    above = _above(edges, band, value)
    fired = {(row["score"], row["rule"]) for row in scores["ledger"] if row["state"] == "fired"}
    short = max(0.0, round(edges[above] - value, 6)) if above else 0.0
    return Standing(
        band,
        scores["override"],
        above,
        edges[above] if above else None,
        short,
        [each for each in _asked(model, rungs, above) if each not in fired],
        above is not None and short == 0 and scores["override"] is None,
        _kept_above(rungs, band, value),
    )


def _above(edges: Mapping[str, float], band: str | None, value: float) -> str | None:
    """Return the band above: that of its own, or of its points where no edge gave its own."""
    ordered = list(edges)
    if band is not None and band in edges:
        place = ordered.index(band)
    else:
        place = max((n for n, each in enumerate(ordered) if edges[each] <= value), default=0)
    return ordered[place + 1] if place + 1 < len(ordered) else None


def _asked(model: Model, rungs: Ladder, band: str | None) -> list[tuple[str, str]]:
    """Return the event rules whose hits a band asks for."""
    required = rungs.require.get(band or "")
    if required is None:
        return []
    read = [each.parts for each in names(required.tree) if each.parts[0] == "hits"]
    return [
        (score, name)
        for score, name, rule in model.rules()
        if isinstance(rule, UnitRule)
        and any(parts[-1] == name and parts[1] in {name, score} for parts in read)
    ]


def _kept_above(rungs: Ladder, band: str | None, value: float) -> float | None:
    edge = (rungs.edges or {}).get(band or "")
    leave = rungs.leave.get(band or "")
    return leave if edge is not None and leave is not None and value < edge else None
