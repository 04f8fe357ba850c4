"""A model made ready once, for many small batches."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from leadline.engines.duckdb.engine import DuckDB
from leadline.identity.enrich import Enricher
from leadline.model.checking.check import check
from leadline.model.document import Model
from leadline.model.given import refuse
from leadline.model.reading.reader import Source
from leadline.model.types import Schema, Type
from leadline.query.context import Profile
from leadline.query.statement import statement
from leadline.scoring.moments import literal, naive

if TYPE_CHECKING:
    import pyarrow as pa


class Scorer:
    """A model made ready once, for many small batches of rows that are known to be clean.

    Made for real time: each batch brings all rows of the leads that something happened to, typed
    and with unique keys, and is scored at one moment by the same statement as everything else.
    """

    def __init__(self, engine: DuckDB, model: Model, schema: Schema) -> None:
        """Check the model against the columns of the batches to come; raises ModelError."""
        refuse(check(model, Source("model", model.plain()), schema))
        self.engine = engine.new_session()
        self.model = model
        self.enricher = Enricher(model, schema)
        schema = self.enricher.schema
        texts = frozenset(
            (table, name)
            for table, columns in schema.items()
            for name, kind in columns.items()
            if kind is not Type.TIME
        )
        self.statement = statement(model, schema, Profile(texts, one_moment=True))
        self.texts: dict[str, str] = {}

    def score(
        self, tables: Mapping[str, pa.Table], as_of: datetime, output: str = "scores"
    ) -> pa.Table:
        """Return an output for every lead of the batch.

        The first batch must have every table of the schema; a table that a later batch leaves
        out keeps its rows.
        """
        for name, rows in tables.items():
            self.engine.register(self.enricher.given(name), rows)
        self.enricher.enrich(self.engine)
        self.engine.set_moment(naive(as_of))
        self.engine.view("spine", f"select lead_id, {literal(as_of)} as as_of from leads")
        if output not in self.texts:
            self.texts[output] = self.statement.text(output, "duckdb")
        # planning is most of the cost, and an Arrow result of a query would plan it twice
        self.engine.run(f"create or replace temp table scored as {self.texts[output]}")
        return self.engine.arrow("select * from scored")
