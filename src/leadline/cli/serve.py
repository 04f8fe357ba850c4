"""How do scores follow what trackers and systems send?"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from leadline.questions.answer import Answer
from leadline.questions.option import asks
from leadline.questions.question import Question, Topic
from leadline.service.asked.of_store import OfStore

if TYPE_CHECKING:
    from leadline.questions.session import Session
    from leadline.service.service import Service

HOST = asks("Address to listen on; by default this machine alone.", "text", "H")
PORT = asks("Port to listen on.", "whole", "N", least=1)


@dataclass(frozen=True)
class Serve(OfStore, Question["Answer[None]"]):
    """Take in what trackers and systems send, and keep the scores."""

    name: ClassVar[str] = "serve"
    topic: ClassVar[Topic] = "serve"
    example: ClassVar[str] = "leadline serve --store sqlite:leadline.db"
    has_report: ClassVar[bool] = False

    host: str = field(default="127.0.0.1", kw_only=True, metadata=HOST)
    port: int = field(default=8321, kw_only=True, metadata=PORT)

    def answer(self, session: Session) -> Answer[None]:
        """Serve until the process is told to end."""
        from leadline.service.service import Service
        from leadline.store.store import connect
        from leadline.web.server import serve

        service = Service(connect(self.store))
        with service:
            for name, key in _first_keys(service).items():
                session.tell(f"{name} key, shown this once: {key}")
            session.tell(f"listening on http://{self.host}:{self.port}; Ctrl-C ends")
            serve(service, self.host, self.port)
        return Answer(question=self.name, result=None, printed="")


def _first_keys(service: Service) -> dict[str, str]:
    """Make a key to write with and a token to read with where the store has none yet."""
    from leadline.store import keys
    from leadline.store.keys import Key

    with service.store.writing() as session:
        if session.rows("select 1 from keys limit 1"):
            return {}
        return {
            "write": keys.make(session, Key("events", "write"), service.now()),
            "read": keys.make(session, Key("reader", "token", ("read",)), service.now()),
        }
