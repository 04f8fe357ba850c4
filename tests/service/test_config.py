"""Every setting, its value, and where it came from."""

from __future__ import annotations

from pathlib import Path

import pytest

from leadline.questions.session import Session
from leadline.reports.tables import Table
from leadline.service.config import Config


def rows() -> dict[str, list[str]]:
    """Return what is printed of each setting."""
    with Session() as session:
        [section] = Config().answer(session).page.sections
    [table] = [each for each in section.blocks if isinstance(each, Table)]
    return {name: rest for name, *rest in table.figures()}


def test_values_are_listed_with_their_origin(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By file and line, by variable, by default."""
    text = 'model = "m.yaml"\n[tables]\nleads = ["a.csv", "b.csv"]\n[keys.web]\nbrowser = true\n'
    (folder / "leadline.toml").write_text(text, encoding="utf-8")
    monkeypatch.setenv("LEADLINE_AS_OF", "2026-11-01")
    found = rows()
    assert found["model"] == ["m.yaml", "leadline.toml:1"]
    assert found["tables.leads"] == ["a.csv, b.csv", "leadline.toml:3"]
    assert found["keys.web.browser"] == ["true", "leadline.toml:5"]
    assert found["as_of"] == ["2026-11-01", "LEADLINE_AS_OF"]
    assert found["engine"] == ["duckdb", "default"]
    assert found["task"] == ["-", "default"]


@pytest.mark.usefixtures("folder")
def test_passwords_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment may hold them."""
    monkeypatch.setenv("LEADLINE_ENGINE", "postgresql://me:hush@host/leads")
    assert rows()["engine"] == ["postgresql://me:***@host/leads", "LEADLINE_ENGINE"]
    with Session() as session:
        assert "hush" not in Config().answer(session).to_json()


@pytest.mark.usefixtures("folder")
def test_variables_that_are_no_setting_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A slip in a name would otherwise go unseen."""
    monkeypatch.setenv("LEADLINE_TABELS_LEADS", "x.csv")
    with Session() as session:
        answer = Config().answer(session)
    assert "LEADLINE_TABELS_LEADS" in answer.to_html()
    assert answer.page.title == "No leadline.toml here"
