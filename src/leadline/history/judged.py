"""The rows that a model is judged on: leads at past moments, and what happened afterwards.

Nothing of a row was known later than its moment but the outcome, and a row counts only if there
was time for the outcome to come: else winners would be in and those who still wait would not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from leadline.errors import Fault, InputError, ModelError
from leadline.history.asked import ask
from leadline.history.ends import EVER, ends_of
from leadline.history.moments_due import moments_due
from leadline.history.outcomes import Rules, column_of, known_until, rules_of
from leadline.model.document import Model
from leadline.model.durations import MICROSECONDS
from leadline.model.seen import seen_until
from leadline.model.task import TaskDocument, field_of
from leadline.model.types import Type
from leadline.query.context import Context
from leadline.scoring import Run
from leadline.sql.text import Sql, name, sql_text

IDENTICAL = "identical rows"
_MOST_ALIKE = 5
"""More identical rows than this, on average, are not one thing that was written several times."""
_SHORTER_DAYS = (7, 14, 30, 60, 90, 180, 365)
REASONS = {
    "no_moment": "have no moment at which they could be judged",
    "merged": "had been merged into another lead, or had ended, by then",
    "seen": "come no later than the outcomes that the model was made from",
    "closed": "were closed before the moment",
    "not_eligible": "were not eligible at the moment",
    "no_outcome": "have no value that says how they ended",
    "too_late": "were too late for the horizon to end within the data",
    "decided": "were decided before the time for trying was over",
    "untried": "were not tried in time",
}
"""Why a row is not judged, as the end of a sentence, in the order in which they are asked."""


@dataclass(frozen=True)
class LeftOut:
    """Rows that are not judged, and why; leads where they have no moment."""

    reason: str
    rows: int

    @property
    def says(self) -> str:
        """The reason, as the end of a sentence."""
        return REASONS[self.reason]


@dataclass(frozen=True)
class Shorter:
    """How many rows a shorter horizon would give."""

    horizon: str
    rows: int


@dataclass(frozen=True)
class Judged:
    """Rows with their outcomes, on the engine of a run over them.

    ``table`` has one row a lead and moment: ``lead_id, as_of, outcome`` (boolean), ``outcome_at``
    and ``amount`` (null where it did not come), ``ended_at`` (when it was known how the lead ended,
    by the outcome or otherwise; null where it stayed open), ``group_key`` (text; rows that must not
    be split apart), ``draw_key`` (text; rows that are one piece of evidence), ``order_key``
    (number; null without time or order), ``worked`` (boolean: whether sales tried in time, null
    where the task does not say) and ``counts`` (boolean: false where only worked rows count and
    nobody tried).
    Whether a row counts never depends on its outcome.

    Attributes:
        run: Scores the rows.
        task: What is to be foreseen.
        table: The table.
        end: Until when outcomes are known; None where they have no times.
        seen: Until when the model has seen outcomes; None where it was made without.
        seen_too: Whether rows are among them that it was made from.
        unripe: Whether rows are among them whose horizon had not ended, as they were at the end.
        rows: How many rows count.
        positives: How many of them have the outcome.
        left_out: What is not judged.
        shorter: What shorter horizons would give.
        grouped_by: What the groups are: a field, account, lead, or identical rows.
        drawn_by: What intervals are drawn by; the same, but row where identical rows are many.
        ordered_by: What the order is: time, a field, or None.
    """

    run: Run
    task: TaskDocument
    table: str
    end: datetime | None
    seen: datetime | None
    seen_too: bool
    unripe: bool
    rows: int
    positives: int
    left_out: tuple[LeftOut, ...]
    shorter: tuple[Shorter, ...]
    grouped_by: str
    drawn_by: str
    ordered_by: str | None

    @property
    def own_acts(self) -> frozenset[str]:
        """Types of events that are ours and no reason for points: what sales did, and passive."""
        worked = self.task.task.worked
        return frozenset((*self.run.model.passive, *((worked.event if worked else None) or ())))

    def with_model(self, model: Model) -> Judged:
        """Return the same rows by another model. Raises ModelError."""
        refuse_left_out(self.run, model, self.task)
        return replace(self, run=self.run.with_model(model))


def judged(  # noqa: PLR0913 - which rows count has several sides
    run: Run,
    task: TaskDocument,
    end: datetime | None = None,
    beside: Iterable[Model] = (),
    *,
    seen_too: bool = False,
    unripe: bool = False,
) -> Judged:
    """Return the rows that a model is judged on: later than the outcomes that it was made from.

    Args:
        run: Any run over the tables.
        task: What is to be foreseen.
        end: Until when outcomes are known; by default the last recorded one.
        beside: Models that are judged on the same rows.
        seen_too: Keep the rows that the model was made from, for what asks no quality of them.
        unripe: Keep the rows whose horizon has not ended, with what was known of them at the end.

    Raises:
        InputError: The tables have not what the task names, or no row is left.
        ModelError: The model reads what the task leaves out.
    """
    # bands of a preceding run say nothing of past moments
    run = run.without("previous", "previous_accounts")
    refuse_left_out(run, run.model, task)
    seen = None if task.task.when == "once" else seen_until(run.model, *beside)
    made = _Making(run, task, run.workspace.name("judged"), seen, seen_too=seen_too)
    made.ever()
    until = end or made.last_end()
    made.end, made.unripe = until, unripe and until is not None
    made.candidates(moments_due(run, task, until))
    made.work()
    made.outcomes()
    made.finish()
    return made.result()


def refuse_left_out(run: Run, model: Model, task: TaskDocument) -> None:
    """Refuse a model that reads a field which the task leaves out, or the outcome itself."""
    asked = [*task.task.leave_out, *filter(None, [task.task.outcome.field, task.task.outcome.at])]
    refused = {field_of(each) for each in asked}
    faults: list[Fault | str] = [
        Fault(
            model.model,
            f"{entity}.{field}",
            "must not be read, as the task leaves it out",
            remedy="Take the rules that read it out of the model.",
        )
        for entity, field in Context(model, run.loaded.schema).fields
        if (entity, field) in refused
    ]
    if faults:
        raise ModelError(*faults)


class _Making:
    """The tables of judged rows in the making, one step after the other."""

    def __init__(
        self, run: Run, task: TaskDocument, prefix: str, seen: datetime | None, *, seen_too: bool
    ) -> None:
        self.run, self.document, self.task = run, task, task.task
        self.prefix, self.seen, self.seen_too = prefix, seen, seen_too
        self.end: datetime | None = None
        self.unripe = False
        self.ends = ends_of(run, task)
        self.grouped_by = self.drawn_by = "lead"
        self.ordered_by: str | None = None

    def name(self, what: str = "") -> Sql:
        return name(f"{self.prefix}_{what}" if what else self.prefix)

    def make(self, what: str, query: Sql) -> None:
        self.run.engine.run(sql_text("create temp table {t} as {q}", t=self.name(what), q=query))

    def ask(self, what: str, pairs: Sql, rules: Rules) -> None:
        """Make a table of what rules say of leads at moments."""
        of_account = self.task.outcome_from == "account"
        ask(self.run, self.name(what), pairs, rules, of_account=of_account)

    def ever(self) -> None:
        """Make ``who, won_at, amount, closed_at, wins``: how and when everybody ended, if ever."""
        pairs = sql_text("select lead_id, {ever} as as_of from leads", ever=EVER)
        self.ask("ever", pairs, self.ends.rules)
        self.make(
            "ends",
            sql_text(
                "select {who} as who, min({won_at}) as won_at, max({amount}) as amount, "
                "min({closed_at}) as closed_at, bool_or(a.outcome) as wins from {ever} as a "
                "join leads as l on l.lead_id = a.lead_id "
                "where {who} is not null and (a.outcome or {closed}) group by {who}",
                who=Sql("l.account_id" if self.task.outcome_from == "account" else "l.lead_id"),
                won_at=self.ends.won_at,
                amount=self.ends.amount,
                closed_at=self.ends.closed_at,
                closed=self.ends.closed,
                ever=self.name("ever"),
            ),
        )

    def last_end(self) -> datetime | None:
        """Return the last recorded outcome, of those that end a lead."""
        if not self.task.outcome.has_time:
            return None
        [(dated,)] = self.run.engine.rows(
            sql_text("select max(greatest(won_at, closed_at)) from {t}", t=self.name("ends"))
        )
        known = known_until(self.run, self.document)
        return max(
            (at.replace(tzinfo=UTC) for at in (dated, known) if at is not None), default=None
        )

    def candidates(self, due: Sql) -> None:
        """Make every row with what was known at its moment, and why it may not be judged."""
        self.make(
            "due", sql_text("select d.* from ({d}) as d semi join leads using (lead_id)", d=due)
        )
        self._ask_then(sql_text("select lead_id, as_of from {due}", due=self.name("due")))
        self.make(
            "rows",
            sql_text(
                "select a.lead_id, a.as_of, {group} as group_key, {order} as order_key, "
                "case when a.merged then 'merged' when {seen} then 'seen' "
                "when {closed} then 'closed' when not {eligible} then 'not_eligible' end "
                "as reason, {late} as too_late "
                "from {then} as a join leads as l on l.lead_id = a.lead_id",
                group=self._group(),
                order=self._order(),
                seen=self._seen(),
                closed=self.ends.closed,
                eligible=Sql("a.eligible" if self.task.eligible else "true"),
                late=self._late(),
                then=self.name("then"),
            ),
        )

    def _seen(self) -> Sql:
        """Return whether the model was made from outcomes as late as the moment."""
        if self.seen is None or self.seen_too:
            return Sql("false")
        at = self.seen.replace(tzinfo=None).isoformat(sep=" ")
        return sql_text("a.as_of <= timestamp {at}", at=at)

    def _ask_then(self, pairs: Sql) -> None:
        """Ask how leads stood at their moments: closed, eligible, merged away."""
        eligible = self.task.eligible
        asked = {"eligible": {"when": eligible.text, "points": 0}} if eligible else {}
        try:
            self.ask("then", pairs, {**self.ends.rules, **asked})
        except ModelError as error:
            faults = [self._as_asked(each) for each in error.faults]
            raise ModelError(*faults) from None

    def _as_asked(self, fault: Fault | str) -> Fault | str:
        if isinstance(fault, str):
            return fault
        return self.document.fault(("eligible",), fault.expected, fault.found, fault.remedy)

    def outcomes(self) -> None:
        """Make ``later``: what came of each row, asked when its horizon had ended."""
        pairs = sql_text(
            "select r.lead_id, {until} as as_of from {t} as r "
            "where r.reason is null and not r.too_late",
            until=self._until("r"),
            t=self.name("rows"),
        )
        self.ask("later", pairs, self.ends.rules)

    def work(self) -> None:
        """Make ``worked`` of each row, and give those decided meanwhile the reason.

        Sales tried in [moment, moment + work_within), as it was known when that was over.
        """
        if self.task.worked is None:
            return
        within = self.task.work_within.text if self.ends.is_timed else None
        rules = rules_of(self.run, self.document, "worked", self.task.worked, within)
        pairs = sql_text(
            "select r.lead_id, {over} as as_of from {t} as r "
            "where r.reason is null and not r.too_late",
            over=self._work_over(),
            t=self.name("rows"),
        )
        self.ask("work", pairs, {**self.ends.rules, **rules})
        if self.task.rows == "worked":
            self._leave_out("decided", "work", self._work_over(), self.ends.closed)

    def _work_over(self) -> Sql:
        """Return the last moment at which trying counts."""
        length = self.task.work_within.microseconds - 1 if self.ends.is_timed else 0
        return sql_text("r.as_of + to_microseconds({d})", d=length)

    def _leave_out(self, reason: str, asked: str, at: Sql, condition: Sql) -> None:
        """Give rows a reason by what was asked of them at some moment."""
        self.run.engine.run(
            sql_text(
                "update {t} as r set reason = {reason} from {asked} as a where r.reason is null "
                "and r.lead_id = a.lead_id and {at} = a.as_of and {condition}",
                t=self.name("rows"),
                reason=reason,
                asked=self.name(asked),
                at=at,
                condition=condition,
            )
        )

    def _until(self, alias: str) -> Sql:
        """Return the end of the horizon, or where that is yet to come the end of what is known."""
        after = self.task.settled_after
        until = sql_text("{a}.as_of + to_microseconds({d})", a=Sql(alias), d=after)
        if not self.unripe:
            return until
        return sql_text("least({until}, {end})", until=until, end=self._at_end())

    def _late(self) -> Sql:
        """Return whether the horizon ends later than is known; of unripe rows, begins."""
        if self.end is None or self.task.horizon is None:
            return Sql("false")
        after = self.task.from_moment if self.unripe else self.task.settled_after
        late = Sql(">=" if self.unripe else ">")
        until = sql_text("a.as_of + to_microseconds({d})", d=after)
        return sql_text("{until} {late} {end}", until=until, late=late, end=self._at_end())

    def _at_end(self) -> Sql:
        assert self.end is not None  # noqa: S101 - asked by the callers
        at = self.end.astimezone(UTC).replace(tzinfo=None).isoformat(sep=" ")
        return sql_text("timestamp {at}", at=at)

    def _group(self) -> Sql:
        """Return what rows that belong together share: a field, the account, or all fields."""
        if self.task.group is not None:
            column = column_of(self.run, self.document, ("group",), self.task.group)
            self.grouped_by = field_of(self.task.group)[1]
            return sql_text("coalesce('group ' || l.{c}::varchar, 'lead ' || l.lead_id)", c=column)
        [(accounts,)] = self.run.engine.rows("select count(account_id) from leads")
        if accounts:
            self.grouped_by = "account"
            return Sql("coalesce('account ' || l.account_id, 'lead ' || l.lead_id)")
        if self.task.when == "once" and (fields := self._fields()):
            self.grouped_by = IDENTICAL
            packed = [sql_text("l.{f}", f=name(each)) for each in fields]
            return sql_text("md5(row({fields})::varchar)", fields=packed)
        return Sql("'lead ' || l.lead_id")

    def _fields(self) -> list[str]:
        """Return the fields in which rows can be identical: neither a name nor the outcome."""
        outcome = self.task.outcome
        asked = filter(None, (outcome.field, outcome.at, outcome.amount, self.task.order))
        apart = {"lead_id", "email", "recorded_at"} | {field_of(each)[1] for each in asked}
        return [
            each
            for each, kind in self.run.loaded.schema["leads"].items()
            if each not in apart and kind is not Type.ANY
        ]

    def _order(self) -> Sql:
        if self.task.order is not None:
            path = ("order",)
            column = column_of(
                self.run, self.document, path, self.task.order, Type.NUMBER, Type.TIME
            )
            self.ordered_by = field_of(self.task.order)[1]
            is_time = self.run.loaded.schema["leads"][self.ordered_by] is Type.TIME
            return sql_text("epoch_us(l.{c})::double" if is_time else "l.{c}::double", c=column)
        if self.task.when == "once":
            return Sql("null::double")
        self.ordered_by = "time"
        return Sql("epoch_us(a.as_of)::double")

    def finish(self) -> None:
        """Say why the rest is not judged, and make the table of judged rows."""
        self._leave_out("merged", "later", self._until("r"), Sql("a.merged"))
        self._leave_out("no_outcome", "later", self._until("r"), self.ends.unknown)
        worked, join = self._worked()
        self.run.engine.run(
            sql_text(
                "create temp table {t} as select r.lead_id, r.as_of, a.outcome, "
                "case when a.outcome and {won_at} is not null then greatest({won_at}, r.as_of) end "
                "as outcome_at, coalesce(case when a.outcome then greatest({won_at}, r.as_of) end, "
                "{closed_at}) as ended_at, "
                "case when a.outcome then {amount} end as amount, r.group_key, "
                "{drawn} as draw_key, r.order_key, {worked} as worked, {counts} as counts "
                "from {rows} as r join {later} as a on r.lead_id = a.lead_id "
                "and {until} = a.as_of {join} where r.reason is null and not r.too_late",
                t=self.name(),
                drawn=Sql("r.lead_id" if self._is_coarse() else "r.group_key"),
                won_at=self.ends.won_at,
                closed_at=self.ends.closed_at,
                amount=self.ends.amount,
                worked=worked,
                counts=worked if self.task.rows == "worked" else Sql("true"),
                rows=self.name("rows"),
                later=self.name("later"),
                until=self._until("r"),
                join=join,
            )
        )

    def _worked(self) -> tuple[Sql, Sql]:
        """Return whether sales tried, and the join that it needs."""
        if self.task.worked is None:
            return Sql("null::boolean"), Sql("")
        join = "join {work} as w on w.lead_id = r.lead_id and w.as_of = {over}"
        return Sql("w.worked"), sql_text(join, work=self.name("work"), over=self._work_over())

    def _is_coarse(self) -> bool:
        """Return whether rows are identical because fields say little, not because they repeat."""
        self.drawn_by = self.grouped_by
        if self.grouped_by != IDENTICAL:
            return False
        statement = "select count(*), count(distinct group_key) from {t} where reason is null"
        [(rows, groups)] = self.run.engine.rows(sql_text(statement, t=self.name("rows")))
        if rows <= _MOST_ALIKE * groups:
            return False
        self.drawn_by = "row"
        return True

    def result(self) -> Judged:
        """Return the judged rows, counted, and a run over them."""
        statement = sql_text(
            "select count(*) filter (where outcome and counts), count(*) filter (where counts), "
            "count(*) filter (where not counts) from {t}",
            t=self.name(),
        )
        [(positives, counting, untried)] = self.run.engine.rows(statement)
        left_out = tuple(each for each in self._left_out(untried) if each.rows)
        if not counting:
            raise InputError(self._nothing_left(left_out))
        pairs = sql_text("select lead_id, as_of from {t}", t=self.name())
        return Judged(
            run=self.run.over_query(pairs),
            task=self.document,
            table=self.prefix,
            end=self.end,
            seen=self.seen,
            seen_too=self.seen is not None and self.seen_too,
            unripe=self.unripe,
            rows=counting,
            positives=positives,
            left_out=left_out,
            shorter=tuple(self._shorter()),
            grouped_by=self.grouped_by,
            drawn_by=self.drawn_by,
            ordered_by=self.ordered_by,
        )

    def _nothing_left(self, left_out: Sequence[LeftOut]) -> Fault:
        """Return the fault of a task that leaves no rows, and what to do."""
        why = "; ".join(f"{each.rows:,} {each.says}" for each in left_out)
        remedy = ""
        if any(each.reason == "seen" for each in left_out):
            remedy = (
                "The model was made from these rows, so they say nothing of its quality. Make it "
                "from earlier outcomes (--data-end), or judge it when later ones are known."
            )
        elif longest := self._longest():
            remedy = (
                f"No row was followed for {self.task.horizon}; the longest is followed for "
                f"{longest}. Write `horizon: {longest}` until there is more."
            )
        return self.document.fault((), "must leave rows to judge", why or "none", remedy)

    def _longest(self) -> str:
        """Return the longest horizon that any row was followed to, in whole units; "" for none."""
        if self.end is None or self.task.horizon is None:
            return ""
        query = "select epoch_us({end}) - epoch_us(min(as_of)) from {t} where reason is null"
        [(found,)] = self.run.engine.rows(sql_text(query, end=self._at_end(), t=self.name("rows")))
        reached = (found or 0) - self.task.from_moment
        units = ((unit, reached // MICROSECONDS[unit]) for unit in ("d", "h", "m"))
        return next((f"{count}{unit}" for unit, count in units if count > 0), "")

    def _left_out(self, untried: int) -> Iterator[LeftOut]:
        without = "select count(*) from leads anti join {t} using (lead_id)"
        [(leads,)] = self.run.engine.rows(sql_text(without, t=self.name("rows")))
        yield LeftOut("no_moment", leads)
        reason = sql_text(
            "select coalesce(reason, case when too_late then 'too_late' end) as why, count(*) "
            "from {t} group by why",
            t=self.name("rows"),
        )
        found = {**dict(self.run.engine.rows(reason)), "untried": untried}
        yield from (LeftOut(each, found[each]) for each in REASONS if each in found)

    def _shorter(self) -> Iterator[Shorter]:
        """Yield how many rows shorter horizons would give."""
        if self.end is None or self.task.horizon is None:
            return
        day = MICROSECONDS["d"]
        days = [each for each in _SHORTER_DAYS if each * day < self.task.horizon.microseconds]
        columns = [
            sql_text(
                "count(*) filter (where as_of + to_microseconds({d}) <= {end})",
                d=each * day + self.task.from_moment,
                end=self._at_end(),
            )
            for each in days
        ]
        if columns:
            query = sql_text(
                "select {c} from {t} where reason is null", c=columns, t=self.name("rows")
            )
            [row] = self.run.engine.rows(query)
            yield from (Shorter(f"{each}d", rows) for each, rows in zip(days, row, strict=True))
