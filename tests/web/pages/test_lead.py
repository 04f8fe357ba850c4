"""One lead: a ledger that adds up, its course, its events, and what happens while it is open."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from .conftest import Open, Site


def _number(text: str) -> float:
    return float(text.replace("\N{MINUS SIGN}", "-").replace("+", ""))


def test_the_ledger_adds_up_to_the_score(opened: Open) -> None:
    """Rules to scores, scores to the total, in the digits that are shown."""
    with opened("lead?id=joe") as window:
        page = window.page
        rows = page.locator("#lead-now .fall tbody tr")
        shown = [
            (row.get_attribute("class") or "", row.locator(".num").inner_text())
            for row in rows.all()
        ]
        total = scores = rules = 0.0
        for style, text in shown:
            if "is-missing" in style:
                assert text == "not known"
            elif "is-score" in style:
                assert round(rules, 2) == _number(text)
                scores, rules = scores + _number(text), 0.0
            elif "is-total" in style:
                total = _number(text)
            else:
                rules += _number(text)
        assert round(scores, 2) == total
        expect(page.locator("#lead-now .note")).to_contain_text("Not in Sales")


def test_course_events_and_steps_follow_the_page(opened: Open) -> None:
    """Each says what it is of, and an event what it gave."""
    with opened("lead?id=ada") as window:
        page = window.page
        expect(page.locator("#deeds")).to_contain_text("Demo requested")
        expect(page.locator("#deeds tbody tr").first).to_contain_text("+40.00")
        expect(page.locator(".picture svg").first).to_be_visible()
        expect(page.locator(".step").first).to_be_visible()


def test_an_event_appears_on_the_open_page_by_itself(opened: Open, site: Site) -> None:
    """Without a reload; what is being read does not move elsewhere."""
    with opened("lead?id=joe") as window:
        page = window.page
        expect(page.locator("#deeds tbody tr").first).to_be_visible()
        page.wait_for_timeout(500)
        event = {"lead_id": "joe", "type": "webinar_attended", "event_id": "w-joe"}
        site.live.send("/v1/events", event)
        expect(page.locator("#lead-now [role=status]")).to_contain_text("Webinar attended")
        expect(page.locator("#deeds tbody tr").first).to_contain_text("Webinar attended")


def test_a_lead_that_is_not_there_is_not_found(opened: Open) -> None:
    """The page says so, and leads on."""
    with opened("lead?id=nobody") as window:
        expect(window.page.locator("main")).to_contain_text("There is no lead with this id")


def test_search_finds_by_the_beginning_of_words_as_one_types(opened: Open) -> None:
    """Of names, of companies, without accents."""
    with opened("queue") as window:
        page = window.page
        page.keyboard.press("/")
        page.keyboard.type("lindq")
        expect(page.locator("#found a")).to_have_text(re.compile("Kim Lindqvist"))
        page.locator("#find").fill("nordw")
        expect(page.locator("#found")).to_contain_text("Ada Nowak")
        expect(page.locator("#found")).to_contain_text("Nordwerk")
        page.locator("#find").fill("nobody at all")
        expect(page.locator("#found")).to_contain_text("Nothing begins so.")


def test_an_account_shows_its_people_and_what_is_usual(opened: Open) -> None:
    """People with their scores, and its fields."""
    with opened("account?id=north") as window:
        page = window.page
        expect(page.locator("h1")).to_have_text("Nordwerk")
        expect(page.locator("main")).to_contain_text("Ada Nowak")
        expect(page.locator("main")).to_contain_text("too early to say what is usual")
        expect(page.locator("main")).to_contain_text("5,000")
