"""One account: its people, what they did, and why it has its scores."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from statistics import quantiles
from typing import Any

from leadline.explain.account import AccountExplanation, explain_account
from leadline.reports.charts import Chart, Series
from leadline.reports.tables import Column
from leadline.service import answers, clock, faces, queue
from leadline.service.live import Live
from leadline.store import facts as stored
from leadline.store.rows import present
from leadline.store.session import Session
from leadline.web.pages.frame import Address, Lacking, Shown, Visit
from leadline.web.pages.queue import row as queue_row
from leadline.web.pages.telling import Teller, capital

MOST_PEOPLE = 50
MOST_EVENTS = 12
WEEKS = 12

_ENOUGH_WEEKS = 4


def page(visit: Visit) -> Shown:
    """Return the page of an account."""
    with visit.service.reading() as (session, live):
        found = answers.account(session, live, visit.given("id"))
        if found is None:
            raise Lacking("no_such_account")
        row, scored, leads = found
        tell = Teller(live.model, queue.ladder_of(live.model), visit.words)
        people = _people(visit, session, live, tell, row.account_id)
        counts = stored.weeks_of_account(session, row.account_id, clock.micros(visit.now), WEEKS)
        events = list(_events(visit, session, tell, row.account_id))
    fields = present(row.fields)
    parts = {
        "id": row.account_id,
        "name": faces.company_name(row),
        "people": people,
        "leads": leads,
        "more": max(0, leads - len(people)),
        "tell": tell,
        "scores": _scores(tell, live, scored),
        "surge": _surge(visit, counts),
        "picture": _weeks(visit, counts),
        "events": events,
        "fields": tell.fields(fields, ()),
        "scores_accounts": any(score.is_account for score in live.model.scores.values()),
    }
    return Shown("account.html", parts, here="accounts")


def _people(
    visit: Visit, session: Session, live: Live, tell: Teller, account: str
) -> list[dict[str, Any]]:
    found = queue.of_account(session, live, account, tell.ladder, MOST_PEOPLE)
    if (sight := visit.signed.sight) is not None:
        seen = sight.leads(session, [each.place.number for each in found])
        found = [each for each in found if each.place.number in seen]
    glances = visit.service.glances(live)
    known = queue.with_glances(session, live, glances, found, clock.micros(visit.now))
    span = tell.span(
        value
        for each in known
        for value in (each.place.value, each.glance.before if each.glance else None)
    )
    return [queue_row(each, tell, visit, span) for each in known]


def _scores(tell: Teller, live: Live, scored: Any) -> list[tuple[str, str]]:
    import msgspec  # noqa: PLC0415 - of this alone

    values: Mapping[str, Any] = msgspec.json.decode(scored[1]) if scored else {}
    return [
        (capital(tell.labels.score(name)), tell.words.number(values[name]))
        for name, score in live.model.scores.items()
        if score.is_account and values.get(name) is not None
    ]


def _surge(visit: Visit, counts: Sequence[int]) -> dict[str, str]:
    """Return how much happened this week beside what is usual, once that is known."""
    *before, this = counts
    words = visit.words
    seen = next((at for at, count in enumerate(before) if count), len(before))
    usual = before[seen:]
    if len(usual) < _ENOUGH_WEEKS:
        says = words.t("surge_early")
    else:
        low, _, high = quantiles(usual, n=4, method="inclusive")
        name = "surge_more" if this > high else "surge_less" if this < low else "surge_usual"
        says = words.t(name, low=words.number(low, 0), high=words.number(high, 0))
    return {"count": words.n("events", this), "says": says}


def _weeks(visit: Visit, counts: Sequence[int]) -> Chart:
    words = visit.words
    starts = [visit.now - timedelta(days=7 * back) for back in range(len(counts), 0, -1)]
    return Chart(
        "weeks",
        words.t("events_a_week"),
        words.t("events_a_week_says"),
        "columns",
        Column("week", ""),
        tuple(words.day(each, visit.now) for each in starts),
        Column("events", words.t("events_of"), "count"),
        (Series(words.t("events_of"), tuple(float(each) for each in counts)),),
    )


def _events(visit: Visit, session: Session, tell: Teller, account: str) -> Iterator[dict[str, str]]:
    sight = visit.signed.sight
    for number, kind, at in stored.latest_of_account(session, account, MOST_EVENTS):
        is_seen = sight is None or not number or bool(sight.leads(session, [number]))
        rows = stored.leads(session, [number]) if number and is_seen else []
        yield {
            "name": capital(tell.labels.event(kind)),
            "who": faces.face(rows[0]).name if rows else visit.words.t("not_by_name"),
            "key": rows[0].lead_id if rows else "",
            "when": visit.words.when(clock.at(at), visit.now),
        }


def why(visit: Visit) -> Shown:
    """Return why an account has its scores: its own ledger and the leads behind rollups."""
    account = visit.given("id")
    with visit.service.reading() as (session, live):
        found = answers.account(session, live, account)
        if found is None or found[1] is None:
            raise Lacking("no_such_account")
        tell = Teller(live.model, queue.ladder_of(live.model), visit.words)
        at = found[1][0]
        with visit.service.run_of_account(session, live, account, at) as run:
            explained = explain_account(run, account, clock.at(at), moves=False)
        rows = stored.leads_by_id(session, [each.lead_id for each in explained.gathered])
        if (sight := visit.signed.sight) is not None:
            seen = sight.leads(session, [row.lead_no for row in rows])
            rows = [row for row in rows if row.lead_no in seen]
            ids = {row.lead_id for row in rows}
            own = [each for each in explained.gathered if each.lead_id in ids]
            explained = replace(explained, gathered=own)
        names = {row.lead_id: faces.face(row).name for row in rows}
    return Shown("account_why.html", {"blocks": list(_blocks(tell, explained, names))})


def _blocks(
    tell: Teller, found: AccountExplanation, names: Mapping[str, str]
) -> Iterator[dict[str, Any]]:
    """Yield the scores of the account, each with what makes it."""
    words = tell.words
    for name, score in tell.model.scores.items():
        if name not in found.scores:
            continue
        rows = [
            (capital(tell.labels.rule(name, row["rule"])), words.points(row["points"]))
            for row in found.points
            if row["score"] == name and row["points"]
        ]
        if score.rollup is not None:
            rows += [
                (names.get(each.lead_id, each.lead_id), words.number(each.value))
                for each in found.gathered
                if each.score == score.rollup
            ]
        if rows or score.formula is not None:
            yield {
                "name": capital(tell.labels.score(name)),
                "value": words.number(found.scores[name]) if found.scores[name] is not None else "",
                "rows": rows[:12],
                "more": max(0, len(rows) - 12),
                "formula": "" if score.formula is None else str(score.formula),
            }


ADDRESSES = (
    Address("/account", page, within=True, account="id"),
    Address("/account-why", why, within=True, account="id"),
)
"""An account."""
