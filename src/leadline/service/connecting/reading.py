"""What changed in a system becomes rows of the inbox; what we wrote ourselves does not."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from leadline.connectors.crm import Crm, Outcome, Page, Record
from leadline.service import clock
from leadline.service.connecting.first import FIRST
from leadline.service.connecting.settings import ConnectionSettings
from leadline.store import connections, inbox
from leadline.store.connections import RecordRow
from leadline.store.inbox import Received
from leadline.store.session import Session
from leadline.store.store import Store

TOGETHER = 200
"""Rows of a request, which stays far below what one may have."""
ACCOUNT = "account:"
"""Begins the id under which a company is noted as read."""
OUTCOME = "outcome:"
"""Begins the id under which an outcome is, which says of nobody whose it was."""


@dataclass
class WasRead:
    """What a run read.

    Attributes:
        seen: Records that the system named.
        changed: Of these, those whose fields differ from what was read before.
        outcomes: What became of records.
        merged: Records that went into others.
        accounts: Companies whose fields differ from what was read before.
        gone: Records that are no more.
        requests: Numbers of the rows of the inbox.
    """

    seen: int = 0
    changed: int = 0
    outcomes: int = 0
    merged: int = 0
    accounts: int = 0
    gone: int = 0
    requests: list[int] | None = None

    def told(self) -> str:
        """Return it as a sentence."""
        accounts = f"{self.accounts:,} accounts, " if self.accounts else ""
        return (
            f"{self.seen:,} records seen, {self.changed:,} changed, {accounts}"
            f"{self.outcomes:,} outcomes, {self.merged:,} merged, {self.gone:,} gone"
        )


class Reading:
    """Reads a system from where the last run ended.

    What was read of a page, and that it was, is one transaction. How far, is kept at the end: a run
    that was cut short reads again, and what was taken once is taken no second time.
    """

    def __init__(
        self,
        store: Store,
        crm: Crm,
        settings: ConnectionSettings,
        goes_on: Callable[[], bool] = lambda: True,
    ) -> None:
        """Make one.

        Args:
            store: Whose inbox takes what is read.
            crm: What is read.
            settings: The connection.
            goes_on: Asked after each page; where it is false the run is cut short.
        """
        self._store, self._crm, self._settings = store, crm, settings
        self._goes_on = goes_on

    def read(self) -> WasRead:
        """Read what changed, who is gone, and keep how far. Raises CrmAway, StoreError."""
        name, found = self._settings.name, WasRead(requests=[])
        with self._store.reading() as session:
            known = connections.find(session, name)
        source = name if known.looked_at is not None else f"{FIRST}{name}"
        since = known.since
        for page in self._crm.pages(known.since):
            since = page.since or since
            with self._store.writing() as session:
                self._keep(session, source, self._rows(session, page, found), found)
            if not self._goes_on():
                return found
        self._take_gone(source, found)
        with self._store.writing() as session:
            row = connections.find(session, name)
            connections.keep(session, row._replace(since=since, read_at=clock.now()))
        return found

    def _rows(
        self, session: Session, page: Page, found: WasRead
    ) -> Iterator[tuple[str, list[dict[str, Any]]]]:
        """Yield rows by their table; records are noted as read."""
        accounts = self._news(session, [_as_account(each) for each in page.accounts])
        found.accounts += len(accounts)
        yield "accounts", [self._account(each) for each in accounts]
        records = self._news(session, page.records)
        found.seen += len(page.records)
        found.changed += len(records)
        yield "leads", [self._lead(each) for each in records]
        yield "lead_merges", list(self._merges(session, page.merges, found))
        yield "lead_merges", list(self._ended(session, page.gone, found))
        outcomes = self._new_outcomes(session, page.outcomes)
        found.outcomes += len(outcomes)
        yield "outcomes", [self._outcome(each) for each in outcomes]

    def _news(self, session: Session, records: Sequence[Record]) -> list[Record]:
        """Return records whose fields are others than they were read before, and note them."""
        name = self._settings.name
        before = connections.records(session, name, [each.record_id for each in records])
        changed, rows = [], []
        for each in {record.record_id: record for record in records}.values():
            known = before.get(each.record_id)
            print_ = hashed(each.fields)
            if known is not None and known.read_hash == print_ and known.gone_at is None:
                continue
            changed.append(each)
            new = RecordRow(name, each.record_id, print_, None, None, None, None, None)
            rows.append(new if known is None else known._replace(read_hash=print_, gone_at=None))
        connections.keep_records(session, rows)
        return changed

    def _new_outcomes(self, session: Session, outcomes: Sequence[Outcome]) -> list[Outcome]:
        """Return outcomes that are taken and were not read before, or not like this."""
        taken = {
            f"{OUTCOME}{hashed(each.outcome_id)}": each
            for each in outcomes
            if each.state in self._settings.outcomes
        }
        noted = [Record(key, vars(each)) for key, each in taken.items()]
        return [taken[each.record_id] for each in self._news(session, noted)]

    def _merges(
        self, session: Session, merges: Mapping[str, str], found: WasRead
    ) -> Iterator[dict[str, Any]]:
        """Yield merges that are new; who went into another is written no more."""
        name = self._settings.name
        for from_id, row in connections.records(session, name, list(merges)).items():
            if row.gone_at is None:
                connections.keep_records(session, [row._replace(gone_at=clock.now())])
                found.merged += 1
                yield {"from_id": self._id(from_id), "into_id": self._id(merges[from_id])}

    def _ended(
        self, session: Session, ids: Sequence[str], found: WasRead
    ) -> Iterator[dict[str, Any]]:
        """Yield the ends of leads whose records are no more, those that were there till now."""
        there = connections.records(session, self._settings.name, ids).values()
        gone = [row for row in there if row.gone_at is None]
        at = clock.now()
        connections.keep_records(session, [row._replace(gone_at=at) for row in gone])
        found.gone += len(gone)
        yield from ({"from_id": self._id(row.record_id), "into_id": None} for row in gone)

    def _take_gone(self, source: str, found: WasRead) -> None:
        """End the leads of records that are no more, where the system only tells who is there."""
        there, name, after = self._crm.ids(), self._settings.name, ""
        while there is not None:
            with self._store.writing() as session:
                rows = connections.page(session, name, after)
                gone = [
                    row.record_id
                    for row in rows
                    if is_lead(row.record_id) and row.record_id not in there
                ]
                made = list(self._ended(session, gone, found))
                self._keep(session, source, [("lead_merges", made)], found)
            if not rows:
                return
            after = rows[-1].record_id

    def _keep(
        self,
        session: Session,
        source: str,
        tables: Iterator[tuple[str, list[dict[str, Any]]]] | list[tuple[str, list[dict[str, Any]]]],
        found: WasRead,
    ) -> None:
        """Add rows to the inbox, in the transaction that notes them as read."""
        at = clock.now()
        requests = [
            Received(source, f"rows:{table}", at, json.dumps(part, ensure_ascii=False).encode())
            for table, rows in tables
            for part in _parts(rows)
        ]
        if requests:
            found.requests = [*(found.requests or ()), *inbox.keep(session, requests)]

    def _id(self, record_id: str) -> str:
        return lead_id(self._settings.name, record_id)

    def _lead(self, record: Record) -> dict[str, Any]:
        account = record.fields.get("account_id")
        more = {"account_id": self._id(account)} if account else {}
        return {**record.fields, **more, "lead_id": self._id(record.record_id)}

    def _account(self, record: Record) -> dict[str, Any]:
        account = self._id(record.record_id.removeprefix(ACCOUNT))
        return {**record.fields, "account_id": account}

    def _outcome(self, each: Outcome) -> dict[str, Any]:
        outcome, _, reason = self._settings.outcomes[each.state].partition(":")
        return {
            "outcome_id": f"{self._settings.name}-{each.outcome_id}",
            "lead_id": self._id(each.record_id),
            "outcome": outcome.strip(),
            "occurred_at": each.occurred_at,
            "amount": each.amount,
            "reason": each.reason or reason.strip() or None,
        }


def lead_id(name: str, record_id: str) -> str:
    """Return the lead of a record."""
    return f"{name}-{record_id}"


def _as_account(record: Record) -> Record:
    """Return a company under an id that no record has which becomes a lead."""
    return replace(record, record_id=f"{ACCOUNT}{record.record_id}")


def is_lead(record_id: str) -> bool:
    """Say whether what was noted as read is a record that becomes a lead.

    >>> is_lead("101"), is_lead("account:101")
    (True, False)
    """
    return not record_id.startswith((ACCOUNT, OUTCOME))


def hashed(fields: Any) -> str:
    """Return a short text that differs where fields do."""
    text = json.dumps(fields, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _parts(rows: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    for at in range(0, len(rows), TOGETHER):
        yield rows[at : at + TOGETHER]
