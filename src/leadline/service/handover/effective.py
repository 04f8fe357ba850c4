"""The band that people go by: what a person decided, or while a ladder cools down the one before.

Scores, and the bands that are computed of them, stay as they are; a transition is of the effective
band, and its ``edge_band`` is that of the statement.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from leadline.model.document import Model
from leadline.service.handover.desk import Key
from leadline.service.live import Live, Scores
from leadline.store import handover
from leadline.store import scores as kept
from leadline.store.handover import HoldRow
from leadline.store.scores import BandRow, TransitionRow
from leadline.store.session import Session


@dataclass(frozen=True)
class Effective:
    """Scores whose transitions are of effective bands.

    Attributes:
        scores: The scores.
        holds: Holds to keep.
        gone: Holds to take away, by lead and ladder.
    """

    scores: Scores
    holds: Sequence[HoldRow] = ()
    gone: Sequence[Key] = ()


def effective(  # noqa: PLR0913, PLR0917 - what was scored, what was said, when and by which rule
    session: Session,
    live: Live,
    found: Scores,
    said: Mapping[Key, HoldRow | None],
    at: int,
    cool_down: int,
    cause: str = "override",
) -> Effective:
    """Return scores with the transitions of the bands that people go by.

    Args:
        session: The store as it was before.
        live: The version that scored.
        found: What it gave.
        said: Holds that begin, and None for those that end.
        at: The moment of what changes by itself.
        cool_down: For so many microseconds after it changed, a band does not fall.
        cause: Of what changes by itself.
    """
    leads = {row.lead_no for row in found.transitions if row.lead_no} | {n for n, _ in said}
    if not leads:
        return Effective(found)
    held = {(row.lead_no, row.ladder): row for row in handover.holds(session, leads)}
    if not (held or said or cool_down):
        return Effective(found)
    return _Going(session, live, found, said, held, cool_down).effective(at, cause)


class _Going:
    """What leads go by, before and after they were scored."""

    def __init__(  # noqa: PLR0913, PLR0917 - as above
        self,
        session: Session,
        live: Live,
        found: Scores,
        said: Mapping[Key, HoldRow | None],
        held: Mapping[Key, HoldRow],
        cool_down: int,
    ) -> None:
        self._live, self._found, self._said, self._held = live, found, said, held
        self._cool_down = cool_down
        self._changed = {(r.lead_no, r.ladder): r for r in found.transitions if r.lead_no}
        leads = {number for number, _ in (*self._changed, *said)}
        self._before = _bands(kept.bands(session, live.row.version, leads))
        self._after = {**self._before, **_bands([r for r in found.bands if r.lead_no in leads])}
        self._since = handover.last_changes(session, leads) if cool_down else {}
        self._order = _order(live.model)

    def effective(self, at: int, cause: str) -> Effective:
        """Return the scores with the transitions of what leads go by."""
        keys = [key for key in sorted({*self._changed, *self._said}) if key in self._after]
        holds = {key: hold for key in keys if (hold := self._hold(key, at)) is not None}
        rows = [row for row in self._found.transitions if not row.lead_no]
        for key in keys:
            row = self._row(key, holds.get(key), at, cause)
            if row.from_band != row.to_band or row.from_edge_band != row.edge_band:
                rows.append(row)
        return Effective(
            replace(self._found, transitions=rows),
            [row for key, row in holds.items() if self._held.get(key) != row],
            [key for key in keys if key in self._held and key not in holds],
        )

    def _was(self, key: Key) -> str | None:
        """Return the band that a lead went by."""
        if key in self._held:
            return self._held[key].band
        old = self._before.get(key)
        return old.band if old else None

    def _hold(self, key: Key, at: int) -> HoldRow | None:
        """Return what holds the band of a lead now."""
        if key in self._said:
            return self._said[key]
        hold = self._held.get(key)
        if hold is not None and (hold.kind == "person" or self._falls(key, hold.band)):
            return hold
        was, last = self._was(key), self._since.get(key)
        if hold is not None or was is None or last is None or at >= last + self._cool_down:
            return None
        if not self._falls(key, was):
            return None
        return HoldRow(*key, was, "cool_down", None, None, last, last + self._cool_down)

    def _falls(self, key: Key, was: str) -> bool:
        """Say whether the computed band is below one; of bands without an order none is."""
        one = self._order.get((key[1], was))
        other = self._order.get((key[1], self._after[key].band or ""))
        return one is not None and other is not None and other < one

    def _row(self, key: Key, hold: HoldRow | None, at: int, cause: str) -> TransitionRow:
        """Return the change that the statement gave, or the one that came by what was said."""
        old, new = self._before.get(key), self._after[key]
        version, held = self._live.row, self._held.get(key)
        cause = "cool_down" if held is not None and held.kind == "cool_down" else cause
        row = self._changed.get(key) or TransitionRow(
            lead_no=key[0], account_id=None, ladder=key[1], at=at, from_band=None, to_band=None,
            from_edge_band=old.edge_band if old else None, edge_band=new.edge_band,
            value=new.value, override=None, version=version.version, model=version.fingerprint,
            cause=cause, quiet=False, ledger=None,
        )  # fmt: skip
        row = row._replace(from_band=self._was(key), to_band=hold.band if hold else new.band)
        return row._replace(override="person") if hold and hold.kind == "person" else row


def _bands(rows: Sequence[BandRow]) -> dict[Key, BandRow]:
    return {(row.lead_no, row.ladder): row for row in rows}


def _order(model: Model) -> dict[tuple[str, str], int]:
    """Return the place of each band on its ladder, from low to high."""
    return {
        (ladder, band): place
        for ladder, rungs in model.lead_bands.items()
        for place, band in enumerate(rungs.edges or ())
    }
