"""The calm world, and the three in which one thing changes at a known date.

Calm is not still: it has weekdays and holidays, grows by 3 % a month, and one list is imported. It
has nothing that fades, opens or takes over, as the usual world does.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from math import exp, log

from leadline.demo.cause import HISTORY_DAYS
from leadline.demo.chance import Chance
from leadline.demo.world import World
from leadline.sql.text import literal

GROWTH_A_MONTH = 0.03
WEEKEND_KEPT = 0.3
"""Of what would happen on a weekend, so much does; the rest happens two days later."""
HOLIDAY_KEPT = 0.4
"""Of who would come, or what leads would do, on holidays, so much does."""
_MONTH_DAY = "month(T) * 100 + day(T)"
HOLIDAYS = f"({_MONTH_DAY} >= 1222 or {_MONTH_DAY} <= 102 or {_MONTH_DAY} between 805 and 818)"
"""SQL of whether a time is in the two weeks around the turn of the year, or two of August."""

LIST = "list"
LIST_SHARE = 0.03
LIST_DAYS = 150.25
"""So long before the end a list of so many of all leads is imported, in a quarter of an hour."""
LIST_INTEREST = 0.3

SOURCES = {"website": 0.34, "webinar": 0.24, "event": 0.12, "referral": 0.1, "social_ads": 0.2}
CHANGED_SOURCE = "website"
"""It brings a third of the leads."""
CHANGED_FIELD = "seniority"
EMPTY_BEFORE, EMPTY_AFTER = 0.05, 0.4
CHANGED_TYPE = "page_viewed"
CHANGES: Mapping[str, str] = {
    "source": f"leads of {CHANGED_SOURCE} whose journey ends from then on win half as often, and "
    "are accepted half as often",
    "field": f"{CHANGED_FIELD} is empty for {EMPTY_AFTER:.0%} of the leads created from then on, "
    f"before for {EMPTY_BEFORE:.0%}",
    "tracker": f"each {CHANGED_TYPE} of a lead recorded from then on stands twice, with ids of its "
    "own",
}
"""What changes in each world that has a change, in words."""
_PEOPLE = ("web", "form", "product", "webinar", "live_stream", "social")
"""Channels in which leads do something themselves, which they do less on holidays."""


def created(world: World, row: Chance) -> str:
    """Return the SQL of when a lead comes."""
    listed = f"""timestamp '{world.naive_end - timedelta(days=LIST_DAYS)}'
        + to_microseconds((900e6 * {row.uniform("listed at")})::bigint)"""
    return f"""case when {_is_listed(row)} then {listed}
        when {HOLIDAYS.replace("T", _working(world, row, "created"))}
            and not {row.chance("holiday", HOLIDAY_KEPT)} then {_working(world, row, "again")}
        else {_working(world, row, "created")} end"""


def _is_listed(row: Chance) -> str:
    return row.chance("listed", LIST_SHARE)


def _working(world: World, row: Chance, what: str) -> str:
    """Return the SQL of a time of a growing firm, seldom on a weekend."""
    age = f"({grown_age(row.uniform(what))} * {HISTORY_DAYS * 86400e6})::bigint"
    at = f"(timestamp '{world.naive_end}' - to_microseconds({age}))"
    later = f"({at} + interval 2 day)"
    rests = f"dayofweek({at}) in (0, 6) and not {row.chance(what + ' weekend', WEEKEND_KEPT)}"
    return f"if({rests} and {later} < timestamp '{world.naive_end}', {later}, {at})"


def grown_age(uniform: str) -> str:
    """Return the SQL of how long before the end something of a growing firm is, as a part of all.

    >>> grown_age("u")
    '(-ln(1 - u * 0.40809597850461643) / 0.5244107830943406)'
    """
    rate = log(1 + GROWTH_A_MONTH) / (365.25 / 12) * HISTORY_DAYS
    return f"(-ln(1 - {uniform} * {1 - exp(-rate)!r}) / {rate!r})"


def interest(row: Chance) -> str:
    """Return the SQL of a factor: leads of a list care less."""
    return f"if({_is_listed(row)}, {LIST_INTEREST}, 1.0)"


def source(row: Chance) -> str:
    """Return the SQL of where a lead came from."""
    return (
        f"case when {_is_listed(row)} then {literal(LIST)} else {row.among('source', SOURCES)} end"
    )


def halved(world: World, probability: str) -> str:
    """Return the SQL of a chance of winning, which is halved where the source is worse."""
    if world.course != "source":
        return probability
    return f"{probability} * if({_is_worse(world)}, 0.5, 1.0)"


def feedback(world: World, before: str, draw: Chance) -> str:
    """Return the SQL of what sales says: half of what it would accept of a worse source."""
    if world.course != "source":
        return before
    taken = f"({before}) = 'accepted' and not {draw.uniform('won')} < probability"
    refused = f"{_is_worse(world)} and {taken} and {draw.chance('worse', 0.5)}"
    return f"case when {refused} then 'rejected' else {before} end"


def _is_worse(world: World) -> str:
    return f"(source = {literal(CHANGED_SOURCE)} and ready_at >= timestamp '{world.changes_at}')"


def seniority(world: World, draw: Chance) -> str:
    """Return the SQL of the field as people get it: sometimes empty, often once it changed."""
    share = str(EMPTY_BEFORE)
    if world.course == "field":
        at = f"created_at >= timestamp '{world.changes_at}'"
        share = f"if({at}, {EMPTY_AFTER}, {EMPTY_BEFORE})"
    return f"if({draw.chance('no seniority', share)}, null, seniority)"


def events(world: World, of: str) -> str:
    """Return the SQL of events: fewer on weekends and holidays, and doubled from a date on."""
    draw = Chance(world.seed, "calm event", "(hash(event_id) >> 1)::bigint")
    channels = ", ".join(map(literal, _PEOPLE))
    holiday = HOLIDAYS.replace("T", "occurred_at")
    rests = f"channel in ({channels})"
    moved = f"""interval 1 day * case when {rests} and {holiday}
            and not {draw.chance("holiday", HOLIDAY_KEPT)} then 14
        when {rests} and dayofweek(occurred_at) in (0, 6)
            and not {draw.chance("weekend", WEEKEND_KEPT)} then 2 else 0 end"""
    calm = f"""select * exclude (moved) replace (occurred_at + moved as occurred_at,
        recorded_at + moved as recorded_at) from (select *, {moved} as moved from ({of}))"""
    if world.course != "tracker":
        return calm
    again = f"""select * replace ('D' || event_id as event_id,
        occurred_at + interval 400 millisecond as occurred_at,
        recorded_at + interval 400 millisecond as recorded_at) from ({calm})
        where type = {literal(CHANGED_TYPE)} and recorded_at >= timestamp '{world.changes_at}'"""
    return f"{calm} union all by name {again}"
