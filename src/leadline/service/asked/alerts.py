"""Whom would the alerts of the settings have told, and how often?"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from leadline.questions.answer import Answer
from leadline.questions.option import asks
from leadline.questions.question import Question, Topic
from leadline.service.asked.of_store import OfStore

if TYPE_CHECKING:
    from leadline.questions.session import Session
    from leadline.service.alerts.trying import Told

DRY_RUN = asks("Try the alerts on what the store remembers; nobody is told.", "flag")
DAYS = asks("How far back these go.", "whole", "N", least=1, beside="dry_run")
WEEK = 7


@dataclass(frozen=True)
class Alerts(OfStore, Question["Answer[list[dict[str, Any]]]"]):
    """List the alerts of the settings, or say who would have been told how often."""

    name: ClassVar[str] = "alerts"
    topic: ClassVar[Topic] = "serve"
    example: ClassVar[str] = "leadline alerts --dry-run"
    has_report: ClassVar[bool] = False

    dry_run: bool = field(default=False, kw_only=True, metadata=DRY_RUN)
    days: int = field(default=28, kw_only=True, metadata=DAYS)

    def answer(self, _: Session) -> Answer[list[dict[str, Any]]]:
        """List, or try."""
        from leadline.service import clock
        from leadline.service.alerts.trying import tried, unheard
        from leadline.service.delivery.destinations import destinations

        alerting = self.alerting(destinations(self.destinations, with_secrets=False))
        if alerting is None:
            return self._answered([], ["the settings declare no alerts"])
        if not self.dry_run:
            rows = [
                {"alert": each.name, "on": each.on, "bands": sorted(each.bands), "to": each.to}
                for each in alerting.alerts
            ]
            lines = [f"{each.name}: {each.on}, to {', '.join(each.to)}" for each in alerting.alerts]
            return self._answered(rows, lines)
        with self.opened() as store, store.reading() as session:
            found = tried(session, alerting, clock.now(), self.days)
        told = [{**vars(each), "a_week": self._a_week(each)} for each in found]
        lines = [f"of the last {self.days} days", *map(self._line, found)]
        lines += [
            f"{each} cannot be tried: the store does not remember what it tells of"
            for each in unheard(alerting)
        ]
        return self._answered(told, lines)

    def _answered(
        self, rows: list[dict[str, Any]], lines: list[str]
    ) -> Answer[list[dict[str, Any]]]:
        return Answer(
            question=self.name,
            result=rows,
            figures={"dry_run": self.dry_run, "alerts": rows},
            printed="\n".join(lines),
        )

    def _a_week(self, each: Told) -> float:
        return round(each.alerts * WEEK / self.days, 1)

    def _line(self, each: Told) -> str:
        where = f"{each.destination} {each.to}".strip()
        cooled = f"  ({each.cooled:,} more cooled down)" if each.cooled else ""
        return f"{each.alert:20}  {self._a_week(each):>8,} a week  {where}{cooled}"
