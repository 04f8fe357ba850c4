"""What leads of the invented world do: each kind of event, how often, and when."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from leadline.demo import words
from leadline.demo.chance import Chance, listed

When = Literal["journey", "early", "later", "start", "mail", "any mail", "crawl", "call"]
"""Within the journey, its first or its later part, at its start, by one mail of it, by each of all
mails, within an hour, and after the journey.
"""

PERSON = "persona in ('person', 'job_seeker')"


@dataclass(frozen=True, eq=False)
class Kind:
    """Events of one kind.

    Attributes:
        column: Column of a lead's row that holds their number.
        type: The type that people see.
        count: SQL of their number, or of their mean.
        most: The largest number where ``count`` is a mean; 0 where it is the number.
        when: When they happen.
        columns: Property to SQL of its value; other properties are null.
        late_share: Share that is recorded days later.
    """

    column: str
    type: str
    count: str
    most: int = 0
    when: When = "journey"
    columns: dict[str, str] = field(default_factory=dict)
    late_share: float = 0.0

    def number(self, draw: Chance) -> str:
        """Return the SQL of how many there are."""
        if not self.most:
            return self.count
        return draw.count(self.column, f"({self.count})", self.most)


def _one_of(values: tuple[str, ...], what: str = "kind") -> str:
    return f"{listed(values)}[1 + floor(DRAW({what}) * {len(values)})::int]"


def _numbered(prefix: str, most: int, what: str = "kind") -> str:
    return f"'{prefix}-' || floor(DRAW({what}) * {most})::int"


_WEBINAR = {"webinar_id": _numbered("webinar", 24)}
_MAIL = {"campaign_id": "'nurture-' || m", "email_id": "MAIL"}
_TRIAL = "n_trial_started > 0"

KINDS = (
    Kind("n_form_submitted", "form_submitted", "(source in ('website', 'social_ads'))::int",
         when="start", columns={"form": _one_of(("newsletter", "guide", "contact"))}),
    Kind("n_email_sent", "email_sent",
         "if(persona = 'crawler', 0, all_mails)", when="any mail",
         columns=_MAIL),
    Kind("n_email_opened", "email_opened",
         "case when email_kind = 'invalid' or persona = 'crawler' then 0 else "
         "least(floor(all_mails * (0.15 + 0.5 * mail_draw)), all_mails)::int end",
         when="any mail", columns=_MAIL),
    Kind("n_page_viewed", "page_viewed",
         "case when persona = 'crawler' then 0 else 2.6 * interest end", 60,
         columns={"path": _one_of(words.PAGES), "minutes": "round(5 * DRAW(minutes), 1)"}),
    Kind("n_crawled", "page_viewed",
         "case when persona = 'crawler' then 200 + i * 7919 % 600 else 0 end", when="crawl",
         columns={"path": f"{_one_of(words.PAGES)} || '?p=' || k", "minutes": "0.0"}),
    Kind("n_pricing", "page_viewed", f"case when {PERSON} then 0.45 * interest else 0 end", 12,
         columns={"path": _one_of(words.PRICING), "minutes": "round(4 * DRAW(minutes), 1)"}),
    Kind("n_careers", "page_viewed", "case persona when 'job_seeker' then 4.0 "
         "when 'crawler' then 0 else 0.015 end", 10, columns={"path": "'/careers'"}),
    Kind("n_content_downloaded", "content_downloaded",
         "case persona when 'student' then 1.5 when 'person' then 0.45 * interest else 0.05 end", 8,
         columns={"asset_id": _numbered("asset", 30)}),
    Kind("n_webinar_registered", "webinar_registered",
         f"case when {PERSON} then 0.2 * interest + 0.3 * (source = 'webinar')::int else 0 end", 4,
         columns=_WEBINAR),
    Kind("n_webinar_attended", "webinar_attended",
         f"case when {PERSON} then 0.12 * interest + 0.3 * (source = 'webinar')::int else 0 end", 4,
         columns={**_WEBINAR, "minutes": "round(5 + 55 * DRAW(minutes))"}),
    Kind("n_livestream_watched", "livestream_watched", "0.06 * interest", 3,
         columns={"minutes": "round(1 + 40 * DRAW(minutes))"}),
    Kind("n_demo_requested", "demo_requested",
         f"case when {PERSON} then 0.07 * pow(interest, 1.3) else 0.01 end", 2),
    Kind("n_contact_requested", "contact_requested",
         f"case when {PERSON} then 0.06 * interest else 0.02 end", 2),
    Kind("n_trial_started", "trial_started",
         f"case when {PERSON} then 0.08 * interest else 0.02 end", 1, when="early"),
    Kind("n_feature_used", "feature_used",
         f"case when {_TRIAL} then 6 * interest else 0 end", 40, when="later",
         columns={"feature": _one_of(("import", "report", "alert", "share"))}),
    Kind("n_teammate_invited", "teammate_invited",
         f"case when {_TRIAL} then 0.5 * interest else 0 end", 5, when="later"),
    Kind("n_chat_started", "chat_started",
         f"case when {PERSON} and CHAT_IS_OPEN then 0.12 * interest else 0 end", 3),
    Kind("n_social_engaged", "social_engaged", "0.2 * interest", 6,
         columns={"network": _one_of(("linkedin", "x", "facebook"))}),
    Kind("n_badge_scanned", "badge_scanned", "(source = 'event')::int", when="start",
         columns={"fair": _numbered("fair", 8)}, late_share=0.9),
    Kind("n_meeting_held", "meeting_held",
         "case when persona = 'person' then 0.03 * interest else 0 end", 2, late_share=0.5),
    Kind("n_wechat_followed", "wechat_followed",
         "case when country_code = 'CN' then 0.5 else 0 end", 1),
    Kind("n_wechat_article_read", "wechat_article_read",
         "case when country_code = 'CN' then 1.5 * interest else 0 end", 10),
    Kind("n_wechat_message_sent", "wechat_message_sent",
         f"case when country_code = 'CN' and {PERSON} then 0.3 * interest else 0 end", 4),
    Kind("n_email_clicked", "email_clicked",
         f"case when {PERSON} and journey_mails > 0 then 0.35 * interest else 0 end", 6,
         when="mail", columns={**_MAIL, "link": _one_of(("/product", "/customers", "/pricing"))}),
    Kind("n_scanned", "email_clicked", "case when is_scanned then 3 * all_mails else 0 end",
         when="any mail", columns={
             **_MAIL, "link": "['/product', '/customers', '/unsubscribe'][1 + n % 3]"}),
    Kind("n_email_replied", "email_replied",
         "case when persona = 'person' and journey_mails > 0 then 0.03 * interest else 0 end", 1,
         when="mail", columns={"email_id": "MAIL"}),
    Kind("n_email_unsubscribed", "email_unsubscribed",
         "case when journey_mails > 0 and persona <> 'crawler' then 0.03 else 0 end", 1,
         when="mail", columns={"email_id": "MAIL"}),
    Kind("n_email_bounced", "email_bounced",
         "case when (email_kind = 'invalid' or has_typo) and all_mails > 0 then 1 else 0 end",
         when="any mail", columns={"email_id": "MAIL"}),
)  # fmt: skip
"""Every kind; the number of one may depend on those above it."""

CALL = Kind("n_call_made", "call_made", "case when is_called then 1 + i % 2 else 0 end",
            when="call")  # fmt: skip
"""Calls of sales, which are known once all else is."""

CHANNELS = {
    "page_viewed": "web",
    "chat_started": "web",
    "form_submitted": "form",
    "demo_requested": "form",
    "contact_requested": "form",
    "content_downloaded": "form",
    "email_sent": "email",
    "email_opened": "email",
    "email_clicked": "email",
    "email_replied": "email",
    "email_unsubscribed": "email",
    "email_bounced": "email",
    "webinar_registered": "webinar",
    "webinar_attended": "webinar",
    "livestream_watched": "live_stream",
    "social_engaged": "social",
    "badge_scanned": "offline",
    "meeting_held": "offline",
    "wechat_followed": "wechat",
    "wechat_article_read": "wechat",
    "wechat_message_sent": "wechat",
    "trial_started": "product",
    "feature_used": "product",
    "teammate_invited": "product",
    "call_made": "phone",
    "intent_surged": "intent",
}
"""Type of event to channel."""

PROPERTIES = (
    "path", "minutes", "asset_id", "webinar_id", "campaign_id", "email_id", "link", "form",
    "feature", "network", "fair", "topic", "strength",
)  # fmt: skip
"""The columns of events beside those of the contract."""
