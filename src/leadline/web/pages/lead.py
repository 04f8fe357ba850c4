"""One lead: why it is, or is not, in the next band; its ledger, its course, what it did."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from leadline.explain.ahead import ahead, falls
from leadline.explain.standing import Standing, standing
from leadline.explain.timeline import timeline
from leadline.explain.words import words as in_words
from leadline.model.document import Model
from leadline.model.names import fields_of
from leadline.model.rules import BaseRule, TableRule, UnitRule
from leadline.query.context import rule_expressions
from leadline.reports.svg import strips
from leadline.reports.svg.room import ROOMS
from leadline.reports.svg.strips import Span
from leadline.reports.waterfall import Row, Waterfall, chance, log_odds, waterfall
from leadline.service import answers, clock, queue
from leadline.service.live import Live
from leadline.service.queue import Waiting
from leadline.service.sight import Sight
from leadline.store import facts as stored
from leadline.store.facts import LeadRow
from leadline.store.rows import present
from leadline.store.session import Session
from leadline.web.pages.course import chart
from leadline.web.pages.frame import Address, Lacking, Shown, Visit
from leadline.web.pages.queue import row as queue_row
from leadline.web.pages.telling import Teller, capital

MOST_MATES = 6
_CHANCES = (1, 5, 20, 50, 80, 95, 99)


@dataclass(frozen=True)
class Found:
    """A lead of the store with its explanation.

    Attributes:
        row: Its row.
        as_of: Moment of its scores.
        explanation: In plain values.
        tell: Says what the model means.
        waiting: As the queue shows it.
        company: The fields of its account.
    """

    row: LeadRow
    as_of: int
    explanation: Mapping[str, Any]
    tell: Teller
    waiting: Waiting
    company: Mapping[str, Any]


def found_of(visit: Visit, session: Session, live: Live) -> Found:
    """Return the lead that an address names. Raises Lacking."""
    asked = asked_of(visit, session, live)
    row, as_of, ladder = asked.row, asked.as_of, asked.tell.ladder
    glances = visit.service.glances(live)
    waiting = queue.one(session, live, glances, row, ladder, clock.micros(visit.now))
    if waiting is None:
        raise Lacking("no_such_lead")
    explained = visit.service.explain(session, live, row, as_of, moves=False)
    accounts = stored.accounts(session, [row.account_id] if row.account_id else [])
    company = present(accounts[0].fields) if accounts else {}
    return Found(row, as_of, explained, asked.tell, waiting, company)


@dataclass(frozen=True)
class Asked:
    """A lead that an address names, and what says what the model means.

    Attributes:
        row: Its row.
        as_of: Moment of its scores.
        tell: Says what the model means.
    """

    row: LeadRow
    as_of: int
    tell: Teller


def asked_of(visit: Visit, session: Session, live: Live) -> Asked:
    """Return the lead that an address names. Raises Lacking."""
    lead = answers.lead(session, live, visit.given("id"))
    if lead is None:
        raise Lacking("no_such_lead")
    ladder = queue.ladder_of(live.model, visit.given("ladder"))
    return Asked(lead[0], lead[1], Teller(live.model, ladder, visit.words))


def page(visit: Visit) -> Shown:
    """Return the page of a lead; what takes longer to compute follows it."""
    with visit.service.reading() as (session, live):
        found = found_of(visit, session, live)
        mates = list(_mates(session, live, found, visit.signed.sight))
    return Shown("lead.html", {**parts_of_page(visit, found), "mates": mates}, here="leads")


def peek(visit: Visit) -> Shown:
    """Return a lead as it stands beside the queue."""
    with visit.service.reading() as (session, live):
        found = found_of(visit, session, live)
        deeds = stored.events_of_lead(session, found.row.lead_no, 6)
    tell, now = found.tell, visit.now
    seen = [(tell.labels.event(kind), visit.words.when(clock.at(at), now)) for kind, at in deeds]
    return Shown("peek.html", {**parts_of_page(visit, found), "deeds": seen})


def parts_of_page(visit: Visit, found: Found) -> dict[str, Any]:
    """Return what the templates of a lead show."""
    tell, explained = found.tell, found.explanation
    fall = waterfall(tell.model, explained)
    value = explained["scores"][tell.model.main_score]
    before = found.waiting.glance.before if found.waiting.glance else None
    fields = dict(present(found.row.fields))
    missing = explained["missing"]
    lead_missing = [each.split(".", 1)[1] for each in missing if each.startswith("lead.")]
    account_missing = [each.split(".", 1)[1] for each in missing if each.startswith("account.")]
    return {
        "lead": found,
        "is_news": False,
        "face": found.waiting.face,
        "tell": tell,
        "row": queue_row(found.waiting, tell, visit, tell.span([value, before])),
        "value": value,
        "before": before,
        "exact": tell.exact(value),
        "moved": tell.moved(value, before, 2),
        "why_band": list(_why_band(tell, explained)),
        "fall": drawn(
            tell, fall, {**_prefixed("account", found.company), **_prefixed("lead", fields)}
        ),
        "is_odds": fall.is_odds,
        "formula": fall.formula,
        "head": _head(tell, fall),
        "since": _since(visit, found),
        "as_of": visit.words.moment(clock.at(found.as_of)),
        "fields": tell.fields(fields, lead_missing),
        "company_fields": tell.fields(found.company, account_missing),
        "rungs": tell.rungs,
        "parts_of": _parts_of(tell, explained),
    }


def _prefixed(entity: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    return {f"{entity}.{name}": value for name, value in fields.items()}


def _since(visit: Visit, found: Found) -> str:
    if found.waiting.since is None:
        return ""
    at = clock.at(found.waiting.since)
    return visit.words.t("since", when=visit.words.when(at, visit.now))


def _parts_of(tell: Teller, explained: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the other scores and the grades with their names."""
    model = tell.model
    scores = [
        (capital(tell.labels.score(name)), tell.words.number(value))
        for name, value in explained["scores"].items()
        if name != model.main_score and value is not None
    ]
    grades = [
        (capital(tell.labels.grade(name)), value)
        for name, value in explained["grades"].items()
        if value is not None
    ]
    return [*scores, *grades]


