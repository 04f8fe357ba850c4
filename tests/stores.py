"""Stores for the tests: a file, and a database of its own on the server of the tests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg

from leadline.store.migrate import migrate
from leadline.store.store import Store, connect

KINDS = ("sqlite", "postgresql")
_NUMBERS = count(1)


@contextmanager
def database(server: str) -> Iterator[str]:
    """Make a database on a server, yield its address, and drop it."""
    name = f"store_{next(_NUMBERS)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'create database "{name}"')
    try:
        yield server.replace("/postgres?", f"/{name}?")
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f'drop database "{name}" with (force)')


@contextmanager
def opened(url: str) -> Iterator[Store]:
    """Yield the store at an address with its tables; it is closed afterwards."""
    store = connect(url)
    migrate(store)
    try:
        yield store
    finally:
        store.close()


def file_url(folder: Path) -> str:
    """Return the address of a store in a file of a folder."""
    return f"sqlite:{folder / 'leadline.db'}"
