"""What a column seems to be."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from leadline.inspection.values import HAS_DIGIT, Values
from leadline.model.types import Type
from leadline.sql.text import Sql

IS_EMAIL = Sql(r"regexp_full_match(trim(text), '[^@\s]+@[^@\s]+\.[^@\s.]+')")
IS_ONE_WORD = Sql(r"not contains(trim(text), ' ')")
IS_LONG = Sql("length(text) >= 25 and contains(trim(text), ' ')")

PAIRS = ({"true", "false"}, {"yes", "no"}, {"y", "n"}, {"1", "0"}, {"t", "f"})
NAMES_ID = re.compile(r"(^|[^a-z])(ids?|uuid|guid|key|number|no|nr|code)$|[a-z]Id$")
"""Names that say that a column holds identifiers."""

FEW = 20
"""So many values are a category even where they hardly repeat."""
REPEATING = 0.05
UNIQUE = 0.95
MOST = 0.8
ENOUGH = 10
"""In fewer rows, everything looks unique."""


@dataclass(frozen=True)
class Look:
    """What is known of a column without suspects."""

    name: str
    type: Type
    values: Values
    filled: int
    distinct: int

    @property
    def is_unique(self) -> bool:
        """Whether nearly every value stands once."""
        return self.filled > 0 and self.distinct >= UNIQUE * self.filled

    @property
    def says_id(self) -> bool:
        """Whether the name speaks of an identifier."""
        return bool(NAMES_ID.search(re.sub(r"[\s_-]+", " ", self.name).strip())) or bool(
            NAMES_ID.search(self.name.lower())
        )


def _is_pair(look: Look) -> bool:
    if look.distinct != 2:  # noqa: PLR2004 - yes and no
        return False
    return {text.strip().lower() for text, _ in look.values.most(2)} in PAIRS


def _is_identifier(look: Look) -> bool:
    if look.type is Type.NUMBER:
        return look.is_unique and look.says_id
    if not look.is_unique or look.filled < ENOUGH:
        return look.says_id and look.filled > 0
    share = look.values.sampled_share
    return share(IS_ONE_WORD) >= MOST and (share(HAS_DIGIT) >= MOST or look.says_id)


ROLES: Mapping[str, Callable[[Look], bool]] = {
    "empty": lambda look: not look.filled,
    "constant": lambda look: look.distinct == 1 and look.filled > 1,
    "date": lambda look: look.type is Type.TIME,
    "boolean": lambda look: look.type is Type.BOOLEAN or _is_pair(look),
    "e-mail": lambda look: look.values.sampled_share(IS_EMAIL) >= MOST,
    "identifier": _is_identifier,
    "number": lambda look: look.type is Type.NUMBER,
    "free text": lambda look: look.values.sampled_share(IS_LONG) >= 0.5 and look.distinct > FEW,  # noqa: PLR2004 - most of them
    "category": lambda look: look.distinct <= max(FEW, REPEATING * look.filled),
    "text": lambda _: True,
}
"""What a column seems to be; the first that holds."""


def seems(look: Look) -> str:
    """Return what a column seems to be."""
    return next(role for role, holds in ROLES.items() if holds(look))
