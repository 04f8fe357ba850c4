"""Reading a document: every wrong value of every key, all faults at once, nothing that follows."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examples import examples
from leadline.errors import FileError, ModelError
from leadline.model.reading.reader import parse, read
from leadline.model.reading.source import load_text
from model.documents import EXAMPLE, HEAD, LISTED, Listed, document, faults, rules

MANY = """\
leadline: 1
model: many
model: twice
columns:
  leads: {seniority: {type: txt}}
scores:
  person:
    ruls:
      visit: {evnt: page_viewed, points: 10, within: 90}
      guide: {event: download, where: asset lke 'a%', points: least(minutes, 10), cout: once}
      other: {when: hits.visit > 0 and hits.guide > 0 and path = 'x', points: 1}
    range: [100, 0]
  company:
    rules:
      size: {of: account.employees, bins: {10: 1, 0: 2}}
      kind: 5
  total: {formula: person + company + nobody}
  loop: {formula: loop + total}
grades:
  fit: {by: company, edges: {D: zero, A: 40}}
  heat: {by: persn, edges: {1: 0}}
bands:
  by: [fit, heat]
  cells: {hot: [A1, A9]}
overrides:
  o: {when: total, bnd: hot}
  p: {when: hits.kind > 0 and hits.size > 0, band: hot}
