"""A draft is written by several, approved by a second person, and published without a fault."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx2
import pytest

import serving
import signed
import stores
from leadline.service import clock, commands
from leadline.store import inbox
from leadline.store.inbox import Received
from leadline.store.store import Store
from signed import browser

from .conftest import MODEL

LIVE = MODEL.read_text(encoding="utf-8")
DRAFT = LIVE.replace("demo_requested, points: 40", "demo_requested, points: 45") + "# less\n"


class House:
    """A service where drafts are approved by a second person, and who works with it."""

    def __init__(self, store: Store, url: str, ends: ExitStack) -> None:
        self.store = store
        people = (
            signed.add(store, "marketing", "eva"),
            signed.add(store, "marketing", "ben"),
            signed.add(store, "sales", "joe"),
        )
        self.eva, self.ben, self.joe = (
            ends.enter_context(browser(url, signed.begin(store, each))) for each in people
        )

    def begun(self, document: str | None = None) -> int:
        """Return the number of a new draft of Eva."""
        return int(self.ok(self.eva, "", document=document)["draft"])

    def ok(self, who: httpx2.Client, path: str, **said: object) -> dict[str, Any]:
        """Return an answer that does what was asked."""
        found = who.post(f"/v1/drafts{path}", json=said)
        assert found.status_code == 200, found.text
        return dict(found.json())

    def refused(self, who: httpx2.Client, path: str, **said: object) -> tuple[int, str]:
        """Return why something was not done."""
        found = who.post(f"/v1/drafts{path}", json=said)
        return found.status_code, found.json()["error"]

    def versions(self) -> list[tuple[object, ...]]:
        """Return the versions and their states."""
        with self.store.reading() as session:
            return session.rows("select version, state from models order by version")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The service, with a model that is live."""
    folder = tmp_path_factory.mktemp("drafts")
    url = stores.file_url(folder)
    with stores.opened(url) as store, ExitStack() as ends:
        command = commands.encoded(commands.Publish(LIVE))
        inbox.accept(store, [Received("test", commands.KIND, clock.now(), command)])
        (folder / "leadline.toml").write_text('[drafts]\napproval = "second"\n', encoding="utf-8")
        server = ends.enter_context(serving.serving(url, Path(folder)))
        found = House(store, server.url, ends)
        while not found.versions() or found.versions()[-1][1] != "published":
            time.sleep(0.1)
        yield found


def test_a_draft_is_written_by_one_and_approved_by_another(house: House) -> None:
    """Then it is live, with its comments, and the audit log names each who did something."""
    draft = house.begun()
    path = f"/{draft}"
    assert house.ok(house.eva, path, revision=1, document=DRAFT)["revision"] == 2
    shown = house.ben.get(f"/v1/drafts{path}").json()
    assert shown["changes"] == ["person.demo: points 40 -> 45"]
    assert house.refused(house.ben, f"{path}/approve", revision=2)[0] == 400
    house.ok(house.eva, f"{path}/ask", revision=2)
    assert "neither wrote" in house.refused(house.eva, f"{path}/approve", revision=2)[1]
    status, says = house.refused(house.eva, f"{path}/publish", revision=2)
    assert (status, "must be approved" in says) == (400, True)
    house.ok(house.ben, f"{path}/approve", revision=2)
    done = house.ok(house.ben, f"{path}/publish", revision=2)
    assert (done["state"], done["version"]) == ("published", 2)
    assert house.versions() == [(1, "retired"), (2, "published")]
    with house.store.reading() as session:
        [(text,)] = session.rows("select document from models where version = 2")
        log = session.rows(
            "select actor, action from audit_log where action like 'draft.%' and subject = ? "
            "or action = 'model.published' and actor like 'ben%' order by number",
            str(draft),
        )
    assert "# less" in text
    assert [f"{who.partition('@')[0]} {what}" for who, what in log] == [
        "eva draft.begun", "eva draft.saved", "eva draft.asked", "ben draft.approved",
        "ben model.published",
    ]  # fmt: skip
    status, says = house.refused(house.eva, f"{path}", revision=2, document=LIVE)
    assert (status, "published" in says) == (400, True)


def test_of_two_who_write_the_second_is_told_both_sides(house: House) -> None:
    """Nothing is saved over, and what the first wrote stays."""
    path = f"/{house.begun(LIVE)}"
    mine = LIVE.replace("demo_requested, points: 40", "demo_requested, points: 50")
    house.ok(house.ben, path, revision=1, document=DRAFT)
    status, says = house.refused(house.eva, path, revision=1, document=mine)
    assert status == 409
    assert says == (
        "ben@team.example saved revision 2 meanwhile: person.demo: points 40 -> 45. "
        "Yours, not saved: person.demo: points 40 -> 50."
    )
    assert house.eva.get(f"/v1/drafts{path}").json()["document"] == DRAFT
    assert house.refused(house.eva, f"{path}/ask", revision=1)[0] == 409


def test_another_text_takes_approval_away(house: House) -> None:
    """What is published is what was approved."""
    path = f"/{house.begun(LIVE)}"
    house.ok(house.eva, f"{path}/ask", revision=1)
    house.ok(house.ben, f"{path}/approve", revision=1)
    found = house.ok(house.eva, path, revision=1, document=DRAFT)
    assert (found["state"], found["approved_by"]) == ("open", None)


@pytest.mark.parametrize(
    ("document", "says"),
    [
        (LIVE.replace("hits.response", "hits.respnse", 1), "hits.response"),
        (LIVE.replace("demo_requested, points: 40", "demo_requested, points: 1"), "examples"),
        ("leadline: [", "YAML"),
    ],
    ids=["a name", "an example", "no YAML"],
)
def test_a_draft_with_a_fault_is_kept_and_goes_no_further(
    house: House, document: str, says: str
) -> None:
    """It is told at its place; nobody can ask about it, and no version comes of it."""
    before = house.versions()
    path = f"/{house.begun(document)}"
    assert says in house.eva.get(f"/v1/drafts{path}").json()["faults"][0]
    status, why = house.refused(house.eva, f"{path}/ask", revision=1)
    assert (status, says in why) == (400, True)
    assert house.refused(house.eva, f"{path}/publish", revision=1)[0] == 400
    assert house.versions() == before


def test_a_draft_of_a_former_version_takes_nothing_back_unseen(house: House) -> None:
    """Where another version became live meanwhile it has to be looked at anew."""
    path = f"/{house.begun(LIVE)}"
    with house.store.writing() as session:
        session.run("update drafts set base = 1 where draft_no = ?", int(path[1:]))
    base = house.eva.get(f"/v1/drafts{path}").json()["live"]
    house.ok(house.eva, f"{path}/ask", revision=1)
    house.ok(house.ben, f"{path}/approve", revision=1)
    if base != 1:
        assert "rebase" in house.refused(house.ben, f"{path}/publish", revision=1)[1]
    found = house.ok(house.ben, f"{path}/rebase", revision=1)
    assert (found["base"], found["state"]) == (base, "open")
    assert house.ok(house.ben, f"{path}/drop", revision=1)["state"] == "dropped"


def test_who_may_not_change_the_model_sees_and_does_nothing(house: House) -> None:
    """The server refuses."""
    path = f"/{house.begun(LIVE)}"
    assert house.joe.get("/v1/drafts").status_code == 403
    for each in ("/ask", "/approve", "/publish", "/drop"):
        assert house.refused(house.joe, f"{path}{each}", revision=1)[0] == 403
    assert house.refused(house.eva, "/999/ask", revision=1)[0] == 404
