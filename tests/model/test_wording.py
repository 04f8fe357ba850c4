"""Changes in the words of the people who read them."""

from __future__ import annotations

from typing import Any

import pytest

from leadline.model.diff import difference
from leadline.model.reading.reader import read
from leadline.model.wording import sentence
from model.documents import document

OLD: dict[str, Any] = document(
    columns={"leads": {"size": {"from": "Size", "missing": [999]}}},
    scores={
        "person": {
            "range": [0, 60],
            "decay": {"half_life": "30d"},
            "limits": {"email": 15},
            "rules": {
                "demo": {"event": "demo_requested", "points": 30},
                "large": {"when": "account.employees >= 1000", "points": 20},
                "branch": {"of": "account.industry", "values": {"software": 15}, "missing": 1},
                "size": {"of": "account.employees", "bins": {0: 0, 100: 5}},
            },
        }
    },
    grades={"fit": {"by": "person", "edges": {"B": 0, "A": 30}}},
    bands={
        "by": "person",
        "edges": {"nurture": 0, "sales": 61},
        "leave": {"sales": 50},
        "require": {"sales": "hits.demo > 0"},
    },
    overrides={"rival": {"when": "account.rival", "band": "excluded"}},
)
RULES = "scores/person/rules"


def put(path: str, value: object) -> dict[str, Any]:
    """Return the document with one value set, or removed where it is None."""

    def set_in(part: Any, keys: list[str]) -> Any:
        if len(keys) == 1:
            rest = {key: each for key, each in part.items() if key != keys[0]}
            return rest if value is None else {**rest, keys[0]: value}
        return {**part, keys[0]: set_in(part[keys[0]], keys[1:])}

    return dict(set_in(OLD, path.split("/")))


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (f"{RULES}/demo/points", 40, "person.demo: points 30 -> 40"),
        (f"{RULES}/demo/points", "minutes / 6", 'person.demo: points 30 -> "minutes / 6"'),
        (f"{RULES}/demo/within", "90d", "person.demo: within none -> 90d"),
        (f"{RULES}/demo/count", "daily", "person.demo: count each -> daily"),
        (f"{RULES}/demo/decay", "none", "person.demo: decay as the score has it -> none"),
        (
            f"{RULES}/demo/decay",
            {"keep": 0.5, "every": "7d"},
            "person.demo: decay as the score has it -> keeps 0.5 every 7d",
        ),
        (
            f"{RULES}/large/when",
            "account.employees >= 500",
            'person.large: condition "account.employees >= 1000" -> "account.employees >= 500"',
        ),
        (
            f"{RULES}/new",
            {"event": "webinar", "points": 5},
            "rule person.new is new: {event: webinar, points: 5}",
        ),
        (f"{RULES}/large", None, "rule person.large is gone: {when: account.employees >= 1000,"),
        (f"{RULES}/branch/values", {"software": 20}, "person.branch: value software 15 -> 20"),
        (f"{RULES}/branch/missing", 0, "person.branch: without a value 1 -> 0"),
        (f"{RULES}/size/bins", {0: 0, 100: 9}, "person.size: from 100 5 -> 9"),
        ("scores/person/range", [0, 80], "person: range [0, 60] -> [0, 80]"),
        ("scores/person/decay", {"half_life": "14d"}, "person: half-life 30d -> 14d"),
        (
            "scores/person/decay",
            {"linear": "60d"},
            "person: decay half-life 30d -> linear over 60d",
        ),
        ("scores/person/limits", {"email": 20}, "person: limit of group email 15 -> 20"),
        ("scores/new", {"rules": {"r": {"event": "x", "points": 1}}}, "score new is new: rules r"),
        ("grades/fit/edges", {"B": 0, "A": 40}, "grade A of fit: edge 30 -> 40"),
        ("bands/edges", {"nurture": 0, "sales": 55}, "band sales: edge 61 -> 55"),
        (
            "bands/edges",
            {"nurture": 0, "warm": 40, "sales": 61},
            "band warm is new: from 40",
        ),
        ("bands/edges", {"cold": 0, "sales": 61}, "band nurture is now called cold; it says the"),
        ("bands/leave", {"sales": 45}, "band sales: left below 50 -> 45"),
        (
            "bands/require",
            {"sales": "hits.demo > 1"},
            'band sales: requires "hits.demo > 0" -> "hits.demo > 1"',
        ),
        ("overrides/rival/band", "nurture", "override rival: band excluded -> nurture"),
        ("overrides/new", {"when": "true", "band": "sales"}, "override new is new: {when: 'true',"),
        ("columns/leads/size/from", "Count", "column leads.size: read from Size -> Count"),
        ("columns/leads/size/missing", [998], "column leads.size: empty where [999] -> [998]"),
        ("time_zone", "Europe/Warsaw", "time zone UTC -> Europe/Warsaw"),
        ("passive", ["email_sent"], "passive events none -> email_sent"),
    ],
)
def test_a_change_is_said_in_words(path: str, value: object, words: str) -> None:
    """Each kind of change has its own words, with what was and what is."""
    [found] = difference(read(OLD), read(put(path, value))).changes
    assert found.sentence.startswith(words)


def test_bands_of_several_ladders_say_which() -> None:
    """Where there are several ladders, a band is named with its own."""
    ladders = {
        name: {"by": "person", "edges": {"low": 0, "high": edge}}
        for name, edge in (("east", 10), ("west", 20))
    }
    new = {**ladders, "west": {"by": "person", "edges": {"low": 0, "high": 30}}}
    [found] = difference(read({**OLD, "bands": ladders}), read({**OLD, "bands": new})).changes
    assert found.sentence == "band high of west: edge 20 -> 30"


def test_a_word_of_a_rule_is_not_taken_for_that_of_another_part() -> None:
    """Silence fires again, which is no step of decay; and so many are needed in each value."""
    rule = ("scores", "s", "rules", "r")
    assert sentence((*rule, "every"), "changed", "7d", "14d") == (
        "s.r: again after each further 7d -> 14d"
    )
    assert (
        sentence((*rule, "in"), "changed", "visit", "day") == "s.r: at least in each visit -> day"
    )
    assert "decay step" in sentence((*rule, "decay", "every"), "changed", "7d", "14d")
