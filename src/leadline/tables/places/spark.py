"""Tables of Spark and Parquet files where they are: what ``in_place`` asks of this engine.

They are read by the workers, never through here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from leadline.engines.spark.engine import Spark
from leadline.engines.spark.tables import parts, quoted
from leadline.errors import Fault, InputError, nearest
from leadline.model.types import Type
from leadline.sql.text import Sql
from leadline.tables.columns import Column, Target
from leadline.tables.in_place import InPlace, Place
from leadline.tables.in_place import read as read_in_place
from leadline.tables.natives import BARE, DIGITS, IN_REACH, ISO, Native, Spelling
from leadline.tables.places.files import called, format_of, given_files
from leadline.tables.places.raw import Raw, RawColumn

_FINITE = "nanvl(cast({x} as double) % double('infinity'), cast(null as double))"
_REACHABLE = f"case when {{x}} {IN_REACH} then {{x}} end"
_NAIVE = "cast({x} as timestamp)"


SPARK = Spelling(
    "spark",
    natives=(
        Native("string", Type.TEXT, BARE, BARE),
        Native(
            "string collate .*|(var)?char.*",
            Type.TEXT,
            "nullif(cast({x} as string) collate utf8_binary, '')",
            "nullif(cast({x} as string) collate utf8_binary, '')",
        ),
        Native(
            "tinyint|smallint|int|bigint",
            Type.NUMBER,
            "cast({x} as double)",
            "cast({x} as string)",
        ),
        Native("decimal.*", Type.NUMBER, _FINITE, "cast({x} as string)"),
        Native("float|double", Type.NUMBER, _FINITE, DIGITS["spark"]),
        Native("boolean", Type.BOOLEAN, "{x}", "cast({x} as string)"),
        Native("timestamp", Type.TIME, _REACHABLE, ISO["spark"]),
        Native(
            "timestamp_ntz|date",
            Type.TIME,
            _REACHABLE.format(x=_NAIVE),
            ISO["spark"].format(x=_NAIVE),
        ),
        Native("(struct|array|map).*", Type.TEXT, "to_json({x})", "to_json({x})"),
        Native(
            ".*",
            Type.TEXT,
            "nullif(cast({x} as string), '')",
            "nullif(cast({x} as string), '')",
        ),
    ),
    local="timestamp_ntz|date",
    in_zone="to_utc_timestamp({x}, {zone})",
)


@dataclass(frozen=True)
class SparkTable(Place):
    """A table of Spark, whose catalog promises nothing of keys."""

    engine: Spark
    spelling = SPARK
    whole_row = "to_json(struct(t.*))"

    def brought(self, query: str) -> Sql:
        """Return the rows of a query as a relation of the embedded engine."""
        return Sql(self.engine.handed(query))

    def is_filled(self, targets: Sequence[Target]) -> bool:  # noqa: ARG002 - never
        """Say whether the catalog promises that none of these columns is ever null."""
        return False

    def is_unique(self, targets: Sequence[Target]) -> bool:  # noqa: ARG002 - never
        """Say whether the catalog promises that no two rows agree in these columns."""
        return False


def read(
    engine: Spark,
    table: str,
    address: str,
    declared: Mapping[str, Column],
    *,
    is_clean: bool,
) -> InPlace:
    """Make a table of Spark readable under the contract's name.

    Args:
        engine: A session with Spark.
        table: Name in the contract, such as ``events``.
        address: Name in the catalog, such as ``crm.events``, or of files, such as
            ``parquet.`/data/events```.
        declared: What a model document declares of its columns.
        is_clean: Keys are known to be there and to be unique.

    Raises:
        InputError: The table or a column of it is missing, a column has a wrong type, or keys
            that must be unique repeat.
        EngineError: It may not be read.
    """
    relation = quoted(*parts(address))
    _require_table(engine, address)
    _read_times(engine, declared)
    raw = Raw(table, address, _columns(engine, relation), Sql(relation))
    place = SparkTable(engine)
    return read_in_place(place, raw, declared, f"table:{address}", is_clean=is_clean)


def read_parquet(
    engine: Spark,
    table: str,
    files: str | Path | Sequence[str | Path],
    declared: Mapping[str, Column],
) -> InPlace | None:
    """Make Parquet files that are known to be clean readable, without a look at their rows.

    Returns None where files are not all Parquet, or Spark cannot read a type in them.
    """
    found = given_files(files)
    if any(format_of(file) != "parquet" for file in found):
        return None
    _read_times(engine, declared)
    paths = ["file:" + _literal(str(Path(file).absolute())) for file in found]
    if not engine.read_parquet(f"given_{table}", paths):
        return None
    relation = quoted(f"given_{table}")
    raw = Raw(table, called(found), _columns(engine, relation), Sql(relation))
    return read_in_place(SparkTable(engine), raw, declared, raw.where, is_clean=True)


def _read_times(engine: Spark, declared: Mapping[str, Column]) -> None:
    """Read times of files that have no zone as UTC, which is faster, unless a zone is declared."""
    has_zone = any(each.zone for each in declared.values())
    engine.session.conf.set("spark.sql.parquet.inferTimestampNTZ.enabled", str(has_zone).lower())


def _literal(path: str) -> str:
    r"""Return a path in which nothing is a pattern.

    >>> print(_literal("/data/a[1].parquet"))
    /data/a\[1\].parquet
    """
    return re.sub(r"([\\\[\]{}*?])", r"\\\1", path)


def _require_table(engine: Spark, address: str) -> None:
    names = parts(address)
    if len(names) > 1 and names[0] in {"parquet", "orc", "delta", "json", "csv"}:
        return
    if engine.session.catalog.tableExists(quoted(*names)):
        return
    schema = ".".join(names[:-1])
    others: list[str] = []
    if not schema or engine.session.catalog.databaseExists(schema):
        others = [each.name for each in engine.session.catalog.listTables(schema or None)]
    hint = nearest(names[-1], others, f"table:{schema}." if schema else "table:")
    expected = "is not a table of the catalog, or may not be read"
    raise InputError(Fault(f"table:{address}", "", expected, "", hint))


def _columns(engine: Spark, relation: str) -> dict[str, RawColumn]:
    """Return the columns of a relation, which the catalog or the head of a file says."""
    columns = engine.columns(relation)
    return {title: RawColumn(title, Sql(quoted(title)), kind) for title, kind in columns.items()}
