"""What holds for all questions: their options, their examples, and what they cost before asked."""

from __future__ import annotations

import inspect
import shlex
from typing import Any, get_args

import pytest

import leadline
from leadline.cli.options import asked_for
from leadline.demo.generate import FORMATS
from leadline.demo.world import COURSES
from leadline.history.replay import WEEKS
from leadline.learn.scorecard import ENTRIES
from leadline.learn.setting import Kind
from leadline.printing.dialects import DIALECTS
from leadline.printing.request import OUTPUTS
from leadline.questions import QUESTIONS, demo_data, diff, learn, question, sql, thresholds
from leadline.questions.judging import SPLIT, Split
from leadline.questions.option import options_of
from leadline.questions.question import Question
from leadline.review.thresholds.thresholds import WEEKS as EDGE_WEEKS

ALL = {name: question(place) for name, place in QUESTIONS.items()}
FUNCTIONS = [name for name in leadline.__all__ if name in ALL and name != "fingerprint"]

each_question = pytest.mark.parametrize("asked", ALL.values(), ids=list(ALL))


@each_question
def test_an_option_says_what_it_means(asked: type[Question[Any]]) -> None:
    """Each has a sentence, what its value is called, and a word of its own."""
    options = list(options_of(asked))
    words = [each.word for each in options if each.option.kind != "object"]
    assert len(set(words)) == len(words)
    for each in options:
        assert each.option.help.endswith("."), each.name
        needs_unit = each.option.kind not in {"flag", "object"}
        assert bool(each.option.unit) == needs_unit, each.name
        names = {other.name for other in options}
        assert {*each.option.against, *filter(None, [each.option.beside])} <= names


@each_question
def test_a_question_has_a_name_a_topic_and_a_sentence(asked: type[Question[Any]]) -> None:
    """It is listed under its name, and its class says in one line what it is for."""
    assert ALL[asked.name] is asked
    assert (asked.__doc__ or "").strip().endswith(".")
    assert "\n" not in (asked.__doc__ or "").strip()


@each_question
def test_an_example_can_be_asked(asked: type[Question[Any]]) -> None:
    """Its words are those of the question, and everything that is needed is among them."""
    program, name, *words = shlex.split(asked.example.partition(" > ")[0])
    assert (program, name) == ("leadline", asked.name)
    known = {each.word: each for each in asked_for(asked)}
    given = [word for word in words if word.startswith("--")]
    assert set(given) <= set(known)
    for each in known.values():
        if each.is_needed and each.is_named and not each.option.otherwise:
            assert each.word in given


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_has_the_options_of_its_question(name: str) -> None:
    """Those without names come first, and its text says what each of them is."""
    function, options = getattr(leadline, name), list(options_of(ALL[name]))
    taken = inspect.signature(function).parameters
    assert set(taken) == {each.name for each in options}
    for each in options:
        by_place = taken[each.name].kind is inspect.Parameter.POSITIONAL_OR_KEYWORD
        assert by_place == (not each.is_named)
        assert f"    {each.name}: {each.option.help}" in str(function.__doc__)


def test_what_is_said_without_loading_it_agrees_with_what_it_is() -> None:
    """Choices and defaults stand in questions too, where nothing heavy may be imported."""
    assert tuple(DIALECTS) == sql.DIALECTS
    assert demo_data.COURSES == COURSES
    assert tuple(OUTPUTS) == sql.OUTPUTS
    assert set(learn.METHODS) == {"auto", *get_args(Kind)}
    assert learn.MOST_ENTRIES == ENTRIES
    assert diff.WEEKS == WEEKS
    assert thresholds.WEEKS == EDGE_WEEKS
    assert demo_data.FORMATS == FORMATS
    assert SPLIT["option"].choices == get_args(Split)
