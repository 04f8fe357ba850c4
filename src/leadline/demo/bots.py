"""Programs among the people of the invented world, and people who look like them at first sight.

These events come on top of those of the world, with addresses; each has the mark that is true of
it, null where a person made it.
"""

from __future__ import annotations

from datetime import datetime

from leadline.demo import words
from leadline.demo.chance import Chance, listed
from leadline.demo.events import code_of
from leadline.sql.text import literal

OFFICE = "198.51.100.7"
"""The address of an office in which many leads sit."""

SWARM = "203.0.113.66"
"""An address in a data centre that calls on the pages of many leads at once."""

GATEWAYS = ("203.0.113.10", "203.0.113.11", "203.0.113.12")
"""Addresses of mail scanners, each for many companies."""

CRAWLERS = (
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
    "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)",
    "Mozilla/5.0 (compatible; GPTBot/1.2; +https://openai.com/gptbot)",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 HeadlessChrome/126.0 Safari/537.36",
    "python-requests/2.32.3",
    words.CRAWLER_AGENT,
)
LINKS = ("/product", "/customers", "/pricing", "/unsubscribe")
MAILS = 3
"""How many campaigns there are beside the mails that nurture."""

RECIPIENTS = {
    "calm": 0.405,  # a person, an hour later
    "hasty": 0.08,  # a person who opens within seconds and clicks at once
    "tabs": 0.04,  # a person who opens three links one after the other
    "blind": 0.05,  # a person whose program shows no images, so that no open is seen
    "blind tabs": 0.001,  # both: what nobody can tell from a program
    "gateway": 0.2,  # a scanner that looks as the mail is let in
    "sandbox": 0.12,  # a scanner that looks minutes later, at all links at once
    "queue": 0.08,  # a scanner that takes one link after the other
    "again": 0.01,  # a scanner that looks at all links once a person has opened the mail
    "late": 0.014,  # a scanner that looks at one link, minutes later: told by nothing
}
"""Who clicks first on a campaign's mail to a lead, by share."""

SWARM_LEADS = 90
OFFICE_SEATS = 250
"""How many leads sit in the office at most."""

# the times of what happens to a mail, in seconds after delivery; k numbers what happens
_DONE = {
    "calm": (
        ("email_opened", "1800 + 86400 * U(open)", 1),
        ("email_clicked", "1800 + 86400 * U(open) + 20 + 0.7 * k", 2),  # a double click
    ),
    "hasty": (
        ("email_opened", "6 + 30 * U(open)", 1),
        ("email_clicked", "6 + 30 * U(open) + 2 + 6 * U(click) + 3 * k", 2),
    ),
    "tabs": (
        ("email_opened", "900 + 86400 * U(open)", 1),
        ("email_clicked", "905 + 86400 * U(open) + 1.3 * k", 3),
    ),
    "blind": (("email_clicked", "45 + 7200 * U(open)", 1),),
    "blind tabs": (("email_clicked", "45 + 7200 * U(open) + 1.3 * k", 3),),
    "gateway": (("email_opened", "2 * U(open)", 1), ("email_clicked", "-2 + 5 * U(click)", 3)),
    "sandbox": (("email_clicked", "40 + 900 * U(open) + 0.5 * k + 0.3 * U(click)", 4),),
    "queue": (("email_clicked", "3 + 6 * k + 2 * U(click)", 4),),
    "again": (("email_clicked", "3600 + 900 * U(open) + 0.2 * k", 4),),
    "late": (("email_clicked", "120 + 1200 * U(open)", 1),),
}
_PROGRAMS = ("gateway", "sandbox", "queue", "again", "late")


def addresses_query(seed: int) -> str:
    """Return the SQL of where leads are: in the office, or at a home of their own."""
    draw = Chance(seed, "address", "i")
    home = " || '.' || ".join(str(draw.between(part, 1, 254)) for part in ("b", "c", "d"))
    sits = "persona in ('person', 'job_seeker') and i % 8 = 5"
    return f"""
        select i, lead_id, persona, email_kind, created_at,
            {sits} and count(*) filter ({sits}) over (order by i) <= {OFFICE_SEATS}
                as is_in_office,
            if(is_in_office, {literal(OFFICE)}, '10.' || {home}) as home
        from demo_lead"""


