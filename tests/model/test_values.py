"""How values are shown and written."""

from __future__ import annotations

import pytest

from leadline.model.durations import Duration
from leadline.model.expressions import Expression
from leadline.model.types import Type
from leadline.model.values import REMOVED, Single, key_text, plain, shown, wrong


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "nothing"),
        (True, "true"),
        (5, "5"),
        (1.5, "1.5"),
        ("text", "text"),
        ("5", "'5'"),
        ("true", "'true'"),
        ("", "''"),
        ({"a": 1}, "a mapping"),
        ([1, "2", None], "[1, '2', nothing]"),
    ],
)
def test_a_value_is_shown_as_people_write_it(value: object, expected: str) -> None:
    """Text that looks like another thing is shown in quotes."""
    assert shown(value) == expected


@pytest.mark.parametrize(
    ("key", "expected"), [("a", "a"), ("5", "5"), (5, "5"), (True, "true"), (None, "null")]
)
def test_a_key_is_shown_as_it_stands_in_paths(key: object, expected: str) -> None:
    """Keys are text, without quotes."""
    assert key_text(key) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Expression("a  > 1"), "a  > 1"),
        (Duration("30d"), "30d"),
        (Type.TEXT, "text"),
        (Single(["a"]), "a"),
        (("a", 1), ["a", 1]),
        ({"a": (Duration("3d"),)}, {"a": ["3d"]}),
        (None, None),
        (0, 0),
    ],
)
def test_a_value_is_written_as_it_was_read(value: object, expected: object) -> None:
    """Texts keep their spelling, and one text is no list."""
    assert plain(value) == expected


def test_a_fault_carries_its_message_and_what_would_repair_it() -> None:
    """The reader finds what it needs in the context of the fault."""
    fault = wrong("must be text", 5, "Quote it.", key="a", repair={"a": REMOVED})
    assert fault.message() == "must be text"
    assert fault.context == {
        "expected": "must be text",
        "found": "5",
        "remedy": "Quote it.",
        "key": "a",
        "repair": {"a": REMOVED},
    }
