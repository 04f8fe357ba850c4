"""How many false alarms the audit raises, and how many leaks put in it finds.

    benchmarks/audit.py --seeds 1 2 --sets DATA

Invented worlds have no leak, whatever their habits: every alarm on them is false. With shuffled
outcomes each lead has the outcomes of another, as long after it came. Then leaks are put in, for
some of the winners: events that come with the win, a field whose history says that it was filled
then, and one that is filled for winners alone. Of real sets, given by the user, it is known which
fields were filled in afterwards and which events close a lead.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from learning_sets import AFTER_CONTACT

import leadline
from leadline.demo.generate import World, write_demo
from leadline.engines.duckdb.engine import DuckDB

END = datetime(2026, 11, 1, tzinfo=UTC)
LAST = pd.Timestamp(END)
TASK = {"outcome": {"outcome": "won"}, "horizon": "90d", "moments": {"after": "14d"}}
TABLES = ("leads", "accounts", "events", "outcomes", "field_history")
ENDS = ("won", "lost", "disqualified")
SHARES = (0.2, 0.5, 1.0)


@dataclass(frozen=True)
class Tables:
    """The tables of a world, by name."""

    frames: dict[str, pd.DataFrame]

    def __getitem__(self, name: str) -> pd.DataFrame:
        """Return one table."""
        return self.frames[name]

    def with_rows(self, table: str, rows: pd.DataFrame) -> Tables:
        """Return the tables with rows added to one."""
        return self.put(table, pd.concat([self[table], rows], ignore_index=True))

    def put(self, table: str, rows: pd.DataFrame) -> Tables:
        """Return the tables with one in place of another."""
        return Tables({**self.frames, table: rows})

    def ends(self) -> pd.Series:
        """Return when leads ended."""
        outcomes = self["outcomes"]
        return outcomes[outcomes["outcome"].isin(ENDS)].groupby("lead_id")["recorded_at"].min()

    def wins(self) -> pd.Series:
        """Return when leads won."""
        outcomes = self["outcomes"]
        return outcomes[outcomes["outcome"] == "won"].groupby("lead_id")["recorded_at"].min()


def invented(seed: int, leads: int) -> Tables:
    """Return a world of invented leads."""
    with tempfile.TemporaryDirectory() as folder, DuckDB() as engine:
        path = Path(folder) / "world"
        write_demo(engine, World(leads, seed, END), path, "parquet")
        return Tables({each: pd.read_parquet(path / f"{each}.parquet") for each in TABLES})


def events(leads: pd.Series, times: pd.Series, kind: str) -> pd.DataFrame:
    """Return rows of events of one type."""
    rows = pd.DataFrame(
        {"lead_id": leads, "type": kind, "occurred_at": times, "recorded_at": times}
    )
    rows = rows[rows["occurred_at"] <= LAST].reset_index(drop=True)
    return rows.assign(event_id=[f"{kind} {place}" for place in range(len(rows))])


def plain(world: Tables, _: np.random.Generator) -> Tables:
    """Leads are left alone when they have ended."""
    return world


def newsletters(world: Tables, random: np.random.Generator) -> Tables:
    """Everybody gets a newsletter every week for ever, and some read it and come to the site."""
    leads = world["leads"]
    weeks = pd.date_range(leads["created_at"].min().normalize(), LAST, freq="7D")
    pairs = leads[["lead_id", "created_at"]].merge(pd.DataFrame({"at": weeks}), how="cross")
    pairs = pairs[pairs["at"] > pairs["created_at"]]
    rows = [events(pairs["lead_id"], pairs["at"], "newsletter_sent")]
    for kind, share in (("newsletter_clicked", 0.2), ("page_viewed", 0.15)):
        kept = pairs[random.random(len(pairs)) < share]
        delay = pd.to_timedelta(random.exponential(8, len(kept)), unit="h")
        rows.append(events(kept["lead_id"], kept["at"] + delay, kind))
    return world.with_rows("events", pd.concat(rows))


def life_goes_on(world: Tables, random: np.random.Generator) -> Tables:
    """Who has ended goes on with what the lead did before, now and then, all types alike."""
    rows = world["events"].merge(world.ends().rename("ended_at"), on="lead_id")
    later = pd.to_timedelta(random.uniform(0, 365, len(rows)), unit="D")
    rows = rows.assign(occurred_at=rows["ended_at"] + later, recorded_at=rows["ended_at"] + later)
    rows["event_id"] = "later " + rows["event_id"]
    rows = rows[rows["occurred_at"] <= LAST].drop(columns="ended_at")
    return world.with_rows("events", rows)


def rush(world: Tables, random: np.random.Generator) -> Tables:
    """Sales and leads are busier before the end: calls, mails and page views grow in two weeks."""
    ends = world.ends().reset_index()
    rows = []
    for kind in ("call_made", "email_sent", "page_viewed", "meeting_held"):
        drawn = ends.loc[ends.index.repeat(random.poisson(2, len(ends)))]
        ahead = pd.to_timedelta(random.exponential(5, len(drawn)), unit="D")
        rows.append(events(drawn["lead_id"], drawn["recorded_at"] - ahead, kind))
    made = pd.concat(rows).assign(event_id=lambda each: "rush " + each["event_id"])
    return world.with_rows("events", made)


def on_a_schedule(world: Tables, random: np.random.Generator) -> Tables:
    """A series of mails on fixed days of a lead's life, on one of which many are closed as lost."""
    leads = world["leads"]
    rows = []
    for day in (1, 3, 7, 14, 21, 30):
        minutes = pd.to_timedelta(random.uniform(0, 30, len(leads)), unit="min")
        at = leads["created_at"] + pd.Timedelta(days=day) + minutes
        rows.append(events(leads["lead_id"], at, "series_sent"))
    made = pd.concat(rows, ignore_index=True)
    made["event_id"] = [f"series {place}" for place in range(len(made))]
    still = leads[~leads["lead_id"].isin(world.ends().index)]
    closed = still.sample(frac=0.5, random_state=random)
    at = closed["created_at"] + pd.Timedelta(days=30)
    lost = pd.DataFrame({"lead_id": closed["lead_id"], "outcome": "lost", "occurred_at": at})
    lost = lost.assign(recorded_at=at, outcome_id=[f"closed {each}" for each in lost["lead_id"]])
    return world.with_rows("events", made).with_rows("outcomes", lost[at <= LAST])


