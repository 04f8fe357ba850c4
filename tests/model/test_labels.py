"""What people call the parts of a model."""

from __future__ import annotations

from leadline.model.document import Model
from leadline.model.labels import Labels

MODEL = Model.model_validate(
    {
        "leadline": 1,
        "model": "m",
        "scores": {
            "person": {
                "description": "What they did.",
                "rules": {
                    "demo": {"event": "demo", "points": 1, "description": "Asked for a demo. "},
                    "pricing_visit": {"event": "visit", "points": 1},
                },
            },
            "all_in_all": {"formula": "person"},
        },
        "bands": {"by": "person", "edges": {"follow_up": 0}},
        "overrides": {"no_rival": {"when": "lead.rival", "band": "follow_up"}},
    }
)


def test_what_the_document_says_comes_before_the_name() -> None:
    """A description is said without its full stop; a name is said in words."""
    labels = Labels(MODEL)
    assert labels.rule("person", "demo") == "Asked for a demo"
    assert labels.rule("person", "pricing_visit") == "pricing visit"
    assert (labels.score("person"), labels.score("all_in_all")) == ("What they did", "all in all")
    assert (labels.band("follow_up"), labels.override("no_rival")) == ("follow up", "no rival")


def test_only_what_the_document_says_is_given() -> None:
    """Where names are looked up in the document, they stay as they are."""
    labels = Labels(MODEL)
    assert labels.given("person", "demo") == "Asked for a demo"
    assert labels.given("person", "pricing_visit") is None


def test_rows_that_are_no_rule_keep_their_words() -> None:
    """Limits, and what learned scores call their reasons."""
    assert Labels(MODEL).rule("person", "limit:range") == "limit:range"
    assert Labels(MODEL).rule("all_in_all", "Company_Size") == "Company_Size"
