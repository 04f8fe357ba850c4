"""A store: where it is, and what every one of them can do."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from leadline.errors import Fault, FileError, InputError
from leadline.store.session import Session


class Store(Protocol):
    """One store, one tenant.

    Attributes:
        kind: ``sqlite`` or ``postgresql``.
    """

    kind: str

    @property
    def address(self) -> str:
        """Its address for SQLAlchemy."""

    def writing(self) -> AbstractContextManager[Session]:
        """Yield a transaction that is committed and synced at the end of the block, or undone."""

    def working(self) -> AbstractContextManager[Session]:
        """Yield a transaction of the loop, which nobody can write who does not hold it."""

    def reading(self) -> AbstractContextManager[Session]:
        """Yield a transaction that reads the store as it is at its first statement."""

    def size(self, session: Session) -> int:
        """Return how many bytes it takes up."""

    def hold(self) -> bool:
        """Become the one that runs the loop; False where another process is it."""

    def release(self) -> None:
        """Stop running the loop."""

    def alone(self, what: str) -> AbstractContextManager[bool]:
        """Yield whether nobody else does something while the block runs; it ends with the process.

        Args:
            what: A name for what is done.
        """

    def compact(self) -> None:
        """Overwrite what was deleted, where the store itself can do so. Raises StoreError."""

    def close(self) -> None:
        """Close every connection."""


def file_of(url: str) -> Path | None:
    """Return the file of a store; None where the address is that of a server.

    >>> file_of("sqlite:leadline.db")
    PosixPath('leadline.db')
    """
    scheme, _, rest = url.partition(":")
    return Path(rest.removeprefix("///")) if scheme == "sqlite" else None


def require(url: str) -> None:
    """Refuse a store in a file that is not there, which connecting would make. Raises FileError."""
    file = file_of(url)
    if file is not None and not file.exists():
        raise FileError(Fault(str(file), "", "must be a store of leadline", "no such file"))


def connect(url: str) -> Store:
    """Return the store at an address, as it is. Raises InputError, EngineError, FileError.

    >>> connect("mysql://host/db")
    Traceback (most recent call last):
    ...
    leadline.errors.InputError: store must be sqlite:FILE or postgresql://...; found mysql://host/db.
    """
    file = file_of(url)
    if file is not None:
        from leadline.store.sqlite import SQLiteStore  # noqa: PLC0415 - only the one asked for

        return SQLiteStore(file)
    if url.partition(":")[0] in {"postgresql", "postgres"}:
        from leadline.store.postgres import PostgresStore  # noqa: PLC0415 - needs a driver

        return PostgresStore(url)
    raise InputError(Fault("", "store", "must be sqlite:FILE or postgresql://...", url))
