"""Messages of a topic are taken once, whatever happens to who takes them."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from confluent_kafka import Producer

import serving
import stores
from leadline.engines.duckdb.engine import DuckDB
from leadline.errors import InputError, StoreError
from leadline.service.loop import Loop
from leadline.service.topic import Topic, TopicSettings, bodies
from leadline.store import offsets
from leadline.store.offsets import NOWHERE, Moved
from leadline.store.store import Store

QUICK = {
    "heartbeat.interval.ms": "200",
    "session.timeout.ms": "6000",
    "topic.metadata.refresh.interval.ms": "500",
}


@pytest.fixture(scope="module")
def producer() -> Iterator[Producer]:
    """A client that sends, with a cluster in its process, on addresses of this machine."""
    made = Producer({"test.mock.num.brokers": 1, "linger.ms": 0})
    yield made
    made.flush(10)


def _servers(producer: Producer) -> str:
    [broker] = producer.list_topics(timeout=30).brokers.values()
    return f"{broker.host}:{broker.port}"


def _send(producer: Producer, topic: str, *bodies: bytes) -> None:
    for number, body in enumerate(bodies):
        producer.produce(topic, body, partition=number % 4)
    assert producer.flush(30) == 0


def _event(number: int) -> bytes:
    return json.dumps({"event_id": f"e{number}", "lead_id": "ada", "type": "seen"}).encode()


def _until(what: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not what():
        assert time.monotonic() < end, "it did not happen"


def _lines(store: Store) -> list[bytes]:
    with store.reading() as session:
        return [
            line
            for (body,) in session.rows("select body from inbox order by inbox_id")
            for line in bytes(body).splitlines()
        ]


def test_messages_become_lines_and_none_is_cut() -> None:
    """Many make one request; a list stays by itself; what is empty says nothing."""
    found = [b'{"a":\r\n 1}', None, b"", b"[{}, {}]", "no json", b"x" * 600_000, b"{}"]
    assert list(bodies(found)) == [
        b'{"a":  1}',
        b"[{}, {}]",
        b"no json",
        b"x" * 600_000,
        b"{}",
    ]


def test_a_part_is_taken_further_by_one_service_alone(store: Store) -> None:
    """Who comes second keeps nothing, and begins anew where the store is."""
    part = ("clicks", 0)
    with store.writing() as session:
        offsets.move(session, "shop", [Moved(part, NOWHERE, 5)])
    with pytest.raises(StoreError, match="taken by another service"), store.writing() as session:
        offsets.move(session, "shop", [Moved(part, NOWHERE, 3)])
    with store.reading() as session:
        assert offsets.known(session, "shop") == {part: 5}


@pytest.mark.slow
def test_services_share_a_topic_and_take_each_message_once(
    producer: Producer, tmp_path: Path
) -> None:
    """One joins while messages come; what is no event is parked with its reason."""
    settings = TopicSettings("shop", _servers(producer), "clicks", client=QUICK)
    sent = [*(_event(number) for number in range(300)), b"no json", b'{"type": "seen"}']
    with stores.opened(stores.file_url(tmp_path)) as store:
        _send(producer, "clicks", *sent[:100])
        first = Topic(store, settings)
        _until(lambda: first.take() > 0)
        second = Topic(store, settings)
        _send(producer, "clicks", *sent[100:])

        def both() -> bool:
            for each in (first, second):
                try:
                    each.take()
                except StoreError:
                    continue
            return len(_lines(store)) >= len(sent)

        _until(both)
        first.close()
        second.close()
        assert sorted(_lines(store)) == sorted(sent)
        assert store.hold()
        with DuckDB(threads=1) as engine:
            Loop(store, engine).drain()
        with store.reading() as session:
            parked = session.rows("select reason, source from parked order by reason")
            assert session.rows("select count(*) from events") == [(300,)]
    assert parked == [("no_id", "kafka shop"), ("no_json", "kafka shop")]


@pytest.mark.slow
def test_a_service_that_is_killed_goes_on_where_the_store_is(
    producer: Producer, tmp_path: Path
) -> None:
    """Nothing is lost and nothing is taken twice, whatever the group knows."""
    topic, servers = "killed", _servers(producer)

    def settle(group: str) -> None:
        (tmp_path / "leadline.toml").write_text(
            f'[kafka.shop]\nservers = "{servers}"\ntopic = "{topic}"\ngroup = "{group}"\n'
            'client_file = "kafka.properties"\n'
        )

    text = "# quick\n" + "".join(f"{name} = {value}\n" for name, value in QUICK.items())
    (tmp_path / "kafka.properties").write_text(text)
    settle("one")
    sent = [_event(number) for number in range(4000)]
    url = stores.file_url(tmp_path)
    _send(producer, topic, *sent[:2000])
    with stores.opened(url) as store:
        server = serving.start(url, tmp_path)
        _until(lambda: len(_lines(store)) > 0)
        server.kill()
        settle("other")  # the killed one is a member of its own until it is given up
        _send(producer, topic, *sent[2000:])
        with serving.serving(url, tmp_path):
            _until(lambda: len(_lines(store)) >= len(sent))
        assert sorted(_lines(store)) == sorted(sent)


def test_what_is_said_wrong_of_a_topic_is_refused(tmp_path: Path) -> None:
    """With the name of the setting, or the line of the file."""
    file = tmp_path / "client"
    file.write_text("# mine\nsasl.username me\n")
    given = {"servers": "b:9092", "topic": "clicks"}
    for said, match in (
        ({"topic": "clicks"}, r"kafka\.shop\.servers is missing"),
        ({**given, "table": "event"}, r"kafka\.shop\.table must be one of .* Did you mean events"),
        ({**given, "client_file": str(file)}, r"client:2 must be of the form name = value"),
    ):
        with pytest.raises(InputError, match=match):
            TopicSettings.of("shop", said)
