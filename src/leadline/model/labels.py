"""What people call the parts of a model: what the document says of them, else the name in words."""

from __future__ import annotations

from collections.abc import Mapping
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
        """Return what a rule is called; rows of the ledger that are no rule keep their words.

        A score that has no rules stands as a row under its own name.
        """
        if rule == score and not self._rules(score):
            return self.score(score)
        return self.given(score, rule) or (in_words(rule) if rule in self._rules(score) else rule)

    def given(self, score: str, rule: str) -> str | None:
        """Return what the document says that a rule is called; None where it says nothing."""
        return self._said(self._rules(score).get(rule))

    def score(self, name: str) -> str:
        """Return what a score is called."""
        return self._said(self.model.scores[name]) or in_words(name)

    def override(self, name: str) -> str:
        """Return what an override is called."""
        return self._said(self.model.overrides.get(name)) or in_words(name)

    def grade(self, name: str) -> str:
        """Return what a grade is called."""
        return self._said(self.model.grades.get(name)) or in_words(name)

    def ladder(self, name: str) -> str:
        """Return what a ladder is called."""
        return self._said(self.model.bands.get(name)) or in_words(name)

    def band(self, name: str) -> str:
        """Return what a band is called, by the first ladder that says it."""
        labels = (each.labels.get(name) for each in self.model.bands.values())
        return next((self._in_language(each) for each in labels if each), in_words(name))

    def event(self, kind: str) -> str:
        """Return what a type of events or outcomes is called."""
        label = self.model.labels.get(kind)
        return self._in_language(label) if label else in_words(kind)

    def _said(self, part: Described | None) -> str | None:
        """Return what is said of a part: its label, else its description."""
        label = getattr(part, "label", None)
        if label:
            return self._in_language(label)
        return part.description.strip().rstrip(".") if part and part.description else None

    def _in_language(self, label: str | Mapping[str, str]) -> str:
        """Return a label in the language, else in English, else in the first it is given in."""
        if isinstance(label, str):
            return label
        return label.get(self.language) or label.get(LANGUAGES[0]) or next(iter(label.values()))

    def _rules(self, score: str) -> dict[str, AnyRule]:
        return self.model.scores[score].rules or {}
