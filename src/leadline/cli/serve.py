"""How do scores follow what trackers and systems send?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal, get_args

from leadline.questions.answer import Answer
from leadline.questions.inputs import PastTables
from leadline.questions.judging import TASK
from leadline.questions.option import asks
from leadline.questions.question import Question, Topic
from leadline.service.asked.connect import CONNECTORS
from leadline.service.asked.of_store import OfStore
from leadline.service.asked.tidy import UNKNOWN_DAYS

if TYPE_CHECKING:
    from leadline.questions.judging import TaskInput
    from leadline.questions.session import Session, Tell
    from leadline.service.beginning import Beginning
    from leadline.service.feed import Feed
    from leadline.store.keys import Key
    from leadline.store.store import Store

HOST = asks("Address to listen on; by default this machine alone.", "text", "H")
PORT = asks("Port to listen on.", "whole", "N", least=1)
RAW_DAYS = asks(
    "Days for which requests are kept as they came.",
    "whole",
    "N",
    least=1,
    setting="store.raw_days",
)
PARKED_DAYS = asks(
    "Days for which what could not be used is kept.",
    "whole",
    "N",
    least=1,
    setting="store.parked_days",
)
WATCH = asks("Folder from which files are taken.", "folder", "DIR", setting="files.watch")
KAFKA = asks("Topics that the settings name.", "object", setting="kafka")
LOG = asks(
    "How it says what happens: as text, or as lines of JSON.",
    "text",
    "FORM",
    choices=("text", "json"),
    setting="service.log",
)
OPEN_METRICS = asks(
    "Give figures at /metrics to anybody, without a token.", "flag", setting="service.open_metrics"
)
KEYS = asks("Keys that the settings name.", "object", setting="keys")
ADDRESS = asks(
    "Where people reach the service, such as https://leads.example.com.",
    "text",
    "URL",
    setting="service.url",
)
PROXIES = asks(
    "Address of a server before this one whose word is taken for who asks.",
    "text",
    "A",
    is_list=True,
    word="proxy",
    setting="service.proxies",
)
PROVIDERS = asks("Who may say who somebody is, as the settings say.", "object", setting="providers")
TERRITORY = asks(
    "Field that says in whose territory a lead is, such as account.country; sales see theirs.",
    "text",
    "FIELD",
    setting="people.territory",
)
SECOND_FACTOR = asks(
    "Role that must have a second factor; until one is set up it sees no other page.",
    "text",
    "ROLE",
    is_list=True,
    setting="people.second_factor",
)
BEGIN_WITH = asks(
    "What a store without a model begins with.",
    "text",
    "WHAT",
    choices=("nothing", "tables"),
    setting="store.begin_with",
)
MODEL = asks("Model that such a store begins with.", "document", "MODEL", setting="model")
LOOPBACK = ("127.0.0.1", "::1")
"""Servers of this machine, whose word is taken where no others are named."""


@dataclass(frozen=True)
class Serve(OfStore, PastTables, Question["Answer[None]"]):
    """Take in what trackers and systems send, and keep the scores."""

    name: ClassVar[str] = "serve"
    topic: ClassVar[Topic] = "serve"
    example: ClassVar[str] = "leadline serve --store sqlite:leadline.db"
    has_report: ClassVar[bool] = False

    host: str = field(default="127.0.0.1", kw_only=True, metadata=HOST)
    port: int = field(default=8321, kw_only=True, metadata=PORT)
    raw_days: int = field(default=7, kw_only=True, metadata=RAW_DAYS)
    parked_days: int = field(default=90, kw_only=True, metadata=PARKED_DAYS)
    unknown_days: int | None = field(default=None, kw_only=True, metadata=UNKNOWN_DAYS)
    watch: str | None = field(default=None, kw_only=True, metadata=WATCH)
    kafka: Mapping[str, Any] | None = field(default=None, kw_only=True, metadata=KAFKA)
    connectors: Mapping[str, Any] | None = field(default=None, kw_only=True, metadata=CONNECTORS)
    log: Literal["text", "json"] = field(default="text", kw_only=True, metadata=LOG)
    open_metrics: bool = field(default=False, kw_only=True, metadata=OPEN_METRICS)
    keys: Mapping[str, Any] | None = field(default=None, kw_only=True, metadata=KEYS)
    url: str | None = field(default=None, kw_only=True, metadata=ADDRESS)
    providers: Mapping[str, Any] | None = field(default=None, kw_only=True, metadata=PROVIDERS)
    territory: str | None = field(default=None, kw_only=True, metadata=TERRITORY)
    second_factor: Sequence[str] | None = field(default=None, kw_only=True, metadata=SECOND_FACTOR)
    proxies: Sequence[str] | None = field(default=None, kw_only=True, metadata=PROXIES)
    task: TaskInput | None = field(default=None, kw_only=True, metadata=TASK)
    begin_with: Literal["nothing", "tables"] = field(
        default="nothing", kw_only=True, metadata=BEGIN_WITH
    )
    model: str | None = field(default=None, kw_only=True, metadata=MODEL)

    def check(self) -> None:
        """Refuse a field or a role that is none. Raises InputError."""
        from leadline.errors import Fault, InputError, nearest
        from leadline.service.sight import parts
        from leadline.store.people import Role

        super().check()
        if self.territory:
            parts(self.territory)
        for role in self.second_factor or ():
            if role not in get_args(Role):
                roles = get_args(Role)
                expected = f"must be one of {', '.join(roles)}"
                raise InputError(Fault("", "second_factor", expected, role, nearest(role, roles)))

    def answer(self, session: Session) -> Answer[None]:
        """Serve until the process is told to end."""
        from leadline.marks.signs import Signs
        from leadline.model.task import read_task
        from leadline.service import logs, signing_in
        from leadline.service.hooks.hook import hooks_of
        from leadline.service.keeping import Keeping
        from leadline.service.mirrored import mirror_of
        from leadline.service.providers import providers_of, require_openid
        from leadline.service.secrets import secret_of
        from leadline.service.service import Service
        from leadline.store.store import connect
        from leadline.web.front import Front
        from leadline.web.server import serve

        logs.begin(self.log)
        named = providers_of(self.providers, secret_of)
        if named:
            require_openid()
        front = Front(self.url or "", tuple(self.proxies or LOOPBACK))
        keeping = Keeping(self.raw_days, self.parked_days, self.unknown_days)
        hooks = hooks_of(self.hooks, secret_of)
        store = connect(self.store)
        feeds = list(self._feeds(store))
        signs = Signs.of(self.signs)
        told = self.told
        service = Service(
            store,
            None,
            self.telling,
            keeping,
            feeds,
            signs=signs,
            hooks=hooks,
            handing=self.handing,
            mirror=mirror_of(self.store, self.mirror),
            task=None if self.task is None else read_task(self.task),
            destinations=told,
            alerting=self.alerting(told, self.url or ""),
            beginning=self._beginning(session.tell),
        )
        with service:
            for name, key in new_keys(service.store, self.keys or {}, service.now()).items():
                session.tell(f"{name} key, shown this once: {key}")
            if ticket := signing_in.set_up_ticket(service.store, service.now()):
                link = front.link(f"/set-up/{ticket}", self.host, self.port)
                session.tell(f"nobody can sign in yet; this link works once, for a day: {link}")
            session.tell(f"listening on http://{self.host}:{self.port}; Ctrl-C ends")
            serve(
                service,
                self.host,
                self.port,
                front,
                open_metrics=self.open_metrics,
                territory=self.territory or "",
                named=named,
                second_factor=self.second_factor or (),
            )
        return Answer(question=self.name, result=None, printed="")

    def _beginning(self, tell: Tell) -> Beginning | None:
        """Return what a store without a model begins with. Raises InputError."""
        from leadline.errors import Fault, InputError
        from leadline.service.asked.of_store import actor
        from leadline.service.beginning import Beginning

        if self.begin_with == "nothing":
            return None
        if self.model is None or not self.tables():
            expected = "needs a model and a table to begin with"
            raise InputError(Fault("", "--begin-with tables", expected))
        return Beginning(self.tables(), self.model, actor(), tell)

    def _feeds(self, store: Store) -> Iterator[Feed]:
        """Yield where facts come from beside the addresses. Raises LeadlineError."""
        from leadline.service.dropping import Drop
        from leadline.service.topic import Topic, TopicSettings

        if self.watch is not None:
            yield Drop(store, Path(self.watch))
        for settings in [TopicSettings.of(*each) for each in (self.kafka or {}).items()]:
            yield Topic(store, settings)
        yield from self._connections(store)

    def _connections(self, store: Store) -> Iterator[Feed]:
        """Yield systems that are read and written every so many minutes. Raises InputError."""
        from leadline.service.connecting.scheduled import Scheduled
        from leadline.service.connecting.settings import ConnectionSettings

        for each in [ConnectionSettings.of(*row) for row in (self.connectors or {}).items()]:
            if each.minutes is not None:
                each.opened().close()  # what is missing is said at the start
                yield Scheduled(store, each, each.minutes)


def new_keys(store: Store, named: Mapping[str, Any], at: int) -> dict[str, str]:
    """Make the keys that the settings name and the store lacks, and return them.

    A store without any gets one to write with and a token to read with.
    """
    from leadline.store import keys
    from leadline.store.keys import Key

    wanted = [_key(name, said) for name, said in named.items()]
    with store.writing() as session:
        known = {name for name, *_ in keys.listed(session)}
        for each in wanted:
            if each.name in known:
                keys.allow(session, each)
        if not known:
            wanted = [Key("write", "write"), Key("read", "token", ("read",)), *wanted]
        new = {each.name: each for each in wanted if each.name not in known}
        return {name: keys.make(session, each, at) for name, each in new.items()}


def _key(name: str, said: Mapping[str, Any]) -> Key:
    from leadline.store.keys import Key

    kind: Literal["browser", "write"] = "browser" if said.get("browser") else "write"
    return Key(name, kind, fields=tuple(said.get("fields", ())))
