"""What a pass adds to the store, in the transaction of the caller."""

from __future__ import annotations

from collections.abc import Iterable

from leadline.service.handover.desk import Desk
from leadline.service.live import Scores
from leadline.service.people import People
from leadline.service.taking import Taken, digest
from leadline.store import handover, naming, schema
from leadline.store import scores as kept
from leadline.store.session import Session


def facts(session: Session, taken: Taken, people: People) -> None:
    """Write facts: whom ids lead to, what is known of whom, and what happened."""
    session.insert(schema.leads, taken.leads.values(), "replace")
    session.insert(schema.accounts, taken.accounts.values(), "replace")
    naming.keep(session, taken.leads.values(), taken.accounts.values())
    session.insert(schema.identities, people.identities, "replace")
    if people.conflicts:
        numbers = session.numbers(schema.conflicts, len(people.conflicts))
        rows = [(n, *each) for n, each in zip(numbers, people.conflicts, strict=True)]
        session.insert(schema.conflicts, rows)
    events = sorted(taken.events)  # in the order in which the store lays them
    session.insert(schema.events, events, "keep")
    digests = sorted((digest(each.event_id), each.lead_no) for each in events)
    session.insert(schema.event_ids, digests, "keep")
    session.insert(schema.outcomes, taken.outcomes, "keep")
    session.insert(schema.field_history, taken.history, "keep")
    session.insert(schema.lead_merges, taken.merges, "keep")
    session.insert(schema.event_marks, taken.marks, "keep")
    for event_id, lead in taken.marked.items():
        session.run("update event_marks set lead_no = ? where event_id = ?", lead, event_id)
    fields = {(entity, name) for entity, _, name, *_ in taken.history}
    session.insert(schema.known_fields, sorted(fields), "keep")
    if taken.desk.new_answers:
        answers(session, taken.desk)


def answers(session: Session, desk: Desk) -> None:
    """Write what was answered, and who has which lead for it."""
    handover.put_answers(session, list(desk.new_answers.values()))
    handover.put_ownerships(session, desk.ownerships.values())
    handover.forget_outcomes(session, desk.gone)


def scores(session: Session, found: Scores) -> list[int]:
    """Write scores, bands and what changed; return the numbers of the transitions."""
    kept.put(session, found.scores, found.account_scores, found.bands, found.account_bands)
    kept.forget(session, found.version, found.gone)
    kept.forget_accounts(session, found.version, found.gone_accounts)
    return kept.add_transitions(session, found.transitions)


def due(session: Session, accounts: Iterable[str], since: int) -> None:
    """Write which accounts are to be scored by themselves, and since when."""
    session.insert(schema.accounts_due, [(each, since) for each in accounts], "replace")
