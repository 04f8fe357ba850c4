"""A table of points as it was given: rows of texts, under the names that we have for columns."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from leadline.engines.duckdb.engine import DuckDB
from leadline.errors import Fault, InputError
from leadline.sql.text import Sql, name, sql_text
from leadline.tables.places.csv_files import read_csv
from leadline.tables.places.files import given_files
from leadline.tables.places.raw import REJECTS, ROW, prepare

TABLE = "points_table"

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "points": (
        "points", "point", "pts", "change score", "score change", "change", "points change",
        "your score", "custom score", "current score", "score", "value", "adjustment",
        "default score",
    ),
    "action": (
        "trigger", "action", "activity", "event", "behavior", "behaviour", "criteria", "criterion",
        "profile field", "property", "attribute", "field", "rule", "rule name", "name",
        "smart campaign", "campaign", "campaign name",
    ),
    "name": ("name", "rule name", "rule", "smart campaign", "campaign name", "campaign"),
    "condition": (
        "condition", "conditions", "constraint", "constraints", "filter", "filters", "where",
        "details",
    ),
    "operator": ("operator", "comparison"),
    "value": ("field values", "field value", "value", "values"),
    "asset": ("asset", "asset name", "form", "page", "url"),
    "kind": ("type", "kind", "section", "rule type", "criteria type"),
    "category": ("category", "scoring category"),
    "group": ("group", "criteria group", "group name", "event group", "property group"),
    "group_limit": ("group limit", "group max", "group maximum", "group cap", "max group points"),
    "limit": (
        "limit", "max", "maximum", "cap", "max points", "maximum points", "point limit",
        "points limit",
    ),
    "decay": ("decay", "score decay", "decay rate"),
    "timeframe": ("timeframe", "time frame", "recency", "within", "period", "window", "time"),
    "frequency": (
        "frequency", "times", "how often", "qualification", "qualification rule",
        "qualification rules", "runs", "run", "occurrence", "count",
    ),
    "weight": ("weight", "weighting", "weights", "grade weight"),
    "score": ("score field", "score name", "score"),
    "note": ("note", "notes", "comment", "comments", "description", "example"),
}  # fmt: skip
"""Our name of a column to the words people head it with, the likeliest first."""

EMPTY = frozenset({"", "-", "–", "—", "n/a", "na"})  # noqa: RUF001 - dashes as people type them
"""What people write into a cell that says nothing."""


@dataclass(frozen=True)
class Row:
    """One row: its place in the file, its cells by our names, and all it says as one line."""

    line: int
    cells: Mapping[str, str]
    text: str

    def __getitem__(self, column: str) -> str:
        """Return a cell without the blanks around it; empty where there is nothing in it."""
        return self.cells.get(column, "")


@dataclass(frozen=True)
class PointTable:
    """What a file holds.

    Attributes:
        file: Its path.
        columns: Our name of each column that was recognised, to its name in the file.
        unread: Names of columns that nothing is known about.
        rows: Rows that say something, in the order of the file.
        broken: Line and reason of rows that cannot be read.
    """

    file: str
    columns: Mapping[str, str]
    unread: tuple[str, ...]
    rows: tuple[Row, ...]
    broken: tuple[tuple[int, str, str], ...]


def read_table(engine: DuckDB, path: str | Path) -> PointTable:
    """Read a table of points from a CSV file; its separator is read off the header.

    Raises:
        InputError: It is no CSV, or has no column that names rules, or none with points.
        FileError: It cannot be read.
    """
    [file, *more] = given_files(path)
    if more:
        raise InputError(Fault(str(path), "", "must be one file", f"{len(more) + 1} files"))
    prepare(engine, [TABLE])
    raw = read_csv(engine, TABLE, [file])
    titles = list(raw.columns)
    columns = recognised(titles)
    _refuse_lacking(file, columns, titles)
    cells = [raw.columns[title].value for title in titles]
    located = raw.located(cells, Sql("true"))
    values = sql_text(
        "select {row}, {cells} from {rows} order by 1", row=ROW, cells=cells, rows=located
    )
    rows = [_row(found[0], titles, found[1:], columns) for found in engine.rows(values)]
    unread = tuple(title for title in titles if title not in columns.values())
    return PointTable(
        file, columns, unread, tuple(row for row in rows if row.text), _broken(engine)
    )


def recognised(titles: Sequence[str]) -> dict[str, str]:
    """Return our name of each column that is known to its title; a title has one meaning.

    >>> recognised(["Criteria", "Score", "Max points", "Owner"])
    {'points': 'Score', 'action': 'Criteria', 'limit': 'Max points'}
    """
    known = {_folded(title): title for title in reversed(titles)}
    found: dict[str, str] = {}
    for column, words in COLUMNS.items():
        title = next((known[word] for word in words if word in known), None)
        if title is not None:
            found[column] = title
            del known[_folded(title)]
    return found


def _folded(title: str) -> str:
    return re.sub(r"[\W_]+", " ", title).strip().lower()


def _refuse_lacking(file: str, columns: Mapping[str, str], titles: Sequence[str]) -> None:
    needed = {
        "action": (("action",), "that names the rules", "Rule"),
        "points": (("points", "weight"), "of points", "Points"),
    }
    faults = [
        Fault(f"{file}:1", "", f"must have a column {what}", ", ".join(titles), f"Call it {word}.")
        for choices, what, word in needed.values()
        if not any(each in columns for each in choices)
    ]
    if faults:
        raise InputError(*faults)


def _row(
    line: int, titles: Sequence[str], values: Sequence[str | None], columns: Mapping[str, str]
) -> Row:
    texts = {title: _clean(value) for title, value in zip(titles, values, strict=True)}
    cells = {column: texts[title] for column, title in columns.items()}
    said = {column: text for column, text in cells.items() if text.lower() not in EMPTY}
    return Row(line, said, " | ".join(text for text in texts.values() if text))


def _clean(value: str | None) -> str:
    """Return a cell on one line, without what cannot be seen."""
    shown = "".join(each if each.isprintable() else " " for each in value or "")
    return " ".join(shown.split())


def _broken(engine: DuckDB) -> tuple[tuple[int, str, str], ...]:
    query = 'select "row", content, reason from {rejects} where table_name = {table} order by 1'
    rows = engine.rows(sql_text(query, rejects=name(REJECTS), table=TABLE))
    return tuple((line, _clean(str(content).strip('"')), reason) for line, content, reason in rows)
