"""A lead in at most three sentences, in each language."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest

from explain.scenes import AT, MODEL, opened
from leadline.errors import InputError
from leadline.explain.explain import explain
from leadline.explain.plain import plain
from leadline.explain.words import reasons_in_words, sentences, words
from leadline.model.languages import LANGUAGES

LEADS = ("ada", "ben", "cy", "dot")
NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
SPACES = "\u00a0\u202f"


def said(lead: str, language: str = "en", model: dict[str, Any] | None = None) -> str:
    """Return what is said about a lead."""
    with opened(model) as run:
        return words(explain(run, lead, AT), language)


def test_they_say_where_a_lead_stands_why_and_what_is_open() -> None:
    """A lead below the next band, of which a field is not known."""
    assert said("ada") == (
        "ada is in nurture: 17 points (total). "
        "Strongest reasons: visit (2 times, latest today, +6). "
        "Not known: size; for to call it takes Asked for a demo."
    )


def test_they_name_the_override_that_decided() -> None:
    """Dates further back than a month are said as dates."""
    assert said("cy").startswith(
        "cy is in excluded by the override rival: 62 points (total). "
        "Strongest reasons: Asked for a demo (August 3, 2026, +30) and size (+1)."
    )


def test_what_moved_since_then_is_said_with_the_score() -> None:
    """With its sign and the date."""
    with opened() as run:
        found = explain(run, "ada", AT, AT - timedelta(days=1))
    assert "17 points, +4 since October 31, 2026 (total)" in words(found)


def test_a_score_that_did_not_move_is_unchanged() -> None:
    """No sign before a zero, in any language."""
    with opened() as run:
        found = explain(run, "dot", AT, AT - timedelta(days=1))
    said = {language: sentences(found, language)[0] for language in LANGUAGES}
    assert "1 point, unchanged since October 31, 2026 (total)" in said["en"]
    assert not [text for text in said.values() if "+" in text]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("pl", "visit (2 razy, ostatnio dzisiaj, +6)"),
        ("ru", "visit (2 раза, последний сегодня, +6)"),
        ("zh", "visit（2 次，最近一次今天，+6）"),
    ],
)
def test_other_languages_have_their_own_forms(language: str, text: str) -> None:
    """Words around the names that the model gives."""
    assert text in said("ada", language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_number_stands_in_the_plain_form(language: str) -> None:
    """No sentence knows more than the explanation itself, and there are three at most."""
    for lead in LEADS:
        with opened() as run:
            found = explain(run, lead, AT, AT - timedelta(days=20))
        numbers = {float(each) for each in NUMBER.findall(json.dumps(plain(found)))}
        spoken = sentences(found, language)
        assert 1 <= len(spoken) <= 3
        text = " ".join(spoken)
        for space in SPACES:
            text = text.replace(space, "")
        for each in NUMBER.findall(text):
            assert float(each.replace(",", ".")) in numbers, (each, text)


def test_a_lead_of_which_nothing_gives_points_is_said_to_be_one() -> None:
    """There is always a sentence about reasons where there is a score."""
    model = {**MODEL, "scores": {"total": {"rules": {"never": {"event": "no", "points": 1}}}}}
    text = said("dot", model={key: model[key] for key in ("leadline", "model", "scores")})
    assert text == "dot: 0 points (total). Nothing that is known gives points."


def test_a_score_that_a_lead_does_not_have_is_said() -> None:
    """A null score has no band."""
    scores = {"total": {"for": "lead.size > 3", "rules": {"x": {"when": "true", "points": 1}}}}
    model = {"leadline": 1, "model": "m", "scores": scores}
    assert said("dot", model=model).startswith("dot has no score (total).")


def test_a_probability_is_said_as_a_chance() -> None:
    """Log-odds are no points: reasons say which way they lead."""
    rules = {
        "base": {"points": -2},
        "size": {"when": "lead.size > 3", "points": 1},
        "visit": {"event": "visit", "points": -1},
    }
    scores = {"buys": {"link": "logistic", "rules": rules}}
    model = {"leadline": 1, "model": "m", "scores": scores}
    assert said("ben", model=model) == (
        "ben: 11.92 % chance (buys). Strongest reasons: size (+) and visit (9 days ago, -)."
    )


def test_reasons_can_be_said_alone() -> None:
    """Each with its time and its points."""
    with opened() as run:
        assert reasons_in_words(explain(run, "ben", AT)) == [
            "visit (9 days ago, +4)",
            "size (+1)",
        ]


def test_a_language_that_is_not_spoken_is_refused() -> None:
    """With those that are."""
    with pytest.raises(InputError, match="language must be one of en, zh, ru, pl; found de"):
        said("ada", "de")
