"""What stands beside the events: leads and accounts, read again when they change."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TypeAlias

from leadline.engines.spark.engine import Spark
from leadline.engines.spark.tables import parts, quoted
from leadline.model.contract import CONTRACT
from leadline.model.document import Model
from leadline.scoring.loading import load, table_address
from leadline.tables.places.files import given_files
from leadline.tables.read import Loaded

Stamp: TypeAlias = tuple[tuple[str, int, int], ...]
"""Each file of a table with the time of its last change and its size."""

BEFORE = "{}_before"


class Beside:
    """Leads and accounts as they are now.

    Attributes:
        loaded: What was read last.
    """

    def __init__(self, engine: Spark, model: Model, given: Mapping[str, str]) -> None:
        """Read them; raises LeadlineError."""
        self.engine, self.model, self.given = engine, model, given
        self._stamps = self._seen()
        self.loaded: Loaded = load(engine, given, model)

    def renew(self) -> str:
        """Read again what changed, and tables in any case; return the query for the leads that did.

        Of tables nobody knows what they were before: their leads count from their next event on.
        It is empty where nothing changed. Raises LeadlineError.
        """
        stamps = self._seen()
        if stamps == self._stamps and all(stamps.values()):
            return ""
        files = [table for table, stamp in stamps.items() if stamp]
        before = {table: self.loaded.schema[table] for table in files}
        for table in files:
            self.engine.view(BEFORE.format(table), f"select * from {table}")
        self._refresh()
        self.loaded, self._stamps = load(self.engine, self.given, self.model), stamps
        return " union all ".join(
            self._leads(table, is_alike=before[table] == self.loaded.schema[table])
            for table in files
        )

    def _refresh(self) -> None:
        """Have Spark forget what it knows of the files of its tables."""
        for address in filter(None, map(table_address, self.given.values())):
            relation = quoted(*parts(address))
            if self.engine.session.catalog.tableExists(relation):
                self.engine.session.catalog.refreshTable(relation)

    def _seen(self) -> dict[str, Stamp]:
        """Return when each table was changed; empty for a table of the engine."""
        return {table: _stamp(given) for table, given in self.given.items()}

    def _leads(self, table: str, *, is_alike: bool) -> str:
        """Return the query for the leads with other fields than before; all, with new columns."""
        rows = f"select * from {table}"
        if is_alike:
            rows += f" except select * from {BEFORE.format(table)}"
        [key] = CONTRACT[table].unique
        if table == "leads":
            return f"select {key} from ({rows})"
        return f"select lead_id from leads where {key} in (select {key} from ({rows}))"


def _stamp(given: str) -> Stamp:
    if table_address(given) is not None:
        return ()
    found = [(file, Path(file).stat()) for file in given_files(given)]
    return tuple((str(file), each.st_mtime_ns, each.st_size) for file, each in found)
