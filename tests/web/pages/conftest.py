"""A service with leads to call, people of every role, and browsers in which they are signed in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

import browser as chromium
import serving
import signed
import stores
from leadline.service import clock, commands, drafting
from leadline.store import inbox, outbox, people
from leadline.store.inbox import Received
from leadline.store.keys import Key
from leadline.store.outbox import NewDelivery
from leadline.store.people import Person, Role
from leadline.store.store import Store
from packages import installed

from ..conftest import MODEL, Live  # noqa: TID252 - tests are no package of their own

AXE = Path(__file__).parents[1] / "axe"
HOSTILE = "<script>alert(1)</script> \"'&{{7*7}} \U0001f600"
QUIET = ("Failed to load resource", "htmx: htmx:error: Failed to fetch")
"""What a browser says of answers that refuse and of a lost connection, which tests bring about."""


@dataclass
class House:
    """A running service in which people are.

    Attributes:
        url: Its address.
    """

    store: Store
    url: str
    people: dict[Role, Person]


@dataclass
class Site:
    """A running service, and who works with it."""

    live: Live
    people: dict[Role, Person]

    @property
    def store(self) -> Store:
        """Its store."""
        return self.live.store

    @property
    def house(self) -> House:
        """Where it runs."""
        return House(self.store, self.live.url, self.people)

    def demo(self, lead: str, number: str) -> None:
        """Have a lead ask for a demo, and wait until that counts."""
        event = {"lead_id": lead, "type": "demo_requested", "event_id": number}
        self.live.send("/v1/events", event)
        self.live.settle()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The service, with four raised hands and others."""
    import httpx2  # noqa: PLC0415 - as the service's own tests

    folder = tmp_path_factory.mktemp("site")
    url = stores.file_url(folder)
    with stores.opened(url) as store:
        write = serving.make_key(store, Key("site", "write"))
        read = serving.make_key(store, Key("reader", "token", ("read",)))
        command = commands.encoded(commands.Publish(MODEL.read_text(encoding="utf-8")))
        inbox.accept(store, [Received("test", commands.KIND, clock.now(), command)])
        roles: tuple[Role, ...] = people.ROLES
        known = {role: signed.add(store, role) for role in roles}
        with serving.serving(url, folder) as server:
            writer = httpx2.Client(base_url=server.url, auth=(write, ""), timeout=30)
            bearer = {"Authorization": f"Bearer {read}"}
            reader = httpx2.Client(base_url=server.url, headers=bearer, timeout=30)
            live = Live(
                store, server.url, writer, reader, "", write, server.process.pid, server.log
            )
            fill(live)
            with store.writing() as session:
                drafting.begin(session, None, "eva@team.example", clock.now())
            yield Site(live, known)
            writer.close()
            reader.close()


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A service without a model, at whose first page an administrator chose files."""
    folder = tmp_path_factory.mktemp("bare")
    url = stores.file_url(folder)
    with stores.opened(url) as store, serving.serving(url, folder) as server:
        known: dict[Role, Person] = {"administrator": signed.add(store, "administrator")}
        with signed.browser(server.url, signed.begin(store, known["administrator"])) as client:
            lead = b"lead_id,email\np1,eva@north.example\n"
            assert client.post("/start-upload?name=leads.csv", content=lead).status_code == 200
            assert client.post("/start-look").status_code == 303
        yield House(store, server.url, known)


def fill(live: Live) -> None:
    """Have leads come: four of a company raise a hand, one is hostile, one only reads."""
    live.send("/v1/accounts", {"account_id": "north", "name": "Nordwerk", "employees": 5000})
    names = {
        "ada": "Ada Nowak",
        "ben": "Ben Okafor",
        "eva": "Eva 李伟",
        "kim": "Kim Lindqvist",
        "bad": HOSTILE,
    }
    for lead, name in names.items():
        fields = {"lead_id": lead, "account_id": "north", "name": name, "title": "Chief"}
        live.send("/v1/leads", fields | ({"title": "T" * 10_000} if lead == "bad" else {}))
        event = {"lead_id": lead, "type": "demo_requested", "event_id": f"d-{lead}"}
        live.send("/v1/events", event)
    live.send("/v1/leads", {"lead_id": "joe", "name": "Joe Reader", "account_id": "north"})
    page = {"lead_id": "joe", "type": "page_viewed", "path": "/pricing", "event_id": "p-joe"}
    live.send("/v1/events", page)
    live.settle()
    park(live.store, "crm", "410 " + "G" * 1000)


def park(store: Store, destination: str, detail: str) -> None:
    """Have a delivery be parked that told of a lead."""
    at = clock.now()
    with store.writing() as session:
        kind = "lead.band_changed"
        new = NewDelivery(f"k-{destination}", destination, "ada", kind, None, "{}", at)
        [row] = outbox.by_number(session, outbox.add(session, [new], at))
        outbox.failed(session, row._replace(status=410, detail=detail), at, None)


@pytest.fixture(scope="module")
def chrome() -> Iterator[Browser]:
    """The system's browser."""
    with chromium.launched() as found:
        yield found


@dataclass
class Window:
    """A page in a browser in which somebody is signed in; what it complained of."""

    page: Page
    errors: list[str] = field(default_factory=list)


Open = Callable[..., AbstractContextManager[Window]]


@pytest.fixture
def opened(site: Site, chrome: Browser) -> Open:
    """Opens a page as somebody of a role; complaints of the browser fail the test."""

    @contextmanager
    def open_(
        address: str,
        role: Role = "sales",
        width: int = 1440,
        house: House | None = None,
        **more: object,
    ) -> Iterator[Window]:
        at = house or site.house
        secret = signed.begin(at.store, at.people[role])
        context = chrome.new_context(viewport={"width": width, "height": 900}, **more)  # type: ignore[arg-type]
        context.add_cookies([{"name": "session", "value": secret, "url": at.url}])
        window = Window(context.new_page())
        window.page.on("pageerror", lambda each: window.errors.append(str(each)))
        window.page.on("console", lambda each: window.errors.append(each.text))
        window.page.goto(f"{at.url}/{address}")
        yield window
        context.close()
        assert [each for each in window.errors if not each.startswith(QUIET)] == []

    return open_


@pytest.fixture(scope="session")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What looks for barriers, as a script."""
    script = installed(AXE, tmp_path_factory.mktemp("axe")) / "axe-core" / "axe.min.js"
    return script.read_text(encoding="utf-8")
