"""What waits becomes facts and scores, and those are what batch gives, however it came."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any

import pytest

import stores
from leadline.engines.duckdb.engine import DuckDB
from leadline.service import clock, commands
from leadline.service.arriving.telling import Telling
from leadline.service.loop import Loop
from leadline.store import inbox
from leadline.store.inbox import Received
from leadline.store.store import Store
from sending import verified

HOUR = 3_600_000_000
START = 1_780_000_000_000_000
MODEL = """
leadline: 1
model: live
scores:
  company:
    range: [0, 60]
    rules:
      large: {when: account.employees >= 1000, points: 20}
      chief: {when: lead.title ilike '%chief%', points: 10}
  person:
    decay: {half_life: 30d}
    limits: {pages: 15}
    reset_on: [rejected]
    rules:
      pricing: {event: page_viewed, where: path like '/pricing%', points: 5, group: pages}
      page: {event: page_viewed, points: 1, count: daily, group: pages}
      demo: {event: demo_requested, points: 40, count: once}
      cold: {silent_for: 5d, points: -20}
  profile: {formula: company + person}
bands:
  by: profile
  edges: {nurture: -100, follow_up: 20, sales: 50}
  leave: {sales: 40}
  require: {sales: hits.demo > 0}
"""


class Ticking:
    """A clock of the test: it goes on a second at each reading."""

    def __init__(self) -> None:
        self.at = START

    def __call__(self) -> int:
        """Return the next moment."""
        self.at += 1_000_000
        return self.at


@pytest.fixture
def engine() -> Iterator[DuckDB]:
    with DuckDB(threads=1) as made:
        yield made


def _said(random: Random, count: int, *, shared: bool = True) -> list[tuple[str, dict[str, Any]]]:
    """Return what trackers and systems say, of a few people on a few devices.

    Those are ``shared`` by people, or everybody has two of their own.
    """
    said: list[tuple[str, dict[str, Any]]] = []
    for number in range(count):
        at = START - random.randrange(30 * 24) * HOUR
        owner = random.choice(["ada", "ben", "eva", "zoe"])
        user = random.choice([owner, owner, ""])
        device = f"device-{random.randrange(4)}" if shared else f"{owner}-{random.randrange(2)}"
        who = {"anonymousId": device} | ({"userId": user} if user else {})
        message = {**who, "messageId": f"m{number}", "timestamp": clock.at(at).isoformat()}
        kind = random.choices(
            ["page", "track", "identify", "group", "outcome", "merge"], [9, 2, 2, 1, 1, 1]
        )[0]
        if kind == "page":
            path = random.choice(["/pricing", "/", "/docs"])
            said.append(("segment:page", {**message, "properties": {"path": path}}))
        elif kind == "track":
            said.append(("segment:track", {**message, "event": "demo_requested"}))
        elif kind == "identify":
            traits = {"title": random.choice(["Chief", "Clerk"])}
            if random.random() < 0.5:
                traits["email"] = f"{owner}@north.example"
            named = {"userId": owner} if not shared else {}  # fields are not copied by a merge
            said.append(("segment:identify", {**message, **named, "traits": traits}))
        elif kind == "group":
            size = random.choice([10, 5000])
            said.append(
                ("segment:group", {**message, "groupId": "north", "traits": {"employees": size}})
            )
        elif kind == "outcome":
            lead = user or "ada"
            said.append(
                (
                    "rows:outcomes",
                    {
                        "outcome_id": f"o{number}",
                        "lead_id": lead,
                        "outcome": random.choice(["rejected", "won"]),
                        "occurred_at": clock.at(at).isoformat(),
                    },
                )
            )
        else:
            one, other = random.sample(["ada", "ben", "eva", "zoe"], 2)
            into = random.choice([other, one])
            said.append(("rows:lead_merges", {"from_id": one, "into_id": into}))
    return said


def _accept(store: Store, ticking: Ticking, said: Sequence[tuple[str, dict[str, Any]]]) -> None:
    inbox.accept(
        store,
        [Received("test", kind, ticking(), json.dumps(body).encode()) for kind, body in said],
    )


def _publish(store: Store, loop: Loop, document: str) -> None:
    command = commands.encoded(commands.Publish(document))
    inbox.accept(store, [Received("test", commands.KIND, START, command)])
    loop.drain()


def test_what_is_stored_is_what_batch_gives(store: Store, engine: DuckDB) -> None:
    """Random facts in random passes: late, doubled, cut off, of people who share devices.

    A sweep, merges and a second model come between.
    """
    assert store.hold()
    random = Random(7)
    ticking = Ticking()
    loop = Loop(store, engine, ticking)
    _publish(store, loop, MODEL)
    said = _said(random, 120)
    for turn in range(8):
        part = said[turn * 15 : turn * 15 + 15]
        _accept(store, ticking, [*part, *random.sample(part, 2)])
        cut = json.dumps(random.choice(part)[1]).encode()[:-1]
        inbox.accept(store, [Received("test", "segment:track", ticking(), cut)])
        loop.drain()
        if turn == 3:
            _publish(store, loop, MODEL.replace("points: 40", "points: 30"))
        if turn == 5:
            ticking.at += 6 * 24 * HOUR
            sweep = commands.encoded(commands.Sweep())
            inbox.accept(store, [Received("test", commands.KIND, ticking(), sweep)])
    loop.drain()
    found = verified(store, loop)
    assert found.leads >= 4
    assert found.differences == ()
    with store.reading() as session:
        assert session.rows("select reason, count(*) from parked group by 1") == [("no_json", 8)]


MERGES = (
    {"from_id": "zoe", "into_id": "ada"},
    {"from_id": "eva", "into_id": "ben"},
    {"from_id": "zoe", "into_id": "zoe"},
)


def test_facts_in_any_order_give_the_same_scores(tmp_path: Path, engine: DuckDB) -> None:
    """A day of traffic sent again, doubled and out of order, scores everybody alike.

    So it does with a merge, one that is undone, and its undoing, wherever they stand in it.
    """
    said = [each for each in _said(Random(3), 100, shared=False) if "merges" not in each[0]]
    found: list[dict[str, str]] = []
    for turn in range(2):
        folder = tmp_path / str(turn)
        folder.mkdir()
        with stores.opened(stores.file_url(folder)) as store:
            assert store.hold()
            ticking = Ticking()
            loop = Loop(store, engine, ticking)
            _publish(store, loop, MODEL.replace("  leave: {sales: 40}\n", ""))
            ordered = list(said)
            if turn:
                ordered = [*said, *said]
                Random(5).shuffle(ordered)
            places = sorted(Random(turn).sample(range(20, len(ordered)), len(MERGES)))
            for place, merge in zip(reversed(places), reversed(MERGES), strict=True):
                ordered.insert(place, ("rows:lead_merges", merge))
            _accept(store, ticking, ordered)
            loop.drain()
            ticking.at = START + 10 * 24 * HOUR
            sweep = commands.encoded(commands.Sweep())
            inbox.accept(store, [Received("test", commands.KIND, ticking(), sweep)])
            loop.drain()
            found.append(_scores_of_users(store))
    assert set(found[0]) == {"ada", "ben", "eva", "zoe"}
    assert found[0]["eva"] == found[0]["ben"] != found[0]["zoe"] != found[0]["ada"]
    assert found[0] == found[1]


def _scores_of_users(store: Store) -> dict[str, str]:
    """Return each user's scores, by whatever lead has them."""
    with store.reading() as session:
        scores = dict(session.rows("select lead_no, scores from current_scores"))
        merges = session.rows("select from_no, into_no from lead_merges order by taken_at")
        into = {number: end for number, end in dict(merges).items() if end != number}
        users = session.rows("select value, lead_no from identities where kind = 'user'")
    found = {}
    for user, lead in users:
        end = lead
        while end in into:
            end = into[end]
        found[user] = scores[end]
    return found


