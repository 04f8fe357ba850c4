"""Sales see the leads of their territory and their own, on every address that tells of leads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import httpx2
import pytest

import serving
import signed
import stores
from leadline.service import clock, commands
from leadline.store import inbox
from leadline.store.inbox import Received
from leadline.store.keys import Key
from leadline.store.people import Person
from signed import browser

from .conftest import MODEL, Live

LEADS = {"ada": "north", "ben": "north", "cleo": "south", "dora": "south"}
ACCOUNTS = {"north": "Norway", "south": "Spain"}


@dataclass
class Split:
    """A service whose leads are in two territories, and who looks at them."""

    live: Live
    nora: Person
    nobody: Person
    viewer: Person
    marketing: Person

    def sees(self, person: Person, path: str = "/v1/leads", rows: str = "leads") -> list[str]:
        """Return the leads, or what else a path lists, that somebody sees."""
        with browser(self.live.url, signed.begin(self.live.store, person)) as client:
            found = client.get(path)
            assert found.status_code == 200, found.text
            return sorted(str(each[f"{rows[:-1]}_id"]) for each in found.json()[rows])

    def status(self, person: Person, path: str, **body: object) -> int:
        """Return how a path answers somebody."""
        with browser(self.live.url, signed.begin(self.live.store, person)) as client:
            return (client.post(path, json=body) if body else client.get(path)).status_code


@pytest.fixture(scope="module")
def split(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Split]:
    """The service."""
    folder = tmp_path_factory.mktemp("split")
    url = stores.file_url(folder)
    with stores.opened(url) as store:
        write = serving.make_key(store, Key("site", "write"))
        command = commands.encoded(commands.Publish(MODEL.read_text(encoding="utf-8")))
        inbox.accept(store, [Received("test", commands.KIND, clock.now(), command)])
        people = [
            signed.add(store, "sales", "nora", territory="norway, Sweden"),
            signed.add(store, "sales", "nobody"),
            signed.add(store, "viewer"),
            signed.add(store, "marketing"),
        ]
        with serving.serving(url, folder, "--territory", "account.country") as server:
            writer = httpx2.Client(base_url=server.url, auth=(write, ""), timeout=30)
            live = Live(
                store, server.url, writer, writer, "", write, server.process.pid, server.log
            )
            _fill(live)
            yield Split(live, *people)
            writer.close()


def _fill(live: Live) -> None:
    """Send leads of two countries, each of whom does something."""
    accounts = [{"account_id": each, "country": land} for each, land in ACCOUNTS.items()]
    leads = [
        {"lead_id": each, "account_id": account, "email": f"{each}@{account}.example"}
        for each, account in LEADS.items()
    ]
    events = [{"event_id": each, "lead_id": each, "type": "demo_requested"} for each in LEADS]
    for path, rows in {"accounts": accounts, "leads": leads, "events": events}.items():
        assert live.send(f"/v1/{path}", rows).status_code == 200
    live.settle()


def test_a_list_has_the_leads_of_the_territory(split: Split) -> None:
    """Of sales; without a territory of theirs they see nobody. Marketing and viewers see all."""
    assert split.sees(split.nora) == ["ada", "ben"]
    assert split.sees(split.nobody) == []
    assert split.sees(split.viewer) == split.sees(split.marketing) == sorted(LEADS)
    assert split.sees(split.nora, "/v1/leads?account_id=south") == []
    assert split.sees(split.nora, "/v1/accounts", "accounts") == ["north"]


def test_one_lead_of_another_territory_is_as_one_that_is_not_there(split: Split) -> None:
    """By whatever address it is asked for; so is an account."""
    for path in ("/v1/leads/cleo", "/v1/leads/cleo/history", "/v1/leads/cleo/answers"):
        assert split.status(split.nora, path) == 404
        assert split.status(split.marketing, path) == 200
        assert split.status(split.nora, path.replace("cleo", "ada")) == 200
    assert split.status(split.nora, "/v1/accounts/south") == 404
    assert split.status(split.nora, "/v1/accounts/north") == 200
    said = {"answer_id": "x1", "kind": "claimed"}
    assert split.status(split.nora, "/v1/leads/cleo/answers", **said) == 404


def test_changes_are_those_of_the_territory(split: Split) -> None:
    """However few of a page those are."""
    path = "/v1/transitions?limit=1"
    with browser(split.live.url, signed.begin(split.live.store, split.nora)) as client:
        seen, since = set(), 0
        while page := client.get(f"{path}&since={since}").json()["transitions"]:
            seen |= {each["lead_id"] for each in page}
            since = page[-1]["transition_id"]
        assert seen == {"ada", "ben"}
        with client.stream("GET", "/v1/stream?since=0") as stream:
            lines = stream.iter_lines()
            told = [next(each for each in lines if each.startswith("data: ")) for _ in range(2)]
        assert not [each for each in told if "cleo" in each or "dora" in each]


def test_a_lead_that_is_theirs_is_seen_wherever_it_is(split: Split) -> None:
    """Somebody handed it over to them."""
    handed = {"answer_id": "x2", "kind": "handed_over", "to": split.nobody.email}
    assert split.status(split.marketing, "/v1/leads/dora/answers", **handed) == 200
    assert split.sees(split.nobody) == ["dora"]
    assert split.sees(split.nobody, "/v1/accounts", "accounts") == ["south"]
    assert split.status(split.nobody, "/v1/leads/dora") == 200


def test_what_tells_of_all_leads_is_not_for_who_sees_some(split: Split) -> None:
    """An address that does not keep to a territory is refused, rather than trusted."""
    assert split.status(split.viewer, "/v1/deliveries") == 200
    assert split.status(split.nora, "/v1/deliveries") == 403


def test_pages_show_what_is_seen(split: Split) -> None:
    """Lists, the queue, search, files; a lead of another territory is as one that is not there."""

    def names_in(path: str, status: int = 200) -> set[str]:
        with browser(split.live.url, signed.begin(split.live.store, split.nora)) as client:
            found = client.get(path)
            assert found.status_code == status, (path, found.status_code)
            return {each for each in LEADS if each in found.text.lower()}

    for path in ("/leads", "/queue", "/queue?band=sales&band=follow_up&band=nurture", "/leads.csv"):
        assert names_in(path) <= {"ada", "ben"}, path
    assert names_in("/leads") == names_in("/leads.csv") == {"ada", "ben"}
    assert names_in("/account?id=north") == {"ada", "ben"}
    assert names_in("/found?q=cleo") <= {"cleo"}
    with browser(split.live.url, signed.begin(split.live.store, split.nora)) as client:
        assert "lead?id=cleo" not in client.get("/search?q=cleo").text
        assert "lead?id=ada" in client.get("/search?q=ada").text
    for path in ("/lead", "/peek", "/lead-events", "/lead-moves", "/lead-course", "/lead-news"):
        assert names_in(f"{path}?id=cleo", 404) == set(), path
    assert "ada" in names_in("/lead?id=ada")
    assert names_in("/account?id=south", 404) == names_in("/account-why?id=south", 404) == set()
    assert names_in("/ask?kind=rejected&lead=cleo", 404) == set()


def test_nobody_answers_for_a_lead_that_they_do_not_see(split: Split) -> None:
    """By a form that was made by hand neither."""
    with browser(split.live.url, signed.begin(split.live.store, split.nora)) as client:
        form = {"kind": "claimed", "lead": "cleo", "answer_id": "by-hand"}
        assert client.post("/answer", data=form).status_code == 404
    assert split.live.rows("select * from answers where answer_id = 'by-hand'") == []
