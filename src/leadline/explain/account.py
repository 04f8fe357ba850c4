"""Why an account has its scores: its own ledger, the leads that rollups gather, the next edge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from leadline.errors import Fault, InputError, nearest
from leadline.explain.account_moves import account_moves
from leadline.explain.changes import Change, changes
from leadline.explain.explanation import Cut, Move, Since
from leadline.explain.plain import change_rows, ledger_rows, moment_text, move_row, reason_rows
from leadline.explain.reasons import day
from leadline.model.document import Model
from leadline.model.shown import columns_shown, who
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


_ROLLUP = {"state": "fired", "unit": "points", "count": None, "last_at": None, "weight": None}
"""What a row of a ledger is beside its points, where leads give them."""


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
        cuts: What ``limit_each`` took of its rows.
        missing: Fields of the account that the model reads and that have no value.
        moves: What could happen now and what its score would be then, the best first.
        since: What changed since an earlier moment; None where none was asked for, or where the
            account was not there.
    """

    account_id: str
    model: Model
    scores: Mapping[str, Any]
    points: Sequence[Mapping[str, Any]]
    gathered: Sequence[Gathered]
    edges: Sequence[Edge]
    cuts: Sequence[Cut] = ()
    missing: Sequence[str] = ()
    moves: Sequence[Move] = ()
    since: Since | None = None

    @property
    def main(self) -> str:
        """Name of the score that accounts are ranked by."""
        return main_score(self.model)

    @property
    def score(self) -> float | None:
        """The score that accounts are ranked by."""
        value: float | None = self.scores[self.main]
        return value

    @property
    def since_change(self) -> float:
        """By how much that score has moved since the earlier moment, to the cent."""
        before = None if self.since is None else self.since.scores[self.main]
        return round((self.score or 0.0) - (before or 0.0), 2)

    @property
    def who(self) -> str:
        """What people call the account: the fields that the model shows, and its id."""
        shown = [self.scores.get(each) for each in columns_shown(self.model, "account")]
        return who(
            ", ".join(str(each) for each in shown if each is not None) or None, self.account_id
        )

    @property
    def override(self) -> str | None:
        """The override that decided a band; None without one."""
        return self.scores.get("override")

    @property
    def because(self) -> list[Mapping[str, Any]]:
        """Its rows of the ledger, and what each rollup gathers as a row of its own."""
        gathered = dict.fromkeys(each.score for each in self.gathered)
        rollups = [
            name
            for name, score in self.model.scores.items()
            if score.is_account and score.rollup in gathered and self.scores[name]
        ]
        return [*self.points, *({**_ROLLUP, **self._rollup(each)} for each in rollups)]

    def _rollup(self, name: str) -> dict[str, Any]:
        return {"score": name, "rule": name, "points": self.scores[name]}

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
            "missing": list(self.missing),
            "reasons": reason_rows(self),
            "moves": [move_row(each) for each in self.moves],
            "since": None if self.since is None else self._since_plain(self.since),
        }

    def _since_plain(self, since: Since) -> dict[str, Any]:
        names = [each for each in self.model.scores if each in since.scores]
        ladders = self.model.account_bands
        return {
            "as_of": moment_text(since.as_of),
            "on": day(self.model, since.as_of).isoformat(),
            "scores": {name: since.scores[name] for name in names},
            "bands": {name: since.scores[self.model.column(name)] for name in ladders},
            "change": self.since_change,
            "changes": change_rows(self.model, since.changes),
        }


def explain_account(
    run: Run,
    account_id: str,
    as_of: datetime,
    since: datetime | None = None,
    *,
    moves: bool = True,
) -> AccountExplanation:
    """Explain one account. Raises InputError where no table knows it, or nothing scores accounts.

    Args:
        run: The model over its tables, of all leads at the moment.
        account_id: The account.
        as_of: The moment.
        since: An earlier moment, to say what changed from then.
        moves: Whether to look for what could happen now.
    """
    if "account_scores" not in run.statement.outputs:
        expected = "needs a model with scores of accounts"
        raise InputError(Fault("", "--account", expected, run.model.model))
    _refuse_unknown(run, account_id)
    if since is not None and since >= as_of:
        raise InputError(Fault("", "--since", "must lie before --as-of", since.isoformat()))
    leads = _leads(run, account_id)
    then = None if since is None else _told(run, account_id, leads, since)
    now = _told(run, account_id, leads, as_of)  # the moment asked for is the last that is set
    if now is None:
        expected = "must be an account at that moment"
        raise InputError(Fault("", "--account", expected, account_id))
    lead = now.strongest if moves else None
    found, missing = account_moves(run, lead, as_of, main_score(run.model))
    return AccountExplanation(
        account_id,
        run.model,
        now.scores,
        now.points,
        now.gathered,
        [_edge(run.model, ladder, now.scores) for ladder in _ladders(run.model)],
        missing=missing,
        moves=found,
        since=None if then is None else _since(run, now, then),
    )


def main_score(model: Model) -> str:
    """Return the score that accounts are ranked by: that of their first ladder, else the last."""
    first = next(iter(model.account_bands.values()), None)
    if first is None:
        return [name for name, score in model.scores.items() if score.is_account][-1]
    return first.by if isinstance(first.by, str) else model.grades[first.by[0]].by


@dataclass(frozen=True)
class _Told:
    """What the statement tells of an account at one moment.

    Attributes:
        leads: The leads that belong to it then or at another time.
    """

    scores: Mapping[str, Any]
    points: Sequence[Mapping[str, Any]]
    gathered: Sequence[Gathered]
    leads: Sequence[str]

    @property
    def strongest(self) -> str | None:
        """The lead of which a rollup gathers most; None where it gathers none."""
        most = max(self.gathered, key=lambda each: (each.value, each.lead_id), default=None)
        return most.lead_id if most else next(iter(self.leads), None)


def _told(run: Run, account_id: str, leads: Sequence[str], at: datetime) -> _Told | None:
    """Return what is told of an account, by few leads or else by all; None where it is not."""
    spine = [(lead, at) for lead in leads]
    for of in (*([run.over(spine)] if spine else []), run.at(at)):  # few leads, else all
        scores = next(iter(_rows(of, "account_scores", account_id)), None)
        if scores is not None:
            gathered = [
                Gathered(row["score"], row["lead_id"], row["value"])
                for row in _rows(of, "account_leads", account_id)
            ]
            return _Told(scores, _rows(of, "account_points", account_id), gathered, leads)
    return None


def _since(run: Run, now: _Told, then: _Told) -> Since:
    """Return what differs from an earlier moment."""
    changed = changes(run.model, then.points, now.points)
    rollups = [
        Change("leads changed", name, name, before or 0.0, after or 0.0)
        for name, score in run.model.scores.items()
        if score.is_account and score.rollup is not None
        for before, after in [(then.scores[name], now.scores[name])]
        if before != after
    ]
    changed = sorted([*changed, *rollups], key=lambda each: -abs(each.after - each.before))
    return Since(then.scores, changed)


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
