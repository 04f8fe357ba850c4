"""Tables that were read once, into a workspace of an engine, and stay as they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from leadline.engines.workspace import Workspace
from leadline.identity.enrich import enriched
from leadline.scoring.loading import load

if TYPE_CHECKING:
    from leadline.engines.duckdb.engine import DuckDB
    from leadline.engines.engine import Engine
    from leadline.model.document import Model
    from leadline.model.types import Schema
    from leadline.tables.places.inputs import Input
    from leadline.tables.read import Loaded


@dataclass(frozen=True, eq=False)
class Tables:
    """Tables on an engine, each under the name of the contract where nothing else is said.

    Attributes:
        workspace: Has them; with it they end.
        loaded: What was read, and what a person should know of it.
        names: Table to what it is called there, where that is another name.
    """

    workspace: Workspace
    loaded: Loaded
    names: Mapping[str, str] = field(default_factory=dict)
    _sorted: dict[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def read(
        cls, engine: Engine, inputs: Mapping[str, Input], model: Model, *, clean: bool = False
    ) -> Tables:
        """Read tables into a workspace of their own, as a model says; errors as for ``load``."""
        workspace = Workspace.on(engine)
        try:
            return cls(workspace, load(workspace.engine, inputs, model, clean=clean))
        except BaseException:
            workspace.close()
            raise

    @property
    def schema(self) -> Schema:
        """Columns and their types of each table."""
        return self.loaded.schema

    def name(self, table: str) -> str:
        """Return what a table is called on the engine."""
        return self.names.get(table, table)

    def without(self, *tables: str) -> Tables:
        """Return the others."""
        schema = {each: kinds for each, kinds in self.loaded.schema.items() if each not in tables}
        return replace(self, loaded=replace(self.loaded, schema=schema))

    def enriched(self, engine: DuckDB, model: Model) -> Tables:
        """Return tables whose leads have what a model reads off their other columns too."""
        loaded, leads = enriched(engine, self.workspace, self.loaded, model, self.name("leads"))
        return replace(self, loaded=loaded, names={**self.names, "leads": leads})

    def events_by_lead(self) -> str:
        """Return the name of the events with those of each lead together, which are kept once."""
        with self.workspace.lock:
            if "events" not in self._sorted:
                query = f"select * from {self.name('events')} order by lead_id"
                self._sorted["events"] = self.workspace.keep("events_by_lead", query)
            return self._sorted["events"]