examples: [{band: hot}, {bands: {two: hot}}]
"""


@pytest.mark.parametrize("listed", [each for each in LISTED if not each.with_columns], ids=str)
def test_a_wrong_value_is_told_with_line_path_expectation_and_remedy(listed: Listed) -> None:
    """Each wrong document has exactly the listed faults."""
    assert listed.found() == listed.says


def test_all_faults_of_a_document_are_told_together() -> None:
    """Structure, syntax, names, types, edges and cycles are told in the order of the lines."""
    assert [each.removeprefix("model:") for each in faults(MANY)] == [
        "3 model must stand only once in its mapping; found it again.",
        (
            "5 columns.leads.seniority.type must be one of text, number, boolean, time or any; "
            "found txt. Did you mean text?"
        ),
        "8 scores.person.ruls is not a key that is known here. Did you mean rules?",
        "9 scores.person.rules.visit.evnt is not a key that is known here. Did you mean event?",
        "9 scores.person.rules.visit.within must be a duration such as 30d; found 90.",
        (
            "10 scores.person.ruls.guide.points must be in quotes; found least(minutes, 10). "
            "YAML splits a text at a comma inside { } and [ ]."
        ),
        "10 scores.person.rules.guide.cout is not a key that is known here. Did you mean count?",
        (
            "10 scores.person.rules.guide.where must go on with an operator, or end, "
            "at character 7; "
            "found lke 'a%'. Did you mean like?"
        ),
        (
            "11 scores.person.rules.other.when reads path, but bare names cannot stand here. "
            "Write lead.path or account.path."
        ),
        "12 scores.person.range must have its lower bound first; found [100, 0].",
        "15 scores.company.rules.size.bins must have edges that rise; found 0 after 10.",
        (
            "16 scores.company.rules.kind must have one of when, of, event, outcome or silent_for; "
            "found 5."
        ),
        (
            "17 scores.total.formula reads nobody, which is not a score. "
            "Write lead.nobody if it is a "
            "field."
        ),
        "18 scores.loop.formula must not depend on itself; found loop reads loop.",
        "20 grades.fit.edges.D must be a number; found zero.",
        "21 grades.heat.by must name a score; found persn. Did you mean person?",
        "22 bands.default is missing, as a list in `by` needs it.",
        "26 overrides.o.bnd is not a key that is known here. Did you mean band?",
        "26 overrides.o.when must be true or false; found total (a number).",
        (
            "27 overrides.p.when reads hits.size, but only event, outcome and silence rules are "
            "counted."
        ),
        "28 examples[1].bands.two must name a ladder; found two. Known: band.",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("scores: 5\ngrades: {g: {by: s, edges: {A: 0}}}\n", "scores must be a mapping; found 5."),
        (
            "scores: {s: 5, t: {formula: s + 1}, u: {rules: {r: {when: hits.s.x > 0, points: 1}}}}",
            "scores.s must be a mapping; found 5.",
        ),
        (
            "scores: {s: {rules: 5}, u: {rules: {r: {when: hits.x > 0, points: 1}}}}",
            "scores.s.rules must be a mapping; found 5.",
        ),
        (
            "scores: {s: {rules: {g: {group: 5, event: x, points: 1}}, limits: {email: 1}}}",
            (
                "scores.s.rules.g.group must be a name of letters, "
                "digits and _ that starts with no "
                "digit; found 5."
            ),
        ),
        (
            (
                "scores: {s: {rules: {}}}\nbands: 5\noverrides: {o: {when: true, band: x, in: a}}\n"
                "examples: [{band: x, bands: {a: x}}]"
            ),
            "bands must be a mapping; found 5.",
        ),
        (
            (
                "scores: {s: {rules: {}}}\n"
                "bands: {by: s, edges: {a: x}, leave: {b: 1}, require: {c: s > 1}}"
            ),
            "bands.edges.a must be a number; found x.",
        ),
        (
            (
                "scores: {s: {rules: {}}}\ngrades: {g: {by: s, edges: 5}}\n"
                "bands: {by: [g], cells: {hot: A}, default: cold}"
            ),
            "grades.g.edges must be a mapping; found 5.",
        ),
        (
            (
                "scores: {s: {rules: {}}}\ngrades: {g: 5}\n"
                "bands: {by: [g], cells: {hot: A}, default: cold}\nexamples: [{grades: {g: A}}]"
            ),
            "grades.g must be a mapping; found 5.",
        ),
        (
            (
                "scores: {s: {rules: {a: &a {event: x, points: 1}, b: {<<: *a, within: 3d},"
                " c: {when: hits.b > 0, points: 1}}}}"
            ),
            (
                "scores.s.rules.b.<< is a merge key, which YAML 1.2 lacks. "
                "Write the keys out, or let an alias stand for a whole part."
            ),
        ),
        (
            "scores: {s: {rules: {r: {event: x, points: 1, at_most: x, at_least: 5}}}}",
            "scores.s.rules.r.at_most must be a whole number; found x.",
        ),
    ],
)
def test_nothing_is_told_that_only_follows_from_a_broken_part(text: str, message: str) -> None:
    """What names, bands or groups a broken part would have had is not guessed at."""
    (found,) = faults(f"{HEAD}{text}\n")
    assert found.partition(" ")[2] == message


def test_a_rule_is_checked_on_after_its_first_fault() -> None:
    """A broken window does not hide a wrong name, nor one score another."""
    rule = "{event: x, within: 3, where: hits.r > 0, points: 1}"
    text = f"{HEAD}scores: {{s: {{rules: {{r: {rule}}}}}}}\n"
    assert [each.split()[1] for each in faults(text)] == [
        "scores.s.rules.r.within",
        "scores.s.rules.r.where",
    ]


def test_keys_of_the_document_itself_can_be_missing() -> None:
    """Without its head a document is told what it lacks, at its first line."""
    assert faults("scores: {}\nzzz: 1\n")[:2] == [
        "model:1 leadline is missing.",
        "model:1 model is missing.",
    ]


def test_a_file_is_read_with_its_name_as_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Messages show the file as the user wrote it; a byte order mark is no part of it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "b2b.yaml").write_text(f"\ufeff{HEAD}scores: 5\n", encoding="utf-8")
    assert faults("./b2b.yaml") == ["./b2b.yaml:3 scores must be a mapping; found 5."]
    assert faults(Path("b2b.yaml")) == ["b2b.yaml:3 scores must be a mapping; found 5."]


def test_a_file_that_is_not_utf_8_is_told(tmp_path: Path) -> None:
    """The first byte that cannot be read is shown."""
    path = tmp_path / "b2b.yaml"
    path.write_bytes(f"{HEAD}scores: {{}}  # Łódź\n".encode("cp1250"))
    assert faults(path) == [f"{path}:1 must be UTF-8; found byte 0xa3."]


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    """A missing file and a folder are file errors, not faults of a document."""
    with pytest.raises(FileError) as missing:
        read(tmp_path / "none.yaml")
    assert str(missing.value) == (
        f"{tmp_path}/none.yaml must be a readable file; found No such file or directory. "
        "Check the name and the rights."
    )
    with pytest.raises(FileError, match="must be a readable file; found Is a directory"):
        read(tmp_path)


def test_a_document_can_be_given_as_text_or_values() -> None:
    """A text with line ends, plain values and any other mapping read alike."""
    values = load_text(EXAMPLE.read_text(encoding="utf-8"), "m").values
    model = read(EXAMPLE)
    assert read(EXAMPLE.read_text(encoding="utf-8")) == model
    assert read(values) == model
    assert read(MappingProxyType(values)) == model
    assert read(str(EXAMPLE)) == model


def test_reading_does_not_change_the_values_that_were_given() -> None:
    """Repairs are made on a copy."""
    values = rules(r={"evnt": "x", "points": None})
    assert faults(values)
    assert values == rules(r={"evnt": "x", "points": None})


def test_read_raises_with_every_fault() -> None:
    """The error carries the faults in its text and as objects."""
    with pytest.raises(ModelError) as caught:
        read(document(modle="x", scores={"s": 5}))
    assert str(caught.value).splitlines() == [
        "model scores.s must be a mapping; found 5.",
        "model modle is not a key that is known here. Did you mean model?",
    ]
    assert len(caught.value.faults) == 2


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.floats()
    | st.sampled_from(["x", "s", "3d"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["x", 1, None, "by", "edges", "when"]), inner, max_size=3)
    ),
    max_leaves=5,
)


EXAMPLE_VALUES = load_text(EXAMPLE.read_text(encoding="utf-8"), "m").values


def parts(values: Any) -> list[Any]:
    """Return every mapping and list of plain values."""
    inner = values.values() if isinstance(values, dict) else values
    return [
        values,
        *(part for each in inner if isinstance(each, dict | list) for part in parts(each)),
    ]


@settings(max_examples=examples(150))
@given(data=st.data())
def test_any_value_anywhere_is_read_or_told(data: st.DataObject) -> None:
    """Whatever stands in place of any parts of a document, the rest is read."""
    values = deepcopy(EXAMPLE_VALUES)
    for _ in range(data.draw(st.integers(1, 3))):
        part = data.draw(st.sampled_from([each for each in parts(values) if each]))
        key = data.draw(st.sampled_from(sorted(part, key=str) if isinstance(part, dict) else [0]))
        part[key] = data.draw(VALUES)
    model, source = parse(values)
    assert model.leadline == 1
    assert all(str(fault).endswith((".", "?")) for fault in source.faults)
