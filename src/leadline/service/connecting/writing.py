"""What a system is to be told of its records: what differs enough from what it acknowledged."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from leadline.connectors.crm import Crm, Written
from leadline.model.labels import Labels
from leadline.service import answers, clock
from leadline.service.connecting.reading import is_lead, lead_id
from leadline.service.connecting.settings import ConnectionSettings
from leadline.service.live import Live
from leadline.service.reader import Reader
from leadline.store import connections
from leadline.store.connections import RecordRow
from leadline.store.facts import LeadRow
from leadline.store.session import Session

DAY = 86_400_000_000
MOST_REASONS = 3
MOST_CHARACTERS = 1000


@dataclass(frozen=True)
class Due:
    """A record that is to be written, and what with."""

    row: RecordRow
    lead: LeadRow
    as_of: int
    values: Mapping[str, Any]


class Writing:
    """Writes what people should see of their records."""

    def __init__(self, reader: Reader, settings: ConnectionSettings) -> None:
        self._reader, self._settings = reader, settings

    def due(self) -> Iterator[list[Due]]:
        """Yield records that are to be written, in parts. Raises InputError where no model is."""
        after = ""
        while True:
            with self._reader.reading() as (session, live):
                rows = connections.page(session, self._settings.name, after)
                leads = [row for row in rows if is_lead(row.record_id)]
                found = [each for row in leads if (each := self._of(session, live, row))]
                if found and "reasons" in self._settings.write:
                    found = list(self._with_reasons(session, live, found))
            if found:
                yield found
            if not rows:
                return
            after = rows[-1].record_id

    def _of(self, session: Session, live: Live, row: RecordRow) -> Due | None:
        """Return what a record is to be told; None where it is nothing."""
        found = answers.lead(session, live, lead_id(self._settings.name, row.record_id))
        if found is None or (row.refused_at or 0) > clock.now() - DAY:
            return None
        lead, as_of, scores = found
        ladder = next(iter(live.model.lead_bands), None)
        values: dict[str, Any] = {
            "score": scores.get(live.model.main_score),
            "band": scores.get(live.model.column(ladder)) if ladder else None,
            "scored_at": clock.text(as_of),
        }
        return Due(row, lead, as_of, values) if self._is_news(row, values) else None

    def _with_reasons(self, session: Session, live: Live, found: Sequence[Due]) -> Iterator[Due]:
        """Yield the same with the strongest reasons, a line each.

        Those that were scored together are explained together, at their moment.
        """
        labels = Labels(live.model)
        for as_of in sorted({each.as_of for each in found}):
            part = [each for each in found if each.as_of == as_of]
            leads = [each.lead for each in part]
            reasons = self._reader.reasons(session, live, leads, as_of, MOST_REASONS)
            for each in part:
                lines = [
                    f"{labels.rule(reason.score, reason.rule)} {reason.points:+g}"
                    for reason in reasons[each.lead.lead_id]
                ]
                told = "\n".join(lines)[:MOST_CHARACTERS]
                yield replace(each, values={**each.values, "reasons": told})

    def _is_news(self, row: RecordRow, values: Mapping[str, Any]) -> bool:
        """Say whether a difference is worth a write: a band, so many points, or after a while."""
        before = row.values
        if before is None:
            return values["score"] is not None or values["band"] is not None
        if before.get("band") != values["band"]:
            return True
        one, other = before.get("score"), values["score"]
        if one is None or other is None:
            return one is not other
        if abs(one - other) >= self._settings.points:
            return True
        is_old = (row.written_at or 0) <= clock.now() - self._settings.days * DAY
        return bool(one != other) and is_old

    def write_all(self, crm: Crm, goes_on: Callable[[], bool] = lambda: True) -> tuple[int, int]:
        """Write all that is due; return how many records were written, and refused."""
        done, refused = 0, 0
        for part in self.due():
            for at in range(0, len(part), crm.most_written):
                if not goes_on():
                    return done, refused
                became = self.write(crm, part[at : at + crm.most_written])
                refused += sum(bool(each.refused) for each in became)
                done += sum(not each.refused for each in became)
        return done, refused

    def write(self, crm: Crm, part: Sequence[Due]) -> list[Written]:
        """Write records, and keep what was acknowledged and what refused. Raises CrmAway."""
        names = self._settings.write
        asked = [
            (each.row.record_id, {names[name]: _typed(name, each.values[name]) for name in names})
            for each in part
        ]
        became = crm.write(asked)
        told, at = {each.record_id: each.refused for each in became}, clock.now()
        rows = [_acknowledged(each, told[each.row.record_id], at) for each in part]
        with self._reader.store.writing() as session:
            connections.keep_records(session, rows)
        return became


def _typed(name: str, value: Any) -> Any:
    return datetime.fromisoformat(value) if name == "scored_at" and value else value


def _acknowledged(each: Due, refused: str, at: int) -> RecordRow:
    """Return a record as it is after a write."""
    if refused:
        return each.row._replace(refused_at=at, detail=refused)
    kept = connections.written({name: each.values[name] for name in ("score", "band")})
    return each.row._replace(written=kept, written_at=at, refused_at=None, detail=None)
