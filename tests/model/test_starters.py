"""Starters are whole, in block style, and hold what every one of them promises."""

from __future__ import annotations

import re

import pytest

from leadline.errors import InputError
from leadline.model.document import EventRule, OutcomeRule, SilenceRule
from leadline.model.starters import STARTERS, starter
from leadline.scoring import read_model

each_starter = pytest.mark.parametrize("name", STARTERS)


@each_starter
def test_a_starter_is_block_yaml_with_comments(name: str) -> None:
    """One key stands on a line, and the head says what to do."""
    text = starter(name)
    assert not re.search(r"^[^#]*\{", text, re.MULTILINE)
    assert text.count("#") > 15
    assert f"leadline check {name}.yaml" in text
    assert max(map(len, text.splitlines())) <= 100


@each_starter
def test_a_starter_has_what_all_promise(name: str) -> None:
    """Two scores and a formula, a gate, exclusions, a hold, going cold, hysteresis, a half-life."""
    model, _ = read_model(starter(name))
    assert {"company", "person", "profile"} <= set(model.scores)
    assert model.scores["profile"].formula is not None
    assert model.scores["person"].reset_on == ("rejected",)
    rules = {rule_name: rule for _, rule_name, rule in model.rules()}
    assert isinstance(rules["went_cold"], SilenceRule)
    assert isinstance(rules["given_back"], OutcomeRule)
    assert isinstance(rules["response"], EventRule)
    [ladder] = model.bands.values()
    assert set(ladder.require) == set(ladder.leave) == {"sales"}
    bands = {override: each.band for override, each in model.overrides.items()}
    assert bands == {
        "competitor": "excluded",
        "customer": "excluded",
        "open_deal": "excluded",
        "given_back": "hold",
    }
    assert len(model.examples) >= 8


@each_starter
def test_what_can_be_read_off_is_not_declared(name: str) -> None:
    """A column that is declared and lacks would be empty, rather than read off title and email."""
    model, _ = read_model(starter(name))
    assert not {"seniority", "email_kind"} & set(model.columns["leads"])


def test_an_unknown_starter_is_refused() -> None:
    """The message has the nearest name."""
    with pytest.raises(InputError, match=r"found genral\. Did you mean general\?"):
        starter("genral")
