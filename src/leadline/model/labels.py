"""What people call the parts of a model: what the document says of them, else the name in words."""

from __future__ import annotations

from dataclasses import dataclass

from leadline.model.document import Model
from leadline.model.languages import LANGUAGES
from leadline.model.rules import AnyRule, Described


def in_words(name: str) -> str:
    """Return a name as people write it.

    >>> in_words("pricing_visit"), in_words("Company Size")
    ('pricing visit', 'Company Size')
    """
    return " ".join(name.split("_")).strip() or name


@dataclass(frozen=True)
class Labels:
    """What the parts of one model are called in one language."""

    model: Model
    language: str = LANGUAGES[0]

    def rule(self, score: str, rule: str) -> str:
        """Return what a rule is called; rows of the ledger that are no rule keep their words."""
        return self.given(score, rule) or (in_words(rule) if rule in self._rules(score) else rule)

    def given(self, score: str, rule: str) -> str | None:
        """Return what the document says that a rule is called; None where it says nothing."""
        return _said(self._rules(score).get(rule))

    def score(self, name: str) -> str:
        """Return what a score is called."""
        return _said(self.model.scores[name]) or in_words(name)

    def override(self, name: str) -> str:
        """Return what an override is called."""
        return _said(self.model.overrides.get(name)) or in_words(name)

    def band(self, name: str) -> str:
        """Return what a band is called."""
        return in_words(name)

    def _rules(self, score: str) -> dict[str, AnyRule]:
        return self.model.scores[score].rules or {}


def _said(part: Described | None) -> str | None:
    return part.description.strip().rstrip(".") if part and part.description else None
