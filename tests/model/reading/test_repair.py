"""Faulty parts are made harmless, with their names and kinds known."""

from __future__ import annotations

from typing import Any

import pytest

from leadline.model.reading.repair import change, locate, rename, repair, repair_key
from leadline.model.values import KIND, REMOVED


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        (("model",), {"model": "unnamed"}),
        (("owner",), {}),
        (("scores",), {"scores": {}}),
        (("scores", "s"), {"scores": {"s": {"rules": {}}}}),
        (("grades", "g", "edges", "A"), {"grades": {"g": {"edges": {"?": 0}}}}),
        (("examples", 0), {"examples": [{}]}),
        (("bands", "x", "leave", "b"), {"bands": {"x": {"leave": {}}}}),
    ],
)
def test_a_part_is_removed_or_replaced(keys: tuple[Any, ...], expected: dict[str, Any]) -> None:
    """What can be missing goes; what cannot has something harmless in its place."""
    values: dict[str, Any] = {}
    part: Any = values
    for key, following in zip(keys, [*keys[1:], None], strict=True):
        part[key] = [5] if following == 0 else ({} if following is not None else 5)
        part = part[key]
        if following == 0:
            break
    repair(values, keys)
    assert values == expected


def rule(**keys: Any) -> dict[str, Any]:
    """Return values with one rule."""
    return {"scores": {"s": {"rules": {"r": keys}}}}


@pytest.mark.parametrize(
    ("before", "keys", "after"),
    [
        ({"event": 5, "points": 2}, ("event",), {"event": "?", "points": 2}),
        ({"event": "x", "within": 5}, ("within",), {"event": "x"}),
        ({"decay": {"half_life": 5}}, ("decay", "half_life"), {}),
        ({"values": {"a": "x", "b": 1}}, ("values", "a"), {"values": {"a": 0, "b": 1}}),
        ({"values": {"a": {"bins": {0: "x"}}}}, ("values", "a", "bins", 0), {"values": {"a": 0}}),
        ({"bins": 5}, ("bins",), {"bins": {0: 0}}),
    ],
)
def test_a_rule_keeps_its_other_keys(
    before: dict[str, Any], keys: tuple[Any, ...], after: dict[str, Any]
) -> None:
    """Only what is faulty is replaced, so that the rest of the rule is checked."""
    values = rule(**before)
    repair(values, ("scores", "s", "rules", "r", *keys))
    assert values == rule(**after)


def test_a_key_that_cannot_be_one_is_taken_away() -> None:
    """A bad name goes with what it names; a bad edge takes all edges with it."""
    values: dict[str, Any] = {"scores": {"1s": {}, "t": {}}}
    repair_key(values, ("scores", "1s"))
    assert values == {"scores": {"t": {}}}
    values = rule(bins={"a": 1, 5: 2})
    repair_key(values, ("scores", "s", "rules", "r", "bins", "a"))
    assert values == rule(bins={0: 0})


def test_a_misspelt_key_gets_its_name_in_its_place() -> None:
    """Order stays; a name that is taken is not overwritten."""
    values = {"a": 1, "evnt": 2, "b": 3}
    assert rename(values, ("evnt",), "event")
    assert list(values.items()) == [("a", 1), ("event", 2), ("b", 3)]
    assert not rename(values, ("a",), "b")


def test_a_change_sets_and_removes_keys() -> None:
    """Faults that know what would make a part whole say so."""
    values = {"a": {"b": 1, "c": 2}}
    change(values, ("a",), {"b": REMOVED, "d": 4})
    assert values == {"a": {"c": 2, "d": 4}}


def test_a_location_is_found_in_the_values() -> None:
    """Marks are left out, keys that are no text are found by theirs, positions stay numbers."""
    values = {"bins": {1.5: 1, None: 2}, "list": [{"a": 1}]}
    assert locate(values, (f"{KIND}TableRule", "bins", "1.5")) == (("bins", 1.5), ("bins", "1.5"))
    assert locate(values, ("bins", "None", "[key]")) == (("bins", None), ("bins", "null"))
    assert locate(values, ("list", 0, "a")) == (("list", 0, "a"), ("list", 0, "a"))
