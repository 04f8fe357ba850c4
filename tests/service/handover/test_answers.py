"""What people say of leads becomes outcomes, owners and bands, and can be taken back."""

from __future__ import annotations

import json
from typing import Any

from desks import HOUR, Office, office
from leadline.engines.duckdb.engine import DuckDB
from leadline.service import commands
from leadline.service.handover.handing import Handing
from leadline.service.handover.settings import Handover
from leadline.store import inbox
from leadline.store.inbox import Received
from leadline.store.store import Store
from sending import verified

OUTCOMES = "select outcome, reason, amount from outcomes order by taken_at"


def _is_batch(found: Office) -> bool:
    return verified(found.store, found.loop).differences == ()


def test_an_answer_is_an_outcome_with_who_and_when(store: Store, engine: DuckDB) -> None:
    """A lead that is given back starts again, as the model says, and batch finds the same."""
    with office(store, engine) as desk:
        desk.happens("demo_requested", "ada")
        desk.hands.forward(HOUR)
        said = desk.says("eva", "rejected", "ada", reason="no budget")
        row = desk.answer(said)
        assert (row.who, row.kind, row.refused) == ("eva", "rejected", None)
        assert desk.rows(OUTCOMES) == [("rejected", "no budget", None)]
        assert desk.moves("ada") == [(None, "sales", "event"), ("sales", "nurture", "event")]
        assert _is_batch(desk)


def test_what_was_said_in_error_is_as_if_it_had_not_been(store: Store, engine: DuckDB) -> None:
    """Score, outcome and owner are those from before; both answers stay."""
    with office(store, engine) as desk:
        desk.happens("demo_requested", "ada")
        desk.says("eva", "claimed", "ada")
        said = desk.says("eva", "rejected", "ada", reason="no budget")
        assert desk.owners() == {}
        back = desk.says("eva", "undone", "ada", undoes=said)
        assert desk.rows(OUTCOMES) == []
        assert desk.owners() == {"ada": "eva"}
        assert desk.moves("ada")[-1][1] == "sales"
        assert desk.answer(said).undone_at == desk.answer(back).taken_at
        assert desk.answer(desk.says("eva", "undone", "ada", undoes=said)).refused
        assert _is_batch(desk)


def test_an_answer_and_its_undoing_may_come_together(store: Store, engine: DuckDB) -> None:
    """In one pass nothing of it reaches the outcomes."""
    with office(store, engine) as desk:
        desk.happens("demo_requested", "ada")
        said = desk.says("eva", "won", "ada", amount=1200.0, drain=False)
        desk.says("eva", "undone", "ada", undoes=said)
        assert desk.rows(OUTCOMES) == []
        assert _is_batch(desk)


def test_a_repeat_counts_once(store: Store, engine: DuckDB) -> None:
    """By its id, also after it was taken back."""
    with office(store, engine) as desk:
        desk.happens("demo_requested", "ada")
        desk.says("eva", "won", "ada", amount=5.0, answer_id="x")
        desk.says("eva", "won", "ada", amount=5.0, answer_id="x")
        assert desk.rows(OUTCOMES) == [("won", None, 5.0)]
        desk.says("eva", "undone", "ada", undoes="x")
        desk.says("eva", "won", "ada", amount=5.0, answer_id="x")
        assert desk.rows(OUTCOMES) == []


def test_of_two_who_take_a_lead_the_first_has_it(store: Store, engine: DuckDB) -> None:
    """The other is told who, and nothing that they said counts."""
    with office(store, engine) as desk:
        desk.happens("demo_requested", "ada")
        desk.says("eva", "claimed", "ada", drain=False)
        late = desk.says("ben", "accepted", "ada")
        assert desk.owners() == {"ada": "eva"}
        assert desk.answer(late).refused == "eva has taken it meanwhile"
        assert desk.rows(OUTCOMES) == []


def test_a_lead_is_handed_over_and_given_back(store: Store, engine: DuckDB) -> None:
    """Whoever hands over says whom they thought to have it; where that changed it is refused."""
    with office(store, engine) as desk:
        desk.happens("demo_requested", "ada")
        desk.says("eva", "claimed", "ada")
        desk.says("eva", "handed_over", "ada", to="ben", owner="eva")
        assert desk.owners() == {"ada": "ben"}
        late = desk.says("zoe", "handed_over", "ada", to="zoe", owner="eva")
        assert desk.answer(late).refused == "ben has it meanwhile"
        desk.says("ben", "given_back", "ada")
        assert desk.owners() == {}


def test_who_had_a_lead_has_the_one_that_it_went_into(store: Store, engine: DuckDB) -> None:
    """Unless somebody has that already; nobody has what went into another."""
    with office(store, engine) as desk:
        desk.happens("demo_requested", "ada", "ada-2", "ben", "ben-2")
        desk.says("eva", "claimed", "ada-2")
        desk.says("eva", "claimed", "ben-2")
        desk.says("zoe", "claimed", "ben")
        merges = [{"from_id": "ada-2", "into_id": "ada"}, {"from_id": "ben-2", "into_id": "ben"}]
        body = json.dumps(merges).encode()
        inbox.accept(store, [Received("test", "rows:lead_merges", desk.hands(), body)])
        desk.loop.drain()
        assert desk.owners() == {"ada": "eva", "ben": "zoe"}


