"""What the loop does for people stands in the audit log, with before and after."""

from __future__ import annotations

import json
from typing import Any

from desks import HOUR, MODEL, Office, office
from leadline.engines.duckdb.engine import DuckDB
from leadline.service import commands
from leadline.store import audit_log, inbox
from leadline.store.inbox import Received
from leadline.store.store import Store


def _logged(desk: Office, *, after: int = 0) -> list[tuple[Any, ...]]:
    """Return who did what to what, with before and after."""
    with desk.store.reading() as session:
        assert audit_log.check(session).faults == []
        found = list(audit_log.rows(session, after))
    return [
        (row.actor, row.action, row.subject, *json.loads(row.details or '{"": 0}').values())
        for row in found
    ]


def _send(desk: Office, kind: str, body: bytes) -> None:
    inbox.accept(desk.store, [Received("crm", kind, desk.hands(), body)])
    desk.loop.drain()


def test_who_said_what_of_a_lead_is_logged(store: Store, engine: DuckDB) -> None:
    """With who had it before, and which band was held."""
    with office(store, engine) as desk:
        desk.happens("demo_requested", "ada")
        desk.says("eva", "claimed", "ada")
        until = desk.hands.at + HOUR
        said = desk.says("eva", "override", "ada", ladder="band", band="nurture", until=until)
        desk.says("eva", "handed_over", "ada", to="max")
        desk.says("max", "undone", "ada", undoes=said)
        override = {"band": "nurture", "ladder": "band", "until": until}
        assert _logged(desk, after=1) == [
            ("eva", "lead.claimed", "ada", {"owner": "eva"}, {"owner": None}),
            ("eva", "lead.override", "ada", override, {}),
            ("eva", "lead.handed_over", "ada", {"owner": "max", "to_who": "max"}, {"owner": "eva"}),
            (
                "max",
                "lead.undone",
                "ada",
                {"undoes": said},
                {"kind": "override", "who": "eva", **override},
            ),
        ]


def test_a_model_that_goes_live_is_logged(store: Store, engine: DuckDB) -> None:
    """By whom, and which one it follows; so is going back. A sweep changes no model."""
    with office(store, engine) as desk:
        document = MODEL.replace("40", "50", 1)
        asked: list[commands.Command] = [
            commands.Publish(document, by="grace@team.example"),
            commands.RollBack(by="ada@team.example"),
            commands.Sweep(by="shell root"),
        ]
        for command in asked:
            _send(desk, commands.KIND, commands.encoded(command))
        first, second, third = _logged(desk)
        assert first[:2] == (commands.NOBODY, "model.published")
        assert second[0] == "grace@team.example"
        assert (second[3]["version"], second[4]["version"]) == (2, 1)
        assert third[0] == "ada@team.example"
        assert (third[3]["version"], third[4]["version"]) == (1, 2)


def test_merges_and_marks_are_logged_by_their_source(store: Store, engine: DuckDB) -> None:
    """Many that come together are one entry, which counts them."""
    with office(store, engine) as desk:
        desk.happens("demo_requested", "ada", "ben")
        _send(desk, "rows:lead_merges", b'[{"from_id": "ben", "into_id": "ada"}]')
        rows = [{"event_id": f"e{n}", "mark": "bot"} for n in range(30)]
        _send(desk, "rows:event_marks", json.dumps(rows).encode())
        merged, marked = _logged(desk, after=1)
        first = {"count": 1, "first": [["ben", "ada"]]}
        assert merged == ("source crm", "leads.merged", "ben", first, None)
        assert (marked[1], marked[3]["count"], len(marked[3]["first"])) == ("events.marked", 30, 20)


def test_who_is_erased_leaves_the_log(store: Store, engine: DuckDB) -> None:
    """Which stays whole, and says that somebody was erased, by whom, and not who."""
    with office(store, engine) as desk:
        desk.happens("demo_requested", "zoe", "ben")
        desk.says("eva", "claimed", "zoe")
        desk.says("eva", "claimed", "ben")
        _send(desk, commands.KIND, commands.encoded(commands.Erase("zoe", by="shell root")))
        *_, emptied, ben, erasure = _logged(desk)
        assert emptied == ("eva", "lead.claimed", None, 0)
        assert ben[2] == "ben"
        assert erasure == ("shell root", "erased", "", {"emptied": [2], "leads": 1}, None)
        assert "zoe" not in str(desk.rows("select * from audit_log"))
