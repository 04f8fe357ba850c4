"""YAML 1.2 as plain values with lines, and what is no YAML."""

from __future__ import annotations

from math import inf, isnan
from typing import Any

import pytest

from leadline.errors import ModelError
from leadline.model.reading import source as source_module
from leadline.model.reading.source import Source, dotted, load_text


def values(text: str) -> Any:
    """Return the plain values of a text that has no faults."""
    found = load_text(text, "m.yaml")
    assert not found.faults
    return found.values


def messages(text: str) -> list[str]:
    """Return the messages about a text."""
    try:
        return [str(fault) for fault in load_text(text, "m.yaml").faults]
    except ModelError as error:
        return str(error).splitlines()


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("NO", "NO"),
        ("yes", "yes"),
        ("on", "on"),
        ("true", True),
        ("False", False),
        ("12:30:45", "12:30:45"),
        ("2026-01-31", "2026-01-31"),
        ("2026-01-31T12:00:00Z", "2026-01-31T12:00:00Z"),
        ("1_000", "1_000"),
        ("0x10", 16),
        ("0o17", 15),
        ("-7", -7),
        ("+7", 7),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("-.inf", -inf),
        ("~", None),
        ("null", None),
        ("", None),
        ("''", ""),
        ("'5'", "5"),
        ('"true"', "true"),
        ("!!str 5", "5"),
    ],
)
def test_plain_values_are_read_by_yaml_1_2(written: str, expected: object) -> None:
    """What YAML 1.1 turned into booleans, times and dates is text; quotes make text."""
    assert values(f"a: {written}\n") == {"a": expected}


def test_the_directive_of_yaml_1_1_changes_nothing() -> None:
    """A document that calls itself YAML 1.1 is read like all others."""
    assert values("%YAML 1.1\n---\na: [NO, 1:20, .nan]\n")["a"][:2] == ["NO", "1:20"]
    assert isnan(values("a: .nan\n")["a"])


def test_a_number_with_leading_zeros_must_say_what_it_is() -> None:
    """A postcode would lose its zeros, so that it needs quotes."""
    assert messages("a: 007\nb: [1, -010]\n") == [
        (
            'm.yaml:1 a must not have leading zeros; found 007. Write "007" if it is text, '
            "else leave the zeros out."
        ),
        (
            'm.yaml:2 b[1] must not have leading zeros; found -010. Write "-010" if it is text, '
            "else leave the zeros out."
        ),
    ]


def test_keys_that_are_looked_up_stay_as_written() -> None:
    """Under ``values`` a number in another spelling than its own is text, as a column may be."""
    found = values("values: {007: 1, 1.50: 2, 3: 4, 1e3: 5, true: 6, NO: 7}\n")["values"]
    assert found == {"007": 1, "1.50": 2, 3: 4, "1e3": 5, True: 6, "NO": 7}


def test_a_key_stands_once() -> None:
    """A second key of the same text is reported with its line, and the first one stands."""
    text = "a: 1\nb: {x: 1, x: 2}\na: 3\n1: 4\n'1': 5\n"
    assert messages(text) == [
        "m.yaml:2 b.x must stand only once in its mapping; found it again.",
        "m.yaml:3 a must stand only once in its mapping; found it again.",
        "m.yaml:5 1 must stand only once in its mapping; found it again.",
    ]
    assert load_text(text, "m.yaml").values == {"a": 1, "b": {"x": 1}, 1: 4}


@pytest.mark.parametrize("text", ["", "\n", "# only a comment\n", "---\n"])
def test_an_empty_file_is_told(text: str) -> None:
    """Nothing, blank lines and comments are no document."""
    assert messages(text) == ["m.yaml:1 must hold a model document; found an empty file."]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- a\n", "m.yaml:1 must be a mapping that starts with `leadline: 1`; found a list."),
        ("hello\n", "m.yaml:1 must be a mapping that starts with `leadline: 1`; found hello."),
        (
            "a:\n\tb: 1\n",
            (
                "m.yaml:2 must be YAML (found character '\\t' that cannot start any token); "
                "found b: 1. Indent with spaces: YAML does not allow tabs."
            ),
        ),
        (
            "r: {when: lead.a in ('x', 'y'), points: 3}\n",
            (
                "m.yaml:1 must be YAML (expected ',' or '}', but got '<scalar>'); found "
                "r: {when: lead.a in ('x', 'y'), points: 3}. "
                "Put the whole text in quotes: YAML ends it at the comma."
            ),
        ),
        (
            "when: 'x' = lead.a\n",
            (
                "m.yaml:1 must be YAML (expected <block end>, but found '<scalar>'); found "
                "when: 'x' = lead.a. "
                "Put the whole text in quotes: YAML ends it at the closing quote."
            ),
        ),
        (
            "a: b: c\n",
            (
                "m.yaml:1 must be YAML (mapping values are not allowed here); found a: b: c. "
                "Put the whole text in quotes: YAML ends it at the second colon."
            ),
        ),
        ("a: *b\n", "m.yaml:1 must be YAML (found undefined alias 'b'); found a: *b."),
        ("a: \x01\n", None),
        ("a: " + "[" * 3000 + "]" * 3000, "m.yaml:1 must not nest lists and mappings this deep."),
        ("a: [1, 2\n", None),
        ("a: 1\n---\nb: 1\n", None),
    ],
)
def test_what_is_no_yaml_is_told_with_its_line_and_remedy(text: str, message: str | None) -> None:
    """Whatever stops the parser, there is one message in the one form."""
    found = messages(text)
    assert len(found) == 1
    assert found[0].startswith("m.yaml:")
    assert message in (None, found[0])


