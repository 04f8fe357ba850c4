"""The tables of a store, brought to the form that this version of leadline works on."""

from __future__ import annotations

from importlib.resources import files

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect
from sqlalchemy.engine import Connection

from leadline.errors import EngineError
from leadline.store.store import Store


def migrate(store: Store) -> None:
    """Bring the tables of a store to this version; a new store gets all of them.

    Raises EngineError where the store was made by a later version, which has to work on it.
    """
    engine = create_engine(store.address)
    try:
        with engine.begin() as connection:
            _refuse_later(connection)
            upgrade(connection)
    finally:
        engine.dispose()


def is_current(store: Store) -> bool:
    """Say whether the tables of a store are of this version."""
    engine = create_engine(store.address)
    try:
        with engine.connect() as connection:
            return version(connection) == versions()[0]
    finally:
        engine.dispose()


def upgrade(connection: Connection, to: str = "head") -> None:
    """Bring tables to a version, in the transaction of the caller."""
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, to)


def version(connection: Connection) -> str | None:
    """Return the version of the tables; None in a new store."""
    return MigrationContext.configure(connection).get_current_revision()


def versions() -> list[str]:
    """Return every version of the tables that this leadline knows, the latest first."""
    return [each.revision for each in ScriptDirectory.from_config(_config()).walk_revisions()]


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(files("leadline.store") / "migrations"))
    return config


def _refuse_later(connection: Connection) -> None:
    if "alembic_version" not in inspect(connection).get_table_names():
        return
    found = version(connection)
    if found is not None and found not in versions():
        raise EngineError(
            f"the store must be of a version up to this one; found tables of version {found}. "
            "Use the leadline that made it, or restore a backup from before."
        )
