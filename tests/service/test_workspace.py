"""What is set in a workspace: by its file, by the environment, by default."""

from __future__ import annotations

from pathlib import Path

import pytest

from leadline.errors import FileError, InputError
from leadline.service.workspace import FOLDER_VARIABLE, Workspace, workspace

TEXT = """\
model = "model.yaml"
as_of = 2026-11-01T12:00:00Z
[tables]
leads = ["data/a.csv", "data/b*.csv"]
events = "table:crm.events"
[store]
url = "postgresql://me@host/leads"
password_env = "DB_PASSWORD"
[keys.web]
browser = true
fields = ["name", "email"]
[destinations.crm]
kind = "hubspot"
secret_env = "CRM_TOKEN"
"""


def read(folder: Path, text: str = TEXT, **environment: str) -> Workspace:
    """Return what is set in a folder with a file."""
    (folder / "leadline.toml").write_text(text, encoding="utf-8")
    return workspace(folder, environment)


def faults(folder: Path, text: str, **environment: str) -> list[str]:
    """Return what is refused."""
    with pytest.raises(InputError) as refused:
        read(folder, text, **environment)
    return [str(each) for each in refused.value.faults]


def test_the_file_says_what_stands_with_its_lines(folder: Path) -> None:
    """Moments are text; what a user named is there by its name."""
    found = read(folder)
    assert {each.name: each.value for each in found.values.values()} == {
        "model": "model.yaml",
        "as_of": "2026-11-01T12:00:00+00:00",
        "tables.leads": ["data/a.csv", "data/b*.csv"],
        "tables.events": "table:crm.events",
        "store.url": "postgresql://me@host/leads",
        "store.password_env": "DB_PASSWORD",
        "keys.web.browser": True,
        "keys.web.fields": ["name", "email"],
        "destinations.crm.kind": "hubspot",
        "destinations.crm.secret_env": "CRM_TOKEN",
    }
    assert found.values["tables.leads"].origin == "leadline.toml:4"
    assert (found.get("task"), found.file) == (None, folder / "leadline.toml")


def test_without_a_file_nothing_is_set(folder: Path) -> None:
    """A folder need not be a workspace."""
    assert workspace(folder, {}) == Workspace()


def test_paths_count_from_the_folder_of_the_file(folder: Path) -> None:
    """In a folder of the workspace, and where it is named from elsewhere."""
    read(folder)
    (folder / "data").mkdir()
    inside = workspace(folder / "data", {})
    assert inside.get("model") == "../model.yaml"
    assert inside.get("tables.leads") == ["a.csv", "b*.csv"]
    assert inside.get("tables.events") == "table:crm.events"
    assert inside.values["model"].origin == "../leadline.toml:1"
    (folder / "other").mkdir()
    named = workspace(folder / "other", {FOLDER_VARIABLE: ".."})
    assert named.get("model") == "../model.yaml"


def test_the_environment_beats_the_file(folder: Path) -> None:
    """An empty variable says nothing; paths in it count from the current folder."""
    found = read(folder, LEADLINE_MODEL="other.yaml", LEADLINE_TABLES_LEADS="", LEADLINE_X="1")
    assert (found.get("model"), found.values["model"].origin) == ("other.yaml", "LEADLINE_MODEL")
    assert found.values["tables.leads"].origin == "leadline.toml:4"
    assert found.unknown == ("LEADLINE_X",)


def test_all_settings_are_listed_with_where_they_come_from(folder: Path) -> None:
    """Those by default too."""
    found = {each.name: each for each in read(folder).all()}
    assert (found["engine"].value, found["engine"].origin) == ("duckdb", "default")
    assert (found["task"].value, found["task"].origin) == (None, "default")
    assert found["keys.web.browser"].origin == "leadline.toml:10"


def test_all_faults_are_told_together(folder: Path) -> None:
    """With file and line, what was expected, what was found, and the nearest known name."""
    text = """\
modell = "model.yaml"
as_of = "yesterday"
language = "de"
task = 3
[tables]
leeds = "leads.csv"
events = []
[keys.web]
browser = "yes"
filds = ["name"]
[nothing]
at = "all"
"""
    assert faults(folder, text, LEADLINE_SOURCE="elsewhere") == [
        "leadline.toml:1 modell is not a setting. Did you mean model?",
        (
            "leadline.toml:2 as_of must be a time such as 2026-11-01T12:00:00Z, a date or now; "
            "found yesterday."
        ),
        "leadline.toml:3 language must be one of en, zh, ru, pl; found de.",
        "leadline.toml:4 task must be a text; found 3.",
        "leadline.toml:6 tables.leeds is not a setting. Did you mean tables.leads?",
        "leadline.toml:7 tables.events must be a file, a pattern or a list of files; found [].",
        "leadline.toml:9 keys.web.browser must be true or false; found yes.",
        "leadline.toml:10 keys.web.filds is not a setting. Did you mean keys.web.fields?",
        "leadline.toml:11 nothing is not a setting.",
        "LEADLINE_SOURCE must be one of tables, store; found elsewhere.",
    ]


def test_secrets_are_refused_and_not_shown(folder: Path) -> None:
    """A person learns where they belong."""
    text = """\
engine = "postgresql://me:hush@host/leads"
[store]
password = "hush"
[destinations.crm]
token = "hush"
"""
    found = faults(folder, text)
    assert found == [
        (
            "leadline.toml:1 engine must not hold a password. "
            "PostgreSQL reads it from PGPASSWORD or ~/.pgpass."
        ),
        (
            "leadline.toml:3 store.password is not a setting. Secrets never stand in this file. "
            "Name a variable with password_env, or a file with password_file."
        ),
        (
            "leadline.toml:5 destinations.crm.token is not a setting. Secrets never stand in this "
            "file. Name a variable with secret_env, or a file with secret_file."
        ),
    ]
    assert not any("hush" in each for each in found)


def test_tables_and_the_store_are_never_mixed(folder: Path) -> None:
    """Tables reach the store by import."""
    text = 'source = "store"\n[tables]\nleads = "leads.csv"\n'
    assert faults(folder, text) == [
        (
            'leadline.toml:3 tables.leads must not stand beside source = "store". '
            "Tables reach the store by import."
        )
    ]


def test_a_file_that_is_no_toml_is_refused_with_the_line(folder: Path) -> None:
    """The reason is that of its reader."""
    assert faults(folder, 'model = "a"\ntask = \n') == [
        "leadline.toml:2 must be TOML; found Invalid value."
    ]


def test_a_workspace_that_is_named_must_be_there(folder: Path) -> None:
    """Otherwise commands would ask for what was set."""
    with pytest.raises(FileError, match=r"nowhere/leadline.toml must be a readable file"):
        workspace(folder, {FOLDER_VARIABLE: "nowhere"})
