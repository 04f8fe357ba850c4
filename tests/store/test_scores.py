"""Scores, bands and what changed are kept alike by every store."""

from __future__ import annotations

from leadline.store import scores as kept
from leadline.store.scores import BandRow, ModelRow, ScoreRow, TransitionRow
from leadline.store.store import Store

FIRST = ModelRow(1, "m", "f1", "", 1, "published", 1, 1, None)
SECOND = ModelRow(2, "m", "f2", "", 1, "draft", 2, None, None)


def test_changes_of_a_publish_and_of_a_pass_have_numbers_of_one_row(store: Store) -> None:
    """A pass that comes after a publish finds no number taken."""
    moved = TransitionRow(
        1, None, "band", 9, "b", "c", "b", "c", 9.0, None, 2, "f2", "event", quiet=False,
        ledger=None,
    )  # fmt: skip
    with store.writing() as session:
        for version, row in enumerate((FIRST, SECOND), 1):
            kept.add_model(session, row)
            kept.put(
                session,
                [ScoreRow(version, lead, 5, "{}") for lead in (1, 2)],
                [],
                [BandRow(version, "band", lead, "ab"[version - 1], None, 1.0) for lead in (1, 2)],
                [],
            )
        kept.add_changes(session, 1, SECOND, "publish", quiet=True)
        assert kept.add_transitions(session, [moved]) == [3]
        found = session.rows("select transition_id, lead_no, to_band from transitions order by 1")
    assert found == [(1, 1, "b"), (2, 2, "b"), (3, 1, "c")]
