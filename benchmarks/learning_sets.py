"""The sets that learning is measured on: tables, tasks, and which rows judge.

The files are given by the user; what each must hold stands at its function. Every column that was
filled in after the lead was to be scored is dropped, and rows judge in the order of time where
there is one: anything else flatters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Rows = npt.NDArray[np.int64]
OUTCOME = "outcome"
ORDER = "row_order"
SEEDS = (0, 1, 2)
PARTS = 5


@dataclass(frozen=True)
class Cut:
    """Places of the rows to fit, and of those that judge."""

    fitted: Rows
    judged: Rows


@dataclass(frozen=True)
class Snapshot:
    """A log of events, and how long after the beginning a lead is judged.

    Attributes:
        leads: ``lead_id`` and ``created_at``.
        events: ``lead_id``, ``type`` and ``occurred_at``; only what the model may read or what
            closes a lead.
        task: What ``leadline learn`` is told.
        end: Until when outcomes are known to the fit.
        spine: ``lead_id`` and ``as_of`` of the rows that judge.
    """

    leads: pd.DataFrame
    events: pd.DataFrame
    task: dict[str, Any]
    end: pd.Timestamp
    spine: pd.DataFrame


@dataclass(frozen=True)
class Protocol:
    """A set and how it is judged.

    Attributes:
        name: Of the set and the protocol.
        table: One row a lead, ``outcome`` a boolean; ``row_order`` stands for time if it is there.
        cuts: Which rows are fitted and which judge.
        reference: Known figures: ROC-AUC, PR-AUC, Brier, lift in the top tenth, by candidate.
        honest: Whether the figure can be had in use.
        snapshot: The events, where the set is a log; the table then holds plain counts.
    """

    name: str
    table: pd.DataFrame
    cuts: tuple[Cut, ...]
    reference: dict[str, str] = field(default_factory=dict)
    honest: bool = True
    snapshot: Snapshot | None = None

    @property
    def fields(self) -> pd.DataFrame:
        """What may be learned from."""
        return self.table.drop(columns=[OUTCOME, *({ORDER} & set(self.table))])

    @property
    def outcome(self) -> npt.NDArray[np.bool_]:
        """What happened."""
        return np.asarray(self.table[OUTCOME], bool)

    @property
    def task(self) -> dict[str, Any]:
        """What ``leadline learn`` is told."""
        if self.snapshot is not None:
            return self.snapshot.task
        order = {"order": ORDER} if ORDER in self.table else {}
        return {"outcome": {"field": OUTCOME, "is": True}, **order}


def _references(text: str) -> dict[str, str]:
    names = ("naive card", "scikit-learn logistic", "HistGradientBoosting", "LightGBM", "CatBoost")
    return dict(zip(names, text.split(), strict=True))


def _dealt(groups: Rows, parts: int, seed: int) -> tuple[Cut, ...]:
    """Deal whole groups into parts by lot."""
    names, members = np.unique(groups, return_inverse=True)
    lots = np.random.default_rng(seed).permutation(len(names)) % parts
    part = lots[members]
    return tuple(Cut(np.flatnonzero(part != p), np.flatnonzero(part == p)) for p in range(parts))


def _newest(rows: int, share: float = 0.2) -> tuple[Cut, ...]:
    start = int(rows * (1 - share))
    return (Cut(np.arange(start), np.arange(start, rows)),)


def _in_order(table: pd.DataFrame) -> pd.DataFrame:
    return table.reset_index(drop=True).assign(**{ORDER: np.arange(len(table))})


def salvirt(folder: Path) -> Iterator[Protocol]:
    """Deals of a software vendor (Bohanec), ``salvirt.csv``."""
    table = pd.read_csv(folder / "salvirt.csv", sep=";", keep_default_na=False)
    outcome = table.pop("Status") == "Won"
    table = table.drop(columns="Seller")  # nearly separates: who sold it follows how it went
    groups = table.groupby([*table]).ngroup().to_numpy()
    cuts = tuple(cut for seed in SEEDS for cut in _dealt(groups, PARTS, seed))
    reference = _references(
        ".816/.797/.176/1.77 .798/.773/.184/1.62 .801/.798/.198/1.74 "
        ".783/.770/.204/1.67 .804/.791/.192/1.68"
    )
    yield Protocol(
        "deals (salvirt), identical rows together, 3 x 5 folds",
        table.assign(outcome=outcome),
        cuts,
        reference,
    )


AFTER_CONTACT = [
    "Tags",
    "Lead Quality",
    "Lead Profile",
    "Last Notable Activity",
    "Asymmetrique Activity Index",
    "Asymmetrique Profile Index",
    "Asymmetrique Activity Score",
    "Asymmetrique Profile Score",
]


def xeducation(folder: Path) -> Iterator[Protocol]:
    """Leads of a seller of courses, ``xeducation.csv``."""
    table = pd.read_csv(folder / "xeducation.csv", na_values=["Select"])
    table = table.sort_values("Lead Number").reset_index(drop=True)
    outcome = table.pop("Converted") == 1
    table = table.drop(columns=["Prospect ID", "Lead Number", *AFTER_CONTACT])
    table = table.assign(outcome=outcome)
    reference = _references(
        ".873/.797/.139/2.44 .893/.842/.128/2.45 .901/.855/.123/2.49 "
        ".901/.854/.122/2.50 .907/.863/.118/2.51"
    )
    cuts = _dealt(np.arange(len(table)), PARTS, 0)
    yield Protocol("X Education, 5 folds", table, cuts, reference)
    reference = _references(
        ".860/.751/.145/2.35 .880/.833/.131/2.63 .887/.834/.129/2.56 "
        ".886/.835/.129/2.57 .889/.834/.127/2.56"
    )
    newest = _newest(len(table))
    yield Protocol("X Education, newest fifth", _in_order(table), newest, reference)


_CALENDAR = [
    "month",
    "day_of_week",
    "emp.var.rate",
    "cons.price.idx",
    "cons.conf.idx",
    "euribor3m",
    "nr.employed",
]


def bank(folder: Path) -> Iterator[Protocol]:
    """Calls of a campaign (UCI bank-additional-full), ``bank.csv``; its rows are in order."""
    table = pd.read_csv(folder / "bank.csv", sep=";", na_values=["unknown"])
    outcome = table.pop("y") == "yes"
    table["pdays"] = table["pdays"].where(table["pdays"] != 999)  # noqa: PLR2004 - means never
    table["campaign"] -= 1
    table = table.drop(columns="duration").assign(outcome=outcome)
    plain = table.drop(columns=_CALENDAR)
    newest = _newest(len(table))
    reference = _references(
        ".665/.409/.226/1.38 .748/.527/.191/1.85 .654/.469/.241/1.69 "
        ".655/.467/.240/1.78 .712/.517/.228/2.00"
    )
    yield Protocol("bank, newest fifth", _in_order(table), newest, reference)
    reference = _references(
        ".558/.341/.262/1.17 .702/.541/.213/2.28 .682/.485/.221/1.87 "
        ".682/.490/.218/1.87 .684/.490/.221/1.88"
    )
    yield Protocol("bank without calendar, newest fifth", _in_order(plain), newest, reference)
    reference = _references(
        ".705/.275/.088/2.92 .730/.354/.086/3.40 .733/.366/.086/3.57 "
        ".730/.367/.086/3.58 .736/.368/.085/3.61"
    )
    cuts = _dealt(np.arange(len(plain)), PARTS, 0)
    yield Protocol("bank without calendar, folds by lot", plain, cuts, reference, honest=False)


def shoppers(folder: Path) -> Iterator[Protocol]:
    """Sessions of a shop (UCI online shoppers), ``shoppers.csv``."""
    table = pd.read_csv(folder / "shoppers.csv")
    outcome = table.pop("Revenue").astype(bool)
    table = table.drop(columns="PageValues")
    for column in ("OperatingSystems", "Browser", "Region", "TrafficType"):
        table[column] = "n" + table[column].astype(str)  # codes, not amounts
    table["Weekend"] = table["Weekend"].map({True: "yes", False: "no"})
    reference = _references(
        ".714/.274/.121/2.20 .749/.325/.118/2.43 .784/.362/.114/2.71 "
        ".783/.366/.114/2.70 .787/.371/.113/2.83"
    )
    cuts = _dealt(np.arange(len(table)), PARTS, 0)
    yield Protocol("shoppers, 5 folds", table.assign(outcome=outcome), cuts, reference)


def maven(folder: Path) -> Iterator[Protocol]:
    """Invented opportunities without any signal, ``maven/*.csv``."""
    table = pd.read_csv(folder / "maven" / "sales_pipeline.csv", parse_dates=["engage_date"])
    accounts = pd.read_csv(folder / "maven" / "accounts.csv")
    teams = pd.read_csv(folder / "maven" / "sales_teams.csv")
    products = pd.read_csv(folder / "maven" / "products.csv")
    table["product"] = table["product"].replace("GTXPro", "GTX Pro")
    table = table[table["deal_stage"].isin(["Won", "Lost"])]
    table = table.merge(accounts, "left", "account").merge(teams, "left", "sales_agent")
    table = table.merge(products, "left", "product").sort_values("engage_date", kind="stable")
    outcome = (table["deal_stage"] == "Won").to_numpy()
    after = ["opportunity_id", "deal_stage", "close_date", "close_value"]
    days = (table["engage_date"] - table["engage_date"].min()).dt.days.to_numpy()
    table = table.drop(columns=[*after, "engage_date"]).reset_index(drop=True)
    table = table.assign(outcome=outcome, **{ORDER: days})
    reference = _references(
        "- .490/.598/.243/.86 .511/.619/.264/.97 .509/.618/.262/1.00 .484/.602/.241/.93"
    )
    yield Protocol(
        "Maven, which has no signal, newest fifth", table, _newest(len(table)), reference
    )


_CLOSING = ("A_APPROVED", "A_REGISTERED", "A_ACTIVATED", "O_ACCEPTED")
_HORIZON = pd.Timedelta("30d")
_AFTER = {"15m": "15 minutes", "1d": "1 day", "3d": "3 days", "7d": "7 days"}


def applications(folder: Path) -> Iterator[Protocol]:
    """Log of loan applications (BPI Challenge 2012), ``application_events.csv.gz`` and leads."""
    leads = pd.read_csv(folder / "applications.csv", dtype={"case_id": str})
    events = pd.read_csv(folder / "application_events.csv.gz", dtype={"case_id": str})
    leads = pd.DataFrame({"lead_id": leads["case_id"], "created_at": _utc(leads["reg_date"])})
    events = pd.DataFrame(
        {
            "event_id": events["event_id"],
            "lead_id": events["case_id"],
            "type": events["activity"],
            "occurred_at": _utc(events["timestamp"]),
        }
    )
    for after in _AFTER:
        yield _snapshot(leads, events, after)


def _utc(texts: pd.Series[str]) -> pd.Series[pd.Timestamp]:
    return pd.to_datetime(texts, utc=True, format="ISO8601")


def _snapshot(leads: pd.DataFrame, events: pd.DataFrame, after: str) -> Protocol:
    """Return the applications that were still open so long after they came."""
    types = events["type"]
    closing = types.isin(_CLOSING) | types.str.endswith(("_DECLINED", "_CANCELLED"))
    ends = types.isin(["A_ACTIVATED", "A_DECLINED", "A_CANCELLED"])
    wait = pd.Timedelta(after.replace("m", "min"))
    rows = leads.assign(as_of=leads["created_at"] + wait)
    rows["closed_at"] = rows["lead_id"].map(_first(events[ends]))
    rows["won_at"] = rows["lead_id"].map(_first(events[types == "A_ACTIVATED"]))
    known = events.loc[ends, "occurred_at"].max()
    rows = rows[~(rows["closed_at"] <= rows["as_of"]) & (rows["as_of"] + _HORIZON <= known)]
    rows = rows.sort_values("as_of", kind="stable").reset_index(drop=True)
    rows[OUTCOME] = rows["won_at"] <= rows["as_of"] + _HORIZON
    start = rows["as_of"].iloc[int(len(rows) * 0.75)]
    purged = np.flatnonzero(rows["as_of"] + _HORIZON <= start)
    judged = np.flatnonzero(rows["as_of"] >= start)
    counts = _counts(rows, events[~closing])
    task = {
        "outcome": {"event": "A_ACTIVATED"},
        "closed": {"event": ["A_DECLINED", "A_CANCELLED"]},
        "horizon": f"{_HORIZON.days}d",
        "moments": {"after": after},
    }
    spine = rows.loc[judged, ["lead_id", "as_of"]]
    snapshot = Snapshot(leads, events[~closing | ends], task, start, spine)
    table = counts.assign(outcome=rows[OUTCOME])
    cuts = (Cut(purged, judged),)
    return Protocol(f"applications after {_AFTER[after]}", table, cuts, snapshot=snapshot)


def _first(events: pd.DataFrame) -> pd.Series[pd.Timestamp]:
    return events.groupby("lead_id")["occurred_at"].min()


def _counts(rows: pd.DataFrame, events: pd.DataFrame) -> pd.DataFrame:
    """Return how many events of each type each row had by its moment."""
    seen = rows[["lead_id", "as_of"]].reset_index().merge(events, on="lead_id")
    seen = seen[seen["occurred_at"] <= seen["as_of"]]
    counts = pd.crosstab(seen["index"], seen["type"])
    return counts.reindex(np.arange(len(rows)), fill_value=0).add_prefix("events ")


SETS: dict[str, Callable[[Path], Iterator[Protocol]]] = {
    each.__name__: each for each in (salvirt, xeducation, bank, shoppers, maven, applications)
}
