"""Files of events that arrive in a folder: their columns, learnt once, and their rows, typed."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlglot import exp

from leadline.engines.spark.engine import Spark
from leadline.errors import Fault, InputError
from leadline.model.contract import CONTRACT
from leadline.model.document import Model
from leadline.model.types import Columns, Type
from leadline.sql.dialects import render
from leadline.sql.kinds import sql_type
from leadline.sql.text import Sql, name
from leadline.sql.trees import column, named, sql_tree
from leadline.tables import read, reading
from leadline.tables.columns import Missing, Target
from leadline.tables.places.files import Format, format_of, given_files
from leadline.tables.places.raw import RawColumn
from leadline.tables.places.spark import SPARK, SparkTable

READERS: Mapping[Format, tuple[str, Mapping[str, str]]] = {
    "json": ("json", {}),
    "csv": ("csv", {"header": "true", "escape": '"'}),
    "tsv": ("csv", {"header": "true", "escape": '"', "sep": "\t"}),
    "parquet": ("parquet", {}),
}
"""Format to what Spark calls it, and its options."""

FILE = "stream.json"
NOT_ARRIVING = (
    *reading.WRITTEN_OTHERWISE,
    "value",
    "made_from",
    "event",
    "match",
    "cut",
    "case",
    "split",
)
"""What is declared of columns that cannot be where events arrive one by one."""
AS_GIVEN = "row as given"
"""The column of the state by which the least of otherwise equal events stands."""


@dataclass(frozen=True)
class Arriving:
    """The events of a folder.

    Attributes:
        name: Of this stream, which its batches are known by.
        pattern: Folder and names of the files, such as ``incoming/*.json``.
        columns: Columns of the contract and their types.
        given: Column of the contract to that of the files, which need not all have it.
        missing: Column of the contract to values that mean: no value.
    """

    name: str
    pattern: str
    columns: Columns
    given: Mapping[str, str]
    missing: Mapping[str, tuple[Missing, ...]]

    @classmethod
    def of(cls, engine: Spark, pattern: str, model: Model, state: Path) -> Arriving:
        """Return the events as the state knows them; at the first start, as the files there are.

        Raises:
            InputError: No file is there yet to learn the columns from, or columns are wrong.
        """
        file = state / FILE
        if file.exists():
            known = json.loads(file.read_text(encoding="utf-8"))
            columns = {title: Type(kind) for title, kind in known["columns"].items()}
            return cls(known["name"], pattern, columns, known["given"], _missing(model))
        _refuse_other_writing(model)
        found = read.load(
            engine.embedded, {"events": given_files(pattern)}, model.columns, files=model.files
        )
        declared = model.columns.get("events", {})
        given = {title: _source(declared.get(title), title) for title in found.schema["events"]}
        number = secrets.token_hex(8)
        made = cls(number, pattern, found.schema["events"], given, _missing(model))
        state.mkdir(parents=True, exist_ok=True)
        made._save(file)
        return made

    def _save(self, file: Path) -> None:
        known = {
            "name": self.name,
            "columns": {title: kind.value for title, kind in self.columns.items()},
            "given": dict(self.given),
        }
        written = file.with_suffix(".new")
        written.write_text(json.dumps(known, indent=2), encoding="utf-8")
        written.replace(file)

    @property
    def format(self) -> Format:
        """The format of the files."""
        return format_of(self.pattern)

    def stream(self, engine: Spark, files_at_once: int) -> Any:
        """Return the rows of the files as they arrive, as they are written."""
        if self.format not in READERS:
            expected = f"must be files that arrive as {', '.join(READERS)}"
            raise InputError(Fault(self.pattern, "", expected, self.format))
        kind, options = READERS[self.format]
        folder = Path(self.pattern).absolute()
        written = ", ".join(
            f"{name(self.given[title], dialect='spark')} {self._written(title)}"
            for title in self.columns
        )
        reader = engine.session.readStream.format(kind).schema(written).options(**options)
        reader = reader.option("pathGlobFilter", folder.name)
        return reader.option("maxFilesPerTrigger", files_at_once).load(f"file:{folder.parent}")

    def _written(self, title: str) -> str:
        """Return the type in the file: text, but for Parquet, which has types of its own."""
        kind = self.columns[title] if self.format == "parquet" else Type.TEXT
        return sql_type(kind, "spark")

    @property
    def schema(self) -> str:
        """The columns of the state, as Spark's SQL."""
        columns = {**self.columns, AS_GIVEN: Type.TEXT}
        return ", ".join(
            f"{name(title, dialect='spark')} {sql_type(kind, 'spark')}"
            for title, kind in columns.items()
        )

    def typed(self, relation: str) -> str:
        """Return the query for rows with their types.

        Beside them stand ``AS_GIVEN``, the ``content`` as JSON, and a ``reason`` where a row
        cannot be used.
        """
        fields = [self._field(title) for title in self.columns]
        more = [
            named(reading.row_text(fields, "events"), AS_GIVEN),
            named(SPARK.tree(SparkTable.whole_row), "content"),
        ]
        kept = [*self.columns, AS_GIVEN, "content"]
        query = sql_tree(
            "select :columns, :reason as reason from :rows as r",
            columns=[column(each, "r") for each in kept],
            reason=reading.reason("events"),
            rows=reading.typed(fields, exp.to_table(relation), *more),
        )
        return render(query, "spark")

    def _field(self, title: str) -> reading.Field:
        given = RawColumn(self.given[title], Sql(""), self._written(title))
        is_key = title in CONTRACT["events"].names_rows
        missing = self.missing.get(title, ())
        target = Target(title, given, self.columns[title], missing, is_key=is_key)
        own = column(self.given[title], "t")
        return reading.field(SPARK, "events", target, own, self.columns[title])


def _source(declared: Any, title: str) -> str:
    return str(declared.source) if declared is not None and declared.source else title


def _missing(model: Model) -> dict[str, tuple[Missing, ...]]:
    """Return the values of each column that mean: no value."""
    return {title: each.missing for title, each in model.columns.get("events", {}).items()}


def _refuse_other_writing(model: Model) -> None:
    """Refuse what only files that are read whole can be: other dates and decimal marks."""
    faults = [
        Fault("columns.events", title, f"must not have {key} where events arrive one by one")
        for title, declared in model.columns.get("events", {}).items()
        for key in NOT_ARRIVING
        if getattr(declared, key, None)
    ]
    if faults:
        raise InputError(*faults)