def wins_alone(world: Tables, random: np.random.Generator) -> Tables:
    """Nobody records losses, and life goes on."""
    went_on = life_goes_on(world, random)
    outcomes = went_on["outcomes"]
    return went_on.put("outcomes", outcomes[outcomes["outcome"] == "won"])


HABITS: tuple[Callable[[Tables, np.random.Generator], Tables], ...] = (
    plain,
    newsletters,
    life_goes_on,
    rush,
    on_a_schedule,
    wins_alone,
)


def shuffled(world: Tables, random: np.random.Generator) -> Tables:
    """Give each lead the outcomes of another, as long after it came."""
    born = world["leads"].set_index("lead_id")["created_at"]
    other = dict(zip(born.index, random.permutation(born.index), strict=True))
    outcomes = world["outcomes"].copy()
    given = outcomes["lead_id"].map(other)
    moved = given.map(born).to_numpy() - outcomes["lead_id"].map(born).to_numpy()
    for column in ("occurred_at", "recorded_at"):
        outcomes[column] = outcomes[column] + moved
    outcomes = outcomes.assign(lead_id=given)
    return world.put("outcomes", outcomes[outcomes["recorded_at"] <= LAST])


def with_leaks(world: Tables, random: np.random.Generator, share: float) -> Tables:
    """Put leaks in for a share of the winners."""
    wins = world.wins()
    wins = wins[random.random(len(wins)) < share]
    leads, won_at = pd.Series(wins.index), wins.reset_index(drop=True)
    late = won_at + pd.to_timedelta(random.uniform(-5, 24 * 60, len(wins)), unit="min")
    history = pd.DataFrame({"entity": "lead", "field": "contract", "id": leads})
    history = history.assign(value="yes", valid_from=won_at)
    before = history.assign(
        value="no", valid_from=leads.map(world["leads"].set_index("lead_id")["created_at"])
    )
    signed = world["leads"]["lead_id"].isin(wins.index)
    fields = world["leads"].assign(
        contract=np.where(signed, "yes", "no"), po_number=signed.map({True: "filled"})
    )
    return (
        world.with_rows("events", events(leads, late, "contract_signed"))
        .with_rows("field_history", pd.concat([before, history]))
        .put("leads", fields)
    )


LEAKS = {"event.contract_signed", "contract", "po_number"}


def alarms(world: Tables, task: Mapping[str, Any] = TASK) -> set[str]:
    """Return what the audit calls written after the fact."""
    arrow = {
        each: pa.Table.from_pandas(rows, preserve_index=False)
        for each, rows in world.frames.items()
    }
    return {each.title for each in leadline.audit(task=dict(task), **arrow).result.alarms()}


def of_worlds(seeds: list[int], leads: int) -> Iterator[str]:
    """Yield a row for each invented world."""
    yield "| world | seed | winners | false | false, shuffled | leaks found at 20, 50, 100 % |"
    yield "|" + " --- |" * 6
    for seed in seeds:
        base = invented(seed, leads)
        for habit in HABITS:
            random = np.random.default_rng(seed)
            world = habit(base, random)
            false = sorted(alarms(world))
            by_lot = sorted(alarms(shuffled(world, random)))
            found = [alarms(with_leaks(world, random, each)) & LEAKS for each in SHARES]
            shown = ", ".join(f"{len(each)}" for each in found)
            missed = sorted(set().union(*(LEAKS - each for each in found)))
            name = habit.__name__.replace("_", " ")
            yield (
                f"| {name} | {seed} | {len(world.wins())} | {_shown(false)} | {_shown(by_lot)} | "
                f"{shown} of {len(LEAKS)}{' but ' + ', '.join(missed) if missed else ''} |"
            )


