"""A desk over a store: a list walks an index, an explanation reads the rows of its lead."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Any

from leadline.errors import Fault, InputError, LeadlineError, nearest
from leadline.mcp.desk import Entered, Listed, Version, Wanted
from leadline.mcp.files import as_text, rung, score_of
from leadline.model.document import Model
from leadline.model.given import read_model
from leadline.questions.plain import plain
from leadline.questions.session import Session as Asking
from leadline.service import answers, clock, commands, standings
from leadline.service.exporting import KNOWN, export
from leadline.service.listing import Field, Order
from leadline.service.live import columns_of
from leadline.service.preview import preview
from leadline.service.reader import Reader
from leadline.service.standings import Standing
from leadline.store import facts as stored
from leadline.store import scores as kept
from leadline.store.facts import LeadRow
from leadline.store.session import Session

COUNTED = ("leads", "accounts", "events", "outcomes")


class Stored:
    """Answers from a store, as its service does."""

    def __init__(
        self, reader: Reader, ask: Callable[[commands.Command], str], task: Path | None = None
    ) -> None:
        """Make a desk.

        Args:
            reader: What reads the store.
            ask: Has the loop do something, and returns what it says of it.
            task: What a model is judged by that has no task of its own.
        """
        self._reader = reader
        self._ask = ask
        self._task = task
        self._working = Lock()

    def leads(self, wanted: Wanted) -> tuple[list[Listed], str]:
        """Return a page of leads by their stored scores."""
        with self._reader.reading() as (session, live):
            fields = stored.known_fields(session, "lead")
            for each in [*wanted.fields, *([wanted.field] if wanted.field else [])]:
                if each not in fields:
                    known = f"must be one of {', '.join(fields)}"
                    raise InputError(Fault("", "fields", known, each, nearest(each, fields)))
            found, on = standings.listed(
                session, self._reader.store.kind, live, _asked(live.model, wanted)
            )
        return [_listed(live.model, each, wanted.fields) for each in found], on

    def explained(self, lead: str, *, moves: bool) -> Mapping[str, Any]:
        """Return why a lead has its stored scores."""
        with self._reader.reading() as (session, live):
            found = answers.lead(session, live, lead)
            if found is None:
                raise _unknown(lead)
            row, as_of, _ = found
            return self._reader.explain(session, live, row, as_of, moves=moves)

    def moments(self, lead: str) -> Sequence[Mapping[str, Any]]:
        """Return a lead as it was scored at each of its moments."""
        with self._reader.store.reading() as session:
            past = self._reader.past(session, _row(session, lead), clock.now())
        return [plain(vars(each)) for each in past.moments]

    def entered(self, band: str, days: int, most: int) -> tuple[str, str, list[Entered]]:
        """Return whose transition into a band has no outcome since."""
        since = clock.now() - timedelta(days=days) // timedelta(microseconds=1)
        with self._reader.reading() as (session, live):
            ladder, band = rung(live.model, band)
            found = answers.entered(session, live.row.version, ladder, band, since)
        return band, clock.text(since), [_entered(each) for each in found[:most]]

    def checked(self, document: str) -> Mapping[str, Any]:
        """Return what ``leadline check --json`` says, and which fields no lead ever had."""
        from leadline.questions.check import Check  # noqa: PLC0415 - loads an engine

        text = as_text(document)
        with Asking() as asking:
            found = Check(text).answer(asking)
        unseen = [] if found.status else self._unseen(read_model(text)[0])
        return {**plain(dict(found.figures)), "warnings": [*found.reading.warnings, *unseen]}

    def _unseen(self, model: Model) -> list[str]:
        """Return a sentence for each field that a model reads and nobody ever had."""
        with self._reader.store.reading() as session:
            known = {each: stored.known_fields(session, each) for each in ("lead", "account")}
        read = columns_of(model)
        return [
            f"{entity}.{each} is a field that no {entity} ever had."
            for entity, table in (("lead", "leads"), ("account", "accounts"))
            for each in read[table]
            if each not in known[entity] and each != "email"
        ]

    def previewed(self, document: str, weeks: int) -> Mapping[str, Any]:
        """Return the impact of a model on all leads of the store."""
        with self._alone(), self._reader.store.reading() as session:
            found = preview(session, as_text(document), clock.now(), weeks)
        if found is None:
            raise InputError(Fault("", "preview", "needs a published model"))
        return {"difference": found.difference.plain(), "impact": found.plain()}

    def backtested(self, document: str) -> Mapping[str, Any]:
        """Return how well a model would have ranked the leads of the store."""
        from leadline.questions.backtest import Backtest  # noqa: PLC0415 - loads an engine

        with self._alone(), TemporaryDirectory(prefix="leadline-") as folder, Asking() as asking:
            counts = export(self._reader.store, Path(folder), KNOWN)
            tables = {name: f"{folder}/{name}.jsonl" for name, count in counts.items() if count}
            judged: dict[str, Any] = {name: tables[name] for name in _JUDGED & tables.keys()}
            found = Backtest(as_text(document), task=self._task, **judged).answer(asking)
            return {"says": found.says or found.page.verdict, **plain(dict(found.figures))}

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Let one at a time read the whole store. Raises LeadlineError where somebody does."""
        if not self._working.acquire(blocking=False):
            raise LeadlineError("another preview or backtest is under way; ask again in a minute.")
        try:
            yield
        finally:
            self._working.release()

    def keep_draft(self, name: str, document: str) -> str:  # noqa: ARG002 - a version has a number
        """Keep a model as a version that is a draft."""
        return f"version {self._ask(commands.Draft(as_text(document)))}"

    def versions(self) -> list[Version]:
        """Return the versions of the store."""
        with self._reader.store.reading() as session:
            found = kept.versions(session)
        return [
            Version(
                row.version,
                row.name,
                row.fingerprint,
                row.state,
                None if row.published_at is None else clock.text(row.published_at),
            )
            for row in found
        ]

    def document(self) -> str:
        """Return the text of the model that is live."""
        with self._reader.reading() as (_, live):
            return live.row.document

    def counts(self) -> dict[str, tuple[int, Sequence[str]]]:
        """Return how many rows the store has, and the fields that leads and accounts ever had."""
        with self._reader.store.reading() as session:
            fields = {
                table: stored.known_fields(session, entity)
                for table, entity in (("leads", "lead"), ("accounts", "account"))
            }
            return {
                table: (
                    session.rows(f"select count(*) from {table}")[0][0],
                    fields.get(table, ()),
                )
                for table in COUNTED
            }


