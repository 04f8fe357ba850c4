"""The rows that a model is judged on: leads at past moments, and what happened afterwards.

Nothing of a row was known later than its moment but the outcome, and a row counts only if there
was time for the outcome to come: else winners would be in and those who still wait would not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from leadline.errors import Fault, InputError, ModelError
from leadline.history.moments_due import moments_due
from leadline.history.outcomes import column_of, happenings, other_outcomes, shows, union
from leadline.model.document import Model, Score
from leadline.model.durations import MICROSECONDS
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
    "closed": "were closed before the moment",
    "not_eligible": "were not eligible at the moment",
    "no_outcome": "have no value that says how they ended",
    "too_late": "were too late for the horizon to end within the data",
    "untried": "came to nothing, but nobody tried",
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
    and ``amount`` (null where it did not come), ``group_key`` (text; rows that must not be split
    apart), ``draw_key`` (text; rows that are one piece of evidence), ``order_key`` (number; null
    without time or order), ``worked`` (boolean, null where the task does not say) and ``counts``
    (boolean: false where nobody tried and nothing came).

    Attributes:
        run: Scores the rows.
        task: What is to be foreseen.
        table: The table.
        end: Until when outcomes are known; None where they have no times.
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
    rows: int
    positives: int
    left_out: tuple[LeftOut, ...]
    shorter: tuple[Shorter, ...]
    grouped_by: str
    drawn_by: str
    ordered_by: str | None

    def with_model(self, model: Model) -> Judged:
        """Return the same rows by another model. Raises ModelError."""
        refuse_left_out(self.run, model, self.task)
        return replace(self, run=self.run.with_model(model))


def judged(run: Run, task: TaskDocument, end: datetime | None = None) -> Judged:
    """Return the rows that a model is judged on.

    Args:
        run: Any run over the tables.
        task: What is to be foreseen.
        end: Until when outcomes are known; by default the last recorded one.

    Raises:
        InputError: The tables have not what the task names, or no row is left.
        ModelError: The model reads what the task leaves out.
    """
    run = run.without("previous")  # bands of a preceding run say nothing of past moments
    refuse_left_out(run, run.model, task)
    made = _Making(run, task, run.workspace.name("judged"))
    made.ends()
    until = end or made.last_end()
    made.candidates(moments_due(run, task, until), until)
    made.not_eligible()
    made.finish()
    return made.result(until)


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

    def __init__(self, run: Run, task: TaskDocument, prefix: str) -> None:
        self.run, self.document, self.task = run, task, task.task
        self.prefix = prefix
        self.grouped_by = self.drawn_by = "lead"
        self.ordered_by: str | None = None

    def name(self, what: str = "") -> Sql:
        return name(f"{self.prefix}_{what}" if what else self.prefix)

    def make(self, what: str, query: Sql) -> None:
        self.run.engine.run(sql_text("create temp table {t} as {q}", t=self.name(what), q=query))

    def ends(self) -> None:
        """Make ``who, won_at, amount, closed_at``: how and when everybody ended, if ever."""
        won = happenings(self.run, self.document, "outcome", self.task.outcome)
        closing = [won]
        if self.task.closed is not None:
            closing.append(happenings(self.run, self.document, "closed", self.task.closed))
        elif self.task.outcome.has_time and (other := other_outcomes(self.run, self.document)):
            closing.append(other)
        self.make(
            "ends",
            sql_text(
                "with won as (select who, min(happened_at) as won_at, "
                "first(amount order by happened_at) as amount from ({won}) group by who), "
                "closed as (select who, min(happened_at) as closed_at "
                "from ({closing}) group by who) select who, won_at, amount, closed_at, "
                "won.who is not null as wins from closed full join won using (who)",
                won=won,
                closing=union(closing),
            ),
        )

    def last_end(self) -> datetime | None:
        """Return the last recorded outcome, of those that end a lead."""
        if not self.task.outcome.has_time:
            return None
        won = happenings(self.run, self.document, "outcome", self.task.outcome)
        known = [won]
        if self.task.closed is not None:
            known.append(happenings(self.run, self.document, "closed", self.task.closed))
        if other := other_outcomes(self.run, self.document):
            known.append(other)
        [(at,)] = self.run.engine.rows(
            sql_text("select max(happened_at) from ({k})", k=union(known))
        )
        return None if at is None else at.replace(tzinfo=UTC)

    def candidates(self, due: Sql, end: datetime | None) -> None:
        """Make every row with its outcome and, where it is not judged, the reason."""
        who = Sql("l.account_id" if self.task.outcome_from == "account" else "d.lead_id")
        self.make(
            "rows",
            sql_text(
                "select d.lead_id, d.as_of, {outcome} as outcome, "
                "case when {outcome} then e.won_at end as outcome_at, "
                "case when {outcome} then e.amount end as amount, "
                "{who} as who, {group} as group_key, {order} as order_key, "
                "case when e.closed_at <= d.as_of then 'closed' when {empty} then 'no_outcome' "
                "end as reason, {late} as too_late "
                "from ({due}) as d join leads as l on l.lead_id = d.lead_id "
                "left join {ends} as e on e.who = {who}",
                outcome=self._outcome(),
                who=who,
                group=self._group(),
                order=self._order(),
                empty=self._empty(),
                late=self._late(end),
                due=due,
                ends=self.name("ends"),
            ),
        )

    def _outcome(self) -> Sql:
        if not self.task.outcome.has_time:
            return Sql("coalesce(e.wins, false)")
        return sql_text("coalesce(e.won_at <= {until}, false)", until=self._until("d"))

    def _until(self, alias: str) -> Sql:
        length = self.task.horizon.microseconds if self.task.horizon else 0
        return sql_text("{a}.as_of + to_microseconds({h})", a=Sql(alias), h=length)

    def _late(self, end: datetime | None) -> Sql:
        if end is None or self.task.horizon is None:
            return Sql("false")
        at = end.astimezone(UTC).replace(tzinfo=None).isoformat(sep=" ")
        return sql_text("{until} > timestamp {at}", until=self._until("d"), at=at)

    def _empty(self) -> Sql:
        """Return whether a field leaves open how a lead ended."""
        if self.task.outcome.has_time:
            return Sql("coalesce(e.wins and e.won_at is null, false)")
        shown = shows(self.run, self.document, "outcome", self.task.outcome)
        return sql_text("({shown}) is null", shown=shown)

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
        apart = {"lead_id", "email"} | {field_of(each)[1] for each in asked}
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
        return Sql("epoch_us(d.as_of)::double")

    def not_eligible(self) -> None:
        """Give rows that do not meet ``eligible`` at their moment the reason, by a score."""
        if self.task.eligible is None:
            return
        asked = sql_text("select lead_id, as_of from {t} where reason is null", t=self.name("rows"))
        run = self._asking(self.task.eligible.text).over_query(asked)
        self.run.engine.run(
            sql_text(
                "update {t} as t set reason = 'not_eligible' from {s} as s "
                "where t.reason is null and s.lead_id = t.lead_id and s.as_of = t.as_of "
                "and s.eligible <> 1",
                t=self.name("rows"),
                s=Sql(run.table("scores")),
            )
        )
        self.run = run.with_model(self.run.model)

    def _asking(self, condition: str) -> Run:
        """Return a run whose score ``eligible`` is 1 where a condition is true."""
        rules = {"yes": {"when": condition, "points": 1}}
        model = self.run.model.model_copy(
            update={
                "scores": {"eligible": Score.model_validate({"rules": rules})},
                **{key: {} for key in ("grades", "bands", "overrides")},
                "examples": (),
            }
        )
        try:
            return self.run.with_model(model)
        except ModelError as error:
            faults = [self._as_asked(each) for each in error.faults]
            raise ModelError(*faults) from None

    def _as_asked(self, fault: Fault | str) -> Fault | str:
        if isinstance(fault, str):
            return fault
        return self.document.fault(("eligible",), fault.expected, fault.found, fault.remedy)

    def finish(self) -> None:
        """Make the table of judged rows."""
        worked, join = self._worked()
        self.run.engine.run(
            sql_text(
                "create temp table {t} as select r.lead_id, r.as_of, r.outcome, r.outcome_at, "
                "r.amount, r.group_key, {drawn} as draw_key, r.order_key, {worked} as worked, "
                "r.outcome or {worked} is distinct from false as counts "
                "from {rows} as r {join} where r.reason is null and not r.too_late",
                t=self.name(),
                drawn=Sql("r.lead_id" if self._is_coarse() else "r.group_key"),
                worked=worked,
                rows=self.name("rows"),
                join=join,
            )
        )

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

    def _worked(self) -> tuple[Sql, Sql]:
        """Return whether sales tried within the horizon, and the join that it needs."""
        worked = self.task.worked
        if worked is None:
            return Sql("null::boolean"), Sql("")
        found = happenings(self.run, self.document, "worked", worked)
        self.make("worked", sql_text("select distinct who, happened_at from ({f})", f=found))
        if not worked.has_time or self.task.horizon is None:
            join = sql_text(
                "left join (select distinct who from {w}) as w on w.who = r.who",
                w=self.name("worked"),
            )
            return Sql("(w.who is not null)"), join
        join = sql_text(
            "asof left join {w} as w on w.who = r.who and r.as_of < w.happened_at",
            w=self.name("worked"),
        )
        return sql_text("coalesce(w.happened_at <= {until}, false)", until=self._until("r")), join

    def result(self, end: datetime | None) -> Judged:
        """Return the judged rows, counted, and a run over them."""
        statement = sql_text(
            "select count(*) filter (where outcome), count(*) filter (where counts), "
            "count(*) filter (where not counts) from {t}",
            t=self.name(),
        )
        [(positives, counting, untried)] = self.run.engine.rows(statement)
        left_out = tuple(each for each in self._left_out(untried) if each.rows)
        if not counting:
            why = "; ".join(f"{each.rows:,} {each.says}" for each in left_out)
            raise InputError(self.document.fault((), "must leave rows to judge", why or "none"))
        pairs = sql_text("select lead_id, as_of from {t}", t=self.name())
        return Judged(
            run=self.run.over_query(pairs),
            task=self.document,
            table=self.prefix,
            end=end,
            rows=counting,
            positives=positives,
            left_out=left_out,
            shorter=tuple(self._shorter(end)),
            grouped_by=self.grouped_by,
            drawn_by=self.drawn_by,
            ordered_by=self.ordered_by,
        )

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

    def _shorter(self, end: datetime | None) -> Iterator[Shorter]:
        """Yield how many rows shorter horizons would give."""
        if end is None or self.task.horizon is None:
            return
        at = end.astimezone(UTC).replace(tzinfo=None).isoformat(sep=" ")
        day = MICROSECONDS["d"]
        days = [each for each in _SHORTER_DAYS if each * day < self.task.horizon.microseconds]
        columns = [
            sql_text(
                "count(*) filter (where as_of + to_microseconds({d}) <= timestamp {at})",
                d=each * day,
                at=at,
            )
            for each in days
        ]
        if columns:
            query = sql_text(
                "select {c} from {t} where reason is null", c=columns, t=self.name("rows")
            )
            [row] = self.run.engine.rows(query)
            yield from (Shorter(f"{each}d", rows) for each, rows in zip(days, row, strict=True))
