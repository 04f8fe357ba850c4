"""A workspace begins: from exports, from invented data, or empty."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from leadline.errors import FileError, InputError
from leadline.model.given import read_model
from leadline.model.reading.reader import read
from leadline.model.task import read_task
from leadline.questions.answer import Answer
from leadline.questions.session import Session
from leadline.service.handover.settings import Handover
from leadline.service.init import Init, Made
from leadline.service.workspace import workspace

CONTACTS = "Prospect ID,Email,Job Title\np1,a@x.example,Director\np2,b@y.example,\n"
ACTIVITIES = (
    "event_id,lead_id,type,occurred_at\n"
    "1,p1,trial_started,2026-10-01T08:00:00Z\n2,p2,feature_used,2026-10-02T08:00:00Z\n"
)
DEALS = (
    "lead_id,outcome,occurred_at\n"
    "p1,Lost,2026-10-05\np1,Lost,2026-10-06\np2,Closed Won,2026-10-07\n"
)


def asked(**options: Any) -> Answer[Made]:
    """Make a workspace."""
    question = Init("shop", **options)
    question.check()
    with Session() as session:
        return question.answer(session)


def exports(folder: Path, **texts: str) -> list[str]:
    """Write exports, and return their files."""
    (folder / "in").mkdir()
    for name, text in texts.items():
        (folder / "in" / f"{name}.csv").write_text(text, encoding="utf-8")
    return [f"in/{name}.csv" for name in texts]


def test_exports_become_tables_with_a_model_that_reads_them(folder: Path) -> None:
    """The starter is the one that knows their events; columns are declared as they were found."""
    made = asked(exports=exports(folder, contacts=CONTACTS, activities=ACTIVITIES))
    found = workspace(folder / "shop", {})
    assert found.get("tables.leads") == "../in/contacts.csv"
    assert found.get("tables.events") == "../in/activities.csv"
    model = read(folder / "shop" / "model.yaml")
    assert model.model == "product-led"
    assert model.columns["leads"]["lead_id"].source == "Prospect ID"
    assert "No outcomes" in "".join(made.result.open)
    assert found.get("task") is None


def test_outcomes_become_a_task(folder: Path) -> None:
    """Of the outcome that is called like a win, which is said to be a guess; the model reads."""
    files = exports(folder, contacts=CONTACTS, deals=DEALS)
    made = asked(exports=files[:1], more=files[1:])
    task = read_task(folder / "shop" / "task.yaml")
    assert task.task.outcome.outcome == ("Closed Won",)
    assert "columns" not in task.source.values
    model = read(folder / "shop" / "model.yaml")
    assert model.columns["leads"]["lead_id"].source == "Prospect ID"
    assert any("Closed Won" in each and "guess" in each for each in made.result.open)


def test_what_is_open_is_said_in_the_end(folder: Path) -> None:
    """Guesses, what the model looks for in vain, and what was not given."""
    made = asked(exports=exports(folder, contacts=CONTACTS), starter="general")
    assert made.printed is not None
    lines = made.printed.splitlines()
    assert lines[:3] == ["shop/leadline.toml written", "shop/model.yaml written", "still open:"]
    assert "- in/contacts.csv is taken for leads; if it is not, change [tables]." in lines
    assert any(each.startswith("- model.yaml:") for each in lines)
    assert lines[-1] == "next: cd shop && leadline score"


def test_invented_data_ends_now_and_is_scored_as_of_now(folder: Path) -> None:
    """Unless an end is given, which is then the moment to score at."""
    asked(demo=True, leads=30, end=datetime(2026, 11, 1, 10, 11, 12, 13, UTC))
    found = workspace(folder / "shop", {})
    assert found.get("as_of") is None
    assert (folder / "shop" / found.get("tables.field_history").removeprefix("shop/")).exists()
    assert {"leads", "events", "outcomes"} <= {
        name.partition(".")[2] for name in found.values if name.startswith("tables.")
    }
    assert read_task(folder / "shop" / "task.yaml").task.outcome.outcome == ("won",)


def test_invented_data_is_what_a_store_begins_with(folder: Path) -> None:
    """So that serving it needs no command more; exports of one's own are brought when said."""
    made = asked(demo=True, leads=30, end=datetime(2026, 11, 1, tzinfo=UTC))
    assert workspace(folder / "shop", {}).get("store.begin_with") == "tables"
    assert (made.printed or "").endswith("next: cd shop && leadline serve")


def test_an_end_that_is_given_is_the_moment_to_score_at(folder: Path) -> None:
    """What is not yet known then must not be asked for."""
    asked(demo=True, leads=30, end="2026-11-01")
    assert workspace(folder / "shop", {}).get("as_of") == "2026-11-01T00:00:00Z"


def test_an_empty_workspace_has_comments_alone(folder: Path) -> None:
    """It says what comes next."""
    made = asked()
    assert [each.name for each in (folder / "shop").iterdir()] == ["leadline.toml"]
    assert workspace(folder / "shop", {}).values == {}
    assert (made.printed or "").endswith("next: cd shop && leadline new model.yaml")


def test_nothing_is_written_over(folder: Path) -> None:
    """Neither settings nor a model."""
    (folder / "shop").mkdir()
    (folder / "shop" / "model.yaml").write_text("mine", encoding="utf-8")
    with pytest.raises(FileError, match=r"shop/model\.yaml is there already"):
        asked(demo=True)


def test_exports_without_leads_are_refused(folder: Path) -> None:
    """With what each file was taken for; nothing is left behind."""
    with pytest.raises(InputError, match=r"--from must hold leads; found in/activities\.csv: ev"):
        asked(exports=exports(folder, activities=ACTIVITIES))
    assert not (folder / "shop").exists()


@pytest.mark.usefixtures("folder")
def test_files_alone_are_no_exports() -> None:
    """A word too many is told from an export."""
    with pytest.raises(InputError, match=r"x\.csv must stand behind --from"):
        asked(more=["x.csv"])


@pytest.mark.usefixtures("folder")
def test_exports_and_invented_data_are_never_mixed() -> None:
    """One of both is meant."""
    with pytest.raises(InputError, match="--from must not stand beside --demo"):
        asked(exports=["x.csv"], demo=True)


def test_leads_that_do_nothing_are_judged_once(folder: Path) -> None:
    """Without events there is nothing new to ask of later moments."""
    asked(exports=exports(folder, contacts=CONTACTS, deals=DEALS))
    assert "moments" not in (folder / "shop" / "task.yaml").read_text(encoding="utf-8")


def test_invented_data_has_a_team_that_fits_its_model(folder: Path) -> None:
    """Its rules are of bands and rules of the model, and its sellers take leads."""
    asked(demo=True, leads=30, end="2026-11-01")
    found = workspace(folder / "shop", {})
    sections = [found.section(each) for each in ("handover", "sellers", "assign")]
    team = Handover.of(*sections).team
    model, _ = read_model((folder / "shop" / "model.yaml").read_text(encoding="utf-8"))
    assert sorted(team.sellers) == ["ben", "eva"]
    bands = set(model.bands["band"].edges or ())
    assert {band for rule in team.rules for band in rule.bands} <= bands
    assert team.raised <= {rule for score in model.scores.values() for rule in score.rules or ()}