def _why_band(tell: Teller, explained: Mapping[str, Any]) -> Iterator[str]:
    """Yield why a lead is in its band and not in the next, a sentence each."""
    if not tell.ladder:
        return
    stands = standing(tell.model, tell.ladder, explained)
    words, band = tell.words, explained["bands"].get(tell.ladder)
    if explained["override"] is not None:
        what = tell.labels.override(explained["override"])
        yield words.t("by_override", band=tell.band(band), override=capital(what))
    if stands is None:
        return
    if stands.stays_above is not None:
        yield words.t("stays", band=tell.band(band), n=words.number(stands.stays_above))
    if explained["override"] is None:
        yield from _why_not_next(tell, stands)


def _why_not_next(tell: Teller, stands: Standing) -> Iterator[str]:
    words = tell.words
    if stands.next is None:
        yield words.t("on_top", band=tell.band(stands.band))
        return
    parts = {"band": tell.band(stands.next), "edge": words.number(stands.edge or 0)}
    asked = words.phrases.listed([tell.labels.rule(*each) for each in stands.asked])
    if stands.short and asked:
        yield words.t("short_and_asked", n=words.number(stands.short), asked=asked, **parts)
    elif stands.short:
        yield words.t("short", n=words.number(stands.short), **parts)
    elif asked:
        yield words.t("asked", asked=asked, **parts)
    elif stands.is_refused:
        yield words.t("refused", **parts)


