"""Which of several rows with one key stands, where somebody says it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from leadline.errors import Fault, InputError, nearest
from leadline.model.contract import CONTRACT
from leadline.model.types import Type
from leadline.model.values import NEWEST

SAYS_CHANGED = re.compile(
    r"modif|updat|chang|edited|geändert|aktualisiert|zmian|zmodyfik|actualiz|изменен|обновл|修改|更新",
    re.IGNORECASE,
)
"""Names of columns that say when a row was changed last."""

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from leadline.tables.places.raw import Raw
    from leadline.tables.values import Reading


def newest_by(raw: Raw, readings: Sequence[Reading], keep: str | None) -> Reading | None:
    """Return the column by whose values the newest row stands, None where nobody says it.

    It is named as the data has it or as the model reads it. Raises InputError where it is none.
    """
    if keep is None:
        return None
    wanted = keep.removeprefix(NEWEST).strip()
    if not CONTRACT[raw.table].unique:
        expected = "has a rule of its own for repeated rows, and none can be declared"
        raise InputError(Fault(raw.where, "keep", expected, keep))
    names = {name: each for each in readings for name in _names(each)}
    found = names.get(wanted)
    if found is None:
        expected = "must name a column of the table"
        raise InputError(Fault(raw.where, "keep", expected, wanted, nearest(wanted, names)))
    if found.type not in {Type.TIME, Type.NUMBER}:
        remedy = f"Declare columns: {{{raw.table}: {{{wanted}: {{type: time}}}}}}."
        expected = "must name a column of times or numbers"
        raise InputError(Fault(raw.where, "keep", expected, found.type.phrase, remedy))
    return found


def _names(each: Reading) -> tuple[str, ...]:
    given = each.target.given
    return (each.target.name, given.name) if given else ()


def changed_at(readings: Iterable[Reading]) -> str:
    """Return what the data calls the column that says when a row was changed last, if one does."""
    times = (each.target.given for each in readings if each.type is Type.TIME)
    return next((each.name for each in times if each and SAYS_CHANGED.search(each.name)), "")
