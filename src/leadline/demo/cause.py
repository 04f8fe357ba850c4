"""Why leads of the invented world buy: effects on the log-odds of winning, and how these drift."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

HISTORY_DAYS = 540
"""Leads are created within so many days before the end."""

BASE = -5.2
"""Log-odds of winning where no effect applies."""

CALL_EFFECT = 0.6
"""What a call of sales adds to the log-odds."""

CALLED_SHARE = 0.2
"""Sales can call so many of a week's leads, as a share of an average week's."""

FADE_DAYS = 240
"""So long before the end the effect of webinars begins to fade."""

FADE_HALF_LIFE_DAYS = 45

NEW_TYPE_DAYS = 150
"""So long before the end the chat opens; before, there are no events of this type."""

NEW_SOURCE_DAYS = 120
"""So long before the end advertisements on social networks become a large source."""


@dataclass(frozen=True)
class Effect:
    """One cause.

    Attributes:
        log_odds: What a unit adds to the log-odds of winning.
        units: SQL over the row of a lead: true and false, or a number.
        meaning: The same for people.
        drifts: The effect fades, see ``FADE_DAYS``.
    """

    log_odds: float
    units: str
    meaning: str
    drifts: bool = False


EFFECTS: Mapping[str, Effect] = {
    "c_level": Effect(1.0, "seniority = 'c_level'", "the lead is C-level"),
    "vp": Effect(0.8, "seniority = 'vp'", "the lead is a vice president"),
    "director": Effect(0.6, "seniority = 'director'", "the lead is a director or head"),
    "manager": Effect(0.25, "seniority = 'manager'", "the lead is a manager"),
    "software": Effect(0.6, "industry = 'software'", "the account is in software"),
    "finance": Effect(0.4, "industry = 'finance'", "the account is in finance"),
    "education": Effect(-0.5, "industry = 'education'", "the account is in education"),
    "mid_size": Effect(0.5, "employees between 50 and 199", "50 to 199 employees"),
    "large": Effect(0.9, "employees between 200 and 999", "200 to 999 employees"),
    "enterprise": Effect(0.7, "employees >= 1000", "1,000 employees or more"),
    "demo": Effect(1.6, "n_demo_requested > 0", "asked for a demo"),
    "contact": Effect(1.2, "n_contact_requested > 0", "asked to be contacted"),
    "trial": Effect(0.8, "n_trial_started > 0", "started a trial"),
    "features": Effect(0.1, "least(n_feature_used, 10)", "each use of a feature, up to 10"),
    "invitation": Effect(0.7, "n_teammate_invited > 0", "invited a colleague to the trial"),
    "pricing": Effect(0.35, "least(n_pricing, 4)", "each view of a pricing page, up to 4"),
    "content": Effect(0.15, "least(n_content_downloaded, 4)", "each download, up to 4"),
    "webinar": Effect(
        0.8, "least(n_webinar_attended, 2)", "each webinar attended, up to 2", drifts=True
    ),
    "livestream": Effect(0.2, "least(n_livestream_watched, 2)", "each live stream, up to 2"),
    "click": Effect(0.12, "least(n_email_clicked, 4)", "each click of a person in a mail, up to 4"),
    "reply": Effect(0.8, "n_email_replied > 0", "replied to a mail"),
    "chat": Effect(1.0, "n_chat_started > 0", "started a chat; exists late alone"),
    "social": Effect(0.05, "least(n_social_engaged, 4)", "each reaction on a social network"),
    "badge": Effect(0.3, "n_badge_scanned > 0", "was met at a fair"),
    "meeting": Effect(1.0, "n_meeting_held > 0", "a meeting in person"),
    "wechat": Effect(0.4, "n_wechat_message_sent > 0", "wrote a message on WeChat"),
    "intent": Effect(0.6, "is_surging", "intent of the account surged in the 60 days before"),
    "careers": Effect(-2.0, "n_careers > 0", "viewed a careers page"),
    "student": Effect(-3.0, "persona = 'student'", "is a student"),
    "invented": Effect(-6.0, "persona = 'invented'", "gave invented details"),
    "crawler": Effect(-9.0, "persona = 'crawler'", "is a program"),
    "free_mail": Effect(-0.5, "email_kind = 'free'", "gave an address of a free mail service"),
    "unsubscribed": Effect(-1.0, "n_email_unsubscribed > 0", "unsubscribed"),
    "competitor": Effect(-5.0, "is_competitor", "works for a competitor"),
    "customer": Effect(-1.5, "was_customer", "the account was a customer from the start"),
}
"""Everything that raises or lowers the log-odds of winning."""

WITHOUT_EFFECT = (
    "page views other than pricing and careers",
    "mails sent and opened, and clicks of mail scanners",
    "registering for a webinar, forms",
    "following and reading on WeChat",
    "country, language, source, phone, revenue, target",
    "anonymous visits of the account",
)
"""What looks like a cause and is none: it goes along with interest alone."""


def log_odds(fade_at: datetime | None) -> str:
    """Return the SQL of the log-odds of winning without a call; nothing may ever fade."""
    terms = [_term(each, fade_at) for each in EFFECTS.values()]
    return f"({BASE} + {' + '.join(terms)})"


def _term(effect: Effect, fade_at: datetime | None) -> str:
    term = f"{effect.log_odds} * coalesce(({effect.units})::double, 0)"
    if not effect.drifts or fade_at is None:
        return term
    days = f"greatest(date_diff('day', timestamp '{fade_at}', ready_at), 0)"
    return f"{term} * pow(0.5, {days} / {FADE_HALF_LIFE_DAYS}.0)"


def days_before(end: datetime, days: int) -> datetime:
    """Return the moment so many days before the end."""
    return end - timedelta(days=days)


def truth(leads: int, seed: int, end: datetime, *, is_calm: bool = False) -> dict[str, Any]:
    """Return everything that says how the world was made, as plain values."""
    return {
        "leads": leads,
        "seed": seed,
        "start": days_before(end, HISTORY_DAYS).isoformat() + "Z",
        "end": end.isoformat() + "Z",
        "base_log_odds": BASE,
        "call_log_odds": CALL_EFFECT,
        "called_share": CALLED_SHARE,
        "effects": {name: asdict(effect) for name, effect in EFFECTS.items()},
        "without_effect": list(WITHOUT_EFFECT),
        "drift": {} if is_calm else _drift(end),
    }


def _drift(end: datetime) -> dict[str, Any]:
    """Return what changes in the usual world."""
    return {
        "webinar_fades_from": days_before(end, FADE_DAYS).isoformat() + "Z",
        "webinar_half_life_days": FADE_HALF_LIFE_DAYS,
        "chat_opens_at": days_before(end, NEW_TYPE_DAYS).isoformat() + "Z",
        "social_ads_grow_from": days_before(end, NEW_SOURCE_DAYS).isoformat() + "Z",
    }
