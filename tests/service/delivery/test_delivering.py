"""What changes is delivered: at least once, in order, again where it did not arrive; or parked."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import standardwebhooks
import svix

from desks import HOUR, office
from leadline.engines.duckdb.engine import DuckDB
from leadline.service.delivery import deliverer
from leadline.service.delivery.deliverer import DELAYS, SECOND, Deliverer
from leadline.service.delivery.destinations import Destination, Sent, destination
from leadline.service.delivery.guard import networks
from leadline.service.delivery.signing import key_of, new_secret
from leadline.service.delivery.telling import Outbox
from leadline.service.delivery.webhook import Webhook
from leadline.service.handover.handing import Handing
from leadline.store import outbox
from leadline.store.outbox import DeliveryRow, NewDelivery
from leadline.store.store import Store
from receiving import receiving

SECRET, OLD = new_secret(), new_secret()
SALES = frozenset({"sales"})


def _hook(url: str, name: str = "crm", **more: Any) -> Destination:
    keys = (key_of(SECRET), key_of(OLD))
    return Destination(name, "webhook", url, keys, allowed=networks(["127.0.0.0/8"]), **more)


class Script:
    """A sender that does as a test says, and keeps what it sent."""

    def __init__(self, *answers: Sent) -> None:
        self.sent: list[DeliveryRow] = []
        self._answers = list(answers)

    def send(self, row: DeliveryRow, at: int) -> Sent:  # noqa: ARG002 - as senders have it
        """Keep what is sent, and answer as the test says."""
        self.sent.append(row)
        return self._answers.pop(0) if self._answers else Sent(True, 200)

    def close(self) -> None:
        """Nothing is open."""


@contextmanager
def _delivering(store: Store, *pairs: tuple[Destination, Any]) -> Iterator[list[Deliverer]]:
    made = [Deliverer(store, where.name, sender) for where, sender in pairs]
    for each in made:
        each.start()
    try:
        yield made
    finally:
        for each in made:
            each.stop()


def _handing(*wheres: Destination) -> Handing:
    return Handing(outbox=Outbox(wheres))


def _write(store: Store, at: int, *said: tuple[str, str], newest: bool = False) -> None:
    rows = [NewDelivery(key, "crm", who, "test", None, "{}", at, newest) for key, who in said]
    with store.writing() as session:
        outbox.add(session, rows, at)


def _drain(one: Deliverer) -> None:
    """Send what may be sent until nothing may, and nothing is on its way."""
    until = time.monotonic() + 20
    while one.take() or one.is_busy:
        assert time.monotonic() < until
        time.sleep(0.001)


def _states(store: Store) -> dict[str, str]:
    with store.reading() as session:
        return dict(session.rows("select key, state from deliveries order by delivery_id"))


def test_a_change_is_told_signed_and_by_its_key(store: Store, engine: DuckDB) -> None:
    """Two published libraries believe the signature, by the new secret and by the old one."""
    with receiving() as receiver:
        hook = _hook(receiver.url, bands=SALES)
        with (
            office(store, engine, _handing(hook)) as desk,
            _delivering(store, (hook, Webhook(hook))),
        ):
            desk.happens("page_viewed", "ada")
            desk.happens("demo_requested", "ada")
            [got] = receiver.wait_for(1)
            [(number,)] = desk.rows("select transition_id from transitions where to_band = 'sales'")
    assert got.key == f"change-{number}-crm"
    told = got.told
    assert told["type"] == "lead.band_changed"
    assert told["data"]["seq"] == number
    assert (told["data"]["lead_id"], told["data"]["to_band"]) == ("ada", "sales")
    assert told["data"]["reasons"][0]["rule"] == "demo"
    for secret in (SECRET, OLD):
        standardwebhooks.Webhook(secret).verify(got.body, got.heads)
        svix.Webhook(secret).verify(got.body, got.heads)
    with pytest.raises(svix.WebhookVerificationError):
        svix.Webhook(new_secret()).verify(got.body, got.heads)
    with pytest.raises(svix.WebhookVerificationError):
        svix.Webhook(SECRET).verify(got.body + b" ", got.heads)


def test_what_is_quiet_or_not_asked_for_is_told_nobody(store: Store, engine: DuckDB) -> None:
    """A publish is quiet; a destination has its bands, and gets what leaves them too."""
    hook = _hook("http://127.0.0.1:1", bands=SALES)
    with office(store, engine, _handing(hook)) as desk:
        desk.happens("page_viewed", "ada")
        desk.happens("page_viewed", "ada")
        assert desk.rows("select * from deliveries") == []
        document = desk.rows("select document from models")[0][0]
        desk.publish(document.replace("points: 10", "points: 25"))
        assert desk.moves("ada")[-1][1] == "sales"
        assert desk.rows("select * from deliveries") == []
        desk.hands.forward(48 * HOUR)
        desk.happens("page_viewed", "ada")
        assert desk.rows("select kind, subject, state from deliveries") == [
            ("lead.band_changed", "lead:ada", "waits")
        ]


def test_what_is_told_and_what_changed_are_written_together(store: Store, engine: DuckDB) -> None:
    """Where the transaction is undone neither is there."""

    class Broken(Outbox):
        def write(self, *args: Any) -> int:
            if super().write(*args):
                raise RuntimeError("the power went")
            return 0

    handing = Handing(outbox=Broken([_hook("http://127.0.0.1:1")]))
    with office(store, engine, handing) as desk:
        desk.happens("demo_requested", "ada")
        assert desk.rows("select * from deliveries") == []
        assert desk.rows("select * from transitions") == []
        assert desk.rows("select reason from parked") == [("breaks",)]


def test_it_is_tried_eight_times_and_then_parked(store: Store) -> None:
    """At once, then after 5 s, 5 min, 30 min, 2 h, 5 h, 10 h and 10 h; then a person replays it."""
    clock = [1_000 * SECOND]
    script = Script(*[Sent(False, 500, "answered 500")] * 8)
    one = Deliverer(store, "crm", script, read_clock=lambda: clock[0])
    _write(store, clock[0], ("a", "lead:ada"))
    times = []
    for delay in (0, *DELAYS):
        clock[0] += delay * SECOND
        _drain(one)
        times.append(len(script.sent))
        clock[0] -= SECOND  # a moment before the next is due nothing goes
        _drain(one)
        clock[0] += SECOND
    assert times == [1, 2, 3, 4, 5, 6, 7, 8]
    with store.reading() as session:
        [row] = outbox.listed(session, "parked", None, 10)
    assert (row.status, row.detail, row.tries) == (500, "answered 500", 8)
    with store.writing() as session:
        assert outbox.replay(session, [row.delivery_id], clock[0]) == 1
    _drain(one)
    assert _states(store) == {"a": "done"}
    assert {each.key for each in script.sent} == {"a"}
    one.stop()


def test_who_is_gone_is_asked_no_more_and_who_asks_to_wait_is_waited_for(store: Store) -> None:
    """410 parks at once; Retry-After puts the next try off."""
    clock = [1_000 * SECOND]
    script = Script(Sent(False, 410, "answered 410", is_final=True))
    one = Deliverer(store, "crm", script, read_clock=lambda: clock[0])
    _write(store, clock[0], ("a", "lead:ada"))
    _drain(one)
    assert _states(store) == {"a": "parked"}
    script._answers = [Sent(False, 429, "answered 429", wait_seconds=120)]  # noqa: SLF001
    _write(store, clock[0], ("b", "lead:ada"))
    _drain(one)
    clock[0] += 119 * SECOND
    _drain(one)
    assert len(script.sent) == 2
    clock[0] += SECOND
    _drain(one)
    assert _states(store)["b"] == "done"
    one.stop()


def test_changes_of_a_lead_come_in_order_and_one_that_fails_blocks_no_other(store: Store) -> None:
    """The next one goes though the first waits; its number says that it is later."""
    clock = [1_000 * SECOND]
    script = Script(Sent(False, 500))
    one = Deliverer(store, "crm", script, read_clock=lambda: clock[0], lanes=4)
    _write(store, clock[0], ("a1", "lead:ada"), ("a2", "lead:ada"), ("a3", "lead:ada"))
    _drain(one)
    assert [each.key for each in script.sent] == ["a1", "a2", "a3"]
    clock[0] += 5 * SECOND
    _drain(one)
    assert [each.key for each in script.sent] == ["a1", "a2", "a3", "a1"]
    one.stop()


def test_of_a_state_only_the_newest_goes(store: Store) -> None:
    """What waits for the same lead is left out, not what waits for another."""
    one = Deliverer(store, "crm", script := Script(), read_clock=lambda: 2000)
    _write(store, 1000, ("a1", "lead:ada"), ("b1", "lead:ben"), newest=True)
    _write(store, 1001, ("a2", "lead:ada"), newest=True)
    _drain(one)
    assert _states(store) == {"a1": "superseded", "b1": "done", "a2": "done"}
    assert sorted(each.key for each in script.sent) == ["a2", "b1"]
    one.stop()


def test_what_a_process_had_that_is_gone_goes_again(store: Store) -> None:
    """Its lease ends by itself; until then nobody else takes it, nor the next of the same lead."""
    _write(store, 1000, ("a1", "lead:ada"), ("a2", "lead:ada"))
    with store.writing() as session:
        assert [r.key for r in outbox.lease(session, "crm", 1000, 5000, 4)] == ["a1"]
    with store.reading() as session:
        assert outbox.due(session, "crm", 4999, 4) == []
        assert len(outbox.due(session, "crm", 5000, 4)) == 1
    one = Deliverer(store, "crm", script := Script(), read_clock=lambda: 5000)
    _drain(one)
    assert [(each.key, each.tries) for each in script.sent] == [("a1", 2), ("a2", 1)]
    one.stop()


def test_who_hangs_delays_no_other(store: Store) -> None:
    """Each destination has threads of its own."""
    held = threading.Event()

    class Hangs(Script):
        def send(self, row: DeliveryRow, at: int) -> Sent:
            held.wait(20)
            return super().send(row, at)

    slow, quick = Hangs(), Script()
    where = [_hook("", "slow"), _hook("", "quick")]
    with _delivering(store, (where[0], slow), (where[1], quick)) as running:
        took = []
        for number in range(20):
            rows = [
                NewDelivery(f"{n}{number}", n, f"lead:{number}", "test", None, "{}", 0)
                for n in ("slow", "quick")
            ]
            began = time.monotonic()
            with store.writing() as session:
                outbox.add(session, rows, 0)
            for each in running:
                each.signal.set()
            while len(quick.sent) <= number:
                assert time.monotonic() < began + 5
                time.sleep(0.001)
            took.append(time.monotonic() - began)
        held.set()
    assert sorted(took)[10] < 0.1


def test_several_processes_deliver_each_once(store: Store) -> None:
    """Where none of them dies; what one has no other takes."""
    scripts = [Script(), Script(), Script()]
    _write(store, 0, *((f"k{n}", f"lead:{n % 7}") for n in range(60)))
    where = _hook("")
    with _delivering(store, *((where, each) for each in scripts)):
        until = time.monotonic() + 20
        while set(_states(store).values()) != {"done"}:
            assert time.monotonic() < until
            time.sleep(0.02)
    sent = [row.key for each in scripts for row in each.sent]
    assert sorted(sent) == sorted(f"k{n}" for n in range(60))


def test_an_address_or_a_secret_that_is_wrong_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """With where it is wrong, and never with the secret."""
    monkeypatch.setenv("HOOK", "whsec_short")
    said = {"kind": "webhook", "url": "https://hooks.example/", "secret_env": "HOOK"}
    with pytest.raises(ValueError, match="at least 24 bytes") as found:
        destination("crm", said)
    assert "short" not in str(found.value)
    with pytest.raises(ValueError, match="must be an address with https"):
        destination("crm", {**said, "url": "http://hooks.example/"})
    with pytest.raises(ValueError, match="Did you mean webhook"):
        destination("crm", {**said, "kind": "webhok"})
    monkeypatch.setenv("HOOK", SECRET)
    assert SECRET not in repr(destination("crm", said))
    assert deliverer.LEASE_SECONDS > 10


def test_a_receiver_that_is_away_gets_it_later(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is told again once it answers well, by the same key."""
    monkeypatch.setattr(deliverer, "DELAYS", (0, 0, 0, 0, 0, 0, 0))
    with receiving() as receiver:
        answers = iter([500, 503, 204])
        receiver.answer = lambda _: next(answers)
        hook = _hook(receiver.url)
        with _delivering(store, (hook, Webhook(hook))):
            _write(store, 0, ("a", "lead:ada"))
            got = receiver.wait_for(3)
    assert {each.key for each in got} == {"a"}
    assert _states(store) == {"a": "done"}
