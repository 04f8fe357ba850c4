"""What an administrator gives a service that is new: files, until they are in the store."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from leadline.service.beginning import Beginning
from leadline.service.prepared import Bounded, Prepared, Unfit, prepare

ENDINGS = (".csv", ".tsv", ".xlsx", ".parquet")
MOST_FILES = 8
MOST_FILE_BYTES = 100 * 1024**2
_NOT_IN_NAMES = re.compile(r"[^\w.-]+", re.ASCII)
_MOST_LETTERS = 60


@dataclass(frozen=True)
class Given:
    """A file that was given.

    Attributes:
        name: What it was called, in letters that are safe.
        path: Where it lies.
        size: Its bytes.
    """

    name: str
    path: Path
    size: int


class FirstStart:
    """Files of one start, in a folder that is gone once the service ends.

    Attributes:
        files: The files.
        found: What was found in them; None before somebody looked.
        fault: Why they cannot be used; ``bounds`` where they take too much.
    """

    def __init__(self) -> None:
        self._folder: TemporaryDirectory[str] | None = None
        self._number = 0
        self.files: list[Given] = []
        self.found: Prepared | None = None
        self.fault = ""

    @property
    def folder(self) -> Path:
        """A folder of its own, made when it is first needed."""
        if self._folder is None:
            self._folder = TemporaryDirectory(prefix="leadline-start-")
        return Path(self._folder.name)

    def place(self, name: str) -> Path | None:
        """Return where a file of that name may be written; None where none is taken."""
        safe = _NOT_IN_NAMES.sub("-", Path(name).name).strip(".-")[-_MOST_LETTERS:]
        if Path(safe.lower()).suffix not in ENDINGS or len(self.files) >= MOST_FILES:
            return None
        self._number += 1
        folder = self.folder / f"in{self._number}"
        folder.mkdir()
        return folder / safe

    def add(self, path: Path) -> None:
        """Take a file that was written."""
        self.files.append(Given(path.name, path, path.stat().st_size))
        self.found, self.fault = None, ""

    def look(self) -> None:
        """Look into the files; what is found, or why not, is here afterwards."""
        self.found = self._prepared([str(each.path) for each in self.files])

    def clear(self) -> None:
        """Forget the files."""
        for each in self.files:
            each.path.unlink(missing_ok=True)
        self.files, self.found, self.fault = [], None, ""

    def _prepared(self, files: list[str]) -> Prepared | None:
        self._number += 1
        self.fault = ""
        try:
            found = prepare(self.folder / f"workspace{self._number}", files)
            return replace(found, open=[self._told(each) for each in found.open])
        except Unfit as unfit:
            self.fault = self._told(str(unfit))
        except Bounded:
            self.fault = "bounds"
        return None

    def _told(self, text: str) -> str:
        """Return what is said of files with their names alone."""
        for each in self.files:
            text = text.replace(f"{each.path.parent}/", "")
        return text

    def of_files(self, by: str, say: Callable[[str], None]) -> Beginning | None:
        """Return what a store begins with: the files; None before they were looked into."""
        found = self.found
        return None if found is None else Beginning(dict(found.tables), found.model, by, say)

    def invented(self, by: str, say: Callable[[str], None]) -> Beginning | None:
        """Return the same of invented data; None where it cannot be made."""
        found = self._prepared([])
        return None if found is None else Beginning(dict(found.tables), found.model, by, say)

    def starter(self, name: str, by: str, say: Callable[[str], None]) -> Beginning:
        """Return a starter over what the store has. Raises InputError."""
        from leadline.model.starters import starter

        path = self.folder / f"{name}.yaml"
        path.write_text(starter(name), encoding="utf-8")
        return Beginning({}, str(path), by, say)

    def close(self) -> None:
        """Take the folder away."""
        if self._folder is not None:
            self._folder.cleanup()
