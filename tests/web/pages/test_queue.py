"""The queue: who is called next, and answers by keyboard alone that can be taken back."""

from __future__ import annotations

from playwright.sync_api import Page, expect

import signed

from .conftest import HOSTILE, Open, Site


def _chosen(page: Page) -> str:
    return page.locator(".row[aria-current]").get_attribute("data-lead") or ""


def _answers(site: Site, lead: str) -> list[tuple[str, bool]]:
    query = (
        "select a.kind, a.undone_at is not null from answers as a "
        f"join leads as l on l.lead_no = a.lead_no where l.lead_id = '{lead}' "
        "and a.refused is null order by a.taken_at"
    )
    return [(str(kind), bool(undone)) for kind, undone in site.live.rows(query)]


def test_raised_hands_stand_first_with_reasons_in_words_and_time_left(opened: Open) -> None:
    """What is shown are the deeds and their points."""
    with opened("queue") as window:
        page = window.page
        expect(page.locator("h1")).to_have_text("6 to call")
        expect(page.locator(".tabs [aria-current]")).to_have_text("To call 6")
        expect(page.locator(".head")).to_contain_text("5 have an agreed time.")
        first = page.locator(".row").first
        expect(first).to_contain_text("Demo +40")
        expect(first).to_contain_text("left")
        expect(page.locator(".row")).to_have_count(6)
        expect(page.locator("#beside h2")).not_to_be_empty()


def test_a_lead_is_answered_by_one_key_and_taken_back_by_another(opened: Open, site: Site) -> None:
    """The next one is chosen, and focus goes with it; undo brings the first one back."""
    with opened("queue") as window:
        page = window.page
        expect(page.locator("#beside .actions")).to_be_visible()
        page.keyboard.press("j")
        page.keyboard.press("k")
        lead = _chosen(page)
        expect(page.locator("#beside [name=lead]").first).to_have_value(lead)
        page.keyboard.press("a")
        expect(page.locator("#said")).to_contain_text("accepted.")
        assert _chosen(page) not in {"", lead}
        assert page.evaluate("document.activeElement.closest('.row')?.dataset.lead") == _chosen(
            page
        )
        page.keyboard.press("z")
        expect(page.locator("#said")).to_contain_text("Taken back")
        assert _chosen(page) == lead
    assert _answers(site, lead) == [("accepted", True), ("undone", False)]


def test_a_lead_is_rejected_with_a_reason_by_two_keys(opened: Open, site: Site) -> None:
    """A number answers at once; the reason is one of the team's list."""
    with opened("queue?lead=kim") as window:
        page = window.page
        expect(page.locator("#beside [name=lead]").first).to_have_value("kim")
        page.locator("main").focus()
        page.keyboard.press("r")
        expect(page.get_by_role("dialog")).to_contain_text("Why not Kim Lindqvist?")
        page.keyboard.press("2")
        expect(page.locator("#said")).to_contain_text("Kim Lindqvist rejected.")
        expect(page.locator(".row[data-lead=kim]")).to_have_count(0)
        page.keyboard.press("z")
        expect(page.locator(".row[data-lead=kim]")).to_have_count(1)
    found = site.live.rows("select reason from answers where kind = 'rejected'")
    assert found == [("too small",)]


def test_who_comes_second_is_told_kindly_that_a_colleague_has_it(opened: Open, site: Site) -> None:
    """Two people take one lead; nothing of the second answer counts."""
    with opened("lead?id=ben", "sales") as one, opened("lead?id=ben", "marketing") as two:
        one.page.keyboard.press("c")
        expect(one.page.locator("#said")).to_contain_text("Ben Okafor is yours.")
        two.page.keyboard.press("a")
        expect(two.page.locator("#said")).to_contain_text("Nothing was changed.")
        expect(two.page.locator("#said")).to_contain_text("sales@team.example")
    assert _answers(site, "ben") == [("claimed", False)]


def test_keys_do_nothing_while_somebody_types_or_where_they_are_off(
    opened: Open, site: Site
) -> None:
    """A letter in the search is a letter."""
    with opened("lead?id=eva") as window:
        page = window.page
        page.locator("#find").focus()
        page.keyboard.type("a")
        page.goto(f"{site.live.url}/settings")
        page.get_by_label("Single keys").select_option("off")
        page.get_by_role("button", name="Save").click()
        page.goto(f"{site.live.url}/lead?id=eva")
        page.locator("main").focus()
        page.keyboard.press("a")
        page.wait_for_timeout(300)
    assert _answers(site, "eva") == []


def test_an_answer_without_a_connection_waits_and_is_sent(opened: Open, site: Site) -> None:
    """It waits in the browser, which says so."""
    with opened("lead?id=eva") as window:
        page = window.page
        page.context.set_offline(True)
        page.locator("main").focus()
        page.keyboard.press("c")
        expect(page.locator("#said")).to_contain_text("No connection")
        page.context.set_offline(False)
        expect(page.locator("#said")).to_contain_text("Eva 李伟 is yours.")
    assert _answers(site, "eva") == [("claimed", False)]


def test_a_session_that_ends_in_the_middle_of_a_note_loses_nothing(
    opened: Open, site: Site
) -> None:
    """The answer waits, and is sent once its writer has signed in again."""
    with opened("lead?id=joe") as window:
        page = window.page
        page.locator("main").focus()
        page.keyboard.press("h")
        page.get_by_label("Note").fill("call after the fair")
        page.context.clear_cookies()
        page.get_by_role("button", name="Put off").click()
        expect(page.locator("#said")).to_contain_text("Your session ended")
        assert _answers(site, "joe") == []
        secret = signed.begin(site.store, site.people["sales"])
        page.context.add_cookies([{"name": "session", "value": secret, "url": site.live.url}])
        page.reload()
        expect(page.locator("#said")).to_contain_text("Joe Reader put off.")
    found = site.live.rows("select note from answers where kind = 'snoozed'")
    assert found == [("call after the fair",)]


def test_new_leads_announce_themselves_and_move_nothing(opened: Open, site: Site) -> None:
    """The list stays as it is until somebody asks for them."""
    with opened("queue") as window:
        page = window.page
        expect(page.locator("#beside h2")).not_to_be_empty()
        before = page.locator(".row").evaluate_all("rows => rows.map(row => row.dataset.lead)")
        fields = {"lead_id": "new", "name": "Nora New", "account_id": "north"}
        site.live.send("/v1/leads", fields)
        site.demo("new", "d-new")
        expect(page.locator("#news-says")).to_contain_text("1 new lead to call")
        after = page.locator(".row").evaluate_all("rows => rows.map(row => row.dataset.lead)")
        assert after == before
        page.get_by_role("link", name="Show").click()
        expect(page.locator(".row[data-lead=new]")).to_have_count(1)


def test_names_that_are_scripts_are_shown_as_they_are(opened: Open) -> None:
    """Nothing of them runs, and a title of ten thousand letters breaks no page."""
    with opened("queue") as window:
        expect(window.page.locator(".row[data-lead=bad] .name a")).to_have_text(HOSTILE)
        page = window.page
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.goto(page.url.replace("queue", "lead?id=bad"))
        expect(page.locator("h1")).to_have_text(HOSTILE)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
