"""What became of leads of the invented world, what sales said, and what accounts were when."""

from __future__ import annotations

from datetime import datetime

from leadline.demo.chance import Chance
from leadline.demo.events import code_of, lead_events_query
from leadline.demo.world import World

REASONS = {
    "rejected": ("no budget", "bad timing", "wrong contact", "no answer", "too small"),
    "disqualified": ("not a buyer",),
    "lost": ("price", "chose a competitor", "no decision", "missing feature"),
}


def deals_query(end: datetime) -> str:
    """Return the SQL of one row an account with deals: when it was won, and whether one is open."""
    return f"""
        select a, min(decided_at) filter (is_won and decided_at <= timestamp '{end}') as won_at,
            bool_or(feedback = 'accepted' and feedback_at <= timestamp '{end}'
                and decided_at > timestamp '{end}') as is_open
        from demo_lead group by a"""


def outcomes_query(seed: int, end: datetime) -> str:
    """Return the SQL of outcomes that are known by the end."""
    draw = Chance(seed, "outcome", "i")
    lost = "is_called and feedback = 'accepted'"
    amount = f"round(2000 + 40 * least(employees, 5000) * (0.5 + {draw.uniform('amount')}))"
    return f"""
        with found as (
            select i, 'F' as part, feedback as outcome, feedback_at as occurred_at,
                feedback_at as recorded_at, null::double as amount,
                case feedback when 'rejected' then {_reason(draw, "rejected")}
                    when 'disqualified' then case
                        when is_competitor then 'competitor'
                        when persona = 'student' then 'student' else 'not a buyer' end
                end as reason
            from demo_lead where feedback is not null
            union all
            select i, 'R', case when is_won then 'won' else 'lost' end, decided_at,
                decided_at + to_hours({draw.between("recorded", 0, 120)}),
                case when is_won then {amount} end,
                case when not is_won then {_reason(draw, "lost")} end
            from demo_lead where is_won or ({lost})
        )
        select printf('O%07d-%s', i, part) as outcome_id, printf('L%07d', i) as lead_id,
            outcome, occurred_at, recorded_at, amount, reason
        from found where occurred_at <= timestamp '{end}' and recorded_at <= timestamp '{end}'
        order by i, part"""


def _reason(draw: Chance, outcome: str) -> str:
    return draw.pick(f"reason {outcome}", REASONS[outcome])


def history_query(world: World) -> str:
    """Return the SQL of the history of ``is_customer`` and ``has_open_deal``.

    As the accounts stand at the end, these fields tell who was won; history takes that back.
    In the calm world they tell nothing, and have no history.
    """
    end = world.naive_end
    nothing = "where false" if world.is_calm else ""
    return f"""
        with changes as (
            select a, feedback_at as moment, 1 as step from demo_lead where feedback = 'accepted'
            union all
            select a, decided_at, -1 from demo_lead where feedback = 'accepted'
        ), running as (
            select a, moment,
                sum(step) over (partition by a order by moment, step desc) > 0 as is_open
            from changes where moment <= timestamp '{end}'
        ), known as (
            select a, 'has_open_deal' as field, moment as valid_from,
                bool_or(is_open)::varchar as value
            from running group by a, moment
            union all
            select a, 'is_customer', won_at, 'true' from demo_deal
            where won_at is not null
        ), first as (
            select distinct a, field from known
        )
        select 'account' as entity, printf('A%07d', a) as id, field, value, valid_from from (
            from known union all by name
            select a, field, created_at as valid_from,
                if(field = 'is_customer', was_customer, false)::varchar as value
            from first join demo_account using (a)
        ) {nothing} order by a, field, valid_from"""


def truth_query(end: datetime) -> str:
    """Return the SQL of what is true of each lead, which no score may see."""
    return f"""
        select lead_id, persona, seniority, function, email_kind,
            country_code, language,
            case when is_duplicate then printf('L%07d', q) end as duplicate_of,
            is_scanned, ready_at, decided_at, is_called, probability, probability_called,
            probability_not_called,
            case when decided_at <= timestamp '{end}' then is_won end as is_won
        from demo_lead order by i"""


def marks_query(seed: int, end: datetime) -> str:
    """Return the SQL of the events that no person made, as rows of ``event_marks``."""
    leads = "(select * from demo_lead where n_scanned + n_crawled > 0)"
    scanner, crawler = code_of("n_scanned"), code_of("n_crawled")
    return f"""
        select event_id, if(code = {scanner}, 'mail scanner', 'crawler') as mark,
            occurred_at as recorded_at
        from ({lead_events_query(seed, leads)})
        where code in ({scanner}, {crawler}) and not is_copy
            and recorded_at <= timestamp '{end}'"""
