"""Companies of the invented world."""

from __future__ import annotations

from leadline.demo import calm, words
from leadline.demo.cause import HISTORY_DAYS
from leadline.demo.chance import Chance, by_value, listed
from leadline.demo.world import World

LEADS_FOR_TWO_ACCOUNTS = 5
"""There are two accounts for so many leads."""

WITH_LEADS = 0.7
"""The share of accounts that leads can belong to; the others show intent alone."""


def number_of_accounts(leads: int) -> int:
    """Return how many accounts go with so many leads."""
    return max(leads * 2 // LEADS_FOR_TWO_ACCOUNTS, 5)


def accounts_query(world: World) -> str:
    """Return the SQL of one row an account, with what is hidden from scoring too."""
    draw, leads, end = Chance(world.seed, "account", "a"), world.leads, world.naive_end
    surge_age = draw.uniform("surge at")
    if world.is_calm:
        surge_age = calm.grown_age(surge_age)
    industry = draw.among("industry", words.INDUSTRIES)
    country = draw.among("country", words.COUNTRIES)
    first = listed(words.COMPANY_FIRST)
    second = listed(words.COMPANY_SECOND)
    size = f"exp(ln(120) + 1.7 * {draw.normal('size')})"
    return f"""
        select a, printf('A%07d', a) as account_id,
            {first}[1 + a % 16] || ' ' || {second}[1 + a // 16 % 16]
                || case when a >= 256 then ' ' || (a // 256)::varchar else '' end as plain_name,
            lower({first}[1 + a % 16] || '-' || {second}[1 + a // 16 % 16])
                || case when a >= 256 then '-' || (a // 256)::varchar else '' end
                || '.example' as domain,
            {industry} as industry,
            {country} as country_code,
            greatest(round(least({size}, 60000)), 1)::int as employees,
            round(least({size}, 60000) * (60 + 120 * {draw.uniform("revenue")})) * 1000 as revenue,
            timestamp '{end}' - to_days(({HISTORY_DAYS} + 700 * {draw.uniform("age")})::int)
                as created_at,
            {draw.chance("target", 0.12)} as target,
            {draw.chance("competitor", 0.015)} as is_competitor,
            {draw.chance("customer", 0.04)} as was_customer,
            {draw.chance("scanner", 0.08)} as has_scanner,
            case when {draw.chance("surge", 0.3)} then timestamp '{end}'
                - to_microseconds(({HISTORY_DAYS * 86400e6} * {surge_age})::bigint)
            end as surge_at,
            {draw.between("surge weeks", 1, 5)} as surge_weeks
        from range({number_of_accounts(leads)}) as t(a)"""


ACCOUNT_ROWS = "demo_account as a left join demo_deal as d using (a)"


def account_columns(world: World) -> str:
    """Return the SQL of the table that people get, dirt included."""
    draw = Chance(world.seed, "account", "a")
    is_customer, is_open = "coalesce(d.won_at is not null, false)", "coalesce(d.is_open, false)"
    if world.is_calm:  # customers that add up would change everything year by year
        is_customer = is_open = "false"
    nothing = draw.pick("no industry", words.NOTHING)
    form = by_value("country_code", {key: [each] for key, each in words.COMPANY_FORM.items()})
    spelled = by_value("country_code", words.SPELLINGS)
    return f"""
        select account_id,
            case when {draw.chance("form", 0.6)} then plain_name || ' ' || ({form})[1]
                when {draw.chance("capitals", 0.1)} then upper(plain_name) || ' '
                else plain_name end as name,
            domain,
            case when {draw.chance("dirty industry", 0.05)} then {nothing} else industry end
                as industry,
            case when {draw.chance("size known", 0.9)} then employees end as employees,
            case when {draw.chance("revenue known", 0.6)} then revenue end as revenue,
            ({spelled})[case when {draw.chance("spelling", 0.7)} then 1
                else {draw.between("spelled", 1, 5)} end] as country,
            created_at, target, is_competitor,
            was_customer or {is_customer} as is_customer,
            {is_open} as has_open_deal
        from {ACCOUNT_ROWS} order by a"""
