"""What a document tells of the outcomes that it was made from."""

from __future__ import annotations

from datetime import UTC, datetime

from leadline.model.reading.reader import read
from leadline.model.seen import seen_until, with_seen

PLAIN = "leadline: 1  # language\nmodel: a\nscores: {}\n"
MARCH, JUNE = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC)


def test_a_model_made_by_hand_has_seen_nothing() -> None:
    """Nor has one whose provenance says something else, or nothing that is a time."""
    assert seen_until(read(PLAIN)) is None
    for record in ("by hand", "{made_by: me}", "{outcomes_until: soon}", "[1, 2]"):
        assert seen_until(read(f"{PLAIN}provenance: {record}\n")) is None


def test_the_latest_outcome_of_all_parents_counts() -> None:
    """A document, its scores and what it was made from tell it."""
    once = with_seen(PLAIN, MARCH)
    assert "# language" in once
    assert seen_until(read(once)) == MARCH
    assert with_seen(once, datetime(2026, 1, 1, tzinfo=UTC)) == once
    assert seen_until(read(with_seen(once, JUNE))) == JUNE
    assert seen_until(read(once), read(with_seen(PLAIN, JUNE))) == JUNE
    score = "scores: {s: {rules: {}, provenance: {outcomes_until: 2026-06-01T00:00:00Z}}}\n"
    assert seen_until(read(once.replace("scores: {}\n", score))) == JUNE


def test_what_stood_there_is_kept() -> None:
    """Words of people are not lost; nothing is written where nothing was drawn."""
    assert with_seen(PLAIN, None) == PLAIN
    made = read(with_seen(f"{PLAIN}provenance: by hand\n", MARCH))
    assert made.provenance == {"said": "by hand", "outcomes_until": MARCH.isoformat()}
