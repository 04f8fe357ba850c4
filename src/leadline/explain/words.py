"""One lead, or account, in at most three sentences: where it stands, why, what is open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from leadline.explain.account import AccountExplanation, Edge
from leadline.explain.explanation import Explanation, Way
from leadline.explain.phrases import Phrases, phrases
from leadline.explain.reasons import Reason, day, reasons
from leadline.model.labels import Labels, in_words
from leadline.model.languages import LANGUAGES

Said: TypeAlias = Explanation | AccountExplanation
"""What sentences are made of."""

_MOST_REASONS = 3
_MOST_FIELDS = 3


def sentences(found: Said, language: str = LANGUAGES[0]) -> list[str]:
    """Return one to three sentences; every number in them stands in the plain form.

    Raises InputError where the language is none of ``LANGUAGES``.
    """
    speech = _speech(found, language)
    return [each for each in (speech.standing(), speech.why(), speech.open()) if each]


def words(found: Said, language: str = LANGUAGES[0]) -> str:
    """Return the sentences as one text."""
    return phrases(language).say("gap").join(sentences(found, language))


def reasons_in_words(found: Said, language: str = LANGUAGES[0]) -> list[str]:
    """Return the strongest reasons, each with its time and its points."""
    speech = _speech(found, language)
    return [speech.reason(each) for each in reasons(found)]


def _speech(found: Said, language: str) -> _Speech:
    return _Speech(found, phrases(language), Labels(found.model, language))


@dataclass(frozen=True)
class _Speech:
    """What is said about one lead, or account, in one language."""

    found: Said
    phrases: Phrases
    labels: Labels

    def standing(self) -> str:
        """Say in which band the lead is, by what, and with which score."""
        name = self.found.main
        who, score = self.found.who, self.labels.score(name)
        if self.found.score is None:
            return self.phrases.say("unscored", who=who, score=score)
        value = self._value(self.found.score)
        band = next(iter(self.found.bands().values()), None)
        if band is None:
            return self.phrases.say("unbanded", who=who, value=value, score=score)
        parts = {"who": who, "band": self.labels.band(band), "value": value, "score": score}
        override = self.found.override
        if override is None:
            return self.phrases.say("standing", **parts)
        return self.phrases.say("overridden", override=self.labels.override(override), **parts)

    def _value(self, score: float) -> str:
        """Say the score, and by how much it moved where an earlier moment was asked for."""
        is_chance = self.found.model.scores[self.found.main].link is not None
        number = self.phrases.number(score)
        said = (
            self.phrases.say("chance", n=number)
            if is_chance
            else self.phrases.counted("points", score)
        )
        if self.found.since is None:
            return said
        since = self.phrases.date(day(self.found.model, self.found.since.as_of))
        if not self.found.since_change:
            return self.phrases.say("unchanged", value=said, date=since)
        change = self.phrases.number(self.found.since_change, sign=True)
        return self.phrases.say("since", value=said, change=change, date=since)

    def why(self) -> str:
        """Say the strongest reasons."""
        said = [self.reason(each) for each in reasons(self.found, _MOST_REASONS)]
        if not said:
            return self.phrases.say("unreasoned")
        return self.phrases.say("reasons", reasons=self.phrases.listed(said))

    def reason(self, reason: Reason) -> str:
        """Say one reason with its time and its points."""
        asides = [
            *self._when(reason),
            "+-"[reason.points < 0]
            if reason.unit == "log_odds"
            else self.phrases.number(reason.points, sign=True),
        ]
        aside = self.phrases.say("aside", said=self.phrases.say("comma").join(asides))
        return f"{self.labels.rule(reason.score, reason.rule)}{aside}"

    def _when(self, reason: Reason) -> list[str]:
        if reason.on is None or reason.days_ago is None or reason.count is None:
            return []
        ago = self.phrases.ago(reason.on, reason.days_ago)
        if reason.count == 1:
            return [ago]
        times = self.phrases.counted("times", reason.count)
        return [times, self.phrases.say("latest", when=ago)]

    def open(self) -> str | None:
        """Say what is not known and what leads to the next band; None where there is neither."""
        said = [*([self._unknown()] if self.found.missing else []), *self._next()]
        if not said:
            return None
        text = self.phrases.say("open", said=self.phrases.say("semicolon").join(said))
        return text[0].upper() + text[1:]

    def _next(self) -> list[str]:
        """Say what leads to the next band: steps of a lead, and points of an account."""
        if isinstance(self.found, AccountExplanation):
            edges = [each for each in self.found.edges if each.next_band and each.lacks]
            return [self._lacking(each) for each in edges[:1]]
        return [self._way(each) for each in self.found.ways if each.steps][:1]

    def _lacking(self, edge: Edge) -> str:
        band = self.labels.band(edge.next_band or "")
        return self.phrases.say(
            "way", band=band, steps=self.phrases.counted("points", edge.lacks or 0)
        )

    def _unknown(self) -> str:
        names = [in_words(each.split(".", 1)[1]) for each in self.found.missing]
        fields = self.phrases.say("item").join(names[:_MOST_FIELDS])
        if len(names) > _MOST_FIELDS:
            fields = self.phrases.say("others", fields=fields)
        return self.phrases.say("unknown", fields=fields)

    def _way(self, way: Way) -> str:
        counted = way.counted()
        said = {step.label: self._step(step.rule, step.label) for step in way.steps or ()}
        steps = [
            said[label]
            if count == 1
            else self.phrases.say("repeated", n=self.phrases.number(count), step=said[label])
            for label, count in counted.items()
        ]
        return self.phrases.say(
            "way", band=self.labels.band(way.band), steps=self.phrases.listed(steps)
        )

    def _step(self, rule: tuple[str, str] | None, label: str) -> str:
        return label.split(".", 1)[1] if rule is None else self.labels.rule(*rule)
