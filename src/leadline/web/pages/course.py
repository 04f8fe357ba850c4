"""The course of a lead: its score over time on its bands, and what comes if nothing happens."""

from __future__ import annotations

from collections.abc import Sequence

from leadline.explain.ahead import Ahead
from leadline.explain.history import History
from leadline.reports.charts import Chart, Mark, Series
from leadline.reports.tables import Column
from leadline.web.pages.frame import Visit
from leadline.web.pages.telling import Teller, capital


def chart(visit: Visit, tell: Teller, history: History, coming: Sequence[Ahead]) -> Chart:
    """Return both as one chart; the days to come are dashed."""
    words, moments, later = visit.words, history.moments, coming[1:]
    name = capital(tell.labels.score(history.score))
    was = (*(each.value for each in moments), *(None for _ in later))
    last = moments[-1].value if moments else None
    will = (*(None for _ in moments[:-1]), last, *(each.value for each in later))
    rungs = history.model.bands.get(tell.ladder)
    fits = rungs is not None and rungs.by == history.score
    levels = tuple(Mark(each.edge, tell.band(each.name)) for each in tell.rungs) if fits else ()
    return Chart(
        "course",
        words.t("course"),
        words.t("course_says"),
        "steps",
        Column("at", "", "time"),
        (*(each.at for each in moments), *(each.at for each in later)),
        Column("value", name, "points"),
        (Series(name, was), Series(words.t("if_nothing"), will, goes_on=True)),
        levels=levels,
    )
