"""Options that several questions share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from leadline.questions.option import asks

if TYPE_CHECKING:
    from leadline.engines.duckdb.engine import DuckDB
    from leadline.engines.engine import Engine

MODEL = asks("Model document (YAML).", "document", "MODEL", setting="model")
LEAD = asks("The lead_id to look at.", unit="LEAD")
AS_OF = asks("Moment to score at.", "moment", "T", otherwise="now", setting="as_of")
AS_OF_OR_SPINE = asks(
    "Moment to score at.", "moment", "T", otherwise="now", against=("spine",), setting="as_of"
)
CLEAN = asks("The tables are declared clean: keys are not checked.", "flag", group="computing")
_MEMORY = asks("Most memory to use, such as 6GB.", unit="SIZE", group="computing", setting="memory")
_OWN = asks("An engine to use; by default one of its own.", "object")
_ADDRESS = asks(
    "Where to compute: duckdb, postgresql://user@host/database, spark, spark://host:port or "
    "sc://host:port. Tables of a server can be inputs and outputs, such as table:crm.events.",
    unit="E",
    group="computing",
    setting="engine",
)


@dataclass(frozen=True, kw_only=True)
class Embedded:
    """Computed by the embedded engine."""

    engine: DuckDB | None = field(default=None, metadata=_OWN)
    memory: str | None = field(default=None, metadata=_MEMORY)


@dataclass(frozen=True, kw_only=True)
class Anywhere:
    """Computed by any engine."""

    engine: Engine | str = field(default="duckdb", metadata=_ADDRESS)
    memory: str | None = field(default=None, metadata=_MEMORY)
