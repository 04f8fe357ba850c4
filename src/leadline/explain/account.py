"""Why an account has its scores: its own ledger, the leads that rollups gather, the next edge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from leadline.errors import Fault, InputError, nearest
from leadline.explain.explanation import Cut
from leadline.explain.plain import ledger_rows, moment_text
from leadline.model.document import Model
from leadline.scoring import Run
from leadline.sql.text import literal


@dataclass(frozen=True)
class Gathered:
    """A lead of the account, and its value of a score that a rollup gathers."""

    score: str
    lead_id: str
    value: float


@dataclass(frozen=True)
class Edge:
    """Where an account stands on a ladder of edges, and what it lacks to the next band.

    Attributes:
        ladder: The ladder.
        band: Its band there, after overrides; None without a score.
        by: The score whose edges they are.
        next_band: The band above the one that its score reaches; None on the highest.
        edge: Where that begins.
        lacks: How much its score lacks.
    """

    ladder: str
    band: str | None
    by: str
    next_band: str | None
    edge: float | None
    lacks: float | None


@dataclass(frozen=True)
class AccountExplanation:
    """Everything that is said about one account.

    Attributes:
        account_id: The account.
        model: The model that scored it.
        scores: Its row of the scores of accounts.
        points: Its rows of the ledger: those of each score of rules sum to it.
        gathered: The leads whose scores rollups gather, the highest first.
        edges: Its place on each ladder of edges.
    """

    account_id: str
    model: Model
    scores: Mapping[str, Any]
    points: Sequence[Mapping[str, Any]]
    gathered: Sequence[Gathered]
    edges: Sequence[Edge]
    cuts: Sequence[Cut] = ()

    @property
    def as_of(self) -> datetime:
        """The moment, UTC."""
        at: datetime = self.scores["as_of"]
        return at

    def bands(self) -> dict[str, str | None]:
        """Return the band of each ladder of accounts."""
        return {name: self.scores[self.model.column(name)] for name in self.model.account_bands}

    def plain(self) -> dict[str, Any]:
        """Return all of it for machines, times as text in UTC."""
        names = [each for each in self.model.scores if each in self.scores]
        return {
            "account": self.account_id,
            "as_of": moment_text(self.as_of),
            "model": self.scores["model"],
            "model_name": self.model.model,
            "scores": {name: self.scores[name] for name in names},
            "bands": self.bands(),
            "override": self.scores.get("override"),
            "ledger": ledger_rows(self.model, self.points, self.cuts),
            "gathered": [vars(each) for each in self.gathered],
            "edges": [vars(each) for each in self.edges],
        }


def explain_account(run: Run, account_id: str, as_of: datetime) -> AccountExplanation:
    """Explain one account. Raises InputError where no table knows it, or nothing scores accounts.

    Args:
        run: The model over its tables, of all leads at the moment.
        account_id: The account.
        as_of: The moment.
    """
    if "account_scores" not in run.statement.outputs:
        expected = "needs a model with scores of accounts"
        raise InputError(Fault("", "--account", expected, run.model.model))
    _refuse_unknown(run, account_id)
    leads = [(lead, as_of) for lead in _leads(run, account_id)]
    runs = [*([run.over(leads)] if leads else []), run]  # few leads, else all of them
    found = next(((each, row) for each in runs if (row := _scores(each, account_id))), None)
    if found is None:
        expected = "must be an account at that moment"
        raise InputError(Fault("", "--account", expected, account_id))
    of, scores = found
    return AccountExplanation(
        account_id,
        run.model,
        scores,
        _rows(of, "account_points", account_id),
        [
            Gathered(row["score"], row["lead_id"], row["value"])
            for row in _rows(of, "account_leads", account_id)
        ],
        [_edge(run.model, ladder, scores) for ladder in _ladders(run.model)],
    )


def _leads(run: Run, account_id: str) -> list[str]:
    """Return the leads that ever belonged to an account."""
    is_given = "account_id" in run.loaded.schema["leads"]
    parts = ["select lead_id from leads where account_id = ?"] if is_given else []
    if "field_history" in run.loaded.schema:
        parts.append(
            "select id from field_history "
            "where entity = 'lead' and field = 'account_id' and value = ?"
        )
    query = " union ".join(parts)
    found = run.engine.rows(f"{query} order by 1", [account_id] * len(parts)) if parts else []
    return [lead for (lead,) in found]


def _scores(run: Run, account_id: str) -> dict[str, Any] | None:
    return next(iter(_rows(run, "account_scores", account_id)), None)


def _rows(run: Run, result: str, account_id: str) -> list[dict[str, Any]]:
    """Return the rows of a step or an output that are of an account."""
    if result not in {*run.statement.outputs, *run.statement.steps}:
        return []
    query = f"select * from ({run.sql(result)}) as r where account_id = {literal(account_id)}"
    rows = run.engine.arrow(query).to_pylist()
    return [
        {name: _zoned(value) for name, value in row.items()} for row in sorted(rows, key=_first)
    ]


def _first(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return (row.get("score") or "", -(row.get("value") or 0.0), row.get("lead_id") or "")


def _zoned(value: Any) -> Any:
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) else value


def _ladders(model: Model) -> list[str]:
    return [name for name, ladder in model.account_bands.items() if ladder.edges]


def _edge(model: Model, name: str, scores: Mapping[str, Any]) -> Edge:
    ladder = model.account_bands[name]
    by = str(ladder.by)
    value, band = scores[by], scores[model.column(name)]
    above = [(each, edge) for each, edge in (ladder.edges or {}).items() if edge > (value or 0.0)]
    if value is None or not above:
        return Edge(name, band, by, None, None, None)
    following, edge = min(above, key=lambda each: each[1])
    return Edge(name, band, by, following, edge, round(edge - value, 2))


def _refuse_unknown(run: Run, account_id: str) -> None:
    """Refuse an account that no table knows, with the nearest. Raises InputError."""
    known: list[str] = []
    for table in ("accounts", "leads", "events"):
        if "account_id" in run.loaded.schema.get(table, {}):
            query = f"select 1 from {table} where account_id = ? limit 1"
            if run.engine.rows(query, [account_id]):
                return
            near = (
                f"select distinct account_id from {table} where account_id is not null "
                "order by jaro_winkler_similarity(account_id, ?) desc, account_id limit 1"
            )
            known += [each for (each,) in run.engine.rows(near, [account_id])]
    expected = "must be an account_id of accounts, leads or events"
    raise InputError(Fault("", "--account", expected, account_id, nearest(account_id, known)))