def test_response_times_are_kept(store: Store, engine: DuckDB) -> None:
    """From when somebody had the lead, or from when its band changed, to the first answer."""
    with office(store, engine) as desk:
        desk.happens("page_viewed", "ada")
        desk.happens("demo_requested", "ada")
        [(entered,)] = desk.rows("select max(at) from transitions")
        desk.hands.forward(HOUR)
        first = desk.answer(desk.says("eva", "claimed", "ada"))
        assert first.asked_at == entered
        assert first.taken_at - entered > HOUR
        desk.hands.forward(HOUR)
        second = desk.answer(desk.says("eva", "meeting", "ada"))
        [(began, answered)] = desk.rows("select began_at, answered_at from ownerships")
        assert second.asked_at == began
        assert answered == first.taken_at


def test_a_snoozed_lead_rests_with_who_has_it(store: Store, engine: DuckDB) -> None:
    """Until a moment, or until they say something else."""
    rests = "select snoozed_until from ownerships where ended_at is null"
    with office(store, engine) as desk:
        desk.happens("demo_requested", "ada")
        until = desk.hands.at + 24 * HOUR
        said = desk.says("eva", "snoozed", "ada", until=until)
        assert desk.rows(rests) == [(until,)]
        desk.says("eva", "undone", "ada", undoes=said)
        assert desk.owners() == {}
        desk.says("eva", "snoozed", "ada", until=until)
        desk.says("eva", "meeting", "ada")
        assert desk.rows(rests) == [(None,)]


def test_a_person_decides_a_band_until_a_moment(store: Store, engine: DuckDB) -> None:
    """Changes are of the band that people go by; scores and batch know nothing of it."""
    with office(store, engine) as desk:
        desk.happens("page_viewed", "ada")
        until = desk.hands.at + HOUR
        desk.says("eva", "override", "ada", band="sales", ladder="band", reason="fair", until=until)
        assert desk.moves("ada")[-1] == ("nurture", "sales", "override")
        desk.happens("page_viewed", "ada")  # its computed band is another
        assert desk.rows("select band from current_bands") == [("follow_up",)]
        assert len(desk.moves("ada")) == 2
        assert _is_batch(desk)
        desk.hands.forward(HOUR)
        assert desk.loop.end_holds() == 1
        assert desk.moves("ada")[-1] == ("sales", "follow_up", "override")
        assert desk.rows("select * from band_holds") == []
        assert _is_batch(desk)


def test_a_decided_band_is_taken_back(store: Store, engine: DuckDB) -> None:
    """The lead goes by the computed band at once; another decision takes the place of one."""
    with office(store, engine) as desk:
        desk.happens("page_viewed", "ada")
        more: dict[str, Any] = {"ladder": "band", "reason": "fair", "until": desk.hands.at + HOUR}
        desk.says("eva", "override", "ada", band="sales", **more)
        said = desk.says("eva", "override", "ada", band="follow_up", **more)
        desk.says("eva", "undone", "ada", undoes=said)
        assert [to for _, to, _ in desk.moves("ada")] == [
            "nurture",
            "sales",
            "follow_up",
            "nurture",
        ]


def test_a_decided_band_outlives_another_model(store: Store, engine: DuckDB) -> None:
    """Publishing changes what is computed, and nobody sees the lead move."""
    with office(store, engine) as desk:
        desk.happens("page_viewed", "ada", "ben")
        until = desk.hands.at + 48 * HOUR
        desk.says("eva", "override", "ada", band="sales", ladder="band", reason="x", until=until)
        document = desk.rows("select document from models")[0][0]
        desk.publish(document.replace("points: 10", "points: 25"))
        assert desk.moves("ada")[-1] == ("nurture", "sales", "override")
        assert desk.moves("ben")[-1] == ("nurture", "follow_up", "publish")
        assert _is_batch(desk)


def test_a_flickering_lead_is_seen_to_fall_once(store: Store, engine: DuckDB) -> None:
    """It rises at once and falls when the ladder has cooled down; its scores go as they go."""
    with office(store, engine, Handing(Handover(cool_down=24 * HOUR))) as desk:
        desk.happens("page_viewed", "ada")
        for _ in range(4):
            desk.happens("demo_requested", "ada")
            desk.says("eva", "rejected", "ada", reason="no need")
        assert [to for _, to, _ in desk.moves("ada")] == ["nurture", "sales"]
        assert desk.rows("select band from current_bands") == [("nurture",)]
        desk.hands.forward(24 * HOUR)
        desk.loop.drain()
        assert desk.moves("ada")[-1] == ("sales", "nurture", "cool_down")
        assert _is_batch(desk)


def test_who_is_erased_leaves_no_answer(store: Store, engine: DuckDB) -> None:
    """Nor an owner, nor a band that is held."""
    with office(store, engine) as desk:
        desk.happens("demo_requested", "ada")
        more: dict[str, Any] = {"ladder": "band", "reason": "marker", "until": desk.hands.at + HOUR}
        desk.says("eva", "override", "ada", band="nurture", **more)
        desk.says("eva", "claimed", "ada", note="marker")
        body = commands.encoded(commands.Erase("ada"))
        inbox.accept(store, [Received("test", commands.KIND, desk.hands(), body)])
        desk.loop.drain()
        for table in ("answers", "ownerships", "band_holds"):
            assert desk.rows(f"select * from {table}") == []
        assert not [b for (b,) in desk.rows("select body from inbox") if b"marker" in bytes(b)]
