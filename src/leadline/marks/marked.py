"""Events with the marks that were found for them: how many, why, and the rows to keep."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Self

from leadline.marks import statement
from leadline.marks.signs import COLUMNS, Signs
from leadline.sql.text import Sql, sql_text
from leadline.tables.places.inputs import Input
from leadline.tables.read import Loaded, load

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

    from leadline.engines.duckdb.engine import DuckDB
    from leadline.model.document import Model

SHOWN = 3
"""How many examples a sign has."""

FOUND = Sql("marks_found")
MEANINGS: Mapping[str, str] = {
    "soon": "mail scanner: clicked within seconds of delivery",
    "links": "mail scanner: many links at once",
    "unopened": "mail scanner: clicked soon after delivery, before the open",
    "images": "mail scanner: loaded images within seconds of delivery",
    "crawler": "crawler: says so",
    "fast": "burst: many pages of one visitor within seconds",
    "long": "burst: many pages of one visitor within an hour",
    "address": "burst: many pages from one address within seconds",
}
"""Sign to what it means."""

_WITHOUT: Mapping[str, str] = {
    "mail": "clicks of mail scanners are not looked for",
    "agent": "crawlers are not looked for",
    "address": "bursts from one address are not looked for",
}


class Example(NamedTuple):
    """An event with its mark."""

    event_id: str
    mark: str


class Sign(NamedTuple):
    """A sign: how many events show it, how many leads these are of, and some of them."""

    sign: str
    means: str
    events: int
    leads: int
    examples: tuple[Example, ...]


@dataclass(frozen=True)
class Summary:
    """What was found.

    Attributes:
        events: How many there are.
        marked: How many of them no person made.
        kept: How many had a mark before, or one that was taken back; these were not judged.
        signs: By what they were told, the most frequent first.
    """

    events: int
    marked: int
    kept: int
    signs: tuple[Sign, ...]


@dataclass(frozen=True)
class Marked:
    """Events that were judged; the marks stand on the engine.

    Attributes:
        engine: Holds the tables.
        loaded: What was read, its notes, and rows that were left out.
        lacks: What was not looked for, as the events do not say it.
    """

    engine: DuckDB
    loaded: Loaded
    lacks: tuple[str, ...]

    @classmethod
    def of(
        cls,
        engine: DuckDB,
        events: Input,
        before: Input | None = None,
        model: Model | None = None,
        signs: Signs | None = None,
    ) -> Self:
        """Read events and judge each.

        Args:
            engine: Where the tables are wanted.
            events: A file, a pattern, or rows that speak the Arrow stream protocol.
            before: Marks that there are, likewise; their events are left as they are.
            model: Says under ``columns`` and ``files`` how tables are to be read.
            signs: Thresholds.

        Raises:
            InputError: A table cannot be used.
            FileError: A file cannot be read.

        >>> import pyarrow as pa
        >>> from leadline.engines.duckdb.engine import DuckDB
        >>> times = ["2026-11-01T12:00:00Z", "2026-11-01T12:00:02Z"]
        >>> events = pa.table({"event_id": ["1", "2"], "lead_id": ["a", "a"],
        ...     "type": ["email_sent", "email_clicked"], "email_id": ["m", "m"],
        ...     "occurred_at": times})
        >>> with DuckDB() as engine:
        ...     [mark] = Marked.of(engine, events).marks().to_pylist()
        >>> mark["event_id"], mark["mark"]
        ('2', 'mail scanner: clicked 2 s after delivery')
        """
        inputs = {"events": events} | ({} if before is None else {"event_marks": before})
        columns, files = (model.columns, model.files) if model else ({}, {})
        loaded = load(engine, inputs, columns, files=files)
        titles = loaded.schema["events"]
        query = statement.marks(Sql("events"), titles, signs or Signs())
        template = """
            create or replace temp table {found} as
            select f.*, e.lead_id from ({query}) as f join events as e using (event_id) {anti}"""
        anti = Sql("" if before is None else "anti join event_marks using (event_id)")
        engine.run(sql_text(template, found=FOUND, query=query, anti=anti))
        return cls(engine, loaded, tuple(_lacking(loaded.names["events"], titles)))

    @property
    def query(self) -> Sql:
        """The query for all marks, those that there were too, in the order of their events."""
        own = sql_text("select event_id, mark, recorded_at from {found}", found=FOUND)
        there = "event_marks" in self.loaded.schema
        kept = " union all select event_id, mark, recorded_at from event_marks" if there else ""
        return Sql(f"select * from ({own}{kept}) order by event_id, recorded_at")

    def marks(self) -> pa.Table:
        """Return all marks as an Arrow table."""
        return self.engine.arrow(self.query)

    def summary(self) -> Summary:
        """Count what was found."""
        [(events,)] = self.engine.rows("select count(*) from events")
        kept = 0
        if "event_marks" in self.loaded.schema:
            [(kept,)] = self.engine.rows("select count(distinct event_id) from event_marks")
        template = """
            select sign, count(*), count(distinct lead_id),
                list([event_id, mark] order by event_id)[:{shown}]
            from {found} group by sign order by 2 desc, 1"""
        rows = self.engine.rows(sql_text(template, shown=SHOWN, found=FOUND))
        signs = tuple(
            Sign(sign, MEANINGS[sign], count, leads, tuple(Example(*each) for each in examples))
            for sign, count, leads, examples in rows
        )
        return Summary(events, sum(each.events for each in signs), kept, signs)


def _lacking(file: str, titles: Mapping[str, object]) -> list[str]:
    """Return what is not looked for, for want of a column."""
    there = statement.columns_of(titles)
    return [
        f"{file} has no column {' or '.join(COLUMNS[role])}: {what}."
        for role, what in _WITHOUT.items()
        if role not in there
    ]
