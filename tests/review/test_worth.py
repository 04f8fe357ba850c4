"""What rules are worth where it is known, because the outcomes were made from it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from leadline.model.checking.check import check
from leadline.model.reading.reader import parse
from leadline.reports.rules import page
from leadline.review.rule_worth.worth import Worth, worth

TEXT = """\
leadline: 1
model: simulated
scores:
  fit:
    rules:
      strong: {when: lead.strong, points: 20}   # believed
      weak: {when: lead.weak, points: 20}       # believed too
      empty: {when: lead.empty, points: 20}
      turned: {when: lead.turned, points: 20}
      again: {when: lead.strong = true, points: 5}
      rare: {when: lead.rare, points: 20}
      # nobody has it
      never: {when: lead.never, points: 5}
      table: {of: lead.grade, values: {a: 20, b: 10, c: -1}}
bands: {by: fit, edges: {low: 0, high: 40}}
"""
TASK = {"outcome": {"field": "won", "is": True}, "order": "number", "group": "lead_id"}
EFFECTS = {"strong": 1.6, "weak": 0.5, "empty": 0.0, "turned": -1.5, "rare": 1.0}


def leads(seed: int, count: int = 4000, *, shuffled: bool = False) -> pa.Table:
    """Return leads whose outcome comes from their fields by known log-odds."""
    dice = np.random.default_rng(seed)
    columns: dict[str, Any] = {
        each: dice.random(count) < (0.004 if each == "rare" else 0.3) for each in EFFECTS
    }
    grade = dice.choice(["a", "b", "c"], count)
    log_odds = sum(EFFECTS[each] * columns[each] for each in EFFECTS) - 2.2
    log_odds = log_odds + np.select([grade == "a", grade == "b"], [1.6, 0.8], 0.0)
    won = dice.random(count) < 1 / (1 + np.exp(-log_odds))
    if shuffled:
        dice.shuffle(won)
    return pa.table(
        {
            "lead_id": [f"l{n}" for n in range(count)],
            "number": np.arange(count),
            **columns,
            "never": np.zeros(count, bool),
            "grade": grade,
            "won": won,
        }
    )


@pytest.fixture(scope="module")
def found() -> Worth:
    """Return what the rules are worth."""
    return worth(TEXT, TASK, leads=leads(1))


def verdicts(found: Worth) -> dict[str, str]:
    """Return rule to verdict."""
    return {each.rule: each.verdict for each in found.rules}


def test_verdicts_are_those_of_the_world_that_was_made(found: Worth) -> None:
    """Strong earns or is worth more, none is without effect, and few rows tell nothing."""
    said = verdicts(found)
    assert said["strong"] in {"earns its points", "worth more"}
    assert said["table"] in {"earns its points", "worth more"}
    assert said["empty"] in {"no effect seen", "cannot tell yet"}
    assert said["weak"] == "worth less"
    assert said["turned"] == "harmful"
    assert said["again"] == "redundant"
    assert said["rare"] == "cannot tell yet"
    assert said["never"] == "never fires"
    assert next(each.says for each in found.rules if each.rule == "again") == "with fit.strong"


def test_supported_points_have_the_ratios_of_the_effects(found: Worth) -> None:
    """Points stand to each other as log-odds do, whatever the scale; intervals hold that."""
    rules = {each.rule: each.supported for each in found.rules if each.supported}
    strong, weak = rules["strong"], rules["weak"]
    assert strong.value is not None
    assert strong.value / 1.6 == pytest.approx((rules["turned"].value or 0) / -1.5, rel=0.35)
    assert (weak.low or 0) < strong.value * 0.5 / 1.6 < (weak.high or 0)
    lift = next(each for each in found.rules if each.rule == "strong")
    assert lift.given_others is not None
    assert (lift.given_others.low or 0) < np.exp(1.6) < (lift.given_others.high or 0)


def test_the_proposal_ranks_later_rows_better(found: Worth) -> None:
    """It drops what harms, on rows that it was not made from, measured by the changed model."""
    assert found.proposal is not None
    kinds = {each.rule: each.kind for each in found.proposal.changes}
    assert kinds["fit.turned"] == "drop"
    assert kinds["fit.weak"] == "change"
    assert "fit.strong" not in kinds or kinds["fit.strong"] == "change"
    assert found.effect is not None
    assert (found.effect.gain.measured.low or 0) > 0
    assert found.effect.rows == found.later
    assert "ranks later rows better" in page(found).verdict


def test_a_proposal_is_written_and_comments_stay(found: Worth) -> None:
    """The document has no faults afterwards, and is the model that was tried."""
    assert found.proposal is not None
    text = found.proposal.applied(TEXT)
    assert "# believed too" in text
    assert "# nobody has it" in text
    assert "turned" not in text
    model, source = parse(text)
    assert not check(model, source)
    assert model == found.proposal.after


def test_pinned_rules_stay() -> None:
    """A pinned rule is judged like the others and never proposed for change."""
    text = TEXT.replace(
        "when: lead.turned, points: 20", "when: lead.turned, points: 20, pinned: true"
    )
    found = worth(text, TASK, leads=leads(1, 2500))
    assert verdicts(found)["turned"] == "harmful"
    assert found.proposal is not None
    assert "fit.turned" not in {each.rule for each in found.proposal.changes}


@pytest.mark.slow
def test_shuffled_outcomes_change_nothing() -> None:
    """Where no rule has an effect, hardly any of many rules is called harmful or proposed."""
    every = [worth(TEXT, TASK, leads=leads(seed, 1500, shuffled=True)) for seed in range(12)]
    fitted = sum(each.given_others is not None for found in every for each in found.rules)
    harmful = sum(list(verdicts(found).values()).count("harmful") for found in every)
    assert fitted >= 12 * 5
    assert harmful <= 0.08 * fitted
    proposed = sum(found.proposal is not None for found in every)
    assert proposed <= 1, "together they must beat chance on later rows first"


def test_too_few_outcomes_say_nothing() -> None:
    """With a handful of wins no rule gets points, and nothing is proposed."""
    found = worth(TEXT, TASK, leads=leads(1, 60))
    assert found.proposal is None
    assert not {"earns its points", "worth more", "harmful"} & set(verdicts(found).values())


def test_verdicts_say_how_many_luck_alone_would_give() -> None:
    """One weighed rule in twenty; on outcomes dealt out by lot about so many stand out."""
    found = [worth(TEXT, TASK, leads=leads(seed, 1500, shuffled=True)) for seed in range(8)]
    weighed = sum(len(each.weighed) for each in found)
    assert weighed >= 35
    assert sum(each.by_luck for each in found) == pytest.approx(0.05 * weighed)
    assert sum(each.standing_out for each in found) <= 6
    sure = worth(TEXT, TASK, leads=leads(1, 1500))
    assert sure.standing_out >= 3
    assert (
        f"{sure.standing_out} of {len(sure.weighed)} weighed rules stand out" in page(sure).verdict
    )
