"""Where a lead stands for people: the bands that they go by, and who has it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from leadline.service.live import Live
from leadline.store import handover
from leadline.store.session import Session


def standing(
    session: Session, live: Live, lead_no: int, scores: Mapping[str, Any]
) -> tuple[dict[str, str | None], str | None]:
    """Return the band that people go by on each ladder, and who has the lead."""
    bands = {ladder: scores.get(live.model.column(ladder)) for ladder in live.model.lead_bands}
    bands |= {row.ladder: row.band for row in handover.holds(session, [lead_no])}
    owned = handover.owned(session, [lead_no])
    return bands, owned[0].owner if owned else None