def bots_query(seed: int, end: datetime) -> str:
    """Return the SQL of the events, with their addresses and marks."""
    parts = [
        _mails(seed, end), _office(seed, end), _readers(seed), _fast(seed), _swarm(end),
        _known(seed),
    ]  # fmt: skip
    made = " union all by name ".join(f"select * from ({part})" for part in parts)
    return f"""
        select * from ({made})
        where occurred_at <= timestamp '{end}' and recorded_at <= timestamp '{end}'"""


def base_query(events: str) -> str:
    """Return the SQL of the events of the world itself with the addresses that they came from."""
    scanner, crawler = code_of("n_scanned"), code_of("n_crawled")
    asked = "channel in ('web', 'form', 'product') or type = 'email_clicked'"
    return f"""
        select e.*, case
            when code = {scanner} then {listed(GATEWAYS)}[1 + a.i % {len(GATEWAYS)}]
            when code = {crawler} then '203.0.113.' || (150 + a.i % 50)
            when {asked} then a.home end as ip
        from ({events}) as e join demo_address as a on a.lead_id = e.lead_id"""


def _mails(seed: int, end: datetime) -> str:
    """Return sendings, deliveries, opens and clicks of campaigns."""
    lead = Chance(seed, "campaign", f"(i * {MAILS} + c)")
    each = Chance(seed, "campaign event", f"((i * {MAILS} + c) * 32 + k)")
    rows = ", ".join(
        f"({literal(how)}, {literal(kind)}, {number * 8}, {count})"
        for how, does in _DONE.items()
        for number, (kind, _, count) in enumerate(does, 1)
    )
    after = " ".join(
        f"when how = {literal(how)} and type = {literal(kind)} then {_drawn(text, lead, each)}"
        for how, does in _DONE.items()
        for kind, text, _ in does
    )
    programs = listed(_PROGRAMS)
    return f"""
        with mails as (
            select i, lead_id, c, home, {lead.among("how", RECIPIENTS)} as drawn,
                if(is_in_office and drawn = 'blind tabs', 'tabs', drawn) as how,
                timestamp '{end}' - to_days(40 - 12 * c::int) - interval 13 hours
                    + to_microseconds((7200e6 * {lead.uniform("sent")})::bigint) as sent_at,
                sent_at + to_microseconds((1e6 * (2 + 40 * {lead.uniform("lag")}))::bigint)
                    as delivered_at
            from demo_address, range({MAILS}) as t(c)
            where persona in ('person', 'student') and email_kind = 'company'
                and created_at < timestamp '{end}' - interval 45 days
        ), done as (
            select *, first + unnest(range(count)) as slot, slot - first as k
            from mails join (values {rows}) as d(how, type, first, count) using (how)
        ), timed as (
            select i, c, slot, lead_id, type, home, how, k,
                delivered_at + to_microseconds((1e6 * case {after} end)::bigint) as occurred_at
            from done
            union all
            select i, c, 0, lead_id, 'email_sent', null, 'sent', 0, sent_at from mails
            union all
            select i, c, 1, lead_id, 'email_delivered', null, 'sent', 0, delivered_at from mails
            union all
            select i, c, 2, lead_id, 'email_opened', home, 'sent', 0,
                delivered_at + interval 20 minute
            from mails where how = 'again'
        )
        select 'B' || i || '-' || c || '-' || slot as event_id, lead_id, type, 'email' as channel,
            occurred_at, occurred_at as recorded_at, 'campaign-' || c as campaign_id,
            'C' || i || '-' || c as email_id,
            if(type = 'email_clicked', {listed(LINKS)}[1 + if(how = 'calm', 0, k)], null) as link,
            if(list_contains({programs}, how), {listed(GATEWAYS)}[1 + i % {len(GATEWAYS)}], home)
                as ip,
            if(list_contains({programs}, how), 'mail scanner', null) as mark
        from timed"""


