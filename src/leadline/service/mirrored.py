"""Where the mirror of a store is."""

from __future__ import annotations

from pathlib import Path

from leadline.mirror.mirror import Mirror
from leadline.store.store import file_of


def mirror_of(url: str, folder: str | None = None) -> Mirror | None:
    """Return the mirror of a store: in the folder that is named, else beside the store's file.

    >>> mirror_of("sqlite:leadline.db").folder
    PosixPath('leadline.db.mirror')
    >>> mirror_of("postgresql://host/leads") is None
    True
    """
    file = file_of(url)
    if folder is not None:
        return Mirror(Path(folder))
    return None if file is None else Mirror(Path(f"{file}.mirror"))
