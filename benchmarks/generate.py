"""Invented leads, events and models for the scoring benchmark.

    python benchmarks/generate.py --rows 30000000 --leads 750000 --out data --order time

writes ``events.parquet``, ``leads.parquet``, ``plain.yaml`` and one ``hard_KIND.yaml`` for each
harder kind of rule. Everything follows from the row number, so the same arguments give the same
rows on the same version of DuckDB.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

import duckdb

Order = Literal["time", "lead"]

START = datetime(2025, 1, 1)  # noqa: DTZ001 - tables hold UTC without a zone
HISTORY = timedelta(days=400)
AS_OF = START + HISTORY - timedelta(days=4)
"""The moment to score: a few of the latest events are not visible yet."""

ZONED = "events_zoned.parquet"
"""The events as most exports have them: their times with the zone UTC."""

SCORE_RANGE = (-50, 100)

TYPES = {
    "page_viewed": 10,
    "email_opened": 6,
    "email_clicked": 5,
    "content_downloaded": 4,
    "form_submitted": 3,
    "webinar_attended": 3,
    "video_watched": 2,
    "chat_started": 2,
    "trial_started": 2,
    "demo_requested": 1,
    "feature_used": 1,
    "email_unsubscribed": 1,
}
"""Event types, the most frequent first, and how many of the 40 rules read each."""

SECTIONS = ("pricing", "blog", "docs", "product", "customers", "events")
PAGES = ("", "/start", "/compare", "/details", "/team")
PATHS = tuple(f"/{section}{page}" for page in PAGES for section in SECTIONS)
"""The 30 paths, the most frequent first."""

PATTERNS = (
    "/pricing%",
    None,
    "/blog%",
    "/docs%",
    "%/start",
    "/product%",
    "/customers%",
    "%/compare",
    "/events%",
    "%details",
)
"""Conditions on the path, given out in this order to the rules of a type."""


@dataclass(frozen=True)
class Rule:
    """One event rule of the benchmark's model; durations in days, ``extra`` as in the document."""

    name: str
    event: str
    where: str | None
    points: int | str
    limit: int
    half_life_days: int | None
    within_days: int | None
    extra: str = ""

    def yaml(self) -> str:
        """Return the rule as one line of a model document."""
        parts = [f"event: {self.event}"]
        if self.where is not None:
            parts.append(f'where: "{self.where}"')
        parts += [f"points: {_quoted(self.points)}", f"limit: {self.limit}"]
        if self.half_life_days is not None:
            parts.append(f"decay: {{half_life: {self.half_life_days}d}}")
        if self.within_days is not None:
            parts.append(f"within: {self.within_days}d")
        if self.extra:
            parts.append(self.extra)
        return f"{self.name}: {{{', '.join(parts)}}}"


def _quoted(points: int | str) -> str:
    return str(points) if isinstance(points, int) else f'"{points}"'


def plain_rules() -> list[Rule]:
    """Return 40 rules: all limited, half of them decaying, a third within a window."""
    reads = [(event, pattern) for event, count in TYPES.items() for pattern in PATTERNS[:count]]
    return [_plain_rule(number, *read) for number, read in enumerate(reads)]


