"""A store in which something of everything happened.

``python tests/lived.py`` keeps one of the present version of the tables, as a backup: whatever
version comes later has to bring it to its own.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

import stores
from leadline.engines.duckdb.engine import DuckDB
from leadline.service import clock, drafting
from leadline.service.arriving.answer import KIND, SOURCE, written
from leadline.service.arriving.facts import Answer, Ids
from leadline.service.loop import Loop
from leadline.store import (
    archive,
    audit_log,
    connections,
    inbox,
    keys,
    people,
    second_factors,
    sign_ins,
)
from leadline.store.audit_log import Entry
from leadline.store.connections import Connection, RecordRow
from leadline.store.inbox import Received
from leadline.store.keys import Key
from leadline.store.people import Person
from leadline.store.session import Session
from leadline.store.store import Store
from leadline.web import ingest
from leadline.web.examples import BODIES
from sending import publish

VERSIONS = Path(__file__).parent / "store" / "versions"


def live_in(store: Store, engine: DuckDB) -> None:
    """Have everything come to a new store that can come, and leave some of it waiting."""
    with store.writing() as session:
        keys.make(session, Key("web", "write"), clock.now())
        keys.make(session, Key("page", "browser", fields=("email",)), clock.now())
        _people(session)
        _connection(session)
        drafting.begin(session, "leadline: 1\n", "ada@team.example", clock.now())
        audit_log.write(session, [Entry("a test", "key.made", "web")], clock.now())
    publish(store)
    inbox.accept(store, [*_everything(), Received("web", "rows:events", clock.now(), b"[{}, {}]")])
    assert store.hold()
    Loop(store, engine).drain()
    store.release()
    inbox.accept(store, [_received("segment:track", BODIES["track"] | {"messageId": "later"})])


def _people(session: Session) -> None:
    """Have somebody of a team sign in, and have a link out for them."""
    people.add_team(session, "north", "Nordics", clock.now())
    ada = people.add(session, Person(0, "ada@team.example", "Ada", "sales", "north"), clock.now())
    people.set_password(session, ada, "no hash of anything")
    sign_ins.begin(session, ada, "a browser", clock.now())
    sign_ins.give(session, "password", ada, clock.now())
    second_factors.begin(session, ada, "a secret", clock.now())
    second_factors.confirm(session, ada, ["a code"], clock.now())
    people.link_provider(session, ada, "https://id.example", "id-of-ada")
    sign_ins.may_try(session, "address:127.0.0.1", 20, clock.now())


def _connection(session: Session) -> None:
    """Have a CRM be read and written, and a record of it be refused."""
    connections.keep(session, Connection("crm", "2026-11-01", clock.now(), clock.now()))
    row = RecordRow("crm", "1", "a hash", '{"band":"sales"}', clock.now(), None, None, None)
    refused = row._replace(record_id="2", refused_at=clock.now(), detail="no")
    connections.keep_records(session, [row, refused])


def _everything() -> list[Received]:
    claimed = Answer("said", "claimed", Ids(lead="ada"), "eva", clock.now())
    decided = replace(
        claimed, answer_id="held", kind="override", band="sales", ladder="band", reason="fair",
        until=clock.now() + 10**15,
    )  # fmt: skip
    return [
        *(_received(f"segment:{name}", BODIES[name]) for name in ingest.SEGMENT),
        *(_received(f"rows:{name}", BODIES[name]) for name in ingest.TABLES),
        *(Received(SOURCE, KIND, clock.now(), written(each)) for each in (claimed, decided)),
    ]


def _received(kind: str, body: object) -> Received:
    return Received("web", kind, clock.now(), msgspec.json.encode(body))


def main() -> None:
    """Keep a store of this version."""
    with TemporaryDirectory() as folder, DuckDB(threads=1) as engine:
        with stores.opened(stores.file_url(Path(folder))) as store:
            live_in(store, engine)
            made = Path(folder) / "backup"
            found = archive.backup(store, made, clock.now())
        target = VERSIONS / f"{found.version}.backup"
        target.write_bytes(made.read_bytes())
    sys.stdout.write(f"{target}\n")


if __name__ == "__main__":
    main()
