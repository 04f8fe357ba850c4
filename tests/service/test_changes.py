"""Whoever follows the changes has the scores of the store, and hears of nothing twice."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

import stores
from leadline.questions.asking import ask
from leadline.service import clock, commands
from leadline.service.asked.changes import Changes
from leadline.service.asked.of_store import OfStore, done
from leadline.store import inbox
from leadline.store.store import Store

MODEL = """\
leadline: 1
model: small
scores:
  person:
    rules:
      named: {when: lead.name is not null, points: 5}
      demo: {event: demo_requested, points: 40, count: once}
"""
Rows = dict[str, float]


@dataclass
class Scored:
    """A store with a model."""

    url: str
    store: Store

    def tell(self, table: str, *rows: Mapping[str, object]) -> None:
        """Have rows come by the inbox, and be taken in."""
        body = json.dumps(rows).encode()
        inbox.accept(self.store, [inbox.Received("site", f"rows:{table}", clock.now(), body)])
        OfStore(store=self.url).drain(self.store)

    def do(self, command: commands.Command) -> None:
        """Have the loop do something."""
        done(self.store, OfStore(store=self.url), command, lambda _: None)


@pytest.fixture
def scored(tmp_path: Path) -> Iterator[Scored]:
    """A store with three leads."""
    url = stores.file_url(tmp_path)
    with stores.opened(url) as store:
        made = Scored(url, store)
        made.do(commands.Publish(MODEL))
        made.tell("leads", *({"lead_id": each, "name": each} for each in "ABC"))
        yield made


def _of_files(folder: Path) -> tuple[Rows, list[str]]:
    """Return what stands for who took the files one after another, and the keys of all lines."""
    found: Rows = {}
    keys = []
    for file in sorted(folder.glob("changes-*.jsonl")):
        for row in map(json.loads, file.read_text(encoding="utf-8").splitlines()):
            keys.append(row["change_id"])
            if row["op"] == "delete":
                del found[row["lead_id"]]
            else:
                assert (row["op"] == "insert") == (row["lead_id"] not in found)
                found[row["lead_id"]] = row["person"]
    return found, keys


STANDS = """\
select distinct on (lead_id) lead_id, op, as_of, told_at, scores from leadline_changes
order by lead_id, told_at desc
"""
"""As the page on warehouses has it."""


def _of_table(url: str) -> tuple[Rows, list[str]]:
    """Return the same of the table."""
    with psycopg.connect(url) as connection:
        keys = [row[0] for row in connection.execute("select change_id from leadline_changes")]
        stands = connection.execute(STANDS).fetchall()
    return {row[0]: row[4]["person"] for row in stands if row[1] != "delete"}, keys


Read = Callable[[], tuple[Rows, list[str]]]


@pytest.fixture(params=["files", "table"])
def there(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, Read]]:
    """Where changes go, and what stands there."""
    if request.param == "files":
        folder = tmp_path / "changes"
        yield str(folder), lambda: _of_files(folder)
        return
    with stores.database(request.getfixturevalue("postgres_url")) as url:
        yield url, lambda: _of_table(url)


def test_who_follows_has_what_stands(scored: Scored, there: tuple[str, Read]) -> None:
    """What came, differs, went and came again; each change has a key of its own."""
    to, read = there

    def told() -> tuple[int, ...]:
        found = ask(Changes(store=scored.url, to=to)).figures
        return found["insert"], found["update"], found["delete"]

    assert told() == (3, 0, 0)
    assert told() == (0, 0, 0)
    scored.tell("events", {"event_id": "1", "lead_id": "A", "type": "demo_requested"},
          {"event_id": "2", "lead_id": "B", "type": "of_no_rule"})  # fmt: skip
    scored.tell("lead_merges", {"from_id": "C", "into_id": None})
    assert told() == (0, 1, 1)
    scored.do(commands.Erase("B"))
    scored.tell("lead_merges", {"from_id": "C", "into_id": "C"})
    assert told() == (1, 0, 1)
    found, keys = read()
    assert found == {"A": 45.0, "C": 5.0}
    assert len(keys) == len(set(keys)) == 7


def test_a_run_that_was_cut_short_tells_the_same_again(scored: Scored, tmp_path: Path) -> None:
    """By the same keys, so that it is seen."""
    folder = tmp_path / "changes"
    ask(Changes(store=scored.url, to=str(folder)))
    (folder / "told.jsonl").unlink()  # as if it had ended before this was written
    ask(Changes(store=scored.url, to=str(folder)))
    first, second = sorted(folder.glob("changes-*.jsonl"))
    assert first.read_bytes() == second.read_bytes()
