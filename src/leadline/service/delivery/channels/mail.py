"""Alerts by e-mail, as text and as HTML; links lead to pages that ask once more."""

from __future__ import annotations

import html
import smtplib
from contextlib import suppress
from email.message import EmailMessage
from urllib.parse import urlsplit

import msgspec

from leadline.service.alerts.message import Message, parts
from leadline.service.delivery.destinations import Destination, Sent
from leadline.store.outbox import DeliveryRow

SECONDS = 10
TEMPORARY, PERMANENT = 400, 500
PORTS = {"smtp": 587, "smtps": 465}


class Mail:
    """Sends alerts through a mail server that the settings name."""

    def __init__(self, where: Destination) -> None:
        self._where = where

    def send(self, row: DeliveryRow, at: int) -> Sent:  # noqa: ARG002 - as senders have it
        """Send an alert; a refusal for good is no more tried."""
        told = msgspec.json.decode(row.body, type=Message)
        try:
            with self._server() as server:
                server.send_message(written(told, self._where.sender, row.key))
        except smtplib.SMTPRecipientsRefused as error:
            code = max((answer[0] for answer in error.recipients.values()), default=TEMPORARY)
            return Sent(False, code, f"answered {code}", code >= PERMANENT)
        except smtplib.SMTPResponseException as error:
            final = error.smtp_code >= PERMANENT
            return Sent(False, error.smtp_code, f"answered {error.smtp_code}", final)
        except (smtplib.SMTPException, OSError) as error:
            return Sent(False, detail=f"cannot be reached: {type(error).__name__}")
        return Sent(True, 250)

    def _server(self) -> smtplib.SMTP:
        """Return a connection, encrypted where the server can do that, as whom it knows."""
        address = urlsplit(self._where.url)
        port = address.port or PORTS[address.scheme]
        if address.scheme == "smtps":
            made: smtplib.SMTP = smtplib.SMTP_SSL(address.hostname or "", port, timeout=SECONDS)
        else:
            made = smtplib.SMTP(address.hostname or "", port, timeout=SECONDS)
            with suppress(smtplib.SMTPNotSupportedError):
                made.starttls()
        if self._where.user:
            made.login(self._where.user, self._where.secret)
        return made

    def close(self) -> None:
        """Nothing stays open."""


def written(told: Message, sender: str, key: str) -> EmailMessage:
    """Return an alert as a mail; a repeat has the same Message-ID."""
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = sender, ", ".join(told.to), told.head
    made["Message-ID"] = f"<{key.replace('@', '=')}@leadline.invalid>"
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(text(told))
    made.add_alternative(page(told), subtype="html")
    return made


def text(told: Message) -> str:
    """Return an alert as plain text."""
    lines = [told.head, "", *(f"{name}: {value}" for name, value in told.facts)]
    for title, items in parts(told):
        lines += ["", f"{title}:", *(f"- {each}" for each in items)]
    lines += ["", told.url] if told.url else []
    lines += ["", *(f"{each.says}: {each.url}" for each in told.actions)] if told.actions else []
    return "\n".join(lines) + "\n"


def page(told: Message) -> str:
    """Return an alert as HTML that loads nothing."""
    facts = "".join(
        f"<tr><td>{html.escape(name)}</td><td>{html.escape(value)}</td></tr>"
        for name, value in told.facts
    )
    listed = "".join(
        f"<h2>{title}</h2><ul>{''.join(f'<li>{html.escape(each)}</li>' for each in items)}</ul>"
        for title, items in parts(told)
    )
    links = [*([("See the lead", told.url)] if told.url else [])]
    links += [(each.says, each.url) for each in told.actions]
    buttons = " · ".join(f'<a href="{html.escape(url)}">{says}</a>' for says, url in links)
    return f"<h1>{html.escape(told.head)}</h1><table>{facts}</table>{listed}<p>{buttons}</p>"
