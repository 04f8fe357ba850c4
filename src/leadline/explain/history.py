"""The score of one lead over its own events, with what moved it at each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

from leadline.explain.explain import refuse_unknown
from leadline.model.checking.check import scores_read
from leadline.model.document import Model
from leadline.model.fingerprint import fingerprint
from leadline.model.shown import names_shown, who
from leadline.model.types import Type
from leadline.scoring import Run
from leadline.sql.text import Sql, joined, name, sql_text

MOST_MOMENTS = 500
_CANDIDATES = 4
"""So many times the moments that are kept are scored, to keep those that matter."""
_LEAST_STEP = timedelta(days=1)


@dataclass(frozen=True)
class Moment:
    """A lead at one moment.

    Attributes:
        at: The moment, UTC.
        what: What happened then, in words; empty where only time went by.
        value: The score that leads are ranked by.
        change: By how much it differs from the preceding moment.
        band: The band of the first ladder, None without one.
        rule: The rule whose points differ most from the preceding moment, None where none does.
        points: By how much they differ.
        scores: All scores by name.
        bands: The band of each ladder.
        model: Fingerprint of the model.
        version: Its version in a store, None for the model of a file.
    """

    at: datetime
    what: str
    value: float | None
    change: float
    band: str | None
    rule: str | None
    points: float
    scores: Mapping[str, float | None]
    bands: Mapping[str, str | None]
    model: str
    version: int | None = None


@dataclass(frozen=True)
class History:
    """The scores of a lead over time.

    Attributes:
        lead_id: The lead.
        model: The model; where others came before it, the last one.
        score: The score that leads are ranked by.
        moments: In rising order, ``MOST_MOMENTS`` or fewer.
        of: How many moments there were before those of the smallest changes were left out.
        names: What the model shows of the lead beside its id, at the last moment.
    """

    lead_id: str
    model: Model
    score: str
    moments: tuple[Moment, ...]
    of: int
    names: str | None = None

    @property
    def who(self) -> str:
        """What people call the lead: the fields that the model shows, and its id."""
        return who(self.names, self.lead_id)

    @property
    def thinned(self) -> bool:
        """Whether moments were left out."""
        return len(self.moments) < self.of


def history(
    run: Run,
    lead_id: str,
    as_of: datetime,
    most: int = MOST_MOMENTS,
    told: Mapping[datetime, str] = MappingProxyType({}),
) -> History:
    """Return the scores of a lead at each of its events up to ``as_of``, and in between.

    A moment is where something of the lead became known: an event, an outcome, a value of a field,
    a lead merged into it, its creation. Between them are moments a day or more apart, so that
    decay shows. Where there are more than ``most``, those are kept at which a band or the score
    changes most. ``told`` are moments more, with what happened then in words.

    Raises InputError where no table knows the lead.
    """
    refuse_unknown(run, lead_id)
    happened = {**_happened(run, lead_id, as_of, most * _CANDIDATES), **told}
    moments = sorted({*happened, *_between(happened, as_of, most)})
    over = run.over([(lead_id, at) for at in moments])
    over.keep("scores", "points")
    rows = over.engine.arrow(f"select * from {over.table('scores')} order by as_of").to_pylist()
    kept = _kept(over.model, rows, most)
    moved = _moved(over, [row["as_of"] for row in kept])
    return History(
        lead_id,
        over.model,
        over.model.main_score,
        tuple(_moments(over.model, kept, happened, moved)),
        len(moments),
        names_shown(over.model, rows[-1]) if rows else None,
    )


def _happened(run: Run, lead_id: str, as_of: datetime, most: int) -> dict[datetime, str]:
    """Return what happened at each moment; of very many, neighbours are put together."""
    sources = joined(" union all ", _sources(run, lead_id))
    query = sql_text(
        "with happened as ({sources}), counted as (select since, what, count(*) as n from happened "
        "where since <= {as_of} group by since, what), moments as (select since, "
        "string_agg(case when n > 1 then what || ' x' || n else what end, ', ' order by what) "
        "as what from counted group by since), "
        "placed as (select *, case row_number() over (order by since) when 1 then 0 "
        "else ntile({most}) over (order by since) end as place from moments) "
        "select max(since), case when count(*) > 1 then any_value(what "
        "order by since) || ' and ' || (count(*) - 1) || ' more' else any_value(what) end "
        "from placed group by place order by 1",
        sources=sources,
        as_of=_naive(as_of),
        most=most,
    )
    return {row[0].replace(tzinfo=UTC): row[1] for row in run.engine.rows(query)}


def _sources(run: Run, lead_id: str) -> Iterator[Sql]:
    """Yield the SQL of what happened to the lead: ``since`` and ``what``."""
    schema = run.loaded.schema
    lead = sql_text("{lead}", lead=lead_id)
    if schema["leads"].get("created_at") is Type.TIME:
        yield sql_text(
            "select created_at as since, 'created' as what from leads where lead_id = {lead} "
            "and created_at is not null",
            lead=lead,
        )
    else:
        yield Sql("select null::timestamp as since, '' as what where false")
    for table, what in (("events", "type"), ("outcomes", "'outcome ' || outcome")):
        if table in schema and "lead_id" in schema[table]:
            yield from _of_table(run, table, Sql(what), lead)
    if "field_history" in schema:
        yield sql_text(
            "select valid_from, field || ' = ' || coalesce(value, 'none') from field_history "
            "where entity = 'lead' and id = {lead}",
            lead=lead,
        )


def _of_table(run: Run, table: str, what: Sql, lead: Sql) -> Iterator[Sql]:
    """Yield events or outcomes of the lead, and of the leads that were merged into it."""
    recorded = "recorded_at" in run.loaded.schema[table]
    at = Sql("greatest(t.occurred_at, coalesce(t.recorded_at, t.occurred_at))")
    parts = {"at": at if recorded else Sql("t.occurred_at"), "what": what, "table": name(table)}
    yield sql_text(
        "select {at}, {what} from {table} as t where t.lead_id = {lead}", lead=lead, **parts
    )
    if "lead_merges" in run.loaded.schema:
        yield sql_text(
            "select greatest({at}, m.recorded_at), {what} || ' of ' || m.from_id from {table} as t "
            "join lead_merges as m on m.from_id = t.lead_id where m.into_id = {lead}",
            lead=lead,
            **parts,
        )


def _between(happened: Mapping[datetime, str], as_of: datetime, most: int) -> Iterator[datetime]:
    """Yield moments at even steps after the first event, and the last moment."""
    yield as_of
    first = min(happened, default=as_of)
    step = max(_LEAST_STEP, (as_of - first) / max(most // 2, 1))
    at = first + step
    while at < as_of:
        yield at
        at += step


def _kept(model: Model, rows: Sequence[dict[str, Any]], most: int) -> list[dict[str, Any]]:
    """Return the rows with the largest changes, the first and the last among them."""
    if len(rows) <= most:
        return list(rows)
    score, columns = model.main_score, [model.column(each) for each in model.lead_bands]

    def size(number: int) -> tuple[bool, float]:
        if number in (0, len(rows) - 1):
            return (True, float("inf"))
        now, before = rows[number], rows[number - 1]
        moved = abs((now[score] or 0.0) - (before[score] or 0.0))
        return (any(now[each] != before[each] for each in columns), moved)

    largest = sorted(range(len(rows)), key=lambda number: (*size(number), -number), reverse=True)
    return [rows[number] for number in sorted(largest[:most])]


def _moved(run: Run, moments: Sequence[datetime]) -> dict[datetime, tuple[str, float]]:
    """Return for each moment the rule whose points differ most from the preceding one."""
    scores = sorted(scores_read(run.model, [run.model.main_score]))
    listed = joined(", ", (sql_text("({at}::timestamp)", at=_naive(each)) for each in moments))
    query = sql_text(
        "with kept as (select as_of, lag(as_of) over (order by as_of) as before "
        "from (values {listed}) as v(as_of)), "
        "ledger as (select as_of, score || '.' || rule as rule, points from {points} "
        "where state <> 'missing' and score in ({scores})), "
        "differs as (select k.as_of, p.rule, "
        "sum(case when p.as_of = k.as_of then p.points else -p.points end) as points "
        "from kept as k join ledger as p on p.as_of = k.as_of or p.as_of = k.before "
        "group by k.as_of, p.rule), "
        "placed as (select *, row_number() over (partition by as_of "
        "order by abs(points) desc, rule) as place from differs where points <> 0) "
        "select as_of, rule, points from placed where place = 1",
        listed=listed,
        points=name(run.table("points")),
        scores=scores,
    )
    return {row[0].replace(tzinfo=UTC): (row[1], float(row[2])) for row in run.engine.rows(query)}


def _moments(
    model: Model,
    rows: Sequence[Mapping[str, Any]],
    happened: Mapping[datetime, str],
    moved: Mapping[datetime, tuple[str, float]],
) -> Iterator[Moment]:
    score, print_ = model.main_score, fingerprint(model)
    before: float | None = None
    for row in rows:
        at = row["as_of"].replace(tzinfo=UTC)
        bands = {each: row[model.column(each)] for each in model.lead_bands}
        rule, points = moved.get(at, (None, 0.0))
        yield Moment(
            at=at,
            what=happened.get(at, ""),
            value=row[score],
            change=round((row[score] or 0.0) - (before or 0.0), 2),
            band=next(iter(bands.values()), None),
            rule=rule,
            points=points,
            scores={each: row[each] for each in model.scores},
            bands=bands,
            model=print_,
        )
        before = row[score]


def _naive(at: datetime) -> str:
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(sep=" ")
