"""What programs do is marked, with a reason; what people do is not, however hasty or many."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest

from leadline.engines.duckdb.engine import DuckDB
from leadline.marks.marked import Marked
from leadline.marks.signs import Signs

START = datetime(2026, 10, 1, 9, tzinfo=UTC)
BROWSER = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/139.0"
LINKS = ("/a", "/b", "/c", "/d")

Row = Mapping[str, Any]


def _mail(kind: str, second: float, link: str | None = None, **more: Any) -> Row:
    return {"type": f"email_{kind}", "second": second, "email_id": "m1", "link": link, **more}


def _page(second: float, **more: Any) -> Row:
    return {"type": "page_viewed", "second": second, "path": f"/{second}", **more}


def _clicks(*seconds: float) -> list[Row]:
    return [_mail("clicked", at, link) for at, link in zip(seconds, LINKS, strict=False)]


def _visit(count: int, each_seconds: float, **more: Any) -> list[Row]:
    return [_page(number * each_seconds, **more) for number in range(count)]


SENT = _mail("sent", 0)
CASES: Mapping[str, tuple[Iterable[Row], Mapping[str, int]]] = {
    "a click seconds after delivery": ([SENT, *_clicks(3)], {"clicked 3 s after delivery": 1}),
    "a click before delivery is reported": (
        [_mail("delivered", 4), *_clicks(2)],
        {"clicked 2 s after delivery": 1},
    ),
    "deliveries that are late": (
        [SENT, _mail("delivered", 900), *_clicks(902)],
        {"clicked 2 s after delivery": 1},
    ),
    "a click before the open": (
        [SENT, *_clicks(20), _mail("opened", 25)],
        {"clicked 20 s after delivery, before the open": 1},
    ),
    "a hasty person": ([SENT, _mail("opened", 8), *_clicks(11)], {}),
    "a person without images": ([SENT, *_clicks(31)], {}),
    "all links at once, minutes later": (
        [SENT, *_clicks(300, 301, 302.5)],
        {"3 links within 3 s": 3},
    ),
    "tabs of a mail": (
        [SENT, _mail("opened", 60), *_clicks(70, 72, 73)],
        {},
    ),
    "all links in a second, once opened": (
        [SENT, _mail("opened", 60), *_clicks(70, 70.2, 70.4, 70.6)],
        {"4 links within 1 s": 1, "3 links within 1 s": 3},
    ),
    "one link three times": ([SENT, *(_mail("clicked", at, "/a") for at in (90, 91, 92))], {}),
    "a person behind a scanner": (
        [SENT, *_clicks(1, 2, 3), _mail("opened", 600), _mail("clicked", 620, "/a")],
        {f"clicked {n} s after delivery": 1 for n in (1, 2, 3)},
    ),
    "a scanner that loads images": (
        [SENT, _mail("opened", 1), *_clicks(2)],
        {"loaded images 1 s after delivery": 1, "clicked 2 s after delivery": 1},
    ),
    "images that are loaded ahead": ([SENT, _mail("opened", 1), *_clicks(600)], {}),
    "a crawler": (
        [_page(0, user_agent="Mozilla/5.0 (compatible; Googlebot/2.1)"), _page(9)],
        {"Googlebot": 1},
    ),
    "a crawler that no list has": (
        [_page(0, user_agent="NorthCrawler/3.0 (+https://north.example)")],
        {"NorthCrawler": 1},
    ),
    "browsers": (
        [
            _page(at, user_agent=agent)
            for at, agent in enumerate([BROWSER, "CUBOT X20", "okhttp/4"])
        ],
        {},
    ),
    "many pages in seconds": (
        [*_visit(20, 0.5), _page(600)],
        {"20 pages or more of one visitor within 10 s": 20},
    ),
    "tabs that are opened at once": (_visit(19, 0.5), {}),
    "many pages within an hour": (
        _visit(150, 20),
        {"150 pages or more of one visitor within an hour": 150},
    ),
    "an hour of reading": (_visit(100, 30), {}),
}
"""What happened to one lead, and how many events have which reason."""


def _rows(name: str, happened: Iterable[Row]) -> Iterator[dict[str, Any]]:
    for number, row in enumerate(happened):
        yield {
            "event_id": f"{name} {number}",
            "lead_id": row.get("lead_id", name),
            "type": row["type"],
            "occurred_at": START + timedelta(seconds=row["second"]),
            **{key: row.get(key) for key in ("email_id", "link", "path", "user_agent", "ip")},
        }


@pytest.fixture(scope="module")
def engine() -> Iterator[DuckDB]:
    """Return an engine for all tests of this file."""
    with DuckDB(threads=1) as made:
        yield made


def _marked(engine: DuckDB, rows: list[dict[str, Any]], signs: Signs | None = None) -> list[Row]:
    found: list[Row] = (
        Marked.of(engine, pa.Table.from_pylist(rows), signs=signs).marks().to_pylist()
    )
    return found


def test_each_case_has_its_marks_and_reasons(engine: DuckDB) -> None:
    """All of them are judged together, as one table: nobody is judged by what others do."""
    rows = [row for name, (happened, _) in CASES.items() for row in _rows(name, happened)]
    found: dict[str, dict[str, int]] = {name: {} for name in CASES}
    for mark in _marked(engine, rows):
        reasons = found[mark["event_id"].rpartition(" ")[0]]
        reason = mark["mark"].partition(": ")[2]
        reasons[reason] = reasons.get(reason, 0) + 1
    assert found == {name: dict(expected) for name, (_, expected) in CASES.items()}


def test_many_people_behind_one_address_are_not_marked(engine: DuckDB) -> None:
    """Sixty of an office read within a minute; a program that calls as much is quicker."""
    office = [
        {**row, "event_id": f"{place} {row['event_id']}", "lead_id": f"lead {place}"}
        for place in range(60)
        for row in _rows("o", [_page(place * 0.9 + n * 12, ip="198.51.100.7") for n in range(4)])
    ]
    assert _marked(engine, office) == []
    swarm = list(_rows("s", (_page(n / 20, ip="203.0.113.1", lead_id=str(n)) for n in range(60))))
    found = _marked(engine, office + swarm)
    assert {row["event_id"][0] for row in found} == {"s"}
    assert len(found) == 60
    assert found[0]["mark"] == "burst: 50 pages or more from one address within 5 s"


def test_a_mark_is_known_once_all_is_that_shows_it(engine: DuckDB) -> None:
    """Links at once are known with the last of them, and what is recorded late is known late."""
    rows = list(_rows("x", [_mail("sent", 0), *_clicks(100, 101, 102)]))
    found = {row["recorded_at"].second for row in _marked(engine, rows)}
    assert found == {(START + timedelta(seconds=102)).second}
    late = [{**row, "recorded_at": START + timedelta(hours=1)} for row in rows]
    assert {row["recorded_at"].hour for row in _marked(engine, late)} == {10}


def test_thresholds_are_settings(engine: DuckDB) -> None:
    """Others mark others."""
    rows = list(_rows("x", [_mail("sent", 0), *_clicks(8), _mail("opened", 9)]))
    assert len(_marked(engine, rows)) == 1
    assert _marked(engine, rows, Signs(scan_seconds=2, unopened_seconds=7)) == []


def test_marks_that_are_there_stay_and_one_that_was_taken_back_is_not_set_again(
    engine: DuckDB,
) -> None:
    """Whoever says that a person did it has the last word."""
    rows = list(_rows("x", [_mail("sent", 0), *_clicks(1, 2)]))
    before = {"event_id": "x 1", "mark": None, "recorded_at": START + timedelta(hours=1)}
    schema = pa.schema(
        [("event_id", pa.string()), ("mark", pa.string()), ("recorded_at", pa.timestamp("us"))]
    )
    kept = pa.Table.from_pylist([{**before, "recorded_at": START.replace(tzinfo=None)}], schema)
    found = Marked.of(engine, pa.Table.from_pylist(rows), kept)
    assert [(row["event_id"], row["mark"] is None) for row in found.marks().to_pylist()] == [
        ("x 1", True),
        ("x 2", False),
    ]
    summary = found.summary()
    assert (summary.events, summary.marked, summary.kept) == (3, 1, 1)


def test_events_that_say_little_are_judged_by_what_they_say(engine: DuckDB) -> None:
    """Without mails, agents and addresses nothing is marked, and what is not looked for is said."""
    rows = [{"event_id": "1", "lead_id": "a", "type": "demo_requested", "occurred_at": START}]
    found = Marked.of(engine, pa.Table.from_pylist(rows))
    assert found.marks().num_rows == 0
    assert len(found.lacks) == 3
