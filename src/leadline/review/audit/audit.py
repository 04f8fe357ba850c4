"""Which fields and events cannot have been known at the moment that a task asks about.

Three suspicions are judged apart: written after the fact, a calendar in disguise, an identifier.
All rest on how values stand to outcomes, to time and to each other, never on names.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from leadline.history.counts_by_value import Cells, Coded, cells, coded
from leadline.history.fields_then import Known, KnownField, declared, known, named_by_task
from leadline.history.judged import Judged
from leadline.model.task import field_of
from leadline.review.audit.after import STRONG, after, beyond, by_roundness, enough, filled
from leadline.review.audit.alone import auc_alone, auc_together
from leadline.review.audit.closing import EventType, event_types
from leadline.review.audit.ended import filled_at_the_end
from leadline.review.audit.evidence import FieldEvidence, Suspicion
from leadline.review.audit.named import speaks_of_the_end
from leadline.review.audit.rounding import round_by_size
from leadline.review.audit.written import (
    Profile,
    calendar,
    changed,
    identifier,
    large_numbers,
    later,
    profiles,
    roundness,
    same_as_neighbour,
)
from leadline.sql.text import Sql


@dataclass(frozen=True)
class Suspect:
    """A field or a type of events, with one suspicion and all that speaks for it.

    Attributes:
        entity: ``lead``, ``account`` or ``event``.
        name: The field, or the type of events.
        suspicion: What it is suspected of.
        evidence: Why, the strongest first.
        is_alarm: Whether it is to be left out; else it is a question to ask.
        is_declared: Whether a declaration decided, not evidence.
    """

    entity: str
    name: str
    suspicion: Suspicion
    evidence: tuple[FieldEvidence, ...]
    is_alarm: bool
    is_declared: bool = False

    @property
    def title(self) -> str:
        """What reports call it."""
        return self.name if self.entity == "lead" else f"{self.entity}.{self.name}"

    @property
    def says(self) -> str:
        """The evidence, in sentences."""
        return " ".join(each.says for each in self.evidence)


@dataclass(frozen=True)
class FieldFacts:
    """What one field is like.

    Attributes:
        field: The field.
        auc: Its ROC-AUC alone; None where it cannot be told.
        filled_won: Share of winners for whom it is filled.
        filled_lost: Share of losers likewise.
        values: How many cells it has.
    """

    field: KnownField
    auc: float | None
    filled_won: float
    filled_lost: float
    values: int


@dataclass(frozen=True)
class Audit:
    """What an audit found.

    Attributes:
        suspects: Alarms and questions; a field may stand under several suspicions.
        declared: Fields that are declared known at the moment, though evidence speaks against it.
        named: Fields by which the task itself says how a lead ended.
        fields: What every field is like, the strongest alone first.
        events: Every type of events.
        rows: Judged rows.
        positives: How many of them have the outcome.
        ordered_by: What the order of rows is; None without.
        is_enough: Whether there are outcomes enough to judge fields by.
    """

    suspects: tuple[Suspect, ...]
    declared: tuple[Suspect, ...]
    named: tuple[str, ...]
    fields: tuple[FieldFacts, ...]
    events: tuple[EventType, ...]
    rows: int
    positives: int
    ordered_by: str | None
    is_enough: bool

    def alarms(self, suspicion: Suspicion = Suspicion.AFTER) -> tuple[Suspect, ...]:
        """Return what is to be left out for a suspicion."""
        return tuple(
            each for each in self.suspects if each.is_alarm and each.suspicion is suspicion
        )

    @property
    def questions(self) -> tuple[Suspect, ...]:
        """What is not certain, and worth a question."""
        return tuple(each for each in self.suspects if not each.is_alarm)

    @property
    def not_known(self) -> frozenset[tuple[str, str]]:
        """Entity and name of what was not known at the moment: alarms of the first class."""
        return frozenset((each.entity, each.name) for each in self.alarms())


def audit(of: Judged, *, with_events: bool = True) -> Audit:
    """Return what cannot have been known at the moments of judged rows.

    Fields alone where ``with_events`` is not asked for. The run of the rows stays as it is.
    Raises EngineError.
    """
    rows = known(of)
    given = coded(rows)
    counts = cells(given)
    is_enough = enough(rows.rows, rows.positives)
    alone = {each.field.column: auc_alone(each) for each in counts}
    events = event_types(of) if with_events else ()
    evidence = _of_fields(rows, given, counts, alone if is_enough else {})
    suspects = list(_suspects(of, rows, evidence, events))
    cleared = {each for each, late in declared(of).items() if not late}
    return Audit(
        suspects=tuple(each for each in suspects if not _is_cleared(each, cleared)),
        declared=tuple(each for each in suspects if _is_cleared(each, cleared)),
        named=tuple(sorted(field for _, field in named_by_task(of))),
        fields=tuple(_facts(counts, alone)),
        events=events,
        rows=rows.rows,
        positives=rows.positives,
        ordered_by=rows.ordered_by,
        is_enough=is_enough,
    )


def _is_cleared(suspect: Suspect, cleared: set[tuple[str, str]]) -> bool:
    is_after = suspect.suspicion is Suspicion.AFTER and not suspect.is_declared
    return is_after and (suspect.entity, suspect.name) in cleared


def _facts(counts: list[Cells], alone: Mapping[str, float | None]) -> Iterator[FieldFacts]:
    for each in sorted(counts, key=lambda each: -(alone[each.field.column] or 0)):
        won, lost = filled(each)
        yield FieldFacts(each.field, alone[each.field.column], won, lost, len(each.cells))


def _of_fields(
    rows: Known, given: Coded, counts: list[Cells], alone: Mapping[str, float | None]
) -> dict[str, list[FieldEvidence]]:
    """Return the evidence on each field; without ``alone``, none that rests on outcomes."""
    found: dict[str, list[FieldEvidence]] = {each.column: [] for each in rows.fields}
    profile = profiles(rows)
    same = same_as_neighbour(given)
    for field, evidence in later(rows):
        found[field.column].append(evidence)
    ends = _ends_of_leads(rows.of)
    for field, evidence in (*changed(rows, ends), *filled_at_the_end(rows, Sql(ends))):
        found[field.column].append(evidence)
    for each in counts:
        column = each.field.column
        found[column] += calendar(each, same.get(column), rows.ordered_by)
        found[column] += identifier(each.field, profile[column])
        if alone:
            found[column] += after(each, alone[column])
    if alone:
        for field, evidence in _round(rows, profile):
            found[field.column].append(evidence)
        _compare(given, counts, alone, found)
    for field in rows.fields:
        if (question := speaks_of_the_end(field.name)) is not None:
            found[field.column].append(question)
    return found


def _round(
    rows: Known, profile: Mapping[str, Profile]
) -> Iterator[tuple[KnownField, FieldEvidence]]:
    """Yield fields of which roundness gives the outcome away, alone or given the size."""
    alone = [(each.field, told) for each in roundness(rows, profile) for told in by_roundness(each)]
    yield from alone
    told_alone = {field.column for field, _ in alone}
    others = [each for each in large_numbers(rows, profile) if each.column not in told_alone]
    yield from round_by_size(rows, others)


def _ends_of_leads(of: Judged) -> str:
    """Return the relation ``lead_id, ended_at``."""
    who = "l.account_id" if of.task.task.outcome_from == "account" else "l.lead_id"
    return (
        "(select l.lead_id, coalesce(e.closed_at, e.won_at) as ended_at from leads as l "
        f'join "{of.table}_ends" as e on e.who = {who} '
        "where coalesce(e.closed_at, e.won_at) is not null)"
    )


def _compare(
    given: Coded,
    counts: list[Cells],
    alone: Mapping[str, float | None],
    found: dict[str, list[FieldEvidence]],
) -> None:
    """Compare strong fields with all those together that nothing speaks against so far."""
    for each in sorted(counts, key=lambda each: -(alone[each.field.column] or 0)):
        column = each.field.column
        if (alone[column] or 0) < STRONG:
            return
        if not _has_alarm(found[column]):
            others = [
                other for other in counts if other is not each and not found[other.field.column]
            ]
            found[column] += beyond(alone[column], auc_together(given, others))


def _has_alarm(evidence: list[FieldEvidence]) -> bool:
    return any(each.is_alarm and each.suspicion is Suspicion.AFTER for each in evidence)


def _suspects(
    of: Judged,
    rows: Known,
    evidence: Mapping[str, list[FieldEvidence]],
    events: tuple[EventType, ...],
) -> Iterator[Suspect]:
    """Yield suspects: what is declared, fields, events; alarms of each suspicion first."""
    late = {each for each, is_late in declared(of).items() if is_late}
    found = [*_of_the_outcome(of), *_declared_late(rows, late)]
    for field in rows.fields:
        found += _of_subject(field.entity, field.name, tuple(evidence[field.column]), late)
    for each in events:
        found += _of_subject("event", each.name, each.evidence, set())
    ranks = list(Suspicion)
    yield from sorted(found, key=lambda each: (ranks.index(each.suspicion), not each.is_alarm))


def _of_subject(
    entity: str, title: str, evidence: tuple[FieldEvidence, ...], late: set[tuple[str, str]]
) -> Iterator[Suspect]:
    for suspicion in Suspicion:
        own = tuple(each for each in evidence if each.suspicion is suspicion)
        if own and not (suspicion is Suspicion.AFTER and (entity, title) in late):
            ranked = tuple(sorted(own, key=lambda each: not each.is_alarm))
            yield Suspect(entity, title, suspicion, ranked, ranked[0].is_alarm)


def _of_the_outcome(of: Judged) -> Iterator[Suspect]:
    """Yield fields that say when leads ended, and for how much; the outcome itself is known."""
    parts = [each for each in (of.task.task.outcome, of.task.task.closed) if each is not None]
    titles = [each for part in parts for each in (part.at, part.amount) if each is not None]
    told = (
        FieldEvidence(Suspicion.AFTER, "named by the task", "The task tells by it how leads end."),
    )
    for entity, title in dict.fromkeys(map(field_of, titles)):
        yield Suspect(entity, title, Suspicion.AFTER, told, is_alarm=True)


def _declared_late(rows: Known, late: set[tuple[str, str]]) -> Iterator[Suspect]:
    says = "It is declared to be known only afterwards."
    for each in rows.fields:
        if (each.entity, each.name) in late:
            told = (FieldEvidence(Suspicion.AFTER, "declared", says),)
            yield Suspect(
                each.entity, each.name, Suspicion.AFTER, told, is_alarm=True, is_declared=True
            )