def _plain_rule(number: int, event: str, pattern: str | None) -> Rule:
    return Rule(
        name=f"r{number:02d}",
        event=event,
        where=None if pattern is None else f"path like '{pattern}'",
        points=-5 if event == "email_unsubscribed" else 1 + number % 7,
        limit=10 + 5 * (number % 4),
        half_life_days=(7, 14, 30, 60)[number // 2 % 4] if number % 2 == 0 else None,
        within_days=(30, 90, 180)[number // 3 % 3] if number % 3 == 0 else None,
    )


def path_rules() -> list[Rule]:
    """Return the plain rules, those on the type alone with a condition on the path as well."""
    patterns = [pattern for pattern in PATTERNS if pattern is not None]
    return [
        rule
        if rule.where
        else replace(rule, where=f"path like '{patterns[n * 3 % len(patterns)]}'")
        for n, rule in enumerate(plain_rules())
    ]


def _with(
    rule: Rule,
    *,
    condition: str = "",
    points: int | str | None = None,
    extra: str = "",
) -> Rule:
    both = [text for text in (rule.where, condition) if text]
    return replace(
        rule,
        where=" and ".join(both) or None,
        points=rule.points if points is None else points,
        extra=extra,
    )


def _with_url(rule: Rule) -> Rule:
    return replace(rule, where="url like '%pricing%'")


HARD: dict[str, Callable[[Rule], Rule]] = {
    "url": _with_url,
    "number": lambda rule: _with(rule, condition="minutes > 20"),
    "lead_field": lambda rule: _with(rule, condition="lead.country = 'PL'"),
    "once": lambda rule: _with(rule, extra="count: once"),
    "daily": lambda rule: _with(rule, extra="count: daily"),
    "per": lambda rule: _with(rule, extra="count: per asset_id"),
    "at_most": lambda rule: _with(rule, extra="at_most: 3"),
    "limit_each": lambda rule: _with(rule, extra="by: asset_id, limit_each: 8"),
    "formula": lambda rule: _with(rule, points="least(minutes / 6, 10)"),
}
"""How each harder kind of rule differs from a plain one."""


def hard_rules(kind: str) -> list[Rule]:
    """Return the plain rules with ten of the 40 turned into the harder ``kind``."""
    return [
        HARD[kind](rule) if number % 4 == number // 4 % 4 else rule
        for number, rule in enumerate(plain_rules())
    ]


def model_text(name: str, rules: list[Rule]) -> str:
    """Return a model document with one score, ``person``, of these rules."""
    head = [
        "leadline: 1",
        f"model: benchmark-{name}",
        "scores:",
        "  person:",
        f"    range: [{SCORE_RANGE[0]}, {SCORE_RANGE[1]}]",
        "    rules:",
    ]
    return "\n".join(head + [f"      {rule.yaml()}" for rule in rules]) + "\n"


def leads_query(leads: int) -> str:
    """Return the SQL of the leads table, a few explicit fields each."""
    return f"""
        select printf('L%07d', i) as lead_id,
               printf('A%06d', hash(i * 16 + 1) % {max(leads // 5, 1)}) as account_id,
               timestamp '{START}' + interval (hash(i * 16 + 2) % 400) day as created_at,
               ['PL', 'DE', 'US', 'FR', 'GB'][1 + (hash(i * 16 + 3) % 5)::int] as country,
               ['intern', 'senior', 'manager', 'director', null][1 + (hash(i * 16 + 4) % 5)::int]
                   as seniority,
               (hash(i * 16 + 5) % 5000)::int as employees
        from range({leads}) as t(i)"""


def events_query(rows: int, leads: int, order: Order) -> str:
    """Return the SQL of the events table; a lead in ten thousand has far more than the mean."""
    step = HISTORY // timedelta(microseconds=1) // rows
    pick = f"(pow({_uniform(1)}, 1.3) * {leads})::bigint % {leads}"
    return f"""
        with drawn as (
            select i,
                   printf('L%07d', ({pick}) * 7368787 % {leads}) as lead_id,
                   (hash(i * 16 + 2) % 4096)::int as type_slot,
                   (hash(i * 16 + 3) % 4096)::int as path_slot,
                   timestamp '{START}' + to_microseconds(
                       i * {step} + (hash(i * 16 + 4) % {max(step, 1)})::bigint) as occurred_at
            from range({rows}) as t(i))
        select printf('e%010d', i) as event_id, lead_id, types.value as type, paths.value as path,
               occurred_at,
               case hash(i * 16 + 5) % 100
                   when 0 then occurred_at + to_seconds((hash(i * 16 + 6) % 172800)::int)
                   when 1 then null
                   else occurred_at end as recorded_at,
               case when hash(i * 16 + 7) % 20 > 0 then round(-12 * ln(1 - {_uniform(8)}), 2) end
                   as minutes,
               printf('https://www.example.com%s?c=%d', paths.value, hash(i * 16 + 9) % 33334)
                   as url,
               case when hash(i * 16 + 10) % 10 > 0
                    then printf('asset-%d', hash(i * 16 + 11) % 300) end
                   as asset_id
        from drawn
        join ({_slots(list(TYPES), offset=1)}) as types on types.slot = drawn.type_slot
        join ({_slots(list(PATHS), offset=3)}) as paths on paths.slot = drawn.path_slot
        {"order by lead_id, occurred_at, event_id" if order == "lead" else ""}"""


def _uniform(salt: int) -> str:
    return f"(hash(i * 16 + {salt}) % 4294967296 / 4294967296.0)"


def _slots(values: list[str], offset: int) -> str:
    """Share 4,096 slots among the values, the k-th in proportion to 1 / (k + offset)."""
    shares = [1 / (rank + offset) for rank in range(len(values))]
    edges = [round(4096 * sum(shares[:n]) / sum(shares)) for n in range(len(values) + 1)]
    rows = ", ".join(
        f"({first}, {last}, '{value}')"
        for value, first, last in zip(values, edges[:-1], edges[1:], strict=True)
    )
    return (
        f"select unnest(range(first_slot, end_slot)) as slot, value "
        f"from (values {rows}) as t(first_slot, end_slot, value)"
    )


def write(rows: int, leads: int, out: Path, order: Order) -> None:
    """Write the tables as Parquet and the models as YAML into the folder ``out``."""
    out.mkdir(parents=True, exist_ok=True)
    queries = {"leads": leads_query(leads), "events": events_query(rows, leads, order)}
    with duckdb.connect() as connection:
        connection.execute("set temp_directory = ?", [str(out / "spill")])
        for table, query in queries.items():
            connection.execute(f"copy ({query}) to '{out / table}.parquet' (format parquet)")
    models = {
        "plain": plain_rules(),
        "paths": path_rules(),
        **{f"hard_{kind}": hard_rules(kind) for kind in HARD},
    }
    for name, rules in models.items():
        (out / f"{name}.yaml").write_text(model_text(name, rules), encoding="utf-8")


def write_zoned(folder: Path) -> None:
    """Write the events of a folder once more, their times with the zone UTC."""
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        zoned = ", ".join(f"{at}::timestamptz as {at}" for at in ("occurred_at", "recorded_at"))
        query = f"select * replace ({zoned}) from '{folder / 'events.parquet'}'"
        connection.execute(f"copy ({query}) to '{folder / ZONED}' (format parquet)")


def main() -> None:
    """Read the arguments and write the files."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=30_000_000, help="number of events")
    parser.add_argument("--leads", type=int, default=750_000, help="number of leads")
    parser.add_argument("--out", type=Path, required=True, help="folder to write into")
    parser.add_argument(
        "--order", choices=("time", "lead"), default="time", help="order of the events in the file"
    )
    arguments = parser.parse_args()
    write(arguments.rows, arguments.leads, arguments.out, arguments.order)


if __name__ == "__main__":
    main()
