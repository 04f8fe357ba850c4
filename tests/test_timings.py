"""Where the time goes."""

from __future__ import annotations

import re

import pytest

from leadline.timings import Step, listening, step


def test_steps_are_timed_in_their_order_and_depth() -> None:
    """What is within another step is part of it, and counted once."""
    with listening() as timings:
        with step("read"), step("keys"):
            sum(range(200_000))
        with step("compute"):
            pass
    assert [(each.name, each.depth) for each in timings.steps] == [
        ("read", 0),
        ("keys", 1),
        ("compute", 0),
    ]
    read, keys, _ = timings.steps
    assert read.processor_seconds >= keys.processor_seconds > 0
    whole = Step("all of it", 0, 10.0, 20.0)
    head, *lines = timings.lines(whole)
    assert head.split() == ["where", "the", "time", "goes", "seconds", "of", "the", "processor"]
    assert all(re.fullmatch(r".{36} +\d+\.\d\d +\d+\.\d\d", line) for line in lines)
    assert [line[:36].rstrip() for line in lines] == [
        "read",
        "  keys",
        "compute",
        "everything else",
        "all of it",
    ]


def test_nothing_is_timed_where_nobody_listens() -> None:
    """Steps are done all the same, and a failing one ends."""
    done = []
    with step("read"):
        done.append(1)
    with listening() as timings:
        with pytest.raises(ZeroDivisionError), step("fails"):
            _ = 1 / 0
        with step("after"):
            pass
    assert done == [1]
    assert [each.depth for each in timings.steps] == [0, 0]
