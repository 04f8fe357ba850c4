"""A workspace whose source is the store asks its questions of what the store has."""

from __future__ import annotations

import json
import shlex
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

import stores
from leadline.cli.commands import app
from leadline.errors import FileError
from leadline.service import clock
from leadline.store import schema
from leadline.store.facts import EventRow, LeadRow, MergeRow, OutcomeRow

MODEL = """\
leadline: 1
model: small
scores:
  fit:
    rules:
      chief: {when: lead.title = 'Chief', points: 5}
      demo: {event: demo_requested, points: 40}
bands: {by: fit, edges: {nurture: 0, sales: 40}}
"""
WORKSPACE = 'model = "model.yaml"\nsource = "store"\n'
AT = 1_780_000_000_000_000
DAY = 86_400_000_000
WEEK = timedelta(days=7)


def ran(command: str) -> str:
    """Run a command that succeeds, and return what it printed."""
    ended = CliRunner().invoke(app, shlex.split(command), catch_exceptions=False)
    assert ended.exit_code == 0, ended.output
    return ended.stdout


def test_questions_are_asked_of_the_store(folder: Path) -> None:
    """Of leads that are known, with what merged into them; tables without rows are left out."""
    (folder / "model.yaml").write_text(MODEL, encoding="utf-8")
    (folder / "leadline.toml").write_text(WORKSPACE, encoding="utf-8")
    with pytest.raises(FileError, match="must be a store of leadline"):
        ran("score")
    people = [
        LeadRow(1, "ada", None, True, AT, AT, AT, json.dumps({"title": ("Chief", AT)})),
        LeadRow(2, "ben", None, True, AT, AT, AT, "{}"),
        LeadRow(3, "visitor", None, False, AT, AT, AT, "{}"),
    ]
    event = EventRow(2, AT, "e1", None, "demo_requested", AT, AT, None, "", "{}", None)
    with stores.opened(stores.file_url(folder)) as store, store.writing() as session:
        session.insert(schema.leads, people)
        session.insert(schema.events, [event])
        session.insert(schema.lead_merges, [MergeRow(2, AT, 1, AT, "")])
    ran(f"score --as-of {clock.text(AT + 1)} --out scores.jsonl")
    lines = Path("scores.jsonl").read_text(encoding="utf-8").splitlines()
    found = {row["lead_id"]: (row["fit"], row["band"]) for row in map(json.loads, lines)}
    assert found == {"ada": (45, "sales"), "ben": (0, "nurture")}
    explained = json.loads(ran(f"explain ada --as-of {clock.text(AT + 1)} --json -"))
    assert {row["rule"] for row in explained["ledger"]} == {"chief", "demo"}


def test_a_store_is_watched(folder: Path) -> None:
    """A field that empties in it ends in the exit status of a change, told since its week."""
    (folder / "model.yaml").write_text(MODEL, encoding="utf-8")
    (folder / "leadline.toml").write_text(WORKSPACE, encoding="utf-8")
    people = []
    for number in range(1600):
        at = AT + number * DAY // 10
        title = "Clerk" if number < 1200 or number % 2 else None
        told = json.dumps({"title": (title, at)} if title else {})
        people.append(LeadRow(number + 1, f"lead{number}", None, True, at, at, at, told))
    with stores.opened(stores.file_url(folder)) as store, store.writing() as session:
        session.insert(schema.leads, people)
    told_at, changed_at = (clock.text(AT + days * DAY) for days in (160, 120))
    asked = f"watch --as-of {told_at} --since {clock.text(AT + 100 * DAY)} --json watch.json"
    ended = CliRunner().invoke(app, shlex.split(asked), standalone_mode=False)
    assert ended.return_value == 4, ended.output
    found = json.loads(Path("watch.json").read_text(encoding="utf-8"))
    [change] = [each for each in found["changes"] if each["topic"] == "empty"]
    assert change["name"] == "title"
    assert abs(datetime.fromisoformat(change["since"]) - datetime.fromisoformat(changed_at)) < WEEK


def _chief(way: str) -> dict[str, tuple[str, int]]:
    return {"source": (way, AT), "title": ("Chief", AT)}


def test_a_store_says_where_its_leads_come_from(folder: Path) -> None:
    """With the costs and the task of the workspace; and whether scoring is worth it."""
    (folder / "model.yaml").write_text(MODEL, encoding="utf-8")
    (folder / "task.yaml").write_text("outcome: {outcome: won}\nhorizon: 30d\n", encoding="utf-8")
    begun = clock.text(AT)[:10]
    costs = f"source,from,to,amount\nweb,{begun},{begun},60\n"
    (folder / "costs.csv").write_text(costs, encoding="utf-8")
    more = 'task = "task.yaml"\ncosts = "costs.csv"\ncapacity = "1/week"\n'
    (folder / "leadline.toml").write_text(more + WORKSPACE, encoding="utf-8")
    people = [
        LeadRow(number, f"lead{number}", None, True, AT, AT, AT, json.dumps(_chief(way)))
        for number, way in enumerate(("web", "web", "fair"), 1)
    ]
    won = OutcomeRow("o1", 1, None, "won", AT + DAY, AT + DAY, AT + DAY, 90.0, None, "")
    with stores.opened(stores.file_url(folder)) as store, store.writing() as session:
        session.insert(schema.leads, people)
        session.insert(schema.outcomes, [won])
    ran(f"sources --data-end {clock.text(AT + 40 * DAY)} --by source --json sources.json")
    [way] = json.loads(Path("sources.json").read_text(encoding="utf-8"))["ways"]
    found = {each["value"]: each for each in way["sources"]}
    assert {value: (each["leads"], each["wins"]) for value, each in found.items()} == {
        "web": (2, 1),
        "fair": (1, 0),
    }
    assert found["web"]["revenue"]["value"] == 90
    assert found["web"]["cost"]["per_win"]["value"] == pytest.approx(60)
    ran(f"ready --data-end {clock.text(AT + 40 * DAY)} --json ready.json")
    ready = json.loads(Path("ready.json").read_text(encoding="utf-8"))
    assert (ready["verdict"], ready["facts"]["wins"], ready["capacity"]) == ("points", 1, 1)
