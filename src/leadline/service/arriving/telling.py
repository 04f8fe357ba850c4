"""What tells leads apart here, as the settings say it beside what is always so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from leadline.service.arriving.facts import Alias, Fact, Ids, Mark, Merge
from leadline.service.arriving.items import Refused


@dataclass(frozen=True)
class Telling:
    """The settings of identity.

    Attributes:
        scores_anonymous: Whether leads are scored that nobody knows by a user id or an e-mail.
        nobody: Ids, e-mail addresses and their parts before the @ that identify nobody, in small
            letters.
    """

    scores_anonymous: bool = False
    nobody: frozenset[str] = frozenset()

    @classmethod
    def of(cls, section: Mapping[str, Any] | None) -> Self:
        """Return what a section of the settings says.

        >>> Telling.of({"anonymous": "score", "nobody": ["Trial"]})
        Telling(scores_anonymous=True, nobody=frozenset({'trial'}))
        """
        given = section or {}
        nobody = frozenset(each.strip().lower() for each in given.get("nobody", ()))
        return cls(given.get("anonymous") == "score", nobody)

    def told(self, fact: Fact) -> Fact:
        """Return a fact without ids that identify nobody. Raises Refused where none is left."""
        if not self.nobody or isinstance(fact, Merge | Mark):
            return fact
        ids = self._left(fact.ids)
        if isinstance(fact, Alias):
            fact = replace(fact, previous=self._left(fact.previous))
            if not fact.previous:
                raise Refused("no_id", "its previous id identifies nobody, as the settings say")
        if not ids and fact.ids and not getattr(fact, "account_id", None):
            raise Refused("no_id", "its ids identify nobody, as the settings say")
        return replace(fact, ids=ids)

    def _left(self, ids: Ids) -> Ids:
        return Ids(*map(self._kept, (ids.lead, ids.user, ids.email, ids.anonymous)))

    def _kept(self, value: str) -> str:
        lower = value.lower()
        return "" if {lower, lower.partition("@")[0]} & self.nobody else value
