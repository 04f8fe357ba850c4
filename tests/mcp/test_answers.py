"""Over a workspace an agent is answered what the command line answers."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from mcp.client.stdio import StdioServerParameters

from agents import Agent, agent
from leadline.cli.commands import app
from leadline.mcp import resources
from leadline.mcp.desk import DRAFT, READ
from leadline.mcp.files import Files
from leadline.mcp.fitting import MOST_BYTES
from leadline.mcp.server import server
from leadline.service.workspace import workspace

LEADS = 60
SAMPLE = 4
LISTED = 12
CARD = Path(resources.__file__).with_name("language.md")


@dataclass
class Shop:
    """A workspace with invented leads, and an agent that asks of it over standard input.

    Attributes:
        compared: How many answers were equal.
    """

    folder: Path
    agent: Agent
    compared: int = field(default=0)

    def command(self, *words: str) -> dict[str, Any]:
        """Return what a command answers."""
        file = self.folder / "answer.json"
        app([*words, "--json", str(file)], prog_name="leadline", standalone_mode=False)
        answer: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        return answer

    def same(self, found: Any, expected: Any) -> None:
        """Count an answer that is equal."""
        assert found == expected
        self.compared += 1


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a workspace with invented leads, and the model of the card."""
    folder = tmp_path_factory.mktemp("shop") / "shop"
    words = ["init", str(folder), "--demo", "--leads", str(LEADS), "--end", "2026-11-01"]
    app(words, prog_name="leadline", standalone_mode=False)
    [model] = re.findall(r"```yaml\n(.*?)```", CARD.read_text(encoding="utf-8"), re.DOTALL)
    (folder / "model.yaml").write_text(model, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def shop(made: Path) -> Iterator[Shop]:
    """The workspace, with an agent whose server is a process of its own."""
    command = StdioServerParameters(
        command=sys.executable, args=["-m", "leadline.cli", "mcp"], cwd=made, env={**os.environ}
    )
    with agent(command) as found:
        yield Shop(made, found)


@pytest.mark.slow
def test_thirty_answers_are_those_of_the_command_line(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lists, explanations, moves, histories, checks, a preview, a backtest: each to the point."""
    monkeypatch.chdir(shop.folder)
    shop.command("score", "--out", "scores.csv")
    with (shop.folder / "scores.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for score in ("profile", "company", "person"):
        for order, way in (("falling", -1), ("rising", 1)):
            _same_list(shop, rows, score, way, sort=score, order=order)
    for band in ("nurture", "discard"):
        _same_list(shop, [row for row in rows if row["band"] == band], "profile", -1, band=band)
    some = [row for row in rows if 10 <= float(row["company"]) <= 30]
    _same_list(shop, some, "company", -1, sort="company", least=10, most=30)
    _same_list(shop, [row for row in rows if float(row["person"]) >= 5], "person", -1,
               sort="person", least=5)  # fmt: skip
    rows.sort(key=lambda row: float(row["profile"]))
    for lead in [row["lead_id"] for row in rows[-SAMPLE:]]:
        _same_of_a_lead(shop, lead)
    _same_of_documents(shop)
    assert shop.compared == 30


def _same_list(
    shop: Shop, rows: list[dict[str, str]], score: str, way: int, **asked: object
) -> None:
    """Compare a page with rows that ``leadline score`` wrote."""
    ids = sorted(rows, key=lambda row: row["lead_id"], reverse=way < 0)
    expected = sorted(ids, key=lambda row: way * float(row[score]))[:LISTED]
    found = shop.agent.call("find_leads", limit=LISTED, **asked)["leads"]
    assert found
    shop.same(
        [(each["record_text"]["lead_id"], each["scores"][score]) for each in found],
        [(row["lead_id"], float(row[score])) for row in expected],
    )


def _same_of_a_lead(shop: Shop, lead: str) -> None:
    expected = shop.command("explain", lead)
    found = shop.agent.call("score", lead=lead)
    shop.same((found["scores"], found["bands"]), (expected["scores"], expected["bands"]))
    found = shop.agent.call("explain", lead=lead)
    names = ("scores", "bands", "grades", "missing", "override", "reasons", "as_of", "model")
    rows = [
        {name: value for name, value in row.items() if name not in ("label", "cuts")}
        for row in expected["ledger"]
    ]
    ledger = [{name: row[name] for name in row if name != "cuts"} for row in found["ledger"]]
    shop.same(([found[name] for name in names], ledger), ([expected[name] for name in names], rows))
    found = shop.agent.call("what_would_move", lead=lead)
    moves = [
        {name: row[name] for name in ("step", "after", "change", "band")}
        for row in expected["moves"]
    ]
    shop.same((found["moves"], found["ways"]), (moves, expected["ways"]))
    moments = shop.command("history", lead)["moments"]
    found = shop.agent.call("history", lead=lead, limit=10)
    latest = [(row["at"], row["value"], row["band"], row["rule"]) for row in reversed(moments)]
    shown = [(row["at"], row["value"], row["band"], row["rule"]) for row in found["moments"]]
    shop.same((shown, len(shown) + found["left_out"]), (latest[: len(shown)], len(moments)))


def _same_of_documents(shop: Shop) -> None:
    sound = (shop.folder / "model.yaml").read_text(encoding="utf-8")
    draft = sound.replace("follow_up: 41", "follow_up: 5")
    assert draft != sound
    (shop.folder / "draft.yaml").write_text(draft, encoding="utf-8")
    wrong = sound.replace("points: 20", "points: many", 1)
    (shop.folder / "wrong.yaml").write_text(wrong, encoding="utf-8")
    for document, file in ((draft, "draft.yaml"), (wrong, "wrong.yaml")):
        expected = shop.command("check", file)
        found = shop.agent.call("check_model", document=document)
        faults = [each["says"].replace(file, "model") for each in expected["faults"]]
        warnings = [each.replace(file, "model") for each in expected["warnings"]]
        shop.same(
            (found["faults"], found["counts"], found["fingerprint"], found["warnings"]),
            (faults, expected["counts"], expected["fingerprint"], warnings),
        )
    impact = shop.command("diff", "model.yaml", "draft.yaml", "--weeks", "2")["impact"]
    found = shop.agent.call("preview", document=draft, weeks=2)
    [ladder], [told] = found["ladders"], impact["ladders"]
    names = ("up", "down", "causes")
    movers = [(each["lead_id"], each["cause"]) for each in told["listed"]]
    shown = [(each["record_text"]["lead_id"], each["cause"]) for each in ladder["changing"]]
    assert movers, "the draft changes nothing, so that nothing is compared"
    shop.same(
        ([ladder[name] for name in names], shown, found["leads"]),
        ([told[name] for name in names], movers, impact["leads"]),
    )
    expected = shop.command("backtest", "draft.yaml")
    found = shop.agent.call("backtest", document=draft)
    told_of = ("says", "verdict", "intervals", "positives", "split")
    shop.same(
        [*(found[name] for name in told_of), found["figures"]["roc_auc"], found["judged"]],
        [*(expected[name] for name in told_of), expected["roc_auc"], expected["n"]],
    )


@pytest.fixture(scope="module")
def near(made: Path) -> Iterator[Agent]:
    """An agent of the same workspace, whose server is in this process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(made)
        desk = Files(workspace(made, {}), lambda _: None)
        with agent(server(desk, [READ, DRAFT])) as found:
            yield found


def test_every_tool_says_what_it_does_and_gives(near: Agent) -> None:
    """One sentence or two, arguments that are described, a schema of the answer, marks."""
    for name, tool in near.tools().items():
        assert tool.description, name
        assert tool.output_schema["properties"], name
        for argument, schema in tool.input_schema["properties"].items():
            assert schema.get("description"), f"{name} {argument}"
        marks = tool.annotations
        assert marks.read_only_hint is (name != "write_draft")
        assert not marks.destructive_hint
        assert not marks.open_world_hint


def test_no_tool_takes_a_path_an_address_or_sql(near: Agent) -> None:
    """Nor one that publishes."""
    tools = near.tools()
    words = {word for each in tools.values() for word in each.input_schema["properties"]}
    assert words.isdisjoint({"path", "file", "url", "sql", "query", "to"})
    assert not {each for each in tools if "publish" in each}


def test_a_list_goes_on_where_it_ended(near: Agent) -> None:
    """Each lead stands on one page."""
    after, seen = "", []
    while True:
        page = near.call("find_leads", limit=20, after=after)
        seen += [each["record_text"]["lead_id"] for each in page["leads"]]
        after = page["next"]
        if not after:
            break
    assert len(seen) == len(set(seen)) == LEADS


def test_personal_fields_are_shown_when_they_are_named(near: Agent) -> None:
    """And not otherwise."""
    without = near.call("find_leads", limit=1)["leads"][0]["record_text"]
    named = near.call("find_leads", limit=1, fields=["name"])["leads"][0]["record_text"]
    assert set(without) == {"lead_id", "account_id"}
    assert named["name"]


def test_a_refusal_says_what_to_do(near: Agent) -> None:
    """The agent reads what was expected, and what it said itself."""
    assert "must be one of company, person, profile; found size" in near.refused(
        "find_leads", sort="size"
    )
    assert near.refused("explain", lead="nobody").endswith("found nobody.")
    assert "limit" in near.refused("find_leads", limit=1000)


def test_a_document_is_never_taken_for_a_file(near: Agent) -> None:
    """A text that is the name of a file is a text."""
    assert not near.call("check_model", document="model.yaml")["is_sound"]


def test_a_draft_is_kept_once_it_is_sound(near: Agent, made: Path) -> None:
    """It stands in the folder of drafts, and the model is as it was."""
    before = (made / "model.yaml").read_text(encoding="utf-8")
    assert "points" in near.refused(
        "write_draft", name="warm", document=before.replace("points: 20", "points: many", 1)
    )
    assert not (made / "drafts").exists()
    kept = near.call("write_draft", name="warm", document=before)
    assert kept["draft"] == "drafts/warm.yaml"
    assert (made / "drafts" / "warm.yaml").read_text(encoding="utf-8") == before
    assert "name" in near.refused("write_draft", name="../model", document=before)
    shutil.rmtree(made / "drafts")


def test_who_waits_is_who_came_into_a_band(near: Agent) -> None:
    """And has no outcome since."""
    found = near.call("transitions_open", band="nurture", days=30)
    assert found["transitions"]
    assert {each["to_band"] for each in found["transitions"]} == {"nurture"}
    assert all(each["from_band"] != "nurture" for each in found["transitions"])


def test_no_answer_is_longer_than_it_may_be(near: Agent) -> None:
    """As structure and as text."""
    model = near.read("leadline://model")
    for name, arguments in (
        ("find_leads", {"limit": 20, "fields": ["name", "title", "email"]}),
        ("preview", {"document": model.replace("follow_up: 41", "follow_up: 5"), "weeks": 0}),
        ("read_about", {"what": "model"}),
    ):
        assert len(near.text(name, **arguments).encode()) <= MOST_BYTES, name


def test_texts_can_be_read_in_parts(near: Agent) -> None:
    """By clients that read no resources."""
    first = near.call("read_about", what="model")
    parts = [near.call("read_about", what="model", part=n)["text"] for n in range(first["parts"])]
    assert "".join(parts) == near.read("leadline://model")
    assert json.loads(near.read("leadline://fields"))["leads"]["rows"] == LEADS
