"""Clicks that a mail scanner made: seconds after delivery, all links at once, before the open."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

from leadline.marks.signs import CLICKED, DELIVERED, OPENED, Signs
from leadline.sql.text import Sql, sql_text

STEPS = {
    # one row for each thing that happened to a mail at one lead
    "mails": """
        select *, case when type in ({clicked}) then 'clicked'
            when type in ({opened}) then 'opened' else 'delivered' end as what
        from seen where lead_id is not null and mail is not null
            and type in ({clicked}, {opened}, {delivered})""",
    # a scanner may be ahead of delivery: it looks before the mail is let in
    "sent": """
        select c.event_id,
            min(abs(epoch_us(c.occurred_at) - epoch_us(d.occurred_at))) / 1e6 as after_seconds,
            max(d.recorded_at) as sent_at
        from mails as c join mails as d on c.lead_id = d.lead_id and c.mail = d.mail
        where c.what <> 'delivered' and d.what = 'delivered'
            and abs(epoch_us(c.occurred_at) - epoch_us(d.occurred_at))
                <= {longest_micros}
        group by c.event_id""",
    "opened": """
        select lead_id, mail, min(occurred_at) as opened_at from mails where what = 'opened'
        group by lead_id, mail""",
    "clicks": """
        select m.*, coalesce(o.opened_at <= m.occurred_at, false) as is_opened
        from mails as m left join opened as o on o.lead_id = m.lead_id and o.mail = m.mail
        where m.what = 'clicked'""",
    # who has opened a mail may open links one after the other, but not in a second
    "starts": """
        select *,
            if(is_opened, count(distinct link) over fast, count(distinct link) over soon) as links,
            if(is_opened, max(occurred_at) over fast, max(occurred_at) over soon) as last_at,
            if(is_opened, max(recorded_at) over fast, max(recorded_at) over soon) as all_at
        from clicks
        window soon as (partition by lead_id, mail order by occurred_at
            range between current row and interval '{links_seconds} seconds' following),
        fast as (partition by lead_id, mail order by occurred_at
            range between current row and interval '{opened_links_seconds} seconds' following)""",
    "runs": """
        select event_id, lead_id, mail, occurred_at, recorded_at, is_opened,
            last_value(if(links >= {links}, {{'links': links, 'first_at': occurred_at,
                'last_at': last_at, 'all_at': all_at}}, null) ignore nulls) over (
                partition by lead_id, mail order by occurred_at
            ) as run
        from starts""",
    "judged": """
        select r.*, s.after_seconds, s.sent_at,
            case when s.after_seconds <= {scan_seconds} then 'soon'
                when r.occurred_at <= r.run.last_at then 'links'
                when s.after_seconds <= {unopened_seconds} and not r.is_opened then 'unopened'
                end as sign
        from runs as r left join sent as s on s.event_id = r.event_id""",
    "scanned": """
        select *, greatest(recorded_at, if(sign = 'links', run.all_at, sent_at)) as marked_at,
            case sign when 'soon' then 'clicked ' || {after} || ' s after delivery'
                when 'unopened' then 'clicked ' || {after} || ' s after delivery, before the open'
                else run.links || ' links within ' || {run} || ' s'
                end as says
        from judged where sign is not null""",
}
"""Name of a step to its query."""

_AFTER = Sql("greatest(ceil(after_seconds), 1)::int")

FOUND = """
    select event_id, sign, 'mail scanner: ' || says as mark, marked_at as recorded_at, 2 as place
    from scanned
    union all
    select m.event_id, 'images', 'mail scanner: loaded images ' || {after}
            || ' s after delivery', greatest(m.recorded_at, min(k.marked_at)), 2
    from mails as m join sent as s on s.event_id = m.event_id
        join scanned as k on k.lead_id = m.lead_id and k.mail = m.mail
    where m.what = 'opened' and s.after_seconds <= {scan_seconds}
    group by m.event_id, m.recorded_at, s.after_seconds"""


def steps(signs: Signs) -> Iterator[tuple[str, Sql]]:
    """Yield the steps over the relation ``seen``."""
    parts = {
        **asdict(signs),
        "longest_micros": max(signs.scan_seconds, signs.unopened_seconds) * 1_000_000,
        "clicked": CLICKED,
        "opened": OPENED,
        "delivered": DELIVERED,
        "after": _seconds("after_seconds"),
        "run": _seconds("(epoch_us(run.last_at) - epoch_us(run.first_at)) / 1e6"),
    }
    for title, query in STEPS.items():
        yield title, sql_text(query, **parts)


def found(signs: Signs) -> Sql:
    """Return the query of what scanners did, after ``steps``."""
    after = _seconds("s.after_seconds")
    return sql_text(FOUND, scan_seconds=signs.scan_seconds, after=after)


def _seconds(value: str) -> Sql:
    """Return whole seconds as people say them: at least one."""
    return Sql(f"greatest(ceil({value}), 1)::int")
