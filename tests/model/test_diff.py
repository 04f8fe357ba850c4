"""The difference of two models: empty exactly where no number can change, and in plain words."""

from __future__ import annotations

import random
from copy import deepcopy
from itertools import pairwise
from typing import Any

import pytest

from leadline.errors import ModelError
from leadline.model.diff import Difference, difference
from leadline.model.document import Model
from leadline.model.fingerprint import fingerprint
from leadline.model.reading.reader import read
from model.documents import EXAMPLE, document
from model.test_fingerprint import CHANGES, FULL, put
from oracle.generate import case

SEEDS = 40
MUTATIONS = 12


def between(old: dict[str, Any], new: dict[str, Any]) -> Difference:
    """Return the difference of two documents."""
    return difference(read(old), read(new))


def sentences(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """Return the changes of two documents in words."""
    return [each.sentence for each in between(old, new).changes]


# --- exact


@pytest.mark.parametrize(("path", "value"), CHANGES)
def test_every_change_of_a_number_is_found_where_it_is(path: str, value: object) -> None:
    """One other value gives changes at or below its place, both ways, and no notes."""
    steps = tuple(path.split("/"))
    for pair in ((FULL, put(path, value)), (put(path, value), FULL)):
        found = between(*pair)
        assert found.changes
        assert not found.notes
        for each in found.changes:
            shorter = min(len(steps), len(each.path))
            assert each.path[:shorter] == steps[:shorter]


def _places(part: Any, above: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the paths of everything in a document."""
    entries: Any = part.items() if isinstance(part, dict) else ()
    if isinstance(part, list):
        entries = enumerate(part)
    found = [(*above, key) for key, _ in entries]
    return found + [
        place for key, value in list(entries) for place in _places(value, (*above, key))
    ]


def _mutated(dice: random.Random, whole: dict[str, Any]) -> dict[str, Any]:
    """Return a document with one place changed, removed, renamed, moved or only turned around."""
    values = deepcopy(whole)
    *above, last = dice.choice([place for place in _places(values) if place[0] != "leadline"])
    part: Any = values
    for key in above:
        part = part[key]
    deed = dice.choice(["change", "remove", "rename", "turn", "describe", "twice"])
    if deed == "change":
        part[last] = _other(dice, part[last])
    elif deed == "remove":
        del part[last]
    elif deed == "rename" and isinstance(part, dict):
        part[f"{last}_new"] = part.pop(last)
    elif deed == "describe" and isinstance(part[last], dict):
        part[last]["description"] = "words"
    elif isinstance(part, dict):
        turned = dict(reversed(part.items()))
        part.clear()
        part.update(turned)
    else:
        part.append(part[last])
    return values


def _other(dice: random.Random, value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return dice.choice([value + 1, -value, float(value)])
    if isinstance(value, str):
        return dice.choice([value + " ", f"({value})", "1d", "24h", value.upper(), "none", "7"])
    return dice.choice([0, {}, [], "none"])


def _readable(values: dict[str, Any]) -> Model | None:
    try:
        return read(values)
    except ModelError:
        return None


@pytest.mark.slow
def test_a_difference_is_empty_exactly_where_fingerprints_agree() -> None:
    """Random models with random mutations: not one change is missed, and not one is invented."""
    seen = {True: 0, False: 0}
    for seed in range(SEEDS):
        dice = random.Random(seed)
        whole = case(seed).document
        before = read(whole)
        for _ in range(MUTATIONS):
            after = _readable(_mutated(dice, whole))
            if after is None:
                continue
            same = fingerprint(before) == fingerprint(after)
            seen[same] += 1
            for found in (difference(before, after), difference(after, before)):
                assert found.same_numbers == same
                assert (not found.changes) == same
                assert all(each.sentence for each in (*found.changes, *found.notes))
    assert min(seen.values()) > 50, seen


def test_two_unrelated_models_differ() -> None:
    """Models that share nothing are told apart, and the reverse has as many changes."""
    models = [read(case(seed).document) for seed in range(20)]
    for old, new in pairwise(models):
        there, back = difference(old, new), difference(new, old)
        assert there.changes
        assert len(there.changes) == len(back.changes)


def test_nothing_differs_from_itself() -> None:
    """The same document has neither changes nor notes."""
    found = difference(read(EXAMPLE), read(EXAMPLE))
    assert (found.changes, found.notes, found.same_numbers) == ((), (), True)


# --- what is told apart


def _rules(**rules: Any) -> dict[str, Any]:
    return document(scores={"person": {"rules": rules}})


DEMO = {"event": "demo_requested", "points": 30}


def test_a_change_has_path_values_and_words() -> None:
    """Other points of a rule are one change with both numbers."""
    [found] = between(_rules(demo=DEMO), _rules(demo={**DEMO, "points": 40})).changes
    assert found.plain() == {
        "path": ["scores", "person", "rules", "demo", "points"],
        "kind": "changed",
        "before": 30,
        "after": 40,
        "sentence": "person.demo: points 30 -> 40",
    }


def test_a_rule_under_another_name_is_renamed() -> None:
    """The same content under another name is no new rule, and the renaming can be asked for."""
    found = between(_rules(demo=DEMO), _rules(trial=DEMO))
    assert [each.kind for each in found.changes] == ["renamed"]
    path = ("scores", "person", "rules")
    assert found.renamed("scores") == {(*path, "demo"): (*path, "trial")}


def test_a_renamed_rule_with_other_content_is_gone_and_new() -> None:
    """Where content differs too, no guess is made."""
    new = _rules(trial={**DEMO, "points": 1})
    assert [each.kind for each in between(_rules(demo=DEMO), new).changes] == ["removed", "added"]


def test_two_equal_rules_renamed_once_are_one_renaming() -> None:
    """A name is taken once, so that a copy of a rule is new."""
    found = between(_rules(a=DEMO), _rules(b=DEMO, c=DEMO))
    assert [each.kind for each in found.changes] == ["renamed", "added"]


def test_the_order_of_overrides_is_a_change() -> None:
    """The first override decides, so another order can change a band."""
    first, second = ({"when": "s > 1", "band": "x"}, {"when": "s > 2", "band": "y"})
    [found] = between(
        document(overrides={"a": first, "b": second}), document(overrides={"b": second, "a": first})
    ).changes
    assert found.kind == "moved"
    assert found.sentence == "overrides are asked in another order: a, b -> b, a"


def test_a_renamed_override_keeps_its_place() -> None:
    """Another name in the same place is no other order."""
    first, second = ({"when": "s > 1", "band": "x"}, {"when": "s > 2", "band": "y"})
    found = between(
        document(overrides={"a": first, "b": second}), document(overrides={"c": first, "b": second})
    )
    assert [each.kind for each in found.changes] == ["renamed"]


def test_a_score_of_another_kind_names_what_is_gone_and_what_is_new() -> None:
    """Rules that become a formula are each gone."""
    found = sentences(_rules(demo=DEMO), document(scores={"person": {"formula": "1 + 1"}}))
    assert found[0] == 'person: formula none -> "1 + 1"'
    assert found[1].startswith("rule person.demo is gone: {event: demo_requested")


def test_words_for_people_stand_apart() -> None:
    """Descriptions, owners, names and examples change no number and are notes."""
    old = _rules(demo={**DEMO, "description": "old"})
    new = {**_rules(demo={**DEMO, "description": "new"}), "model": "other", "owner": "marketing"}
    found = between(old, new)
    assert found.same_numbers
    assert not found.changes
    assert {each.path[-1] for each in found.notes} == {"description", "model", "owner"}


def test_another_spelling_is_a_note() -> None:
    """A condition or a duration that is written in another way means the same."""
    old = _rules(a={"when": "lead.x > 1", "points": 1}, b={**DEMO, "within": "30d"})
    new = _rules(a={"when": "(lead.x>1)", "points": 1}, b={**DEMO, "within": "720h"})
    found = between(old, new)
    assert not found.changes
    assert [(each.kind, each.path[-1]) for each in found.notes] == [
        ("spelled", "when"),
        ("spelled", "within"),
    ]
