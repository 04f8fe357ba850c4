"""Tables into a store, and a model over them: what import, publish and a first start share."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from leadline.service.importing import Imported, Importer, Told

if TYPE_CHECKING:
    from leadline.engines.duckdb.engine import DuckDB
    from leadline.model.document import Model
    from leadline.store.store import Store
    from leadline.tables.places.inputs import Input


def bring(
    store: Store, engine: DuckDB, tables: Mapping[str, Input], model: str | None, told: Told
) -> Imported:
    """Read and clean tables as a model says, and write them. Raises LeadlineError.

    Args:
        store: Held by this process, whose loop does not run.
        engine: Reads the tables.
        tables: The tables by name.
        model: Its ``columns:`` say how they are read.
        told: Is told how many rows of each table are in.
    """
    from leadline.identity.founding import with_founded
    from leadline.model.given import read_model
    from leadline.tables.read import load

    document = None if model is None else read_model(model)[0]
    declared: Any = document.columns if document else {}
    files = document.files if document else None
    loaded = load(engine, tables, declared, files=files, founding=with_founded)
    return Importer(store, engine, loaded, told).run()


def publishable(model: str) -> tuple[Model, str]:
    """Return a model, and the text that it is published as.

    Raises ModelError where it has faults or its examples do not hold, and FileError.
    """
    from leadline.model.checking.check import check
    from leadline.model.given import read_model, refuse
    from leadline.review.trial.examples import check_examples

    document, source = read_model(model)
    refuse(check(document, source) or check_examples(document, source))
    return document, Path(model).read_text(encoding="utf-8")
