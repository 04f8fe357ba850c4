"""Writing a document, and changing one value of one."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadline.errors import ModelError
from leadline.model.reading.reader import read
from leadline.model.reading.source import Path, load_text
from leadline.model.reading.writer import edit, write
from model.documents import EXAMPLE, document, rules

TEXT = """\
# head
leadline: 1   # version
model: 'a b'  # quoted
scores:

  person:   # who
    range: [ 0,  100 ]
    limits:
        email: 15   # deep
    reset_on:
    - rejected   # not indented
    - recycled

    # the rules
    rules:
      a: {event: x,   points: 10, group: email}  # flow
      b:
          event: "y"
          points: 3
          description: |
            long
            text
      # the last comment
  profile: {formula: person}
  empty: {rules: {}}
# tail
"""
RULES: Path = ("scores", "person", "rules")


def changed(path: Path, value: object) -> tuple[list[str], list[str]]:
    """Return the lines that an edit takes away and those that it adds."""
    before, after = TEXT.splitlines(), edit(TEXT, path, value).splitlines()
    start = next(
        (n for n, pair in enumerate(zip(before, after, strict=False)) if pair[0] != pair[1])
    )
    end = 0
    while before[len(before) - 1 - end] == after[len(after) - 1 - end]:
        end += 1
    end = min(end, len(before) - start, len(after) - start)
    return before[start : len(before) - end], after[start : len(after) - end]


@pytest.mark.parametrize(
    ("path", "value", "before", "after"),
    [
        (("model",), "b", ["model: 'a b'  # quoted"], ["model: 'b'  # quoted"]),
        (("owner",), "me", [], ["owner: me"]),
        (
            (*RULES, "a", "points"),
            12.5,
            ["      a: {event: x,   points: 10, group: email}  # flow"],
            ["      a: {event: x,   points: 12.5, group: email}  # flow"],
        ),
        (
            (*RULES, "a", "points"),
            "least(minutes, 3)",
            ["      a: {event: x,   points: 10, group: email}  # flow"],
            ["      a: {event: x,   points: 'least(minutes, 3)', group: email}  # flow"],
        ),
        (
            (*RULES, "a", "within"),
            "30d",
            ["      a: {event: x,   points: 10, group: email}  # flow"],
            ["      a: {event: x,   points: 10, group: email, within: 30d}  # flow"],
        ),
        ((*RULES, "b", "event"), "z", ['          event: "y"'], ['          event: "z"']),
        ((*RULES, "b", "within"), "3d", [], ["          within: 3d"]),
        (
            (*RULES, "b", "description"),
            "short",
            ["          description: |", "            long", "            text"],
            ["          description: short"],
        ),
        ((*RULES, "c"), {"event": "NO", "points": 1}, [], ["      c: {event: NO, points: 1}"]),
        (
            ("scores", "person", "range"),
            [0, 50],
            ["    range: [ 0,  100 ]"],
            ["    range: [0, 50]"],
        ),
        (
            ("scores", "person", "range", 1),
            50,
            ["    range: [ 0,  100 ]"],
            ["    range: [ 0,  50 ]"],
        ),
        (
            ("scores", "person", "limits", "email"),
            7,
            ["        email: 15   # deep"],
            ["        email: 7   # deep"],
        ),
        (
            ("scores", "person", "limits"),
            {"email": 7},
            ["    limits:", "        email: 15   # deep"],
            ["    limits: {email: 7}   # deep"],
        ),
        (("scores", "person", "reset_on", 1), "won", ["    - recycled"], ["    - won"]),
        (
            ("scores", "empty", "rules", "r"),
            {"when": "lead.a in ('x', 'y')", "points": 1},
            ["  empty: {rules: {}}"],
            ["  empty: {rules: {r: {when: \"lead.a in ('x', 'y')\", points: 1}}}"],
        ),
    ],
)
def test_an_edit_changes_one_value_and_nothing_else(
    path: Path, value: object, before: list[str], after: list[str]
) -> None:
    """Comments, order, quotes, blanks and indentation stay, in block and in flow style."""
    removed, added = changed(path, value)
    assert removed == before
    assert added == after
    part = load_text(edit(TEXT, path, value), "m").values
    for step in path:
        part = part[step]
    assert part == value


def test_an_edit_of_one_line_or_without_a_last_line_end_works() -> None:
    """The end of the text is no special place, and a byte order mark no part of it."""
    text = "leadline: 1\nmodel: m\nscores: {}"
    assert edit(text, ("model",), "n") == "leadline: 1\nmodel: n\nscores: {}"
    assert edit(text, ("owner",), "me") == f"{text}\nowner: me\n"
    assert edit(f"\ufeff{text}", ("model",), "n") == "leadline: 1\nmodel: n\nscores: {}"
    empty = "leadline: 1\nmodel: m\nscores:\n  s:\n    rules: {}\n    range:\n"
    assert edit(empty, ("scores", "s", "range"), [0, 1]).endswith("    range: [0, 1]\n")


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("scores", "x", "rules"), 1, "scores.x must exist to be edited; found nothing."),
        (
            ("scores", "person", "range", 7),
            1,
            "scores.person.range[7] must exist to be edited; found nothing.",
        ),
        (("model", "x"), 1, "model.x must exist to be edited; found nothing."),
        (
            (*RULES, "a", "points"),
            "lest(",
            (
                "model:16 scores.person.rules.a.points must use known functions; found lest. "
                "Did you mean least?"
            ),
        ),
        (
            (*RULES, "a", "zzz"),
            1,
            (
                "model:16 scores.person.rules.a.zzz is not a key that is known here. Known keys: "
                "at_least, at_most, by, count, decay, description, event, group, in, label, limit, "
                "limit_each, "
                "owner, pick, pinned, points, where, within."
            ),
        ),
    ],
)
def test_an_edit_that_cannot_be_is_refused(path: Path, value: object, message: str) -> None:
    """Nothing is edited that is not there, and the new document must be one."""
    with pytest.raises(ModelError) as caught:
        edit(TEXT, path, value)
    assert str(caught.value) == message


def test_an_alias_is_not_edited() -> None:
    """A change would also change the part that the alias stands for."""
    text = "leadline: 1\nmodel: m\nscores:\n  a: &a {rules: {}}\n  b: *a\n"
    with pytest.raises(
        ModelError, match=r"scores\.b must be written out to be edited; found an alias"
    ):
        edit(text, ("scores", "b", "range"), [0, 1])
    assert "a: &a {rules: {}, range: [0, 1]}" in edit(text, ("scores", "a", "range"), [0, 1])


def test_a_document_is_written_in_blocks_in_the_order_people_expect() -> None:
    """The version and the name first; a rule starts with what it counts."""
    text = write(read(rules(r={"points": 1, "within": "3d", "event": "NO"})))
    assert text == (
        "leadline: 1\nmodel: m\nscores:\n  s:\n    rules:\n      r:\n"
        "        event: NO\n        points: 1\n        within: 3d\n"
    )
    keys = [line.split(":")[0] for line in write(read(EXAMPLE)).splitlines() if line[0] not in " -"]
    expected = "leadline model columns passive time_zone scores grades bands overrides examples"
    assert keys == expected.split()


_WORDS = {
    "and",
    "not",
    "null",
    "true",
    "false",
    "like",
    "ilike",
    "case",
    "when",
    "then",
    "else",
} | {*("end", "lead", "account", "hits", "last", "between")}
NAMES: st.SearchStrategy[str] = st.from_regex(r"[a-z]{3,8}", fullmatch=True).filter(
    lambda name: name not in _WORDS
)
TEXTS = st.text(min_size=1).filter(lambda text: text.isprintable()) | st.sampled_from(
    ["NO", "007", "1_0", "1e3", "2026-01-01", "a: b", "# x", "- x", "'", '"', "null", "~", "a\nb"]
)
NUMBERS = st.integers(-1000, 1000) | st.floats(-1e6, 1e6)
DURATIONS = st.builds("{}{}".format, st.integers(1, 999), st.sampled_from("smhdw"))
RULE = st.one_of(
    st.fixed_dictionaries(
        {"event": TEXTS | st.lists(TEXTS, min_size=1, max_size=3), "points": NUMBERS},
        optional={
            "within": DURATIONS,
            "decay": st.fixed_dictionaries({"half_life": DURATIONS}) | st.just("none"),
            "at_most": st.integers(1, 9),
            "description": TEXTS,
        },
    ),
    st.fixed_dictionaries(
        {
            "of": st.just("lead.a"),
            "values": st.dictionaries(TEXTS | st.integers() | st.booleans(), NUMBERS, min_size=1),
        },
        optional={"other": NUMBERS, "missing": NUMBERS},
    ),
    st.fixed_dictionaries(
        {
            "of": st.just("lead.a"),
            "bins": st.lists(NUMBERS, min_size=1, unique=True).map(
                lambda edges: dict.fromkeys(sorted(edges), 1)
            ),
        }
    ),
)


@given(
    st.builds(
        lambda name, rules: document(model=name, scores={"s": {"rules": rules}}),
        TEXTS,
        st.dictionaries(NAMES, RULE, max_size=3),
    )
)
def test_a_document_that_is_written_is_read_as_it_was(values: dict[str, Any]) -> None:
    """Any text survives: what looks like another thing, quotes, line ends."""
    texts = [
        str(key)
        for rule in values["scores"]["s"]["rules"].values()
        for key in rule.get("values", ())
    ]
    model = read(values)
    if len({text.lower() for text in texts}) == len(texts):
        assert read(write(model)) == model
    edges = [list(rule.get("bins", ())) for rule in values["scores"]["s"]["rules"].values()]
    assert all(low < high for each in edges for low, high in pairwise(each))
