"""A link of an alert asks once more: opening it changes nothing, and it is of use once."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx2
import pytest

from leadline.service import clock
from leadline.service.alerts import links
from leadline.service.alerts.links import Link
from unsaid import PSEUDO, unsaid

from .conftest import Live

WEEK = 7 * 86_400_000_000


def _link(live: Live, lead: str, kind: str = "accepted", at: int | None = None) -> tuple[Link, str]:
    body = [{"event_id": f"{lead}-act", "user_id": lead, "lead_id": lead, "type": "page_viewed"}]
    assert live.send("/v1/events", body).status_code == 200
    live.settle()
    with live.store.writing() as session:
        key = links.make_key(session)
    link = links.new(lead, kind, "eva@north.example", clock.now() if at is None else at)
    return link, f"/act/{links.written(link, key)}"


@pytest.fixture
def browser(live: Live) -> Iterator[httpx2.Client]:
    """A browser in which nobody is signed in."""
    head = {"Sec-Fetch-Site": "same-origin"}
    with httpx2.Client(base_url=live.url, headers=head, timeout=30) as client:
        yield client


def _token(page: httpx2.Response) -> str:
    found = re.search(r'name="form_token" value="([^"]+)"', page.text)
    assert found is not None, page.text
    return found[1]


def _answers(live: Live, lead: str) -> list[tuple[object, ...]]:
    return live.rows(
        "select a.kind, a.who, a.reason from answers as a join leads as l "
        f"on l.lead_no = a.lead_no where l.lead_id = '{lead}'"
    )


def test_a_hundred_openings_change_nothing(live: Live) -> None:
    """By GET, HEAD and what browsers and scanners send ahead of a person."""
    _, path = _link(live, "act-open")
    with httpx2.Client(base_url=live.url, timeout=30) as client:
        for number in range(100):
            method = ("GET", "HEAD")[number % 2]
            head = {"Sec-Purpose": "prefetch", "Purpose": "prefetch"} if number % 3 else {}
            assert client.request(method, path, headers=head).status_code == 200
    live.settle()
    assert _answers(live, "act-open") == []


def test_only_the_form_of_the_page_answers(live: Live, browser: httpx2.Client) -> None:
    """Without its token, with that of another browser, or without a choice it does not."""
    _, path = _link(live, "act-form")
    assert browser.post(path, data={"choice": "yes"}).status_code == 403
    token = _token(browser.get(path))
    head = {"Sec-Fetch-Site": "same-origin"}
    with httpx2.Client(base_url=live.url, headers=head, timeout=30) as other:
        assert other.post(path, data={"choice": "yes", "form_token": token}).status_code == 403
    assert browser.post(path, data={"form_token": token}).status_code == 400
    assert _answers(live, "act-form") == []
    done = browser.post(path, data={"choice": "yes", "form_token": token})
    assert done.status_code == 200
    assert _answers(live, "act-form") == [("accepted", "eva@north.example", None)]


def test_a_link_is_of_use_once(live: Live, browser: httpx2.Client) -> None:
    """Used again it says what came of it."""
    _, path = _link(live, "act-once", "rejected")
    data = {"choice": "no budget", "form_token": _token(browser.get(path))}
    assert browser.post(path, data=data).status_code == 200
    again = browser.post(path, data={**data, "choice": "too small"})
    assert "This was answered by eva@north.example" in again.text
    assert "This was answered by eva@north.example" in browser.get(path).text
    assert _answers(live, "act-once") == [("rejected", "eva@north.example", "no budget")]


def test_who_comes_second_is_told_who_was_first(live: Live, browser: httpx2.Client) -> None:
    """And nothing is changed."""
    _, mine = _link(live, "act-two", "claimed")
    link, _ = _link(live, "act-two", "claimed")
    with live.store.reading() as session:
        key = links.key_of(session)
    other = Link(link.lead_id, "claimed", "ben@north.example", "second", link.until)
    for path, status in ((mine, 200), (f"/act/{links.written(other, key)}", 409)):
        data = {"choice": "yes", "form_token": _token(browser.get(path))}
        answer = browser.post(path, data=data)
        assert answer.status_code == status
    assert "va@north.example has taken it" in answer.text


def test_a_link_that_was_changed_or_is_old_opens_nothing(
    live: Live, browser: httpx2.Client
) -> None:
    """Whatever was changed of it."""
    link, path = _link(live, "act-old", at=clock.now() - WEEK - 1)
    assert browser.get(path).status_code == 410
    _, fresh = _link(live, "act-old")
    body, _, signature = fresh.partition(".")
    changed = links.written(Link(link.lead_id, "accepted", "spy", "x", link.until + WEEK), b"other")
    for each in (
        f"{body}x.{signature}",
        f"{body}.{signature}x",
        body,
        f"/act/{changed}",
        "/act/x.y",
    ):
        assert browser.get(each).status_code == 410, each


def test_a_link_speaks_as_the_browser_asks(live: Live, browser: httpx2.Client) -> None:
    """What it asks, what it offers, what came of it, and why not; reasons are the team's own."""
    browser.headers.update(PSEUDO)
    _, later = _link(live, "act-words", "snoozed")
    assert unsaid(browser.get(later).text) == []
    _, path = _link(live, "act-words")
    page = browser.get(path)
    assert unsaid(page.text) == []
    data = {"form_token": _token(page)}
    assert unsaid(browser.post(path, data=data).text) == []
    assert unsaid(browser.post(path, data={**data, "choice": "yes"}).text) == []
    assert unsaid(browser.get(path).text) == []
    link, _ = _link(live, "act-words", "claimed")
    with live.store.reading() as session:
        key = links.key_of(session)
    other = Link(link.lead_id, "claimed", "ben@north.example", "words", link.until)
    path = f"/act/{links.written(other, key)}"
    for says in ("Nóthíng wás chángéd.", "[Ít díd nót cóúnt"):  # and what came of it
        refused = browser.post(path, data={**data, "choice": "yes"})
        assert says in refused.text
        assert unsaid(refused.text) == []
    assert unsaid(browser.get("/act/x.y").text) == []


def test_an_answer_can_be_put_off(live: Live, browser: httpx2.Client) -> None:
    """Until when is chosen on the page."""
    _, path = _link(live, "act-later", "snoozed")
    page = browser.get(path)
    assert "in three days" in page.text
    assert browser.post(path, data={"choice": "7", "form_token": _token(page)}).status_code == 200
    [(rest,)] = live.rows("select snoozed_until - began_at from ownerships as o join leads as l "
                          "on l.lead_no = o.lead_no where l.lead_id = 'act-later'")  # fmt: skip
    assert abs(int(str(rest)) - WEEK) < 60_000_000