def test_what_breaks_a_pass_is_parked_alone(
    store: Store, engine: DuckDB, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One request that the code cannot bear is found by halving; the others count."""
    assert store.hold()
    loop = Loop(store, engine, Ticking())
    usual = Loop._read  # noqa: SLF001 - the fault is put where any could be

    def breaking(self: Loop, waiting: Sequence[inbox.Waiting]) -> Any:
        if any(b"poison" in each.body for each in waiting):
            raise ZeroDivisionError("a fault of ours")
        return usual(self, waiting)

    monkeypatch.setattr(Loop, "_read", breaking)
    said = [("segment:track", {"event": "seen", "userId": f"u{n}"}) for n in range(9)]
    said[5] = ("segment:track", {"event": "poison", "userId": "u5"})
    _accept(store, Ticking(), said)
    loop.drain()
    with store.reading() as session:
        assert session.rows("select count(*) from events") == [(8,)]
        assert session.rows("select reason, detail from parked") == [
            ("breaks", "ZeroDivisionError: a fault of ours")
        ]
        assert session.rows("select count(*) from waiting") == [(0,)]


def test_a_clock_that_was_set_back_gives_moments_that_rise(store: Store, engine: DuckDB) -> None:
    """Whatever the machine's clock says, what is taken later is later."""
    assert store.hold()
    ticking = Ticking()
    loop = Loop(store, engine, ticking)
    _accept(store, ticking, [("segment:track", {"event": "seen", "userId": "ada"})])
    loop.drain()
    ticking.at -= 30_000_000
    _accept(store, ticking, [("segment:track", {"event": "seen again", "userId": "ada"})])
    loop.drain()
    with store.reading() as session:
        found = [at for (at,) in session.rows("select taken_at from events order by type")]
    assert found == sorted(set(found))


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ("/etc/hostname", "must be"),
        ("leadline: 1\nmodel: m\nscores: {s: {formula: nothing}}\n", "nothing"),
        ("{", "must be"),
    ],
    ids=["path", "fault", "no document"],
)
def test_a_document_with_faults_is_not_published(
    store: Store, engine: DuckDB, document: str, says: str
) -> None:
    """It is said why, a path is never opened, and the loop goes on."""
    assert store.hold()
    loop = Loop(store, engine, Ticking())
    _publish(store, loop, document)
    with store.reading() as session:
        [(state, detail)] = session.rows("select state, detail from jobs")
        assert session.rows("select count(*) from models") == [(0,)]
        assert session.rows("select count(*) from waiting") == [(0,)]
    assert state == "failed"
    assert says in detail


