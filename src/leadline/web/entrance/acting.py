"""The page that a link of an alert leads to: it says what would be answered, and asks once more.

Programs open every link of a mail before a person does, so opening it changes nothing. The form has
a token of the page and of the browser, and something that only a person chooses.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from leadline.errors import InputError
from leadline.service import clock
from leadline.service.alerts import links
from leadline.service.alerts.links import Link
from leadline.service.alerts.message import name_of
from leadline.service.arriving.facts import Answer, Ids
from leadline.service.handover import saying
from leadline.service.service import Service
from leadline.store import handover
from leadline.store.handover import AnswerRow
from leadline.store.rows import present
from leadline.web.entrance.answering import sentence
from leadline.web.entrance.drawn import draw, refusal

NO_LINK = "This link is not one of ours, or is too old. Sign in to answer."
DAY = 86_400_000_000
_YES = {"yes": "yes"}
_LATER: Mapping[str, str] = {str(days): f"act_later_{days}" for days in (1, 3, 7, 28)}
"""Days that a lead can be put off, to the text that says so."""


@dataclass(frozen=True)
class Shown:
    """What a page is about.

    Attributes:
        who: Name of the lead.
        row: The answer that was given by the link; None where none was.
    """

    who: str
    row: AnswerRow | None


class Acting:
    """Answers by links of alerts."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def act(
        self, request: Request, form_token: str, form: Mapping[str, str] | None
    ) -> Response:
        """Show what would be answered; or answer, where the form of the page comes back."""
        ticket = request.path_params["ticket"]
        link = await asyncio.to_thread(self._link, ticket)
        if link is None:
            return refusal(request, 410, NO_LINK)
        try:
            shown = await asyncio.to_thread(self._shown, link)
        except saying.UnknownLeadError:
            return refusal(request, 410, "This lead is not there any more.")
        if shown.row is not None:
            return _was_answered(request, shown)
        choices = self._choices(link.kind)
        show = partial(
            draw, request, "act", name=shown.who, kind=link.kind, ticket=ticket,
            form_token=form_token, who=link.who, choices=choices,
        )  # fmt: skip
        if form is None:
            return show(fault="")
        choice = form.get("choice", "")
        if choice not in choices:
            return show(status=400, fault="Choose one of these.")
        return await self._say(request, link, choice, shown)

    async def _say(self, request: Request, link: Link, choice: str, shown: Shown) -> Response:
        now = self._service.now()
        answer = Answer(
            link.answer_id, link.kind, Ids(lead=link.lead_id), link.who, now,
            reason=choice if link.kind == "rejected" else None,
            until=now + int(choice) * DAY if link.kind == "snoozed" else None,
        )  # fmt: skip
        try:
            await asyncio.to_thread(saying.say, self._service, answer)
        except saying.OwnedError as error:
            return refusal(request, 409, sentence(error))
        except InputError as error:
            return refusal(request, 400, sentence(error))
        return draw(request, "acted", name=shown.who, kind=link.kind, row=None)

    def _link(self, ticket: str) -> Link | None:
        with self._service.store.reading() as session:
            link = links.read(ticket, links.key_of(session))
        return link if link is not None and self._service.now() < link.until else None

    def _shown(self, link: Link) -> Shown:
        with self._service.store.reading() as session:
            lead = saying.lead_of(session, link.lead_id)
            rows = handover.answers_by_id(session, [link.answer_id])
        return Shown(name_of(lead.lead_id, present(lead.fields)), rows[0] if rows else None)

    def _choices(self, kind: str) -> Mapping[str, str]:
        """Return what a person chooses of, to the text that says it; reasons are the team's own.

        Nothing is chosen for them.
        """
        if kind == "rejected":
            return dict.fromkeys(self._service.handing.reasons, "")
        return _LATER if kind == "snoozed" else _YES


def _was_answered(request: Request, shown: Shown) -> Response:
    """Say what came of a link that was used."""
    row = shown.row
    assert row is not None, "it was looked up"  # noqa: S101 - says what is known
    fault = f"It did not count: {row.refused}." if row.refused is not None else ""
    at = clock.at(row.taken_at)
    return draw(request, "acted", name=shown.who, kind=row.kind, row=row, at=at, fault=fault)
