"""The steps from version to version end at the schema that the code is written for."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, text

from leadline.errors import EngineError
from leadline.store.migrate import migrate, version
from leadline.store.schema import METADATA
from leadline.store.store import Store, connect


def test_a_new_store_has_the_tables_of_the_schema(store: Store) -> None:
    """Nothing is missing after the steps, and nothing is left over."""
    engine = create_engine(store.address)
    with engine.connect() as connection:
        found = compare_metadata(MigrationContext.configure(connection), METADATA)
    engine.dispose()
    assert found == []


def test_migrating_again_changes_nothing(store: Store) -> None:
    """A service that starts anew finds its store as it left it."""
    engine = create_engine(store.address)
    with engine.connect() as connection:
        before = version(connection)
    migrate(store)
    with engine.connect() as connection:
        assert version(connection) == before
    engine.dispose()


def test_a_store_of_a_later_version_is_refused(store_url: str) -> None:
    """An older program does not touch what it does not know."""
    store = connect(store_url)
    migrate(store)
    engine = create_engine(store.address)
    with engine.begin() as connection:
        connection.execute(text("update alembic_version set version_num = '9999'"))
    engine.dispose()
    with pytest.raises(EngineError, match=r"of a version up to this one; found .* 9999"):
        migrate(store)
    store.close()
