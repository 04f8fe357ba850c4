"""People of the invented world: who they are, what they will do, and what becomes of them."""

from __future__ import annotations

from collections.abc import Iterator

from leadline.demo import calm, words
from leadline.demo.accounts import WITH_LEADS, number_of_accounts
from leadline.demo.cause import (
    CALL_EFFECT,
    CALLED_SHARE,
    FADE_DAYS,
    HISTORY_DAYS,
    NEW_SOURCE_DAYS,
    NEW_TYPE_DAYS,
    days_before,
    log_odds,
)
from leadline.demo.chance import Chance, by_value
from leadline.demo.kinds import KINDS
from leadline.demo.world import World
from leadline.sql.text import literal

PERSONAS = {
    "crawler": 0.002,
    "invented": 0.03,
    "student": 0.05,
    "job_seeker": 0.05,
    "person": 0.868,
}

SOURCES = {"website": 0.45, "webinar": 0.2, "event": 0.12, "referral": 0.08, "social_ads": 0.15}
OLD_SOURCES = {"website": 0.55, "webinar": 0.25, "event": 0.13, "referral": 0.07}

Step = tuple[str, str]


def steps(world: World) -> Iterator[Step]:
    """Yield the name and the SQL of each table that leads are made by, the last one whole.

    ``demo_lead`` has one row a lead, in the order of ``i``, with everything that is hidden.
    """
    yield "demo_title", _titles()
    yield "demo_person", _people(world)
    yield "demo_doing", _doings(world)
    yield "demo_call", _calls(world)
    yield "demo_lead", _fates(world)


def _titles() -> str:
    rows = [
        f"({literal(language)}, {literal(seniority)}, {place}, "
        f"{literal(title)}, {literal(function)})"
        for language, levels in words.TITLES.items()
        for seniority, titles in levels.items()
        for place, (title, function) in enumerate(titles.items())
    ]
    return f"""
        select * from (values {", ".join(rows)})
            as t(language, seniority, place, raw_title, function)"""


def _people(world: World) -> str:
    """Return who each lead is; a duplicate has the person of the lead before it."""
    row = Chance(world.seed, "lead", "i")
    person = Chance(world.seed, "person", "q")
    accounts = max(int(number_of_accounts(world.leads) * WITH_LEADS), 1)
    return f"""
        with numbered as (
            select i, case when i % 2 = 1 and {row.chance("duplicate", 0.04)} then i - 1 else i end
                as q
            from range({world.leads}) as t(i)
        ), drawn as (
            select i, printf('L%07d', i) as lead_id, q, q <> i as is_duplicate,
                floor(pow({person.uniform("account")}, 1.2) * {accounts})::bigint as a,
                {person.among("persona", PERSONAS)} as persona,
                {person.among("seniority", words.SENIORITIES)} as drawn_seniority,
                {person.between("title", 0, 2)} as place,
                {person.between("first name", 1, 9)} as first_place,
                {person.between("last name", 1, 9)} as last_place,
                {person.between("invented", 1, len(words.INVENTED))} as invented_place,
                {_created(world, row)} as created_at,
                4 + 50 * pow({row.uniform("journey")}, 1.5) as journey_days,
                exp(0.8 * {person.normal("interest")} - 0.32)
                    * case when q <> i then 0.4 else 1 end{_care(world, row)} as interest,
                {row.uniform("mail")} as mail_draw
            from numbered
        ), placed as (
            select drawn.*, country_code,
                {by_value("country_code", {c: [each] for c, each in words.LANGUAGE.items()})}[1]
                    as language,
                case when persona in ('student', 'invented', 'crawler') then 'other'
                    else drawn_seniority end as seniority,
                created_at + to_microseconds((journey_days * 86400e6)::bigint) as ready_at,
                case when persona = 'invented' then
                        case when mail_draw < 0.5 then 'disposable' else 'invalid' end
                    when persona = 'student' then 'company'
                    when is_duplicate and mail_draw < 0.6 then 'free'
                    when mail_draw < 0.13 then 'free' else 'company' end as email_kind,
                industry, employees, is_competitor, was_customer, has_scanner, domain, plain_name,
                surge_at, surge_at + to_days(7 * (surge_weeks - 1)) as surge_end
            from drawn join (select * exclude (account_id, created_at) from demo_account) using (a)
        )
        select placed.*,
            raw_title, function,
            email_kind = 'company' and persona = 'person' and {row.chance("typo", 0.02)}
                as has_typo,
            coalesce(has_scanner and email_kind = 'company', false) as is_scanned,
            coalesce(surge_at <= ready_at and surge_end >= ready_at - interval 60 day, false)
                as is_surging,
            {_source(world, row)} as source
        from placed join demo_title using (language, seniority, place)"""


