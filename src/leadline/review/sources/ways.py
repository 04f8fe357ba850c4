"""Ways in: fields that say where a lead came from, what of it was touched, and their shares."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from leadline.errors import Fault, InputError, nearest
from leadline.history.outcomes import KNOWN_AT
from leadline.model.types import Type
from leadline.review.sources.cohort import Cohort
from leadline.review.watch.arrivals import USUAL_SOURCES
from leadline.scoring import Run
from leadline.sql.text import Sql, joined, name, sql_text

UNKNOWN = "(unknown)"
OTHERS = "(others)"
MOST_VALUES = 25
"""Values of one way; the rest stand together."""
Touch = Literal["recorded", "first", "last", "even"]
TOUCHES: tuple[Touch, ...] = ("first", "last", "even")
CAMPAIGNS = ("campaign", "campaign_id", "utm_campaign", "lead_campaign")
_FIELDS = (*USUAL_SOURCES, *CAMPAIGNS, "keyword", "utm_term")
_PROPERTIES = (
    *CAMPAIGNS, "asset_id", "webinar_id", "email_id", "keyword", "utm_source", "utm_term",
)  # fmt: skip
MOTION = "motion"
MOTIONS: Mapping[str, str] = {
    "paid": r"\b(paid|ads?|adwords|advert\w*|cpc|ppc|sem|sponsored|display)\b",
    "outbound": r"\b(outbound|cold|sdr|bdr|prospect\w*|outreach|purchased|list|import)\b",
    "inbound": r"\b(inbound|web|website|organic|seo|search|direct|webinars?|events?|fairs?|"
    r"content|blog|referr?als?|partners?|form|chat|social|newsletter|trial|demo)\b",
}
"""Motion to the words of a source that show it; the first that is found counts."""


@dataclass(frozen=True)
class Way:
    """A way in.

    Attributes:
        kind: A field of the lead, its motion, or a property of its events.
        name: The field or property.
        touches: How its touches are counted.
    """

    kind: Literal["field", "motion", "property"]
    name: str
    touches: tuple[Touch, ...] = ("recorded",)


def ways_of(run: Run, asked: Sequence[str]) -> tuple[Way, ...]:
    """Return the ways that were asked for, by default all usual ones. Raises InputError."""
    found = tuple(_named(run, each) for each in asked) if asked else tuple(_usual(run))
    if not found:
        remedy = "Name a field of leads or a property of events with --by."
        raise InputError(Fault("", "--by", "must say what tells leads apart", "", remedy))
    return found


def _named(run: Run, title: str) -> Way:
    plain = title.removeprefix("lead.")
    fields, properties = _known(run, "leads"), _known(run, "events")
    if plain in fields:
        return Way("field", plain)
    if title == MOTION and source_field(run) is not None:
        return Way("motion", MOTION)
    if title.removeprefix("event.") in properties:
        return Way("property", title.removeprefix("event."), TOUCHES)
    hint = nearest(plain, {**dict.fromkeys(fields), **dict.fromkeys(properties)})
    raise InputError(
        Fault("", "--by", "must name a field of leads or a property of events", title, hint)
    )


def _usual(run: Run) -> Iterator[Way]:
    fields, properties = _known(run, "leads"), _known(run, "events")
    for each in _FIELDS:
        if each in fields:
            yield Way("field", each)
            if each == source_field(run) and MOTION not in fields:
                yield Way("motion", MOTION)
    if MOTION in fields:
        yield Way("field", MOTION)
    yield from (Way("property", each, TOUCHES) for each in _PROPERTIES if each in properties)


def _known(run: Run, table: str) -> tuple[str, ...]:
    """Return the columns that have texts."""
    schema = run.loaded.schema.get(table, {})
    return tuple(each for each, kind in schema.items() if kind is Type.TEXT)


def source_field(run: Run) -> str | None:
    """Return the field that says where leads came from."""
    return next((each for each in USUAL_SOURCES if each in _known(run, "leads")), None)


def motion_of(source: str, told: Mapping[str, str]) -> str:
    """Return the motion of a source: as told, else by its words.

    >>> motion_of("social_ads", {}), motion_of("Cold call", {}), motion_of("x", {"x": "outbound"})
    ('paid', 'outbound', 'outbound')
    """
    if source in told:
        return told[source]
    words = re.sub(r"[\W_]+", " ", source.lower())
    return next((each for each, shows in MOTIONS.items() if re.search(shows, words)), UNKNOWN)


def read_motions(text: str | None) -> dict[str, str]:
    """Return what sources were told to be, such as ``event=outbound``. Raises InputError.

    >>> read_motions("event=outbound, fair = inbound")
    {'event': 'outbound', 'fair': 'inbound'}
    """
    pairs = [each.partition("=") for each in (text or "").split(",") if each.strip()]
    found = {source.strip(): motion.strip() for source, _, motion in pairs}
    if any(each not in MOTIONS for each in found.values()):
        expected = f"must be pairs such as event=outbound, of {', '.join(MOTIONS)}"
        raise InputError(Fault("", "--motions", expected, str(text)))
    return found


def touched(of: Cohort, ways: Sequence[Way], motions: Mapping[str, str]) -> str:
    """Return the table ``way, touch, lead_id, value, part``; parts of a lead add up to 1.

    ``way`` is its place. A lead without a value has the part 1 of the unknown.
    """
    table = of.run.workspace.name("touched")
    parts = joined(
        " union all ",
        [Sql(f"({each})") for n, way in enumerate(ways) for each in _parts(of, n, way, motions)],
    )
    of.run.engine.run(sql_text("create temp table {t} as {p}", t=name(table), p=parts))
    return table


def _parts(of: Cohort, number: int, way: Way, motions: Mapping[str, str]) -> Iterator[Sql]:
    if way.kind == "property":
        yield from (_of_events(of, number, way.name, touch) for touch in way.touches)
        return
    if way.kind == "field":
        value = sql_text("nullif(trim(l.{f}), '')", f=name(way.name))
    else:
        value = _motion(of.run, motions)
    yield sql_text(
        "select {n} as way, 'recorded' as touch, c.lead_id, coalesce({v}, {u}) as value, "
        "1::double as part from {c} as c join leads as l on l.lead_id = c.lead_id",
        n=number,
        v=value,
        u=UNKNOWN,
        c=name(of.table),
    )


def _motion(run: Run, told: Mapping[str, str]) -> Sql:
    source = name(source_field(run) or "")
    query = "select distinct trim({s}) from leads where {s} is not null"
    values = [each for (each,) in run.engine.rows(sql_text(query, s=source)) if each]
    motions = {each: motion_of(each, told) for each in values}
    branches = [sql_text("when {v} then {m}", v=v, m=m) for v, m in motions.items()]
    if not branches:
        return Sql("null")
    return sql_text("case trim(l.{s}) {b} end", s=source, b=Sql(" ".join(branches)))


_FORMS: Mapping[Touch, str] = {
    "first": "select lead_id, arg_min(value, (occurred_at, event_id)) as value, 1::double as part "
    "from seen group by 1",
    "last": "select lead_id, arg_max(value, (occurred_at, event_id)) as value, 1::double as part "
    "from seen group by 1",
    "even": "select lead_id, value, count(*) / sum(count(*)) over (partition by lead_id) as part "
    "from seen group by 1, 2",
}


def _of_events(of: Cohort, number: int, title: str, touch: Touch) -> Sql:
    """Return the touches of a property, of what leads did before they won or their time was over.

    What we did ourselves, such as mails that were sent, is no touch of theirs; neither are marked
    events. What a merged lead did is the lead's that stays.
    """
    return sql_text(
        "with now as ({now}), seen as (select c.lead_id, t.occurred_at, t.event_id, "
        "trim(t.{p}) as value from events as t join now as m on m.lead_id = t.lead_id "
        "join {c} as c on c.lead_id = m.into_id where nullif(trim(t.{p}), '') is not null "
        "and {at} <= c.ended_at and t.type not in ({ours}) and {unmarked}), "
        "parts as ({form}) select {n} as way, {touch} as touch, c.lead_id, "
        "coalesce(p.value, {unknown}) as value, coalesce(p.part, 1) as part "
        "from {c} as c left join parts as p on p.lead_id = c.lead_id",
        now=after_merges(of.run),
        p=name(title),
        c=name(of.table),
        at=KNOWN_AT,
        ours=of.ours,
        unmarked=unmarked(of.run),
        form=Sql(_FORMS[touch]),
        n=number,
        touch=touch,
        unknown=UNKNOWN,
    )


def after_merges(run: Run) -> Sql:
    """Return ``lead_id, into_id``: whose events count for whom after all merges."""
    if "lead_merges" not in run.loaded.schema:
        return Sql("select lead_id, lead_id as into_id from leads")
    return Sql(
        "select * from (with recursive last as (select from_id, arg_max(into_id, recorded_at) as "
        "into_id from lead_merges where into_id is not null group by 1), "
        "steps as (select lead_id, lead_id as into_id, 0 as step from leads union all "
        "select s.lead_id, l.into_id, step + 1 from steps as s join last as l "
        "on l.from_id = s.into_id where l.into_id <> l.from_id and step < 20) "
        "select lead_id, arg_max(into_id, step) as into_id from steps group by 1)"
    )


def unmarked(run: Run) -> Sql:
    """Return whether an event ``t`` is not marked as no person's."""
    if "event_marks" not in run.loaded.schema:
        return Sql("true")
    return Sql(
        "t.event_id not in (select event_id from event_marks group by event_id "
        "having arg_max(coalesce(mark, ''), recorded_at) <> '')"
    )
