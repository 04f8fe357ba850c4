"""Every exception of leadline, and the one form of its messages: where, expected, found, remedy."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong with a document or an input.

    Attributes:
        where: File, with line where there is one, such as ``b2b.yaml:41``.
        path: What is wrong inside the file, such as ``scores.person.rules.demo.points``.
        expected: What was expected, as the end of a sentence, such as ``must be a number``.
        found: What was found, or empty where nothing can be shown.
        remedy: What to do, or the nearest known name; a whole sentence or empty.

    >>> print(Fault("b2b.yaml:41", "decay.half_life", "must be a duration such as 30d", "30"))
    b2b.yaml:41 decay.half_life must be a duration such as 30d; found 30.
    """

    where: str
    path: str
    expected: str
    found: str = ""
    remedy: str = ""

    def __str__(self) -> str:
        head = " ".join(part for part in (self.where, self.path, self.expected) if part)
        found = f"; found {self.found}" if self.found else ""
        remedy = f" {self.remedy}" if self.remedy else ""
        return f"{head}{found}.{remedy}"


def closest(name: str, known: Iterable[str]) -> str:
    """Return the known name that is nearest to one that is not known, or an empty text.

    >>> closest("Emploees", ["employees", "country"])
    'employees'
    """
    names = sorted(set(known))
    folded = {each.casefold(): each for each in names}
    if name.casefold() in folded:
        return folded[name.casefold()]
    return next(iter(get_close_matches(name, names, n=1)), "")


def nearest(name: str, known: Iterable[str], prefix: str = "") -> str:
    """Return the sentence that names the nearest known name, or an empty text.

    >>> nearest("employes", ["employees", "country"], "account.")
    'Did you mean account.employees?'
    """
    found = closest(name, known)
    return f"Did you mean {prefix}{found}?" if found else ""


class LeadlineError(Exception):
    """Anything that leadline refuses or cannot do; its text is for a person.

    ``exit_status`` is what the command line ends with.
    """

    exit_status = 2

    def __init__(self, *faults: Fault | str) -> None:
        """Keep the faults, in the order in which they are to be read."""
        self.faults = faults
        super().__init__("\n".join(str(fault) for fault in faults))


class ModelError(LeadlineError, ValueError):
    """The model document has faults; all of them are in ``faults``."""


class InputError(LeadlineError, ValueError):
    """A table that was given cannot be used."""


class EngineError(LeadlineError, RuntimeError):
    """The engine failed while it computed."""

    exit_status = 3


class StoreError(EngineError):
    """The store does not answer now; what was accepted is in it, and what was not is refused."""


class DialectError(LeadlineError, NotImplementedError):
    """A dialect of SQL cannot say what a model needs, or was never executed."""


class FileError(LeadlineError, OSError):
    """A file cannot be read or written."""

    exit_status = 3
