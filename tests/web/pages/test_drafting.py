"""Who owns the model changes it by form, sees what it does, and a second person approves it."""

from __future__ import annotations

from playwright.sync_api import expect

import signed
from leadline.service import clock, drafting
from leadline.store.people import Person
from signed import browser

from .conftest import Open, Site


def _begun(site: Site) -> int:
    with site.store.writing() as session:
        return drafting.begin(session, None, "marketing@team.example", clock.now()).draft_no


def test_a_rule_is_changed_by_form_approved_by_another_and_live(opened: Open, site: Site) -> None:
    """The preview names who moves; the queue and the ledger follow the new version."""
    with opened("model", "marketing") as window:
        page = window.page
        page.get_by_role("button", name="Begin a draft").click()
        expect(page.get_by_text("Nobody changes band.")).to_be_visible()
        points = page.get_by_role("spinbutton", name="Points: demo")
        points.fill("90")
        points.press("Enter")
        expect(page.get_by_text("person.demo: points 40 -> 90")).to_be_visible()
        page.get_by_role("button", name="Ask for approval").click()
        expect(page.get_by_text("asks for approval")).to_be_visible()
        expect(page.get_by_role("button", name="Approve")).to_have_count(0)
        address = page.url.rsplit("/", 1)[1]
    with opened(address, "administrator") as window:
        page = window.page
        page.get_by_role("button", name="Approve").click()
        page.get_by_role("button", name="Publish").click()
        expect(page.locator(".tag").first).to_have_text("published")
        page.goto(f"{site.live.url}/lead?id=ada")
        expect(page.locator(".fall").first).to_contain_text("90")
        page.goto(f"{site.live.url}/model")
        page.get_by_role("button", name="Go back to it").click()
        expect(page.locator("tbody tr", has_text="live").first).to_contain_text("1")
        page.goto(f"{site.live.url}/lead?id=ada")
        expect(page.locator(".fall").first).to_contain_text("40")


def test_a_slider_and_its_field_are_one(opened: Open, site: Site) -> None:
    """By keyboard too, and the focus stays."""
    with opened(f"draft?id={_begun(site)}", "marketing") as window:
        slider = window.page.get_by_role("slider", name="Points: demo")
        slider.focus()
        window.page.keyboard.press("ArrowRight")
        expect(window.page.get_by_text("person.demo: points 40 -> 41")).to_be_visible()
        expect(window.page.get_by_role("spinbutton", name="Points: demo")).to_have_value("41")
        expect(slider).to_be_focused()


def test_of_two_editors_the_second_keeps_what_they_wrote(site: Site) -> None:
    """Both sides are said, and the text that was not saved is still in the field."""
    number = _begun(site)
    people: tuple[Person, ...] = (site.people["marketing"], site.people["administrator"])
    one, two = (signed.begin(site.store, each) for each in people)
    form = {"id": str(number), "revision": "1"}
    with browser(site.live.url, one) as client:
        saved = client.post("/draft-points", data={**form, "rule": "person/demo", "points": "41"})
        assert saved.status_code == 303
    with browser(site.live.url, two) as client:
        text = "leadline: 1\nmodel: mine\nscores: {}\n"
        found = client.post("/draft-save", data={**form, "document": text})
    assert found.status_code == 409
    assert "points 40 -&gt; 41" in found.text
    assert "model: mine" in found.text


def test_a_draft_with_a_fault_shows_it_and_offers_no_way_on(opened: Open, site: Site) -> None:
    """It stands where it is, with the nearest known name."""
    number = _begun(site)
    with opened(f"draft?id={number}&as=text", "marketing") as window:
        area = window.page.get_by_role("textbox", name="Text")
        area.fill(area.input_value().replace("hits.response", "hits.respnse"))
        window.page.get_by_role("button", name="Save").click()
        expect(window.page.get_by_text("Did you mean hits.response").first).to_be_visible()
        expect(window.page.get_by_role("button", name="Ask for approval")).to_have_count(0)