def test_a_text_that_yaml_split_at_a_comma_is_put_together_and_told() -> None:
    """Inside { } and [ ] a comma ends a text; the pieces are recognised, as is a quoted comma."""
    text = (
        "r: {event: x, points: least(minutes / 6, 10), where: path = 'a, b', count: once}\n"
        "of: [least(lead.a, lead.b, 2), lead.c]\n"
    )
    remedy = "YAML splits a text at a comma inside { } and [ ]."
    assert messages(text) == [
        f"m.yaml:1 r.points must be in quotes; found least(minutes / 6, 10). {remedy}",
        f"m.yaml:1 r.where must be in quotes; found path = 'a, b'. {remedy}",
        f"m.yaml:2 of[0] must be in quotes; found least(lead.a, lead.b, 2). {remedy}",
    ]
    found = load_text(text, "m.yaml").values
    assert found["r"]["points"] == "least(minutes / 6, 10)"
    assert found["r"]["count"] == "once"
    assert found["of"] == ["least(lead.a, lead.b, 2)", "lead.c"]


def test_commas_in_quotes_and_in_block_style_are_no_fault() -> None:
    """Quoted texts, block style and closed brackets are as they were meant."""
    text = "r: {points: 'least(a, 10)', x: (a), y}\nwhen: a in ('x', 'y')\nl: [a, (b), 'c, d']\n"
    assert values(text)["when"] == "a in ('x', 'y')"


def test_an_alias_stands_for_a_whole_part() -> None:
    """Anchors and aliases repeat a part, with the lines of where it was written."""
    found = load_text("a: &x {b: 1}\nc: *x\n", "m.yaml")
    assert found.values == {"a": {"b": 1}, "c": {"b": 1}}
    assert found.where(("c",)) == "m.yaml:2"


def test_a_merge_key_is_told() -> None:
    """YAML 1.2 has no merge keys; the part is lost, so that nothing else is said about it."""
    found = load_text("a: &x {b: 1}\nc: {<<: *x, d: 2}\n", "m.yaml")
    assert [str(each) for each in found.faults] == [
        (
            "m.yaml:2 c.<< is a merge key, which YAML 1.2 lacks. "
            "Write the keys out, or let an alias stand for a whole part."
        )
    ]
    assert found.has_lost(("c", "b"))


def test_a_part_cannot_contain_itself() -> None:
    """An alias of a part around it would have no end."""
    message = "m.yaml:1 a[1] must not contain itself; found an alias of a part around it."
    assert messages("a: &a [1, *a]\n") == [message]


def test_aliases_of_aliases_cannot_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """The number of values is limited, repeated ones included."""
    monkeypatch.setattr(source_module, "MOST_VALUES", 1000)
    text = "a: &a [1, 1, 1, 1, 1, 1, 1, 1]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a]\n"
    text += "c: &c [*b, *b, *b, *b, *b, *b, *b, *b]\nd: [*c, *c, *c, *c, *c, *c, *c, *c]\n"
    assert messages(text) == [
        "m.yaml:1 must hold fewer than 1,000 values; found more, as aliases repeat others."
    ]


def test_keys_must_be_plain() -> None:
    """A mapping or list cannot be a key."""
    message = "m.yaml:1 must have plain keys; found a mapping or list as key."
    assert messages("? [a]\n: 1\n") == [message]


def test_a_byte_order_mark_is_no_part_of_the_text() -> None:
    """A text that starts with one is read like any other."""
    assert values("\ufeffleadline: 1\n") == {"leadline": 1}


def test_a_path_is_found_at_its_line_or_at_that_of_the_part_above() -> None:
    """Messages about what is missing show the line of the part that lacks it."""
    found = load_text("a:\n  b:\n    - x\n    - c: 1\n", "dir/m.yaml")
    assert found.where(("a", "b", 1, "c")) == "dir/m.yaml:4"
    assert found.where(("a", "b", 1, "zzz")) == "dir/m.yaml:4"
    assert found.where(("a", "zzz")) == "dir/m.yaml:1"
    assert found.where(()) == "dir/m.yaml:1"
    assert Source("model", {}).where(("a",)) == "model"


def test_what_is_lost_is_so_with_all_below_it() -> None:
    """A fault below a part that could not be read only follows from that."""
    found = Source("m", lost={("a", "b")})
    assert found.has_lost(("a", "b", "c"))
    assert not found.has_lost(("a",))
    assert found.has_lost_below(("a",))
    assert not found.has_lost_below(("b",))


def test_a_path_is_shown_with_dots_and_brackets() -> None:
    """Positions in lists stand in brackets."""
    assert dotted(("examples", 0, "events", 1, "type")) == "examples[0].events[1].type"
    assert not dotted(())
