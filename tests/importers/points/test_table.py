"""Tables of points as people export and copy them."""

from __future__ import annotations

from pathlib import Path

import pytest

from leadline.engines.duckdb.engine import DuckDB
from leadline.errors import InputError
from leadline.importers.points.table import read_table


def _file(folder: Path, text: str) -> Path:
    path = folder / "table.csv"
    path.write_bytes(text.encode())
    return path


@pytest.mark.parametrize(
    "text",
    [
        "Rule,Points\nEmail opened,1\n",
        "\ufeffCriteria;Score\r\nEmail opened;1\r\n",
        "ACTION\tChange\nEmail opened\t1\n".replace("\t", ";"),
        "Name,Value,Owner\nEmail opened,1,\n",
    ],
)
def test_headers_may_be_worded_in_several_ways(engine: DuckDB, tmp_path: Path, text: str) -> None:
    """Wording, separator, capitals and a byte order mark make no difference."""
    table = read_table(engine, _file(tmp_path, text))
    [row] = table.rows
    assert (row.line, row["action"], row["points"]) == (2, "Email opened", "1")


def test_a_score_beside_points_is_the_name_of_a_score(engine: DuckDB, tmp_path: Path) -> None:
    """A heading has the meaning that the other headings leave it."""
    table = read_table(engine, _file(tmp_path, "Rule,Points,Score\nEmail opened,1,Behavior\n"))
    assert (table.rows[0]["points"], table.rows[0]["score"]) == ("1", "Behavior")


def test_what_cannot_be_read_is_kept_apart(engine: DuckDB, tmp_path: Path) -> None:
    """Broken rows and columns that nothing is known about are told, empty rows are not."""
    table = read_table(engine, _file(tmp_path, "Rule,Points,Mood\na,1,good\n,,\nb,2,bad,worse\n"))
    assert [row.line for row in table.rows] == [2]
    assert table.unread == ("Mood",)
    assert [(line, reason) for line, _, reason in table.broken] == [(4, "too many fields")]


def test_a_table_without_rules_or_points_is_refused(engine: DuckDB, tmp_path: Path) -> None:
    """Both columns are asked for at once, with what was found."""
    with pytest.raises(InputError, match=r"that names the rules; found Colour, Size") as error:
        read_table(engine, _file(tmp_path, "Colour,Size\nred,1\n"))
    assert len(error.value.faults) == 2
