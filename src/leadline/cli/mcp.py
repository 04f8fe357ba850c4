"""What can agents ask, and how do they reach it?"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from leadline.errors import Fault, InputError
from leadline.questions.answer import Answer
from leadline.questions.option import asks
from leadline.questions.question import Question, Topic
from leadline.service.asked.of_store import DEFAULT, OfStore, done

if TYPE_CHECKING:
    from leadline.mcp.desk import Desk
    from leadline.questions.session import Session
    from leadline.service.commands import Command
    from leadline.service.workspace import Workspace

STORE = asks(
    "Answer from this store; by default from that of the workspace where its source is the store.",
    "text",
    "URL",
)
READ_ONLY = asks("Offer no tool that keeps drafts.", "flag")


@dataclass(frozen=True)
class Mcp(OfStore, Question["Answer[None]"]):
    """Answer an agent on standard input and output, by the Model Context Protocol.

    It reads scores, ledgers and history, checks and judges models, and keeps drafts; it never
    publishes. A service answers the same by HTTP, at /mcp.
    """

    name: ClassVar[str] = "mcp"
    topic: ClassVar[Topic] = "serve"
    example: ClassVar[str] = "leadline mcp"
    has_report: ClassVar[bool] = False

    store: str | None = field(default=None, kw_only=True, metadata=STORE)  # type: ignore[assignment]
    read_only: bool = field(default=False, kw_only=True, metadata=READ_ONLY)

    def answer(self, session: Session) -> Answer[None]:
        """Answer until the agent closes the standard input."""
        require()
        from leadline.mcp.desk import DRAFT, READ
        from leadline.mcp.server import server

        found = _workspace()
        with self._desk(found, session) as desk:
            scopes = [READ] if self.read_only else [READ, DRAFT]
            server(desk, scopes).run("stdio")
        return Answer(question=self.name, result=None, printed="")

    @contextmanager
    def _desk(self, found: Workspace, session: Session) -> Iterator[Desk]:
        """Yield what answers: the tables of the workspace, or a store."""
        url = self.store or (
            (found.get("store.url") or DEFAULT) if found.get("source") == "store" else None
        )
        if url is None:
            from leadline.mcp.files import Files

            yield Files(found, session.tell)
            return
        from leadline.engines.duckdb.engine import DuckDB
        from leadline.mcp.stored import Stored
        from leadline.service.reader import Reader
        from leadline.store.store import require as require_store

        require_store(url)
        asked = OfStore(store=url, identity=self.identity, signs=self.signs)
        task = found.get("task")
        with asked.opened() as store, DuckDB(threads=1) as engine:

            def ask(command: Command) -> str:
                return done(store, asked, command, session.tell)

            yield Stored(Reader(store, engine), ask, None if task is None else Path(task))


def _workspace() -> Workspace:
    from leadline.service.workspace import workspace

    return workspace(Path.cwd(), os.environ)


def require() -> None:
    """Refuse where the extra is not installed. Raises InputError."""
    from importlib.util import find_spec

    if find_spec("mcp") is None:
        raise InputError(Fault("", "leadline mcp", "needs an extra", "", "Install leadline[mcp]."))
