"""Programs that say who they are, by a list that is kept for many languages."""

from __future__ import annotations

import re
from functools import cache

from leadline.sql.text import Sql, sql_text

PEOPLE_TOO = frozenset(
    {
        "okhttp",  # applications on telephones
        "HttpUrlConnection",
        "axios",  # pages that a server makes for a visitor
        "node-fetch",
        "Amazon CloudFront",  # what a network of copies says in place of the browser
        r"Salesforce\.com",
        r"^Silk\/",
        r"Code\/1\.",
    }
)
"""Entries of the list that stand between a person and us as well."""

BY_NAME = r"[A-Za-z-]*([bB]ot|[cC]rawler|[sS]pider)([\/;, )]|$)|\+https?:\/\/"
"""How others call themselves; no telephone is named so, CUBOT is in capitals."""


_LITERAL = re.compile(r"(?:[^\\^$.*+?()\[\]{}|]|\\[^\w\s])+")


@cache
def entries() -> tuple[tuple[str, ...], str]:
    """Return the names of the list that are plain text, and a pattern of all others.

    Looking for texts takes a hundredth of what a pattern of all of them takes.
    """
    from crawleruseragents import CRAWLER_USER_AGENTS_DATA  # noqa: PLC0415 - half a megabyte

    kept = [each["pattern"] for each in CRAWLER_USER_AGENTS_DATA]
    kept = [each for each in kept if each not in PEOPLE_TOO]
    plain = tuple(re.sub(r"\\(.)", r"\1", each) for each in kept if _LITERAL.fullmatch(each))
    return plain, "|".join([*(each for each in kept if not _LITERAL.fullmatch(each)), BY_NAME])


def known(agents: Sql) -> Sql:
    """Return the query ``agent, name`` of the crawlers in a relation with a column ``agent``."""
    names, pattern = entries()
    return sql_text(
        """
        with agents as materialized (
            select distinct agent from {agents} where agent is not null
        ), named as (
            select agent, name from agents join unnest([{names}]) as t(name)
                on contains(agent, name)
            union all
            select agent, found from (
                select agent, regexp_extract(agent, {pattern}, 0) as found from agents
            ) where found <> ''
        )
        select agent, trim(min_by(name, (-length(name), name)), ' /;:()') as name
        from named group by agent""",
        names=names,
        pattern=pattern,
        agents=agents,
    )


def found(crawlers: Sql) -> Sql:
    """Return the query of the events of crawlers, which are a relation ``agent, name``."""
    return sql_text(
        "select e.event_id, 'crawler' as sign, 'crawler: ' || c.name as mark, e.recorded_at, "
        "1 as place from seen as e join {crawlers} as c on c.agent = e.agent",
        crawlers=crawlers,
    )
