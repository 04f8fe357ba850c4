"""Events of the invented world, each lead's side by side, and those of accounts alone."""

from __future__ import annotations

from datetime import datetime

from leadline.demo import words
from leadline.demo.chance import Chance, listed
from leadline.demo.kinds import CALL, CHANNELS, KINDS, PROPERTIES, Kind, When
from leadline.sql.text import literal

EVENT_KINDS = (*KINDS, CALL)
FIRST_LETTER = 65
"""The events of a lead are first a text with a letter for each: ``AAAB`` is three of the first."""

MOST_OF_A_LEAD = 1024
REPEATED_SHARE = 0.005
LATE_SHARE = 0.02
DAY = "86400e6"
TIMES: dict[When, str] = {
    "journey": f"journey_days * {DAY} * pow(DRAW(time), 0.7)",
    "early": f"journey_days * {DAY} * 0.3 * DRAW(time)",
    "later": f"journey_days * {DAY} * (0.3 + 0.7 * DRAW(time))",
    "start": "0",
    "mail": f"{DAY} * (1 + 7 * m) + 1e6 * (300 + 70000 * DRAW(time))",
    "crawl": "3600e6 * DRAW(time)",
    "call": "call_micros + 21600e6 * n",
}
"""Microseconds after the lead was created."""

MAIL_LAGS = {
    "n_email_sent": "0",
    "n_email_opened": "60 + 200000 * pow(DRAW(time), 3)",
    "n_scanned": "1 + 5 * DRAW(time)",
    "n_email_bounced": "2",
}
"""Seconds between sending a mail and what happens by itself to each."""


def kinds_query() -> str:
    """Return the SQL of what is the same for all events of a kind."""
    rows = ", ".join(
        f"({_code(kind)}, {literal(kind.type)}, {literal(CHANNELS[kind.type])},"
        f" {kind.late_share or LATE_SHARE})"
        for kind in EVENT_KINDS
    )
    return f"""
        select code::utinyint as code, type, channel, late_share::double as late_share
        from (values {rows}) as t(code, type, channel, late_share)"""


def lead_events_query(seed: int, leads: str = "demo_lead") -> str:
    """Return the SQL of all events of leads, in the order of leads, whatever their time."""
    draw = Chance(seed, "event", f"(i * {MOST_OF_A_LEAD} + k)")
    lead = Chance(seed, "lead", "i")
    repeated = lead.count("repeated", f"{REPEATED_SHARE} * length(letters)", 5)
    texts = " || ".join(
        f"repeat('{chr(FIRST_LETTER + at)}', {_number(kind)})"
        for at, kind in enumerate(EVENT_KINDS)
    )
    text = f"""
        with lettered as (
            select i, lead_id, created_at, journey_days, journey_mails, {texts} as letters,
                date_diff('microseconds', created_at, called_at) as call_micros
            from {leads}
        ), slots as (
            select *, unnest(range(length(letters) + if(letters = '', 0, {repeated}))) as slot
            from lettered
        ), numbered as (
            select *, slot >= length(letters) as is_copy,
                if(slot >= length(letters), slot * 7 % length(letters), slot) as k
            from slots
        ), coded as (
            select *, letters[k + 1] as letter, ascii(letter)::utinyint as code,
                k + 1 - instr(letters, letter) as n
            from numbered
        ), mails as (
            select *, case when code in ({_codes("mail")})
                    then floor(DRAW(mail) * journey_mails)::int
                when code = {code_of("n_scanned")} then n // 3
                else n end as m
            from coded
        ), timed as (
            select mails.* exclude (letters, letter), type, channel, late_share,
                created_at + to_microseconds(({_time()})::bigint) as occurred_at
            from mails join demo_kind on demo_kind.code = mails.code
        )
        select 'E' || i || '-' || k as event_id, lead_id,
            null::varchar as account_id, type, channel, occurred_at,
            occurred_at + case when is_copy then interval 20 minute
                when DRAW(late) < late_share
                then to_seconds((3600 * (2 + 300 * DRAW(delay)))::int)
                else interval 0 second end as recorded_at,
            {", ".join(_property(each) for each in PROPERTIES)},
            {_agent()} as user_agent, code, is_copy
        from timed"""
    return _drawn(text, draw)


