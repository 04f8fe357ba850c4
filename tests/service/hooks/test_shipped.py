"""Every mapping that ships reads what its system publishes, and believes that system alone."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

import signers
from leadline.marks.signs import CLICKED, DELIVERED, OPENED
from leadline.service.arriving.facts import Event, Fact, LeadFields, Outcome, Unusable
from leadline.service.arriving.items import Refused
from leadline.service.hooks import mapped
from leadline.service.hooks.document import read_shipped, sample_of, shipped
from leadline.service.hooks.hook import Hook
from leadline.service.hooks.signing import Sent
from signers import AT, SECRET, SIGNERS, URL, Request

MICROS = 1_000_000
TYPES = {
    "brevo": ["email_clicked"],
    "calendly": ["fields", "meeting_booked"],
    "hubspot": ["fields", "contact_created"],
    "intercom": ["chat_started"],
    "mailchimp": ["email_unsubscribed"],
    "mailgun": ["email_clicked"],
    "postmark": ["email_clicked"],
    "sendgrid": ["email_delivered", "email_opened", "email_clicked", "email_bounced",
                 "email_unsubscribed", "email_complained"],
    "ses": ["email_clicked"],
    "standard": ["fields", "booth_visited"],
    "stripe": ["won", "checkout_completed"],
    "twitch": ["live_followed"],
    "typeform": ["fields", "form_submitted"],
    "wechat": ["wechat_followed"],
    "zoom": ["webinar_attended"],
}  # fmt: skip
"""What the sample of each mapping becomes."""
each_mapping = pytest.mark.parametrize("name", shipped())


def _hook(name: str, secret: str = SECRET) -> Hook:
    return Hook(name, read_shipped(name), secret, f"{URL}{name}")


def _sent(name: str, made: Request, method: str = "POST") -> Sent:
    headers = {key.lower(): value for key, value in made.headers.items()}
    form = read_shipped(name).body
    return Sent(method, f"{URL}{name}", headers, dict(made.query), made.body, form)


def _read(name: str, body: bytes) -> list[Fact | Unusable]:
    return list(mapped.read(read_shipped(name), name, body, (AT + 60) * MICROS))


def _what(fact: Fact | Unusable) -> str:
    if isinstance(fact, Event):
        return fact.type
    return fact.outcome if isinstance(fact, Outcome) else "fields"


def test_ten_and_more_ship() -> None:
    """Each has a sample, a rule that the tests tell too, and a list of what it becomes."""
    assert len(shipped()) >= 10
    assert set(shipped()) == set(SIGNERS) == set(TYPES)


@each_mapping
def test_a_sample_becomes_facts(name: str) -> None:
    """None of it is parked, all of it is of somebody, and happened when it says."""
    found = _read(name, sample_of(name))
    assert not [each for each in found if isinstance(each, Unusable)]
    assert [_what(each) for each in found] == TYPES[name]
    for each in found:
        assert isinstance(each, Event | LeadFields | Outcome)
        assert each.ids
        at = each.valid_from if isinstance(each, LeadFields) else getattr(each, "occurred_at", 0)
        assert abs(at - AT * MICROS) < 1000 * MICROS


@each_mapping
def test_a_repeat_has_the_same_ids(name: str) -> None:
    """So that it counts once, whatever the system calls its events."""
    first, again = (_read(name, sample_of(name)) for _ in range(2))
    assert first == again
    ids = [each.event_id for each in first if isinstance(each, Event)]
    assert len(set(ids)) == len(ids)


@each_mapping
def test_a_signature_is_believed_for_what_it_signs(name: str) -> None:
    """One of another secret is not, and none is not."""
    made = signers.signed(name)
    sent = _sent(name, made)
    assert _hook(name, made.secret).is_signed(sent, AT * MICROS)
    other = signers.signed("ses").secret if name == "ses" else "another secret"
    if name not in {"sendgrid", "ses"}:
        assert not _hook(name, other).is_signed(sent, AT * MICROS)
    nothing = replace(sent, headers={}, query={}, body=sample_of(name))
    assert not _hook(name, made.secret).is_signed(nothing, AT * MICROS)


@pytest.mark.parametrize(
    "name", ["calendly", "hubspot", "intercom", "sendgrid", "standard", "stripe", "twitch",
             "typeform", "zoom"],
)  # fmt: skip
def test_a_body_that_was_changed_is_refused(name: str) -> None:
    """A byte is enough."""
    made = signers.signed(name)
    changed = replace(made, body=made.body.replace(b"ada", b"eve", 1).replace(b"12", b"13", 1))
    assert changed.body != made.body
    assert not _hook(name, made.secret).is_signed(_sent(name, changed), AT * MICROS)


def test_a_message_of_sns_that_was_changed_is_refused() -> None:
    """By either hash that SNS signs with; a certificate that has ended is none."""
    for made in (signers.signed("ses"), signers.ses_of_version_2(sample_of("ses"))):
        hook = _hook("ses", made.secret)
        assert hook.is_signed(_sent("ses", made), AT * MICROS)
        assert not hook.is_signed(_sent("ses", made), (AT + 500 * 86400) * MICROS)
        changed = replace(made, body=made.body.replace(b"ada@north", b"eve@north"))
        assert not hook.is_signed(_sent("ses", changed), AT * MICROS)


@pytest.mark.parametrize("name", ["hubspot", "standard", "stripe", "twitch"])
def test_an_old_signature_is_refused(name: str) -> None:
    """Where the system says how long one holds."""
    made = signers.signed(name)
    hook = _hook(name, made.secret)
    assert not hook.is_signed(_sent(name, made), (AT + 3600) * MICROS)
    assert not hook.is_signed(_sent(name, made), (AT - 3600) * MICROS)


def test_published_signatures_are_believed() -> None:
    """Standard Webhooks and SendGrid publish a request with its key."""
    sent = Sent(
        "POST",
        URL,
        {
            "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
            "webhook-timestamp": "1614265330",
            "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        },
        {},
        b'{"test": 2432232314}',
    )
    hook = _hook("standard", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    assert hook.is_signed(sent, 1_614_265_330 * MICROS)
    sent = Sent(
        "POST",
        URL,
        {
            "x-twilio-email-event-webhook-timestamp": "1600112502",
            "x-twilio-email-event-webhook-signature": "MEUCIGHQVtGj+Y3LkG9fLcxf3qfI10QysgDWmMOVmxG0"
            "u6ZUAiEAyBiXDWzM+uOe5W0JuG+luQAbPIqHh89M15TluLtEZtM=",
        },
        {},
        b'[{"email":"hello@world.com","event":"dropped","reason":"Bounced Address","sg_event_id":'
        b'"ZHJvcC0xMDk5NDkxOS1MUnpYbF9OSFN0T0doUTRrb2ZTbV9BLTA","sg_message_id":'
        b'"LRzXl_NHStOGhQ4kofSm_A.filterdrecv-p3mdw1-756b745b58-kmzbl-18-5F5FC76C-9.0","smtp-id":'
        b'"<LRzXl_NHStOGhQ4kofSm_A@ismtpd0039p1iad1.sendgrid.net>","timestamp":1600112492}]\r\n',
    )
    key = (
        "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE83T4O/n84iotIvIW4mdBgQ/7dAfSmpqIM8kF9mN1flpVKS3GRqe6"
        "2gw+2fNNRaINXvVpiglSI8eNEc6wEA3F+g=="
    )
    assert _hook("sendgrid", key).is_signed(sent, AT * MICROS)
    assert not _hook("sendgrid", key).is_signed(replace(sent, body=sent.body[:-2]), AT * MICROS)


def test_who_asks_whether_we_listen_is_answered() -> None:
    """Zoom wants its token and the hash of it, Twitch and WeChat theirs as they sent it."""
    asked = signers.signed("zoom", b'{"payload":{"plainToken":"q9ibPhGeRZ6ayx5WTrXjRw"}}')
    answer = _hook("zoom").answer(_sent("zoom", asked))
    assert answer is not None
    assert json.loads(answer[0]) == {
        "plainToken": "q9ibPhGeRZ6ayx5WTrXjRw",
        "encryptedToken": signers._hex(b"q9ibPhGeRZ6ayx5WTrXjRw"),  # noqa: SLF001
    }
    asked = signers.signed("twitch", b'{"challenge":"pogchamp-kappa","subscription":{}}')
    assert _hook("twitch").answer(_sent("twitch", asked)) == ("pogchamp-kappa", "text/plain")
    asked = signers.signed("wechat", b"")
    asked = replace(asked, query={**asked.query, "echostr": "5837397"})
    assert _hook("wechat").answer(_sent("wechat", asked, "GET")) == ("5837397", "text/plain")
    assert _hook("zoom").answer(_sent("zoom", signers.signed("zoom"))) is None


def test_what_sns_asks_to_be_confirmed_is_parked_with_its_address() -> None:
    """A person opens it; the service calls nobody."""
    body = {
        "Type": "SubscriptionConfirmation",
        "Message": "You have chosen to subscribe.",
        "SubscribeURL": "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription",
    }
    with pytest.raises(Refused, match="Action=ConfirmSubscription") as refused:
        _read("ses", json.dumps(body).encode())
    assert refused.value.reason == "to_confirm"


@pytest.mark.parametrize("name", ["brevo", "mailgun", "postmark", "sendgrid", "ses"])
def test_mail_becomes_what_scanners_are_told_by(name: str) -> None:
    """Delivered, opened and clicked, with the mail, the link, the address and the program."""
    mapping = read_shipped(name)
    types = {each.type.text for each in mapping.events.values() if each.type is not None}
    assert types >= {CLICKED[0], OPENED[0], DELIVERED[0]}
    assert types >= {"email_bounced", "email_unsubscribed", "email_complained"}
    clicks = [each for each in _read(name, sample_of(name)) if _what(each) == CLICKED[0]]
    [click] = clicks
    assert isinstance(click, Event)
    assert {"email_id", "link"} <= click.properties.keys()
    assert click.origin["ip"] == "203.0.113.7"
    assert "Firefox" in click.origin["agent"]
