"""A desk over a workspace: each answer reads its tables anew, as a command does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from leadline.errors import Fault, FileError, InputError, nearest
from leadline.mcp.desk import Entered, Listed, Version, Wanted
from leadline.model.fingerprint import fingerprint
from leadline.model.given import read_model, refuse
from leadline.model.moments import moment
from leadline.questions.option import options_of
from leadline.questions.plain import plain
from leadline.questions.session import Session, Tell
from leadline.service import clock, cursor
from leadline.service.source import with_tables
from leadline.service.standings import bands_of
from leadline.service.values import Known
from leadline.service.workspace import Workspace
from leadline.sql.text import Sql, joined, name, sql_text

if TYPE_CHECKING:
    from leadline.model.document import Model
    from leadline.questions.answer import Answer
    from leadline.questions.question import Question
    from leadline.scoring import Run

DRAFTS = "drafts"


class Files:
    """Answers as the commands do in the folder of a workspace."""

    def __init__(self, workspace: Workspace, tell: Tell) -> None:
        """Make a desk over a workspace; notes of the data are told to somebody else."""
        self._workspace = workspace
        self._tell = tell

    def leads(self, wanted: Wanted) -> tuple[list[Listed], str]:
        """Score everybody, and return a page of the leads."""
        with self._run() as (run, at):
            rows = _page(run, wanted)
        more, shown = rows[wanted.limit :], rows[: wanted.limit]
        on = cursor.written(shown[-1]["by"], shown[-1]["lead_id"]) if more else ""
        return [_listed(run.model, each, at) for each in shown], on

    def explained(self, lead: str, *, moves: bool) -> Mapping[str, Any]:  # noqa: ARG002 - always
        """Return what ``leadline explain --json`` says."""
        from leadline.questions.explain import Explain  # noqa: PLC0415 - loads an engine

        return self._figures(Explain, {"lead": lead})

    def moments(self, lead: str) -> Sequence[Mapping[str, Any]]:
        """Return what ``leadline history --json`` says."""
        from leadline.questions.history import History  # noqa: PLC0415 - loads an engine

        found: list[Mapping[str, Any]] = self._figures(History, {"lead": lead})["moments"]
        return found

    def entered(self, band: str, days: int, most: int) -> tuple[str, str, list[Entered]]:
        """Compare the bands of now with those of some days ago."""
        with self._run() as (run, at):
            ladder, band = rung(run.model, band)
            since = at - timedelta(days=days)
            then = run.over_moments([since, at])
            found = then.engine.rows(_entered(then, (ladder, band), since, at, most))
        return band, plain(since), [Entered(row[0], None, row[1], band, row[2]) for row in found]

    def checked(self, document: str) -> Mapping[str, Any]:
        """Return what ``leadline check --json`` says."""
        from leadline.questions.check import Check  # noqa: PLC0415 - loads an engine

        return self._figures(Check, {"model": as_text(document)}, _with_warnings)

    def previewed(self, document: str, weeks: int) -> Mapping[str, Any]:
        """Return what ``leadline diff --json`` says of the model and another one."""
        from leadline.questions.diff import Diff  # noqa: PLC0415 - loads an engine

        return self._figures(Diff, {"other": as_text(document), "weeks": weeks})

    def backtested(self, document: str) -> Mapping[str, Any]:
        """Return what ``leadline backtest --json`` says."""
        from leadline.questions.backtest import Backtest  # noqa: PLC0415 - loads an engine

        return self._figures(Backtest, {"model": as_text(document)}, _with_verdict)

    def keep_draft(self, name: str, document: str) -> str:
        """Write a sound model into the folder of drafts."""
        from leadline.model.checking.check import check  # noqa: PLC0415 - only where one is kept
        from leadline.tables.texts import write_documents  # noqa: PLC0415 - likewise

        text = as_text(document)
        refuse(check(*read_model(text)))
        folder = (self._workspace.file or Path("leadline.toml")).parent / DRAFTS
        folder.mkdir(exist_ok=True)
        write_documents({str(folder / f"{name}.yaml"): text})
        return f"{DRAFTS}/{name}.yaml"

    def versions(self) -> list[Version]:
        """Return the one model of the workspace."""
        model, _ = read_model(self.document())
        return [Version(None, model.model, fingerprint(model), "published", None)]

    def document(self) -> str:
        """Return the text of the model of the workspace."""
        path = self._workspace.get("model")
        if path is None:
            raise InputError(Fault("leadline.toml", "model", "is missing"))
        try:
            return as_text(Path(path).read_text(encoding="utf-8"))
        except OSError as error:
            fault = Fault(path, "", "must be a readable file", error.strerror or "")
            raise FileError(fault) from error

    def counts(self) -> dict[str, tuple[int, Sequence[str]]]:
        """Return how many rows each table has that could be used, and its columns."""
        with self._run() as (run, _):
            return {
                table: (
                    run.engine.rows(f"select count(*) from {run.tables.name(table)}")[0][0],
                    list(columns),
                )
                for table, columns in run.loaded.schema.items()
                if table != "spine"
            }

    def _figures(
        self,
        asked: type[Question[Any]],
        given: Mapping[str, Any],
        more: Callable[[Answer[Any]], dict[str, Any]] = lambda _: {},
    ) -> dict[str, Any]:
        """Ask a question, and return its answer as JSON has it, with more of it."""
        with self._values(asked, given) as values:
            question = asked(**values)
            question.check()
            with Session(getattr(question, "engine", None), tell=self._tell) as session:
                found = question.answer(session)
                figures: dict[str, Any] = plain(dict(found.figures))
                return figures | more(found)

    @contextmanager
    def _values(
        self, asked: type[Question[Any]], given: Mapping[str, Any]
    ) -> Iterator[dict[str, Any]]:
        """Yield the options of a question: what an agent gave, else what the workspace says.

        What it gave is taken as it is: a document is a text here, and no file.
        """
        settings = {each.option.setting for each in options_of(asked) if each.name not in given}
        with with_tables(self._workspace, settings) as found:
            known = Known({name: str(each) for name, each in given.items()}, found, _now())
            yield known.values(asked) | dict(given)

    @contextmanager
    def _run(self) -> Iterator[tuple[Run, datetime]]:
        """Yield the model of the workspace over its tables, at the moment it scores at."""
        from leadline.questions.score import Score  # noqa: PLC0415 - loads an engine
        from leadline.scoring import Run  # noqa: PLC0415 - likewise

        with self._values(Score, {}) as values, Session(tell=self._tell) as session:
            question = Score(**values)
            at = moment(question.as_of or _now())
            tables = question.tables()
            yield (
                session.hold(Run.open(session.embedded, question.model, tables, as_of=at)),
                at,
            )


def _with_warnings(found: Answer[Any]) -> dict[str, Any]:
    return {"warnings": list(found.reading.warnings)}


def _with_verdict(found: Answer[Any]) -> dict[str, Any]:
    return {"says": found.says or found.page.verdict}


def as_text(document: str) -> str:
    """Return a document that is never taken for the name of a file: it ends its line."""
    return f"{document.rstrip()}\n"


def rung(model: Model, band: str) -> tuple[str, str]:
    """Return the first ladder of leads and a band of it, by default its highest edge."""
    ladder = next(iter(model.lead_bands), "")
    if not ladder:
        raise InputError(Fault("", "band", "needs a model with bands of leads"))
    known = bands_of(model, ladder)
    highest = list(model.bands[ladder].edges or known)[-1]
    if band and band not in known:
        expected = f"must be one of {', '.join(known)}"
        raise InputError(Fault("", "band", expected, band, nearest(band, known)))
    return ladder, band or highest


def score_of(model: Model, sort: str) -> str:
    """Return the score of leads that a list goes by. Raises InputError."""
    known = [name for name, score in model.scores.items() if not score.is_account]
    if sort and sort not in known:
        expected = f"must be one of {', '.join(known)}"
        raise InputError(Fault("", "sort", expected, sort, nearest(sort, known)))
    return sort or model.main_score


def _now() -> datetime:
    return clock.at(clock.now())


def _page(run: Run, wanted: Wanted) -> list[dict[str, Any]]:
    """Return the rows of a page and one more where there are more."""
    model, by = run.model, score_of(run.model, wanted.sort)
    columns = run.loaded.schema["leads"]
    for each in [*wanted.fields, *([wanted.field] if wanted.field else [])]:
        if each not in columns:
            expected = f"must be one of {', '.join(sorted(columns))}"
            raise InputError(Fault("", "fields", expected, each, nearest(each, columns)))
    bounds = list(_bounds(wanted, model, by))
    if wanted.account_id and "account_id" in columns:
        bounds.append(sql_text("l.account_id = {account}", account=wanted.account_id))
    falling = wanted.order == "falling"
    shown = [each for each in dict.fromkeys(["account_id", *wanted.fields]) if each in columns]
    fields = joined("", (sql_text(", l.{field} as {field}", field=name(each)) for each in shown))
    query = sql_text(
        "select s.*, s.{by} as by{fields} from {scores} as s left join leads as l "
        "on l.lead_id = s.lead_id where s.{by} is not null{bounds} "
        "order by s.{by} {way}, s.lead_id {way} limit {most}",
        by=name(by),
        fields=fields,
        scores=name(run.table("scores")),
        bounds=joined("", (sql_text(" and {bound}", bound=each) for each in bounds)),
        way=Sql("desc" if falling else "asc"),
        most=wanted.limit + 1,
    )
    return [
        {**row, "fields": {each: row[each] for each in shown}}
        for row in run.engine.arrow(query).to_pylist()
    ]


def _bounds(wanted: Wanted, model: Model, by: str) -> Iterator[Sql]:
    """Yield what a lead of the list must be."""
    if wanted.band:
        ladder, band = rung(model, wanted.band)
        column = name(model.column(ladder))
        yield sql_text("s.{column} = {band}", column=column, band=band)
    if wanted.field:
        yield sql_text(
            "cast(l.{field} as varchar) = {equals}", field=name(wanted.field), equals=wanted.equals
        )
    if wanted.least is not None:
        yield sql_text("s.{by} >= {least}", by=name(by), least=wanted.least)
    if wanted.most is not None:
        yield sql_text("s.{by} <= {most}", by=name(by), most=wanted.most)
    if wanted.after:
        value, lead = cursor.place(wanted.after, str)
        way = Sql("<" if wanted.order == "falling" else ">")
        yield sql_text(
            "(s.{by}, s.lead_id) {way} ({value}, {lead})",
            by=name(by),
            way=way,
            value=value,
            lead=lead,
        )


def _listed(model: Model, row: Mapping[str, Any], at: datetime) -> Listed:
    return Listed(
        row["lead_id"],
        row["fields"].get("account_id"),
        plain(at),
        {each: row[each] for each, score in model.scores.items() if not score.is_account},
        {each: row[model.column(each)] for each in model.lead_bands},
        next((row[model.column(each)] for each in model.lead_bands), None),
        plain(row["fields"]),
    )


def _entered(then: Run, rung: tuple[str, str], since: datetime, at: datetime, most: int) -> Sql:
    """Return the query of who is in a band and was not, with no outcome in between."""
    run, (ladder, band), given = then, rung, {"since": since, "at": at}
    has_outcomes = "lead_id" in run.loaded.schema.get("outcomes", {})
    moments = {name: each.replace(tzinfo=None).isoformat(sep=" ") for name, each in given.items()}
    outcome = sql_text(
        " and not exists (select 1 from outcomes as o where o.lead_id = n.lead_id "
        "and o.occurred_at >= {since} and o.occurred_at <= {at})",
        **moments,
    )
    return sql_text(
        "select n.lead_id, b.{column}, n.{by} from {scores} as n left join {scores} as b "
        "on b.lead_id = n.lead_id and b.as_of = {since} where n.as_of = {at} "
        "and n.{column} = {band} and b.{column} is distinct from {band}{outcome} "
        "order by n.{by} desc, n.lead_id limit {most}",
        column=name(run.model.column(ladder)),
        by=name(run.model.main_score),
        scores=name(then.table("scores")),
        band=band,
        outcome=outcome if has_outcomes else Sql(""),
        most=most,
        **moments,
    )