def _created(world: World, row: Chance) -> str:
    if world.is_calm:
        return calm.created(world, row)
    start = days_before(world.naive_end, HISTORY_DAYS)
    micros = HISTORY_DAYS * 86400 * 1_000_000
    return f"""timestamp '{start}'
                    + to_microseconds((pow({row.uniform("created")}, 0.8) * {micros})::bigint)"""


def _care(world: World, row: Chance) -> str:
    return f" * {calm.interest(row)}" if world.is_calm else ""


def _source(world: World, row: Chance) -> str:
    if world.is_calm:
        return calm.source(row)
    later = row.among("source", SOURCES)
    before = row.among("source", OLD_SOURCES)
    grows_at = days_before(world.naive_end, NEW_SOURCE_DAYS)
    return f"case when created_at >= timestamp '{grows_at}' then {later} else {before} end"


def _doings(world: World) -> str:
    """Return how many events of each kind each lead has within its journey."""
    draw, end = Chance(world.seed, "lead", "i"), world.naive_end
    opens_at = days_before(end, NEW_TYPE_DAYS)
    chat_at = "true" if world.is_calm else f"created_at >= timestamp '{opens_at}'"
    all_mails = "6"  # later ones are after the end, and not recorded
    if not world.is_calm:
        all_mails = f"least(floor(date_diff('day', created_at, timestamp '{end}') / 7), 6)::int"
    counts = [
        f"{kind.number(draw).replace('CHAT_IS_OPEN', chat_at)} as {kind.column}" for kind in KINDS
    ]
    return f"""
        select *, {", ".join(counts)}
        from (select *, least(greatest(floor((journey_days - 2) / 7), 0), 6)::int as journey_mails,
            {all_mails} as all_mails
            from demo_person) as p"""


def _calls(world: World) -> str:
    """Return whom sales calls: in each week those first in a queue that is not the true cause.

    In the calm world sales grows with its leads.
    """
    draw = Chance(world.seed, "call", "i")
    week = str(max(round(CALLED_SHARE * world.leads * 7 / HISTORY_DAYS), 1))
    of_week = "count(*) over (partition by date_trunc('week', ready_at)) as of_week"
    if world.is_calm:
        week = f"{CALLED_SHARE} * of_week"
    return f"""
        select i from (
            select i, {of_week}, row_number() over (
                partition by date_trunc('week', ready_at)
                order by 2 * (n_demo_requested + n_contact_requested > 0)::int
                    + (coalesce(employees, 0) >= 200)::int
                    + (seniority in ('c_level', 'vp'))::int
                    + 1.5 * {draw.uniform("queue")} desc, i
            ) as place
            from demo_doing where persona <> 'crawler'
        ) where place <= {week}"""


def _fates(world: World) -> str:
    """Return what becomes of each lead; times may lie after the end."""
    draw = Chance(world.seed, "fate", "i")
    fade_at = None if world.is_calm else days_before(world.naive_end, FADE_DAYS)
    alone = calm.halved(world, "(1 / (1 + exp(-log_odds)))")
    called = calm.halved(world, f"(1 / (1 + exp(-log_odds - {CALL_EFFECT})))")
    feedback = calm.feedback(world, _feedback(draw), draw)
    return f"""
        with caused as (
            select d.*, c.i is not null as is_called, {log_odds(fade_at)} as log_odds
            from demo_doing as d left join demo_call as c on c.i = d.i
        ), chances as (
            select *, {alone} as probability_not_called, {called} as probability_called
            from caused
        ), drawn as (
            select *, if(is_called, probability_called, probability_not_called) as probability,
                ready_at + to_microseconds((86400e6 * (0.3 + 3 * {draw.uniform("call")}))::bigint)
                    as called_at
            from chances
        )
        select *, {draw.uniform("won")} < probability as is_won,
            {feedback} as feedback,
            called_at + to_hours({draw.between("answer", 2, 50)}) as feedback_at,
            called_at + to_microseconds((86400e6 * (3 + 45 * {draw.uniform("decided")}))::bigint)
                as decided_at
        from drawn order by i"""


def _feedback(draw: Chance) -> str:
    """Return what sales says after a call: good leads are seldom given back, but some are."""
    return f"""case when not is_called then null
        when {draw.uniform("won")} < probability then 'accepted'
        when persona in ('student', 'invented') or is_competitor then 'disqualified'
        when {draw.uniform("feedback")} < 0.75 - 0.5 * probability then 'rejected'
        else 'accepted' end"""


