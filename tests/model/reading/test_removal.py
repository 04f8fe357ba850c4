"""Parts taken out of a document."""

from __future__ import annotations

import pytest

from leadline.errors import ModelError
from leadline.model.reading.reader import read
from leadline.model.reading.removal import remove

TEXT = """\
leadline: 1
model: m
scores:
  s:
    rules:
      # the first
      a:
        event: x     # seen
        points: 1
      b: {event: y, points: 2}  # gone with b
  t: {rules: {c: {event: x, points: 1}, d: {event: y, points: 3}}}
"""


@pytest.mark.parametrize(
    ("path", "gone", "stays"),
    [
        (("scores", "s", "rules", "a"), "# seen", "# the first"),
        (("scores", "s", "rules", "b"), "gone with b", "# seen"),
        (("scores", "t", "rules", "c"), "c: {", "{rules: {d: {event: y, points: 3}}}"),
        (("scores", "t", "rules", "d"), "d: {", "{rules: {c: {event: x, points: 1}}}"),
    ],
)
def test_one_part_goes_and_the_rest_stays(path: tuple[str, ...], gone: str, stays: str) -> None:
    """Block or flow, first or last: what is read again is the document without the part."""
    changed = remove(TEXT, path)
    assert gone not in changed
    assert stays in changed
    found = read(changed).scores[path[1]].rules or {}
    assert path[-1] not in found
    assert len(found) == 1


def test_the_last_rule_leaves_an_empty_mapping() -> None:
    """A score without rules is written as such."""
    changed = remove(remove(TEXT, ("scores", "s", "rules", "b")), ("scores", "s", "rules", "a"))
    assert read(changed).scores["s"].rules == {}


def test_what_is_not_there_cannot_go() -> None:
    """The path is named."""
    with pytest.raises(ModelError, match=r"scores\.s\.rules\.z must exist"):
        remove(TEXT, ("scores", "s", "rules", "z"))
