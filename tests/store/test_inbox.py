"""What was accepted waits until it is done with, whatever the order of commits."""

from __future__ import annotations

from threading import Event, Thread

from leadline.store import inbox
from leadline.store.inbox import Parked, Received
from leadline.store.migrate import migrate
from leadline.store.schema import inbox as table
from leadline.store.schema import settings, waiting
from leadline.store.store import Store, connect

ONE = Received("web", "segment:track", 1_000, b'{"event": "seen"}')


def test_what_was_accepted_waits_as_it_came(store: Store) -> None:
    """A request is taken with its source, its kind, its time and its bytes."""
    inbox.accept(store, [ONE, ONE._replace(body=b"\x00\xff")])
    with store.reading() as session:
        first, second = inbox.take(session, 10)
    assert first[1:] == ONE
    assert second.body == b"\x00\xff"


def test_what_is_done_waits_no_longer_and_is_kept(store: Store) -> None:
    """Bodies stay, so that they can be replayed."""
    inbox.accept(store, [ONE, ONE])
    with store.reading() as session:
        first = inbox.take(session, 1)
    with store.writing() as session:
        inbox.done(session, [each.inbox_id for each in first])
    with store.reading() as session:
        assert len(inbox.take(session, 10)) == 1
        assert session.rows("select count(*) from inbox") == [(2,)]


def test_what_commits_late_is_taken_all_the_same(store_url: str) -> None:
    """A request whose number is smaller but whose commit is later loses nothing.

    Where two can write at a time, on PostgreSQL, the first holds its transaction open.
    """
    store = connect(store_url)
    if store.kind == "sqlite":  # one writes at a time there: numbers are in the order of commits
        store.close()
        return
    migrate(store)
    began, may_end = Event(), Event()

    def hold() -> None:
        with store.writing() as session:
            [number] = session.numbers(table, 1)
            session.insert(table, [(number, *ONE)])
            session.insert(waiting, [(number,)])
            began.set()
            may_end.wait(10)

    thread = Thread(target=hold)
    thread.start()
    began.wait(10)
    inbox.accept(store, [ONE._replace(source="later")])
    with store.reading() as session:
        taken = inbox.take(session, 10)
    with store.writing() as session:
        inbox.done(session, [each.inbox_id for each in taken])
    may_end.set()
    thread.join()
    with store.reading() as session:
        late = inbox.take(session, 10)
    assert [each.source for each in taken] == ["later"]
    assert [each.source for each in late] == ["web"]
    assert late[0].inbox_id < taken[0].inbox_id
    store.close()


def test_the_oldest_request_says_how_late_the_loop_is(store: Store) -> None:
    """Nothing waits: nothing is late."""
    with store.reading() as session:
        assert inbox.oldest_waiting(session) is None
    inbox.accept(store, [ONE._replace(received_at=50), ONE._replace(received_at=40)])
    with store.reading() as session:
        assert inbox.oldest_waiting(session) == 40


def test_what_is_parked_has_its_reason(store: Store) -> None:
    """Two parts of one request can be parked, each by itself."""
    parts = [Parked(1, item, "web", "no_id", "must have one", b"{}", 7) for item in (0, 3)]
    with store.writing() as session:
        inbox.park(session, parts, 9)
    with store.reading() as session:
        found = session.rows("select item, reason, parked_at from parked order by item")
    assert found == [(0, "no_id", 9), (3, "no_id", 9)]


def test_requests_are_forgotten_when_they_are_old(store: Store) -> None:
    """What waits stays, what has a part that is parked, and the last, whose number counts on."""
    inbox.accept(store, [ONE._replace(received_at=at) for at in (10, 20, 30, 40, 99)])
    with store.writing() as session:
        numbers = [each.inbox_id for each in inbox.take(session, 10)]
        inbox.done(session, [numbers[0], numbers[1], numbers[3], numbers[4]])
        inbox.park(session, [Parked(numbers[1], 0, "web", "no_id", "", b"{}", 20)], 25)
        assert inbox.forget(session, 100, 25, 10) == 2
        left = [number for (number,) in session.rows("select inbox_id from inbox order by 1")]
        assert left == [numbers[1], numbers[2], numbers[4]]
        assert inbox.forget(session, 100, 26, 10) == 2


def test_requests_of_a_time_are_sent_again(store: Store) -> None:
    """Of one source, where that is asked; merges are left out, as they have no time."""
    some = [ONE._replace(received_at=at) for at in (10, 20, 30)]
    inbox.accept(store, [*some, ONE._replace(received_at=20, source="shop")])
    inbox.accept(store, [ONE._replace(received_at=20, kind="rows:lead_merges")])
    with store.writing() as session:
        inbox.done(session, [each.inbox_id for each in inbox.take(session, 10)])
        assert inbox.again(session, 20, 30, "web") == 1
        assert inbox.again(session, 20, 30, None) == 1
        assert [each.received_at for each in inbox.take(session, 10)] == [20, 20]


def test_rows_that_replace_others_may_come_twice_in_a_transaction(store: Store) -> None:
    """What came first is there already, and is not brought a second time."""
    for value in ("old", "new"):
        with store.writing() as session:
            session.insert(settings, [("twice", value), (f"{value}-too", value)], "replace")
            session.insert(settings, [("twice", f"{value}er")], "replace")
    with store.reading() as session:
        [(found,)] = session.rows("select value from settings where name = 'twice'")
    assert found == "newer"
