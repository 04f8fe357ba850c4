"""What people call the parts of a model."""

from __future__ import annotations

from leadline.model.document import Model
from leadline.model.fingerprint import fingerprint
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


LABELLED = Model.model_validate(
    {
        "leadline": 1,
        "model": "m",
        "labels": {"demo": {"en": "Demo asked for", "pl": "Prośba o demo"}},
        "scores": {
            "s": {
                "label": "Interest",
                "description": "Something else.",
                "rules": {"r": {"event": "demo", "points": 1, "label": {"pl": "Demo"}}},
            }
        },
        "grades": {"fit": {"by": "s", "edges": {"A": 0}, "label": "Fit"}},
        "bands": {
            "by": "s",
            "edges": {"hot": 0},
            "label": "Stage",
            "labels": {"hot": {"pl": "Gorący", "en": "Hot"}},
        },
        "overrides": {"o": {"when": "s > 1", "band": "hot", "label": {"zh": "是"}}},
    }
)


def test_a_label_comes_first_in_the_language_that_is_asked_for() -> None:
    """Without that language it is said in English, else in the first that there is."""
    english, polish = Labels(LABELLED), Labels(LABELLED, "pl")
    assert (english.score("s"), english.rule("s", "r")) == ("Interest", "Demo")
    assert (english.band("hot"), polish.band("hot")) == ("Hot", "Gorący")
    assert (english.event("demo"), polish.event("demo")) == ("Demo asked for", "Prośba o demo")
    assert (english.event("page_viewed"), polish.override("o")) == ("page viewed", "是")
    assert (english.ladder("band"), english.grade("fit")) == ("Stage", "Fit")


def test_labels_change_no_number() -> None:
    """Nor do the fields that are shown."""
    plain = LABELLED.plain()
    for part in (
        plain["scores"]["s"],
        plain["grades"]["fit"],
        plain["bands"],
        plain["overrides"]["o"],
    ):
        del part["label"]
    del plain["labels"], plain["bands"]["labels"], plain["scores"]["s"]["rules"]["r"]["label"]
    shown = Model.model_validate({**plain, "show": ["lead.name"]})
    assert fingerprint(shown) == fingerprint(LABELLED)