@dataclass(frozen=True)
class Given:
    """A real table, and what of it is known to have been filled in afterwards."""

    file: str
    outcome: str
    wins: object
    late: frozenset[str]
    separator: str = ","
    missing: tuple[str, ...] = ()
    loses: object = None

    def read(self, folder: Path) -> pd.DataFrame:
        """Return the rows with the column ``outcome``."""
        path = folder / self.file
        rows = pd.read_csv(path, sep=self.separator, na_values=[*self.missing])
        if self.loses is not None:
            rows = rows[rows[self.outcome].isin([self.wins, self.loses])]
        won = rows.pop(self.outcome) == self.wins
        return rows.assign(outcome=won, lead_id=[f"r{place}" for place in range(len(rows))])


GIVEN = (
    Given("salvirt.csv", "Status", "Won", frozenset(), ";"),
    Given(
        "xeducation.csv",
        "Converted",
        1,
        frozenset(AFTER_CONTACT),
        missing=("Select",),
    ),
    Given("bank.csv", "y", "yes", frozenset({"duration"}), ";"),
    Given("shoppers.csv", "Revenue", True, frozenset({"PageValues"})),
    Given(
        "maven/sales_pipeline.csv", "deal_stage", "Won", frozenset({"close_value"}), loses="Lost"
    ),
)


def of_sets(folder: Path) -> Iterator[str]:
    """Yield a row for each real set."""
    yield "| set | alarms on what was filled in afterwards | false | false, shuffled |"
    yield "|" + " --- |" * 4
    random = np.random.default_rng(1)
    for each in GIVEN:
        rows = each.read(folder)
        by_lot = rows.assign(outcome=random.permutation(rows["outcome"]))
        task = {"outcome": {"field": "outcome", "is": True}}
        found, luck = (alarms(Tables({"leads": table}), task) for table in (rows, by_lot))
        yield _row_of_set(each.file, found, each.late, luck)
    yield _applications(folder, random)


def _applications(folder: Path, random: np.random.Generator) -> str:
    """Return the row of the log of loan applications (BPI Challenge 2012)."""
    leads = pd.read_csv(folder / "applications.csv", dtype={"case_id": str})
    log = pd.read_csv(folder / "application_events.csv.gz", dtype={"case_id": str})
    leads = pd.DataFrame({"lead_id": leads["case_id"], "created_at": _utc(leads["reg_date"])})
    log = log.rename(columns={"case_id": "lead_id", "activity": "type"})
    log["occurred_at"] = _utc(log["timestamp"])
    log = log[["event_id", "lead_id", "type", "occurred_at"]]
    closed = ("A_ACTIVATED", "A_DECLINED", "A_CANCELLED")
    task = {
        "outcome": {"event": closed[0]},
        "closed": {"event": [*closed[1:]]},
        "horizon": "30d",
        "moments": {"after": "15m"},
    }
    late = {f"event.{each}" for each in log["type"].unique() if _closes(each)}
    found = alarms(Tables({"leads": leads, "events": log}), task)
    born = leads.set_index("lead_id")["created_at"]
    other = dict(zip(born.index, random.permutation(born.index), strict=True))
    is_end = log["type"].isin(closed)
    ends, given = log[is_end], log.loc[is_end, "lead_id"].map(other)
    moved = given.map(born).to_numpy() - ends["lead_id"].map(born).to_numpy()
    ends = ends.assign(lead_id=given, occurred_at=ends["occurred_at"] + moved)
    by_lot = pd.concat([log[~is_end], ends])
    luck = alarms(Tables({"leads": leads, "events": by_lot}), task)
    return _row_of_set("applications", found, late, luck - {f"event.{each}" for each in closed})


def _closes(kind: str) -> bool:
    return kind.endswith(("_DECLINED", "_CANCELLED")) or kind in {
        "A_APPROVED",
        "A_REGISTERED",
        "A_ACTIVATED",
        "O_ACCEPTED",
    }


def _utc(texts: pd.Series) -> pd.Series:
    return pd.to_datetime(texts, utc=True, format="ISO8601")


def _row_of_set(name: str, found: set[str], late: Iterable[str], luck: set[str]) -> str:
    known = set(late)
    missed = sorted(known - found)
    shown = f"{len(known & found)} of {len(known)}{', not ' + ', '.join(missed) if missed else ''}"
    return f"| {name} | {shown} | {_shown(sorted(found - known))} | {_shown(sorted(luck))} |"


def _shown(titles: list[str]) -> str:
    return f"{len(titles)}: {', '.join(titles)}" if titles else "0"


def main() -> None:
    """Print the tables, row by row."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--seeds", type=int, nargs="*", default=[1])
    asked.add_argument("--leads", type=int, default=3_000)
    asked.add_argument("--sets", type=Path, help="a folder with real sets")
    given = asked.parse_args()
    for row in of_sets(given.sets) if given.sets else ():
        print(row, flush=True)
    for row in of_worlds(given.seeds, given.leads):
        print(row, flush=True)


if __name__ == "__main__":
    main()
