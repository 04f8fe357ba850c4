"""Where the tables of a workspace come from: its files, or its store."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from leadline.service.asked.of_store import DEFAULT, OfStore
from leadline.service.workspace import Value, Workspace

STORE = "store"
_OWN = "store.url"
"""What asks for it reads the store by itself."""


@contextmanager
def with_tables(found: Workspace, settings: Collection[str]) -> Iterator[Workspace]:
    """Yield a workspace with the tables of its store, where its source is the store.

    Those are files for as long as the block runs, and as the store is at its beginning. Tables
    that are empty are left out, as those that nobody named. Raises FileError, EngineError.

    Args:
        found: What is set.
        settings: Names of the settings that are asked for.
    """
    asked = [each for each in settings if each.startswith("tables.")]
    if found.get("source") != STORE or not asked or _OWN in settings:
        yield found
        return
    from leadline.service.exporting import KNOWN, export
    from leadline.store.store import require

    url = found.get(_OWN) or DEFAULT
    require(url)
    with TemporaryDirectory(prefix="leadline-store-") as folder:
        with OfStore(store=url).opened() as store:
            counts = export(store, Path(folder), KNOWN)
        made = {
            name: Value(name, f"{folder}/{table}.jsonl", STORE)
            for table, count in counts.items()
            if count and (name := f"tables.{table}") in asked
        }
        yield replace(found, values={**found.values, **made})
