"""Files of events that arrive in a folder: their columns, learnt once, and their rows, typed."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from leadline.engines.spark.engine import Spark
from leadline.engines.spark.tables import quoted
from leadline.errors import Fault, InputError
from leadline.model.contract import CONTRACT
from leadline.model.document import Model
from leadline.model.types import Columns, Type
from leadline.sql.dialects import render
from leadline.sql.trees import Tree, all_of, case, column, named, null, sql_tree, text
from leadline.tables import read
from leadline.tables.places.files import Format, format_of, given_files

SPARK_TYPES = {
    Type.TEXT: "string",
    Type.ANY: "string",
    Type.NUMBER: "double",
    Type.BOOLEAN: "boolean",
    Type.TIME: "timestamp",
}
READERS: Mapping[Format, tuple[str, Mapping[str, str]]] = {
    "json": ("json", {}),
    "csv": ("csv", {"header": "true", "escape": '"'}),
    "tsv": ("csv", {"header": "true", "escape": '"', "sep": "\t"}),
    "parquet": ("parquet", {}),
}
"""Format to what Spark calls it, and its options."""

FILE = "stream.json"
WRITTEN_OTHERWISE = ("format", "decimal_mark", "thousands", "zone")


@dataclass(frozen=True)
class Arriving:
    """The events of a folder.

    Attributes:
        name: Of this stream, which its batches are known by.
        pattern: Folder and names of the files, such as ``incoming/*.json``.
        columns: Columns of the contract and their types.
        given: Column of the contract to that of the files, which need not all have it.
    """

    name: str
    pattern: str
    columns: Columns
    given: Mapping[str, str]

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
            return cls(known["name"], pattern, columns, known["given"])
        _refuse_other_writing(model)
        found = read.load(
            engine.embedded, {"events": given_files(pattern)}, model.columns, files=model.files
        )
        declared = model.columns.get("events", {})
        given = {title: _source(declared.get(title), title) for title in found.schema["events"]}
        made = cls(secrets.token_hex(8), pattern, found.schema["events"], given)
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
        kind, options = READERS[self.format]
        folder = Path(self.pattern).absolute()
        written = ", ".join(
            f"{quoted(self.given[title])} {self._written(title)}" for title in self.columns
        )
        reader = engine.session.readStream.format(kind).schema(written).options(**options)
        reader = reader.option("pathGlobFilter", folder.name)
        return reader.option("maxFilesPerTrigger", files_at_once).load(f"file:{folder.parent}")

    def _written(self, title: str) -> str:
        """Return the type in the file: text, but for Parquet, which has types of its own."""
        return SPARK_TYPES[self.columns[title]] if self.format == "parquet" else "string"

    def typed(self, relation: str) -> str:
        """Return the query for rows with their types, and ``reason`` where one cannot be used."""
        columns = [named(self._value(title), title) for title in self.columns]
        typed = sql_tree("select :columns from arrived as r", columns=columns)
        return (f"select *, {_reason()} as reason from ({render(typed, 'spark')}) as t").replace(
            "arrived", relation
        )

    def _value(self, title: str) -> Tree:
        given, kind = column(self.given[title], "r"), self.columns[title]
        if self.format == "parquet" or kind in (Type.TEXT, Type.ANY):
            return sql_tree("nullif(:x, '')", x=given) if kind in (Type.TEXT, Type.ANY) else given
        return sql_tree(f"text_to_{kind.value}(:x)", x=given)


def _source(declared: Any, title: str) -> str:
    return str(declared.source) if declared is not None and declared.source else title


def _reason() -> str:
    """Return why a row cannot be used, or null, as Spark's SQL."""
    keys = CONTRACT["events"]
    branches = [
        (sql_tree(":k is null", k=column(key)), text(f"{key} is missing or wrong"))
        for key in keys.filled
    ]
    lacks = all_of(sql_tree(":k is null", k=column(key)) for key in keys.either)
    branches.append((lacks, text(f"{' and '.join(keys.either)} are missing")))
    return render(case(branches, null("text")), "spark")


def _refuse_other_writing(model: Model) -> None:
    """Refuse what only files that are read whole can be: other dates and decimal marks."""
    faults = [
        Fault("columns.events", title, f"must not have {key} where events arrive one by one")
        for title, declared in model.columns.get("events", {}).items()
        for key in WRITTEN_OTHERWISE
        if getattr(declared, key, None)
    ]
    if faults:
        raise InputError(*faults)
