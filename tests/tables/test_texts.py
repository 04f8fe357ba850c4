"""Texts appear together in files, or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from leadline.errors import FileError
from leadline.tables.texts import check_document, write_documents


def test_texts_are_written_together(tmp_path: Path) -> None:
    """Nothing else is left in the folder."""
    write_documents({str(tmp_path / "a.html"): "ä", str(tmp_path / "b.json"): "{}"})
    found = {each.name: each.read_text(encoding="utf-8") for each in tmp_path.iterdir()}
    assert found == {"a.html": "ä", "b.json": "{}"}


def test_none_is_written_where_one_cannot_be(tmp_path: Path) -> None:
    """A text that was there before stays."""
    (tmp_path / "a.html").write_text("old", encoding="utf-8")
    with pytest.raises(FileError, match="cannot be written"):
        write_documents({str(tmp_path / "a.html"): "new", str(tmp_path / "no" / "b"): "x"})
    assert (tmp_path / "a.html").read_text(encoding="utf-8") == "old"
    assert len(list(tmp_path.iterdir())) == 1


def test_a_place_that_cannot_be_written_is_refused_before(tmp_path: Path) -> None:
    """A folder is no file, and a file needs a folder."""
    check_document(str(tmp_path / "a.html"))
    with pytest.raises(FileError, match="a folder has this name"):
        check_document(str(tmp_path))
    with pytest.raises(FileError, match="there is no folder"):
        check_document(str(tmp_path / "no" / "a.html"))
