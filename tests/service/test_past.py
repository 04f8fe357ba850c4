"""Any score that was stored is found again, by the model and with the facts of its day."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

import stores
from leadline.engines.duckdb.engine import DuckDB
from leadline.service import commands
from leadline.service.importing import Importer
from leadline.service.loop import Loop
from leadline.service.past import as_it_was, past, stretch_at
from leadline.store import facts as stored
from leadline.store import inbox
from leadline.store.inbox import Received
from leadline.store.session import Session
from leadline.store.store import Store
from leadline.tables.read import load

from .test_large import MODEL as ACCOUNTS
from .test_large import _accept, _ask, _said
from .test_loop import HOUR, START, Ticking


@pytest.fixture
def engine() -> Iterator[DuckDB]:
    with DuckDB(threads=1) as made:
        yield made


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Store]:
    with stores.opened(stores.file_url(tmp_path)) as made:
        assert made.hold()
        yield made


def _scored(session: Session) -> set[tuple[int, int, int, str]]:
    return set(session.rows("select version, lead_no, as_of, scores from current_scores"))


@pytest.mark.slow
def test_what_was_stored_is_found_again(file: Store, engine: DuckDB) -> None:
    """Leads change accounts, merge, take new fields; a second model comes between."""
    random, ticking = Random(4), Ticking()
    loop = Loop(file, engine, ticking)
    _ask(file, commands.Publish(ACCOUNTS))
    loop.drain()
    said = [_said(random, number) for number in range(40)]
    seen: set[tuple[int, int, int, str]] = set()
    for turn in range(4):
        _accept(file, ticking, said[turn * 10 : turn * 10 + 10])
        loop.drain()
        ticking.at += 24 * HOUR
        with file.reading() as session:
            seen |= _scored(session)
        if turn == 1:
            _ask(file, commands.Publish(ACCOUNTS.replace("points: 2}", "points: 3}")))
            loop.drain()
    compared = 0
    with file.reading() as session:
        for version, number, as_of, scores in random.sample(sorted(seen), 6):
            [row] = stored.leads(session, [number])
            if stretch_at(session, row, as_of).row.version != version:
                continue  # it was computed by the next model, before that was live
            found = as_it_was(engine, session, row, as_of, ledger=False, moves=False)
            assert found is not None
            assert found.scores == json.loads(scores)
            compared += 1
    assert compared >= 3


def test_what_was_imported_is_known_before_it_changed(
    file: Store, engine: DuckDB, tmp_path: Path
) -> None:
    """The value of a file stands in the history once another takes its place."""
    leads = tmp_path / "leads.csv"
    leads.write_text("lead_id,title,created_at\nada,Chief,2026-01-01\n", encoding="utf-8")
    model = (
        "leadline: 1\nmodel: m\nscores: {fit: {rules: "
        "{chief: {when: lead.title = 'Chief', points: 10}}}}\nbands: {by: fit, edges: {a: 0, b: 5}}"
    )
    Importer(file, engine, load(engine, {"leads": str(leads)}, {}), lambda *_: None).run()
    ticking = Ticking()
    ticking.at = START + 1_000_000 * HOUR
    loop = Loop(file, engine, ticking)
    _ask(file, commands.Publish(model))
    loop.drain()
    changed = ticking()
    body = json.dumps({"lead_id": "ada", "title": "Clerk"}).encode()
    inbox.accept(file, [Received("test", "rows:leads", changed, body)])
    loop.drain()
    with file.reading() as session:
        [row] = stored.leads_by_id(session, ["ada"])
        before = as_it_was(engine, session, row, changed - 1, ledger=True, moves=False)
        now = as_it_was(engine, session, row, ticking(), ledger=False, moves=False)
        moments = past(engine, session, row, ticking()).moments
    assert before is not None
    assert now is not None
    assert (before.scores["fit"], now.scores["fit"]) == (10.0, 0.0)
    assert before.explanation is not None
    assert [each["rule"] for each in before.explanation["ledger"]] == ["chief"]
    assert [each.value for each in moments if each.change] == [10.0, 0.0]
