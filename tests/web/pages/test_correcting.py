"""What is corrected on the page of a lead: answers, marks, merges; and its past."""

from __future__ import annotations

from playwright.sync_api import expect

import signed
from signed import browser

from .conftest import Open, Site


def test_an_answer_is_taken_back_on_the_page_of_the_lead(opened: Open, site: Site) -> None:
    """Long after its ten seconds; both stay in the list."""
    with opened("lead?id=kim") as window:
        page = window.page
        page.locator("main").focus()
        page.keyboard.press("c")
        expect(page.locator("#said")).to_contain_text("Kim Lindqvist is yours.")
        page.reload()
        card = page.get_by_role("region", name="Answers")
        expect(card).to_contain_text("Claimed")
        card.get_by_role("button", name="Undo").click()
        expect(card).to_contain_text("taken back")
    found = site.live.rows("select undone_at is not null from answers where kind = 'claimed'")
    assert [bool(each) for (each,) in found] == [True]


def test_an_event_is_marked_and_counts_again_where_that_is_undone(site: Site) -> None:
    """The score follows both; the event of another lead is refused."""
    secret = signed.begin(site.store, site.people["sales"])

    def score() -> float:
        return float(site.live.reader.get("/v1/leads/ben").json()["scores"]["person"])

    before = score()
    with browser(site.live.url, secret) as client:
        form = {"id": "ben", "event": "d-ben"}
        assert client.post("/mark", data=form).headers["location"] == "lead?id=ben"
        site.live.settle()
        assert score() < before
        assert "made by a program" in client.get("/lead-events", params={"id": "ben"}).text
        client.post("/mark", data={**form, "undo": "1"})
        site.live.settle()
        assert score() > 0
        assert client.post("/mark", data={**form, "event": "d-ada"}).status_code == 404


def test_a_lead_goes_into_another_and_out_again(site: Site) -> None:
    """While it is inside, its address shows the one that it went into."""
    secret = signed.begin(site.store, site.people["sales"])
    with browser(site.live.url, secret) as client:
        form = {"id": "ada", "other": "joe"}
        assert client.post("/merge", data=form).status_code == 303
        site.live.settle()
        assert "Ada Nowak" in client.get("/lead", params={"id": "joe"}).text
        assert "Joe Reader" in client.get("/lead", params={"id": "ada"}).text
        client.post("/merge", data={**form, "undo": "1"})
        site.live.settle()
        assert "<h1>Joe Reader</h1>" in client.get("/lead", params={"id": "joe"}).text
        assert client.post("/merge", data={"id": "ada", "other": "ada"}).status_code == 400


def test_the_score_of_a_day_is_that_of_its_end(site: Site) -> None:
    """Today's is the present one; a day to come, and no day, are none."""
    secret = signed.begin(site.store, site.people["viewer"])
    today = site.live.reader.get("/v1/leads/eva").json()["as_of"][:10]
    with browser(site.live.url, secret) as client:
        asked = {"id": "eva", "day": today}
        text = client.get("/lead-past", params=asked).text
        assert "Demo" in text
        for day in ("2999-01-01", "soon"):
            found = client.get("/lead-past", params={**asked, "day": day})
            assert found.status_code == 404