def lead_columns(world: World) -> str:
    """Return the SQL of the table that people get, dirt included."""
    draw = Chance(world.seed, "lead", "i")
    seniority = calm.seniority(world, draw) if world.is_calm else "seniority"
    first = by_value("language", words.FIRST_NAMES)
    last = by_value("language", words.LAST_NAMES)
    spelled = by_value("country_code", words.SPELLINGS)
    return f"""
        with named as (
            select *, ({first})[first_place] as first_name, ({last})[last_place] as last_name,
                {_local_part()} as local_part
            from demo_lead
        )
        select lead_id,
            case when email_kind = 'company' or {draw.chance("account known", 0.3)}
                then printf('A%07d', a) end as account_id,
            created_at, source,
            {_name(draw)} as name,
            {_address(draw)} as email,
            {_phone(draw)} as phone,
            {_title(draw)} as title,
            {seniority} as seniority,
            email_kind,
            case when {draw.chance("company typed", 0.7)} then
                case when {draw.chance("company case", 0.2)} then lower(plain_name)
                else plain_name end end as company,
            ({spelled})[case when {draw.chance("spelling", 0.6)} then 1
                else {draw.between("spelled", 1, 5)} end] as country
        from named order by i"""


def _local_part() -> str:
    """Return the part of an address before the at sign; it shows that the person is invented."""
    first_latin = f"{_texts(words.LATIN['first'])}[first_place]"
    last_latin = f"{_texts(words.LATIN['last'])}[last_place]"
    first = by_value("language", words.FIRST_NAMES)
    last = by_value("language", words.LAST_NAMES)
    plain = f"lower(strip_accents(({first})[first_place] || '.' || ({last})[last_place]))"
    chinese = f"{first_latin} || '.' || {last_latin}"
    return f"case when language = 'zh' then {chinese} else {plain} end || '.demo' || q"


def _texts(values: tuple[str, ...]) -> str:
    return "[" + ", ".join(map(literal, values)) + "]"


def _name(draw: Chance) -> str:
    western = "first_name || ' ' || last_name"
    whole = f"case when language = 'zh' then last_name || first_name else {western} end"
    return f"""case when persona = 'invented' then {_texts(words.INVENTED)}[invented_place]
        when {draw.chance("name upper", 0.03)} then upper({whole})
        when {draw.chance("name lower", 0.05)} then lower({whole}) || ' '
        else {whole} end"""


def _address(draw: Chance) -> str:
    free = draw.between("free mail", 1, len(words.FREE_MAIL))
    return f"""case
        when email_kind = 'disposable'
            then 'demo' || q || '@' || {draw.pick("disposable", words.DISPOSABLE)}
        when email_kind = 'invalid' then case when q % 2 = 0 then 'asdf' else 'none@' end
        when persona = 'student' then local_part || '@students.university-' || a % 40 || '.example'
        when email_kind = 'free' and {draw.chance("free typo", 0.04)}
            then local_part || '@' || {_texts(words.FREE_TYPOS)}[{free}]
        when email_kind = 'free' then local_part || '@' || {_texts(words.FREE_MAIL)}[{free}]
        when has_typo then local_part || '@' || replace(domain, '.example', '.exmaple')
        when {draw.chance("mail upper", 0.03)} then upper(local_part) || '@' || domain || ' '
        else local_part || '@' || domain end"""


def _phone(draw: Chance) -> str:
    country = by_value("country_code", {key: [each] for key, each in words.PHONES.items()})
    two = f"printf('%02d', {draw.between('phone', 0, 99)})"
    return f"""case when {draw.chance("no phone", 0.35)} then null
        when persona = 'invented' or {draw.chance("bad phone", 0.03)}
            then {draw.pick("phone dirt", words.BAD_PHONES)}
        else coalesce(({country})[1], {literal(words.PHONES["GB"])}) || {two} end"""


def _title(draw: Chance) -> str:
    student = by_value("language", {key: [each] for key, each in words.STUDENT.items()})
    return f"""case when persona = 'student' then ({student})[1]
        when persona = 'invented' or {draw.chance("no title", 0.05)}
            then {draw.pick("title dirt", [*words.NOTHING, None, None])}
        when {draw.chance("title upper", 0.04)} then upper(raw_title)
        when {draw.chance("title lower", 0.04)} then lower(raw_title) || ' '
        else raw_title end"""