_JUDGED = frozenset(
    {"leads", "accounts", "events", "outcomes", "field_history", "lead_merges", "event_marks"}
)


def _unknown(lead: str) -> InputError:
    return InputError(Fault("", "lead", "must be the lead_id of a lead with a score", lead))


def _row(session: Session, lead: str) -> LeadRow:
    rows = stored.leads_by_id(session, [lead])
    if not rows or not rows[0].is_known:
        raise _unknown(lead)
    return rows[0]


def _asked(model: Model, wanted: Wanted) -> standings.Wanted:
    """Return a list as the store is asked for it."""
    ladder = next(iter(model.lead_bands), "")
    bands = [rung(model, wanted.band)[1]] if wanted.band else []
    falling = wanted.order == "falling"
    order = Order(score_of(model, wanted.sort), falling, wanted.least, wanted.most)
    return standings.Wanted(
        order,
        ladder,
        bands,
        wanted.account_id,
        field=Field(wanted.field, wanted.equals) if wanted.field else None,
        after=wanted.after,
        most=wanted.limit,
    )


def _listed(model: Model, each: Standing, fields: Sequence[str]) -> Listed:
    scores = [name for name, score in model.scores.items() if not score.is_account]
    return Listed(
        each.lead_id,
        each.account_id,
        clock.text(each.as_of),
        {name: each.scores.get(name) for name in scores},
        {ladder: each.scores.get(model.column(ladder)) for ladder in model.lead_bands},
        each.effective_band,
        {name: each.fields.get(name) for name in fields},
    )


def _entered(each: answers.Entered) -> Entered:
    at = clock.text(each.at)
    return Entered(each.lead_id, at, each.from_band, each.to_band, each.value)