def _drawn(text: str, draw: Chance) -> str:
    """Put the draws of events where a text asks for them by ``DRAW(what)``."""
    parts = text.split("DRAW(")
    found = [parts[0]]
    for part in parts[1:]:
        what, _, rest = part.partition(")")
        found += [draw.uniform(what), rest]
    return "".join(found)


def _number(kind: Kind) -> str:
    return kind.count if kind is CALL else kind.column


def _code(kind: Kind) -> int:
    return FIRST_LETTER + EVENT_KINDS.index(kind)


def code_of(column: str) -> int:
    """Return the code of the kind whose number a column of leads holds."""
    return next(_code(kind) for kind in EVENT_KINDS if kind.column == column)


def _codes(when: When) -> str:
    return ", ".join(str(_code(kind)) for kind in EVENT_KINDS if kind.when == when)


def _by_code(values: dict[Kind, str]) -> str:
    """Return one case for each value, with all codes that have it; null for all others."""
    codes: dict[str, list[str]] = {}
    for kind, value in values.items():
        codes.setdefault(value, []).append(str(_code(kind)))
    cases = [f"when code in ({', '.join(of)}) then {value}" for value, of in codes.items()]
    return f"case {' '.join(cases)} end" if cases else "null"


def _time() -> str:
    return _by_code({kind: _time_of(kind) for kind in EVENT_KINDS}).replace(
        "when code", "when mails.code"
    )


def _time_of(kind: Kind) -> str:
    if kind.when == "any mail":
        return f"{DAY} * (1 + 7 * m) + 1e6 * ({MAIL_LAGS[kind.column]})"
    return TIMES[kind.when]


def _property(name: str) -> str:
    """Return the SQL of a property; its type is the same whatever the kind."""
    values = {
        kind: kind.columns[name].replace("MAIL", "'M' || i || '-' || m")
        for kind in EVENT_KINDS
        if name in kind.columns
    }
    return f"({_by_code(values)})::{_type_of(name)} as {name}"


def _type_of(name: str) -> str:
    return "double" if name in {"minutes", "strength"} else "varchar"


def _agent() -> str:
    """Return the browser; half of the crawlers say who they are, and scanners never do."""
    person = f"{listed(words.AGENTS)}[1 + (i + k // 50) % {len(words.AGENTS)}]"
    return f"""case
        when code = {code_of("n_crawled")} and i % 2 = 0 then {literal(words.CRAWLER_AGENT)}
        when channel in ('web', 'form', 'product') then {person} end"""


def account_events_query(seed: int, start: datetime) -> str:
    """Return the SQL of events that belong to an account alone: intent and anonymous visits."""
    draw = Chance(seed, "account", "a")
    each = Chance(seed, "account event", "(a * 16 + k)")
    visits = draw.count("visits", "0.8", 8)
    nulls = ", ".join(
        f"null::{_type_of(name)} as {name}"
        for name in PROPERTIES
        if name not in {"path", "topic", "strength"}
    )
    weeks = "case when surge_at is null then 0 else surge_weeks end"
    intent = f"""
        select printf('I%07d-%d', a, k) as event_id, null::varchar as lead_id, account_id,
            'intent_surged' as type, 'intent' as channel, surge_at + to_days(7 * k::int)
                as occurred_at,
            surge_at + to_days(7 * k::int + 1) as recorded_at, null::varchar as path,
            {draw.pick("topic", words.TOPICS)} as topic,
            round(50 + 50 * {each.uniform("strength")}) as strength,
            {nulls}, null::varchar as user_agent
        from (select *, unnest(range({weeks})) as k from demo_account)"""
    anonymous = f"""
        select printf('V%07d-%d', a, k) as event_id, null::varchar as lead_id, account_id,
            'page_viewed' as type, 'web' as channel,
            timestamp '{start}' + to_seconds(({540 * 86400} * {each.uniform("time")})::int)
                as occurred_at,
            occurred_at as recorded_at, {each.pick("path", words.PAGES)} as path,
            null::varchar as topic, null::double as strength, {nulls},
            {each.pick("agent", words.AGENTS)} as user_agent
        from (select *, unnest(range({visits})) as k from demo_account)"""
    return f"select * from ({intent}) union all by name select * from ({anonymous})"


COLUMNS = (
    "event_id", "lead_id", "account_id", "type", "channel", "occurred_at", "recorded_at",
    *PROPERTIES, "user_agent",
)  # fmt: skip