def drawn(tell: Teller, fall: Waterfall, fields: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the rows of a ledger as they are shown, each with its strip."""
    span = _span(fall)
    edges = [
        log_odds(each.edge) if fall.is_odds else each.edge
        for each in tell.rungs
        if _is_seen(each.edge, span, fall)
    ]
    return [_drawn(tell, fall, each, (span, edges), fields) for each in fall.rows]


def _is_seen(edge: float, span: Span, fall: Waterfall) -> bool:
    at = log_odds(edge) if fall.is_odds else edge
    return span.low < at < span.high


def _span(fall: Waterfall) -> Span:
    ends = [at for row in fall.rows if row.kind != "missing" for at in (row.start, row.end)]
    return Span.around([0.0, *ends])


def _head(tell: Teller, fall: Waterfall) -> str:
    span = _span(fall)
    if fall.is_odds:
        marks = [(log_odds(each), tell.words.t("chance", n=str(each))) for each in _CHANCES]
    else:
        edges = [
            (each.edge, f"{tell.band(each.name)} {tell.words.number(each.edge)}")
            for each in tell.rungs
        ]
        marks = sorted([(0.0, "0"), *(each for each in edges if each[0])])
    shown = [each for each in marks if span.low <= each[0] <= span.high]
    return "".join(strips.scale(span, shown, room) for room in ROOMS)


def _drawn(
    tell: Teller,
    fall: Waterfall,
    row: Row,
    scale: tuple[Span, list[float]],
    fields: Mapping[str, Any],
) -> dict[str, Any]:
    down = row.value is not None and row.value < 0
    style = {"score": "sum", "total": "total"}.get(row.kind, "loss" if down else "gain")
    is_drawn = row.kind not in {"missing", "rounding"}
    return {
        "kind": row.kind,
        "down": down,
        "name": _name(tell, row),
        "note": _note(tell, row, fields),
        "shown": _shown(tell, fall, row),
        "strip": strips.bar(scale[0], row.start, row.end, style, scale[1]) if is_drawn else "",
    }


def _name(tell: Teller, row: Row) -> str:
    if row.kind in {"score", "total"}:
        return capital(tell.labels.score(row.score))
    if row.kind in {"range", "rounding"}:
        return tell.words.t(f"row_{row.kind}")
    if row.kind == "limit":
        return tell.words.t("row_limit", group=row.rule.removeprefix("limit:") or row.rule)
    return capital(tell.labels.rule(row.score, row.rule))


def _note(tell: Teller, row: Row, fields: Mapping[str, Any]) -> str:
    if row.kind == "missing":
        return tell.words.t("field_empty")
    if row.kind != "rule":
        return ""
    if row.count is not None:
        last = datetime.fromisoformat(row.last_at) if row.last_at else None
        times = tell.words.n("times", row.count)
        return times if last is None else f"{times}, {tell.words.day(last.astimezone(UTC), last)}"
    return ", ".join(tell.value(each) for each in _values(tell.model, row, fields))


def _values(model: Model, row: Row, fields: Mapping[str, Any]) -> list[Any]:
    """Return the values of the fields that a rule reads, where they are few."""
    rule = (model.scores[row.score].rules or {}).get(row.rule)
    if rule is None or isinstance(rule, (UnitRule, BaseRule)):
        return []
    expressions = rule.expressions if isinstance(rule, TableRule) else rule_expressions(rule)
    read = {".".join(each) for each in fields_of(*(each.tree for each in expressions))}
    known = [fields[each] for each in sorted(read) if fields.get(each) is not None]
    return known if len(known) == 1 else []


def _shown(tell: Teller, fall: Waterfall, row: Row) -> str:
    words = tell.words
    if row.value is None:
        return words.t("unknown")
    if row.kind == "total":
        return tell.exact(row.value)
    if fall.is_odds:
        if row.kind == "score":
            return words.t("chance", n=words.number(chance(row.end)))
        return tell.points(row.value, "log_odds")
    return words.exact(row.value) if row.kind == "score" else words.points(row.value)


def _mates(
    session: Session, live: Live, found: Found, sight: Sight | None
) -> Iterator[dict[str, Any]]:
    """Yield the other leads of the account with the highest scores."""
    account = found.row.account_id
    if not account:
        return
    mates = queue.of_account(session, live, account, found.tell.ladder, MOST_MATES + 1)
    numbers = [each.place.number for each in mates]
    seen = set(numbers) if sight is None else sight.leads(session, numbers)
    for each in mates:
        if each.face.key != found.row.lead_id and each.place.number in seen:
            yield {
                "face": each.face,
                "score": found.tell.whole(each.place.value),
                "band": found.tell.band(each.place.band),
                "place": found.tell.place(each.place.band),
            }


def moves(visit: Visit) -> Shown:
    """Return what would move a lead, and what is said of it in words."""
    with visit.service.reading() as (session, live):
        found = asked_of(visit, session, live)
        with visit.service.run_of(session, live, found.row, found.as_of) as run:
            from leadline.explain.explain import explain  # noqa: PLC0415 - loads the engine

            told = explain(run, found.row.lead_id, clock.at(found.as_of))
    tell = found.tell
    steps = []
    for each in told.moves[:8]:
        by = each.step.rule
        name = tell.labels.rule(*by) if by else _field_step(tell, each.step.field)
        steps.append(
            {
                "name": capital(name),
                "change": tell.words.points(each.change),
                "after": tell.whole(each.after),
                "band": tell.band(each.band) if each.band else "",
                "place": tell.place(each.band),
            }
        )
    language = visit.words.phrases.locale.language
    said = in_words(told, language)
    return Shown("lead_moves.html", {"steps": steps, "said": said, "tell": tell})


def _field_step(tell: Teller, field: tuple[str, str, Any] | None) -> str:
    if field is None:
        return ""
    return tell.words.t("field_is", field=" ".join(field[1].split("_")), value=tell.value(field[2]))


def course(visit: Visit) -> Shown:
    """Return the score of a lead over time on its bands, and what comes if nothing happens."""
    now = clock.micros(visit.now)
    with visit.service.reading() as (session, live):
        found = asked_of(visit, session, live)
        history = visit.service.past(session, found.row, now)
        with visit.service.run_of(session, live, found.row, now) as run:
            coming = ahead(run, found.row.lead_id, visit.now)
    tell, fall = found.tell, falls(coming)
    says = ""
    if fall is not None and fall.band is not None:
        says = visit.words.t(
            "falls", band=tell.band(fall.band), day=visit.words.day(fall.at, visit.now)
        )
    picture = chart(visit, tell, history, coming)
    return Shown("lead_course.html", {"picture": picture, "says": says}, then="moves-next")


def deeds(visit: Visit) -> Shown:
    """Return what a lead did, with what each event gave then and gives now."""
    with visit.service.reading() as (session, live):
        found = asked_of(visit, session, live)
        now = clock.micros(visit.now)
        with visit.service.run_of(session, live, found.row, now, "recorded") as run:
            events = timeline(run, found.row.lead_id, visit.now)
        said = _said(session, found.row, [each.event_id for each in events])
    tell, words = found.tell, visit.words
    rows = [
        {
            "id": each.event_id,
            "when": words.when(each.at, visit.now),
            "moment": words.moment(each.at),
            "name": capital(tell.labels.event(each.type)),
            "note": said.get(each.event_id, ""),
            "then": words.points(each.then),
            "now": words.points(each.now),
            "fell": each.now < 0,
            "why": words.t(f"why_{each.why}") if each.why else "",
            "mark": each.mark,
        }
        for each in events
    ]
    return Shown("lead_deeds.html", {"rows": rows}, then="course-next")


def _said(session: Session, row: LeadRow, ids: list[str]) -> dict[str, str]:
    """Return what is most telling of the properties of some events."""
    wanted = set(ids)
    found = {}
    for each in stored.events(session, [row.lead_no]):
        if each.event_id in wanted:
            properties = present_of(each.properties)
            found[each.event_id] = next(
                (str(properties[name])[:120] for name in _TELLING if properties.get(name)), ""
            )
    return found


_TELLING = ("path", "name", "title", "asset_id", "webinar_id", "form", "email_id", "topic", "url")


def present_of(properties: str) -> Mapping[str, Any]:
    """Return the properties of an event."""
    import msgspec  # noqa: PLC0415 - of this alone

    found: Mapping[str, Any] = msgspec.json.decode(properties)
    return found


ADDRESSES = (
    Address("/lead", page, within=True, lead="id"),
    Address("/peek", peek, within=True, lead="id"),
    Address("/lead-moves", moves, within=True, lead="id"),
    Address("/lead-course", course, within=True, lead="id"),
    Address("/lead-events", deeds, within=True, lead="id"),
)
"""A lead, and its parts that follow."""
