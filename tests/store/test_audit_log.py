"""The audit log tells whatever is done to its rows, on both stores."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

import pytest

from leadline.store import audit_log, schema
from leadline.store.audit_log import Checked, Entry
from leadline.store.session import Session
from leadline.store.store import Store

ENTRIES = [
    Entry("grace@team.example", "model.published", "b2b", {"version": n}, {"version": n + 1})
    for n in range(1, 7)
]


@pytest.fixture
def logged(store: Store) -> Store:
    """A store in which six models were published."""
    with store.writing() as session:
        audit_log.write(session, ENTRIES[:4], 1)
    with store.writing() as session:
        audit_log.write(session, ENTRIES[4:], 2)
    return store


def check(store: Store, noted: str = "") -> Checked:
    """Check the log of a store."""
    with store.reading() as session:
        return audit_log.check(session, noted)


def test_a_log_that_nobody_touched_is_whole(logged: Store) -> None:
    """And an empty one is; the head is the place of the last row."""
    found = check(logged)
    assert (found.entries, found.faults, found.blank) == (6, [], [])
    with logged.reading() as session:
        [last] = audit_log.last(session, 1)
    assert found.head == f"6:{last.hash}"
    assert (last.actor, last.at, json.loads(last.details or "")) == (
        "grace@team.example",
        2,
        {"before": {"version": 6}, "after": {"version": 7}},
    )


def _changed(statement: str) -> Callable[[Session], object]:
    return lambda session: session.run(statement)


def _hashed_anew(session: Session) -> None:
    """Change a row as somebody does who knows how it is hashed."""
    rows = list(audit_log.rows(session))
    changed = audit_log._row(3, rows[1].hash, Entry("eve", "model.published", "b2b"), 1)  # noqa: SLF001
    session.run("delete from audit_log where number = 3")
    session.insert(schema.audit_log, [changed])


@pytest.mark.parametrize(
    ("done", "told"),
    [
        (_changed("update audit_log set actor = 'eve' where number = 3"), ["entry 3 was changed"]),
        (_changed("update audit_log set at = 7 where number = 3"), ["entry 3 was changed"]),
        (_changed("update audit_log set details = '{}' where number = 3"), ["entry 3 was changed"]),
        (_changed("update audit_log set subject = 'x' where number = 6"), ["entry 6 was changed"]),
        (
            _changed("update audit_log set digest = 'x', details = '{}' where number = 2"),
            ["entry 2 was changed"],
        ),
        (_changed("delete from audit_log where number = 4"), ["entry 4 was taken out"]),
        (_changed("delete from audit_log where number > 4"), ["entries 5 to 6 were taken out"]),
        (_changed("delete from audit_log where number < 3"), ["entries 1 to 2 were taken out"]),
        (_changed("delete from audit_log"), ["entries 1 to 6 were taken out"]),
        (
            _changed(
                "update audit_log set subject = null, details = null, salt = null where number = 2"
            ),
            ["entry 2 was emptied, and no erasure says so"],
        ),
        (_hashed_anew, ["entry 4 was changed, or one before it"]),
    ],
)
def test_what_is_done_to_a_row_is_told(
    logged: Store, done: Callable[[Session], object], told: Sequence[str]
) -> None:
    """Where it was done too."""
    with logged.writing() as session:
        done(session)
    found = check(logged)
    assert found.faults
    assert all(any(said in fault for fault in found.faults) for said in told), found.faults


def test_a_log_that_was_written_anew_is_told_by_a_head_that_was_noted(logged: Store) -> None:
    """Nothing in the store could tell it."""
    noted = check(logged).head
    assert check(logged, noted).faults == []
    with logged.writing() as session:
        session.run("delete from audit_log")
        session.run("delete from settings where name = ?", audit_log.HEAD)
        audit_log.write(session, ENTRIES, 1)
    assert check(logged).faults == []
    assert check(logged, noted).faults == ["entry 6 is not the one that was noted"]
    with logged.writing() as session:
        session.run("delete from audit_log")
        session.run("delete from settings where name = ?", audit_log.HEAD)
        audit_log.write(session, ENTRIES[:2], 1)
    assert check(logged, noted).faults == ["entries 3 to 6 were taken out"]


def test_who_is_erased_is_named_by_no_row_and_the_chain_holds(logged: Store) -> None:
    """Wherever in a row they stand; the erasure says which rows it emptied."""
    with logged.writing() as session:
        audit_log.write(
            session,
            [
                Entry("eva@team.example", "lead.rejected", "zoe", None, {"reason": "no budget"}),
                Entry("source crm", "leads.merged", "", None, {"first": [["x", "ZOE"]]}),
                Entry("eva@team.example", "lead.claimed", "ben"),
            ],
            3,
        )
        emptied = audit_log.empty(session, {"zoe", "zoe@north.example"})
        audit_log.write(
            session, [Entry("shell root", audit_log.ERASED, after={"emptied": emptied})], 4
        )
        assert "zoe" not in str(session.rows("select * from audit_log")).lower()
    found = check(logged)
    assert (found.entries, found.blank, found.faults) == (10, [7, 8], [])


def test_old_entries_can_be_dropped_and_the_log_says_so(logged: Store) -> None:
    """What is dropped by another way is told."""
    with logged.writing() as session:
        assert audit_log.shorten(session, 2, "shell root", 5) == 4
    found = check(logged)
    assert (found.entries, found.faults) == (3, [])
    with logged.writing() as session:
        session.run("delete from audit_log where number = 5")
        [row] = [each for each in audit_log.rows(session) if each.number == 6]
        session.run("update settings set value = ? where name = 'audit_base'", f"5:{row.digest}")
    assert check(logged).faults
