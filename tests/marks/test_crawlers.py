"""Every crawler of the list is known by its name, and no browser is taken for one."""

from __future__ import annotations

import pyarrow as pa
from crawleruseragents import CRAWLER_USER_AGENTS_DATA

from leadline.demo.words import AGENTS
from leadline.engines.duckdb.engine import DuckDB
from leadline.marks.crawlers import PEOPLE_TOO, known
from leadline.sql.text import Sql

BROWSERS = (
    *AGENTS,
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/139.0.0.0 Edg/139.0.0.0",
    "Mozilla/5.0 (Linux; Android 14; SM-S921B) SamsungBrowser/25.0 Chrome/121.0 Mobile Safari/537",
    "Mozilla/5.0 (Linux; Android 10; CUBOT X30) AppleWebKit/537.36 Chrome/109.0 Mobile",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) Mobile/15E148 MicroMessenger/8.0.49",
    "Mozilla/5.0 (Windows NT 10.0; WOW64; Trident/7.0; Microsoft Outlook 16.0.5500) like Gecko",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Thunderbird/140.1.0",
    "Northwind/3.2 CFNetwork/1494.0.7 Darwin/23.4.0",
)


def test_names_that_the_list_gives_as_examples_are_found_and_browsers_are_not() -> None:
    """The list is read by the engine, whose regular expressions are of another kind."""
    assert {each["pattern"] for each in CRAWLER_USER_AGENTS_DATA} >= PEOPLE_TOO
    programs = [
        agent
        for each in CRAWLER_USER_AGENTS_DATA
        if each["pattern"] not in PEOPLE_TOO
        for agent in each["instances"]
    ]
    with DuckDB(threads=1) as engine:
        engine.register("agents", pa.table({"agent": [*programs, *BROWSERS]}))
        names = dict(engine.rows(known(Sql("agents"))))
    assert set(programs) <= names.keys()
    assert "" not in names.values()
    assert names.keys().isdisjoint(BROWSERS)