def test_a_change_of_band_keeps_its_reasons(store: Store, engine: DuckDB) -> None:
    """The ledger of that moment, which sums to the scores; one that is told to nobody has none."""
    assert store.hold()
    ticking = Ticking()
    loop = Loop(store, engine, ticking)
    _publish(store, loop, MODEL)
    seen = {"type": "demo_requested", "event_id": "e1"}
    _accept(store, ticking, [("rows:events", {**seen, "lead_id": "ada"})])
    _accept(store, ticking, [("rows:events", {**seen, "event_id": "e2", "lead_id": "ben"})])
    loop.drain()
    _publish(store, loop, MODEL.replace("sales: 50", "sales: 30").replace("sales: 40", "sales: 30"))
    with store.reading() as session:
        rows = session.rows("select cause, ledger from transitions order by transition_id")
    ledgers = {cause: json.loads(ledger) for cause, ledger in rows if ledger is not None}
    assert [cause for cause, _ in rows] == ["event", "event", "publish", "publish"]
    assert ledgers.keys() == {"event"}
    [row] = [each for each in ledgers["event"] if each["state"] == "fired"]
    assert (row["rule"], row["count"]) == ("demo", 1)
    assert row["points"] == pytest.approx(40.0, abs=0.001)


def test_reasons_are_the_same_by_one_statement_and_by_two(store: Store, engine: DuckDB) -> None:
    """After a pass in which somebody moved, ledgers are computed with the scores."""
    assert store.hold()
    ticking = Ticking()
    loop = Loop(store, engine, ticking)
    _publish(store, loop, MODEL)
    for lead in ("ada", "ben"):
        seen = {"type": "demo_requested", "event_id": lead, "lead_id": lead}
        _accept(store, ticking, [("rows:events", seen)])
        loop.drain()
    with store.reading() as session:
        rows = session.rows("select at, ledger from transitions where ledger is not null")
    moments, ledgers = zip(*rows, strict=True)
    told = [
        [{name: value for name, value in row.items() if name != "last_at"} for row in json.loads(e)]
        for e in ledgers
    ]
    assert len(set(moments)) == 2
    assert sorted(told[0], key=str) == sorted(told[1], key=str)
    assert any(row["rule"] == "demo" for row in told[0])


def test_the_settings_say_who_is_somebody(store: Store, engine: DuckDB) -> None:
    """Ids of nobody are parked and found no lead; visitors are scored where that is set."""
    assert store.hold()
    ticking = Ticking()
    telling = Telling.of({"anonymous": "score", "nobody": ["Trial", "demo"]})
    loop = Loop(store, engine, ticking, telling=telling)
    _publish(store, loop, MODEL)
    event = {"event": "demo_requested"}
    said: list[tuple[str, dict[str, Any]]] = [
        ("segment:track", {**event, "userId": "trial"}),
        ("segment:track", {**event, "anonymousId": "device-1"}),
        ("segment:identify", {"userId": "ada", "traits": {"email": "demo@north.example"}}),
        ("segment:alias", {"previousId": "TRIAL", "userId": "ada"}),
    ]
    _accept(store, ticking, said)
    loop.drain()
    with store.reading() as session:
        assert session.rows("select item, reason from parked") == [(0, "no_id"), (0, "no_id")]
        assert len(session.rows("select 1 from current_scores")) == 2
        found = session.rows("select kind, value from identities order by kind, value")
    assert found == [("anonymous", "device-1"), ("user", "ada")]
    assert verified(store, loop).differences == ()


def test_what_is_read_off_fields_is_scored_live(store: Store, engine: DuckDB) -> None:
    """A seniority that nobody says is that of the job title, also of the first that ever comes."""
    assert store.hold()
    ticking = Ticking()
    loop = Loop(store, engine, ticking)
    senior = "{when: lead.seniority is not null, points: 10}"
    _publish(
        store, loop, f"leadline: 1\nmodel: m\nscores: {{fit: {{rules: {{senior: {senior}}}}}}}\n"
    )
    for lead, field in (("ada", "city"), ("ben", "job_title")):
        row = {"lead_id": lead, field: "Chief Executive Officer"}
        _accept(store, ticking, [("rows:leads", row)])
        loop.drain()
    with store.reading() as session:
        found = session.rows("select scores from current_scores order by lead_no")
    assert [json.loads(scores)["fit"] for (scores,) in found] == [0.0, 10.0]
    assert verified(store, loop).differences == ()