def _drawn(text: str, lead: Chance, each: Chance) -> str:
    """Put draws into a text: one for the mail, or one for each thing that happens to it."""
    return text.replace("U(open)", lead.uniform("open")).replace("U(click)", each.uniform("click"))


def _office(seed: int, end: datetime) -> str:
    """Return one morning on which all of an office read a few pages within minutes."""
    draw = Chance(seed, "office", "(i * 8 + k)")
    return f"""
        select 'O' || i || '-' || k as event_id, lead_id, 'page_viewed' as type, 'web' as channel,
            timestamp '{end}' - interval 31 hours
                + to_microseconds((600e6 * {draw.uniform("time")})::bigint) as occurred_at,
            occurred_at as recorded_at, {draw.pick("path", words.PAGES)} as path,
            {literal(words.AGENTS[0])} as user_agent, home as ip, null::varchar as mark
        from demo_address, range(7) as t(k) where is_in_office"""


def _readers(seed: int) -> str:
    """Return people who open ten pages at once and read sixty within an hour."""
    draw = Chance(seed, "reader", "(i * 64 + k)")
    return f"""
        select 'R' || i || '-' || k as event_id, lead_id, 'page_viewed' as type, 'web' as channel,
            created_at + interval 3 days + to_microseconds((if(k < 10, 0.8e6 * k,
                30e6 + 3500e6 * {draw.uniform("time")}))::bigint) as occurred_at,
            occurred_at as recorded_at, '/docs/' || k as path,
            {literal(words.AGENTS[1])} as user_agent, home as ip, null::varchar as mark
        from demo_address, range(60) as t(k) where persona = 'person' and i % 50 = 3"""


def _fast(seed: int) -> str:
    """Return programs that call forty pages in twenty seconds, with the name of a browser."""
    draw = Chance(seed, "fast", "(i * 64 + k)")
    return f"""
        select 'F' || i || '-' || k as event_id, lead_id, 'page_viewed' as type, 'web' as channel,
            created_at + interval 1 day
                + to_microseconds((1e6 * (0.5 * k + 0.4 * {draw.uniform("time")}))::bigint)
                as occurred_at,
            occurred_at as recorded_at, '/p/' || k as path,
            {literal(words.AGENTS[2])} as user_agent, '203.0.113.' || (100 + i % 100) as ip,
            'burst' as mark
        from demo_address, range(40) as t(k) where persona = 'invented' and i % 3 = 0"""


def _swarm(end: datetime) -> str:
    """Return one address that calls a page of each of many leads within seconds."""
    return f"""
        select 'S' || i as event_id, lead_id, 'page_viewed' as type, 'web' as channel,
            timestamp '{end}' - interval 50 hours + to_microseconds(50000 * place) as occurred_at,
            occurred_at as recorded_at, '/unsubscribe' as path,
            {literal(words.AGENTS[0])} as user_agent, {literal(SWARM)} as ip, 'burst' as mark
        from (select *, row_number() over (order by i) as place from demo_address
            where persona = 'person' order by i limit {SWARM_LEADS})"""


def _known(seed: int) -> str:
    """Return visits of programs that say who they are, which belong to accounts alone."""
    draw = Chance(seed, "known", "a")
    return f"""
        select 'K' || a as event_id, null::varchar as lead_id, account_id,
            'page_viewed' as type, 'web' as channel,
            created_at + to_microseconds((400 * 86400e6 * {draw.uniform("time")})::bigint)
                as occurred_at,
            occurred_at as recorded_at, {draw.pick("path", words.PAGES)} as path,
            {draw.pick("agent", CRAWLERS)} as user_agent,
            '203.0.113.' || (200 + a % 50) as ip, 'crawler' as mark
        from demo_account where a % 2 = 0"""
