"""Topics of Kafka: their messages are rows of a table, taken into the inbox, each once."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from leadline.engines.extras import lacking
from leadline.errors import EngineError, Fault, InputError, LeadlineError, nearest
from leadline.service import clock
from leadline.service.arriving.rows import READERS
from leadline.store import inbox, offsets
from leadline.store.inbox import Received
from leadline.store.offsets import Moved, Part
from leadline.store.store import Store

if TYPE_CHECKING:
    from confluent_kafka import Consumer, Message, TopicPartition

_LOG = logging.getLogger(__name__)

MOST_MESSAGES = 1000
WAIT_SECONDS = 0.5
MOST_BYTES = 512 * 1024
"""Of the messages that become one request."""
CLIENT: Mapping[str, str | bool] = {
    "enable.auto.commit": False,
    "auto.offset.reset": "earliest",
    "partition.assignment.strategy": "range",  # one that gives all parts at a time
}
"""What the client is always told: the store knows how far it is."""


@dataclass(frozen=True)
class TopicSettings:
    """A topic, as the settings say it.

    Attributes:
        name: What the source is called.
        servers: Addresses of brokers, with a comma between.
        topic: Its name there.
        table: The table that its messages are rows of.
        group: Services of one group share the parts of the topic.
        client: More that the client is told, such as how it says who it is.
    """

    name: str
    servers: str
    topic: str
    table: str = "events"
    group: str = "leadline"
    client: Mapping[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, name: str, said: Mapping[str, Any]) -> Self:
        """Return what a section of the settings says. Raises InputError, FileError."""
        missing = [each for each in ("servers", "topic") if each not in said]
        if missing:
            raise InputError(*(Fault("", f"kafka.{name}.{each}", "is missing") for each in missing))
        table = said.get("table", "events")
        if table not in READERS:
            expected = f"must be one of {', '.join(READERS)}"
            raise InputError(
                Fault("", f"kafka.{name}.table", expected, table, nearest(table, READERS))
            )
        client = _properties(Path(said["client_file"])) if "client_file" in said else {}
        given = {each: said[each] for each in ("servers", "topic", "group") if each in said}
        return cls(name, table=table, client=client, **given)


def _properties(path: Path) -> dict[str, str]:
    """Return what a file says in lines such as ``sasl.username = me``. Raises InputError."""
    found = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        key, equals, value = line.partition("=")
        if not equals:
            raise InputError(Fault(f"{path}:{number}", "", "must be of the form name = value"))
        found[key.strip()] = value.strip()
    return found


class Topic:
    """Takes the messages of a topic.

    How far it is stands in the store and changes in the transaction that keeps the messages: after
    a crash, or when another service takes a part over, none is lost and none is taken twice.
    """

    rests_seconds = 0.0

    def __init__(self, store: Store, settings: TopicSettings) -> None:
        """Join the group. Raises EngineError where the client cannot be made."""
        self._store = store
        self._settings = settings
        self._next: dict[tuple[str, int], int] = {}
        self._parts: list[TopicPartition] = []
        self._is_lost = False
        self._consumer = _consumer(settings)
        self._consumer.subscribe(
            [settings.topic],
            on_assign=lambda _, parts: self._assigned(parts),
            on_revoke=lambda *_: self._revoked(),
        )

    def end(self) -> None:
        """Nothing here takes long."""

    def close(self) -> None:
        """Leave the group."""
        self._consumer.close()

    def take(self) -> int:
        """Take messages that are there; return how many. Raises StoreError, EngineError."""
        if self._is_lost:
            self._begin()
        try:
            messages = list(self._read())
            self._keep(messages)
        except LeadlineError:
            self._is_lost = True
            raise
        return len(messages)

    def _read(self) -> Iterator[Message]:
        """Yield messages; what the client says in their place is no reason to stop."""
        from confluent_kafka import KafkaException

        try:
            found = self._consumer.consume(MOST_MESSAGES, WAIT_SECONDS)
        except KafkaException as error:
            raise EngineError(f"Kafka: {error}.") from None
        for message in found:
            if (said := message.error()) is None:
                yield message
            else:
                told = {"topic": self._settings.topic, "error": said.name()}
                _LOG.warning("topic", extra={"told": told})

    def _assigned(self, parts: list[TopicPartition]) -> None:
        """Read nothing of the parts that the group gives before it is known where to begin."""
        self._parts = parts
        self._consumer.assign([])
        self._is_lost = True

    def _revoked(self) -> None:
        self._parts = []

    def _begin(self) -> None:
        """Begin with each part where the store is; where it has nothing of one, at its begin."""
        from confluent_kafka import OFFSET_BEGINNING

        with self._store.reading() as session:
            known = offsets.known(session, self._settings.name)
        self._next = {
            (each.topic, each.partition): known.get((each.topic, each.partition), offsets.NOWHERE)
            for each in self._parts
        }
        for each in self._parts:
            at = self._next[each.topic, each.partition]
            each.offset = OFFSET_BEGINNING if at == offsets.NOWHERE else at
        self._consumer.assign(self._parts)
        self._is_lost = False

    def _keep(self, messages: Sequence[Message]) -> None:
        """Keep messages and how far each part is, in one transaction."""
        if not messages:
            return
        source, kind = f"kafka {self._settings.name}", f"rows:{self._settings.table}"
        moved = list(self._moved(messages))
        lines = bodies(each.value() for each in messages)
        received = [Received(source, kind, clock.now(), body) for body in lines]
        with self._store.writing() as session:
            offsets.move(session, self._settings.name, moved)
            inbox.keep(session, received)
        for part, _, to in moved:
            self._next[part] = to

    def _moved(self, messages: Sequence[Message]) -> Iterator[Moved]:
        ordered = sorted(messages, key=_part_of)
        for part, some in groupby(ordered, _part_of):
            was = self._next.get(part, offsets.NOWHERE)
            yield Moved(part, was, max(each.offset() or 0 for each in some) + 1)


def _consumer(settings: TopicSettings) -> Consumer:
    try:
        from confluent_kafka import Consumer, KafkaException
    except ImportError:
        raise lacking("a topic of Kafka needs its client", "kafka") from None
    own = {"bootstrap.servers": settings.servers, "group.id": settings.group}
    try:
        return Consumer({**settings.client, **own, **CLIENT})
    except (KafkaException, ValueError) as error:
        raise EngineError(f"Kafka: {error}.") from None


def _part_of(message: Message) -> Part:
    return message.topic() or "", message.partition() or 0


def bodies(values: Iterable[bytes | str | None]) -> Iterator[bytes]:
    """Yield messages as lines of JSON, many together; a list stays by itself, nothing is left out.

    A line that is no JSON is parked by itself later. White space at an end of a line means nothing
    in JSON, so a message is one line whatever it looked like.
    """
    lines: list[bytes] = []
    size = 0
    for value in values:
        body = value.encode() if isinstance(value, str) else value or b""
        line = b" ".join(body.splitlines()).strip()
        if not line:
            continue
        if lines and (size + len(line) > MOST_BYTES or line[:1] == b"["):
            yield b"\n".join(lines)
            lines, size = [], 0
        if line[:1] == b"[":
            yield line
            continue
        lines.append(line)
        size += len(line) + 1
    if lines:
        yield b"\n".join(lines)
