"""The file that ``init`` writes: every setting with what it means."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from leadline.service.settings import SETTINGS
from leadline.service.settings_text import settings_text
from leadline.service.workspace import workspace

GIVEN = {"model": "model.yaml", "tables.leads": ["a.csv", 'b "c".csv'], "store.url": "sqlite:x"}


def test_what_is_set_is_read_again(folder: Path) -> None:
    """All else is a comment."""
    (folder / "leadline.toml").write_text(settings_text(GIVEN), encoding="utf-8")
    found = workspace(folder, {})
    assert {name: each.value for name, each in found.values.items()} == GIVEN


def test_nothing_is_set_where_nothing_is_given() -> None:
    """A file for who wants to write it by hand."""
    assert tomllib.loads(settings_text({})) == {}


def test_every_setting_is_there_with_its_meaning_and_an_example() -> None:
    """Taking the comment marks away gives a sound file, but for names that stand twice."""
    text = settings_text({})
    for each in SETTINGS:
        assert f"# {each.help}" in text
    lines = re.findall(r"^# (\[[\w.]+\]|\w+ = .+)$", text, re.MULTILINE)
    document = tomllib.loads("\n".join(lines))
    assert set(document) == {each.parts[0] for each in SETTINGS}
    assert set(document["tables"]) == {e.parts[1] for e in SETTINGS if e.parts[0] == "tables"}


def test_what_could_be_written_is_no_fault(folder: Path) -> None:
    """The examples are values that the settings take."""
    lines = re.findall(r"^# (\[[\w.]+\]|\w+ = .+)$", settings_text({}), re.MULTILINE)
    (folder / "leadline.toml").write_text("\n".join(lines), encoding="utf-8")
    assert workspace(folder, {}).get("keys.web.fields") == ["name", "email"]
