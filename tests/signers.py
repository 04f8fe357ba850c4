"""How systems sign what they send, told a second time; shares nothing with the product."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

from leadline.service.hooks.document import sample_of

AT = 1_764_584_035
"""Seconds: a little after the samples."""
URL = "https://leads.shop.example/v1/hooks/"
SECRET = "m0re-than-nobody-can-guess"  # noqa: S105 - of the tests
STANDARD_SECRET = "whsec_" + base64.b64encode(b"a key of twenty-four byte").decode()


@dataclass(frozen=True)
class Request:
    """A request as it goes over the wire.

    Attributes:
        secret: What the receiver is told.
    """

    body: bytes
    secret: str = SECRET
    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)


def signed(name: str, body: bytes | None = None, at: int = AT) -> Request:
    """Return a request as a system sends it; by default the sample of its mapping."""
    return SIGNERS[name](sample_of(name) if body is None else body, at)


def _hex(message: bytes, hashed: str = "sha256", key: str = SECRET) -> str:
    return hmac.new(key.encode(), message, hashed).hexdigest()


def _base64(message: bytes, key: bytes = SECRET.encode()) -> str:
    return base64.b64encode(hmac.digest(key, message, "sha256")).decode()


def _mailgun(body: bytes, at: int) -> Request:
    whole = json.loads(body)
    said = whole["signature"] | {"timestamp": str(at)}
    said["signature"] = _hex((said["timestamp"] + said["token"]).encode())
    return Request(json.dumps(whole | {"signature": said}).encode())


def _calendly(body: bytes, at: int) -> Request:
    return Request(
        body, headers={"Calendly-Webhook-Signature": f"t={at},v1={_hex(b'%d.%s' % (at, body))}"}
    )


def _stripe(body: bytes, at: int) -> Request:
    old = _hex(body, key="the secret before")
    made = _hex(b"%d.%s" % (at, body))
    return Request(body, headers={"Stripe-Signature": f"t={at},v1={old},v1={made},v0={old}"})


def _zoom(body: bytes, at: int) -> Request:
    made = _hex(b"v0:%d:%s" % (at, body))
    return Request(
        body, headers={"x-zm-signature": f"v0={made}", "x-zm-request-timestamp": str(at)}
    )


def _hubspot(body: bytes, at: int) -> Request:
    stamp = str(at * 1000)
    made = _base64(f"POST{URL}hubspot".encode() + body + stamp.encode())
    return Request(
        body, headers={"X-HubSpot-Signature-v3": made, "X-HubSpot-Request-Timestamp": stamp}
    )


def _wechat(body: bytes, at: int) -> Request:
    nonce = "486452656"
    text = "".join(sorted([SECRET, str(at), nonce]))
    made = hashlib.sha1(text.encode()).hexdigest()  # noqa: S324 - as WeChat has it
    return Request(body, query={"signature": made, "timestamp": str(at), "nonce": nonce})


def _twitch(body: bytes, at: int) -> Request:
    own = "e76c6bd4-55c9-4987-8304-da1588d8988b"
    stamp = datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S.123456789Z")
    made = _hex(own.encode() + stamp.encode() + body)
    return Request(
        body,
        headers={
            "Twitch-Eventsub-Message-Id": own,
            "Twitch-Eventsub-Message-Timestamp": stamp,
            "Twitch-Eventsub-Message-Signature": f"sha256={made}",
        },
    )


def _standard(body: bytes, at: int) -> Request:
    key = base64.b64decode(STANDARD_SECRET.removeprefix("whsec_"))
    made = _base64(b"msg_1.%d.%s" % (at, body), key)
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(at),
        "webhook-signature": f"v1,{_base64(b'', key)} v1,{made}",
    }
    return Request(body, STANDARD_SECRET, headers)


@cache
def _curve() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def _sendgrid(body: bytes, at: int) -> Request:
    public = _curve().public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    made = _curve().sign(str(at).encode() + body, ec.ECDSA(SHA256()))
    return Request(
        body,
        base64.b64encode(public).decode(),
        {
            "X-Twilio-Email-Event-Webhook-Signature": base64.b64encode(made).decode(),
            "X-Twilio-Email-Event-Webhook-Timestamp": str(at),
        },
    )


@cache
def _certified() -> tuple[rsa.RSAPrivateKey, str]:
    """Return a key, and certificates of which the last is of it."""
    key = rsa.generate_private_key(65537, 2048)
    return key, _certificate(rsa.generate_private_key(65537, 2048)) + _certificate(key)


def _certificate(key: rsa.RSAPrivateKey) -> str:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
    since = datetime.fromtimestamp(AT, UTC) - timedelta(days=30)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(since)
        .not_valid_after(since + timedelta(days=400))
        .sign(key, SHA256())
    )
    return made.public_bytes(Encoding.PEM).decode()


def _ses(body: bytes, _: int, version: str = "1") -> Request:
    key, certificates = _certified()
    said: dict[str, Any] = json.loads(body) | {"SignatureVersion": version}
    first = ["Message", "MessageId"]
    middle = ["Subject"] if said["Type"] == "Notification" else ["SubscribeURL"]
    last = [] if said["Type"] == "Notification" else ["Token"]
    names = [*first, *middle, "Timestamp", *last, "TopicArn", "Type"]
    text = "".join(f"{each}\n{said[each]}\n" for each in names if each in said)
    hashed = SHA1() if version == "1" else SHA256()  # noqa: S303 - as SNS has it
    made = key.sign(text.encode(), padding.PKCS1v15(), hashed)
    whole = said | {"Signature": base64.b64encode(made).decode()}
    return Request(json.dumps(whole).encode(), certificates)


def ses_of_version_2(body: bytes) -> Request:
    """Return what SNS sends where SHA-256 was chosen."""
    return _ses(body, AT, "2")


SIGNERS: Mapping[str, Callable[[bytes, int], Request]] = {
    "brevo": lambda body, _: Request(body, headers={"Authorization": f"Bearer {SECRET}"}),
    "calendly": _calendly,
    "hubspot": _hubspot,
    "intercom": lambda body, _: Request(
        body, headers={"X-Hub-Signature": f"sha1={_hex(body, 'sha1')}"}
    ),
    "mailchimp": lambda body, _: Request(body, query={"secret": SECRET}),
    "mailgun": _mailgun,
    "postmark": lambda body, _: Request(
        body, headers={"Authorization": f"Basic {base64.b64encode(SECRET.encode()).decode()}"}
    ),
    "sendgrid": _sendgrid,
    "ses": _ses,
    "standard": _standard,
    "stripe": _stripe,
    "twitch": _twitch,
    "typeform": lambda body, _: Request(
        body, headers={"Typeform-Signature": f"sha256={_base64(body)}"}
    ),
    "wechat": _wechat,
    "zoom": _zoom,
}
"""Name of a mapping to how a request of it is signed."""
