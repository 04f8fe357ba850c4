"""Which table a file can be, and which of its columns can be those of the contract."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from leadline.model.contract import CONTRACT
from leadline.model.types import Type

INSPECTED = ("leads", "accounts", "events", "outcomes")
"""Tables that an export can be; of those that fit equally the first."""

FILES: Mapping[str, str] = {
    "leads": "lead|prospect|contact|person|people",
    "accounts": "account|compan|organi[sz]ation|firm",
    "events": "event|activit|visit|click|log|track|mail",
    "outcomes": "outcome|deal|opportunit|pipeline",
}
"""What names of files say."""

_LEAD = "lead_id prospect_id contact_id person_id lead contact prospect case_id customer_id user_id"
_ACCOUNT = "account_id company_id organization_id organisation_id account company organization"
COMPANIES = "company account organization organisation company_name account_name employer"
"""Columns of leads that hold an identifier or a name; names are no keys."""
_CREATED = (
    "created_at created created_on created_time create_date date_created created_date "
    "creation_date reg_date registered "
    "registration_date signup_date date_entered added_at first_seen entry_date "
    "erstellt erstellt_am erstelldatum angelegt_am date_de_création créé_le créé creado "
    "fecha_de_creación fecha_creación utworzono data_utworzenia дата_создания создан создано "
    "创建时间 创建日期"
)
NAMES: Mapping[str, Mapping[str, str]] = {
    "leads": {
        "lead_id": f"{_LEAD} id record_id vid lead_number customer",
        "account_id": f"{_ACCOUNT} organisation company_name account_name employer",
        "email": (
            "email e_mail email_address mail work_email e_mail_address e_mail_adresse "
            "adresse_e_mail courriel correo correo_electrónico adres_e_mail эл_почта "
            "электронная_почта 邮箱 电子邮件"
        ),
        "created_at": _CREATED,
    },
    "accounts": {
        "account_id": f"{_ACCOUNT} id record_id organisation company_name account_name name",
        "domain": "domain website company_domain_name web url site homepage company_domain",
        "created_at": _CREATED,
    },
    "events": {
        "event_id": "event_id id message_id activity_id log_id uuid",
        "lead_id": f"{_LEAD} userid anonymous_id visitor_id customer email e_mail",
        "account_id": _ACCOUNT,
        "type": "type event event_type event_name activity activity_type action name kind",
        "occurred_at": (
            "occurred_at timestamp original_timestamp event_time event_date activity_date time "
            "datetime date when sent_at happened_at created_at created"
        ),
        "recorded_at": "recorded_at received_at loaded_at ingested_at inserted_at",
    },
    "outcomes": {
        "outcome_id": "outcome_id opportunity_id deal_id id",
        "lead_id": _LEAD,
        "account_id": f"{_ACCOUNT} account_name company_name",
        "outcome": "outcome deal_stage stage status result stage_name deal_status",
        "occurred_at": (
            "occurred_at closed_at close_date closed_date date_closed closed_on decided_at date "
            "timestamp time when"
        ),
        "recorded_at": "recorded_at received_at loaded_at",
        "amount": "amount close_value deal_value value price revenue",
        "reason": "reason loss_reason lost_reason closed_lost_reason",
    },
}
"""Table to column to the names that tools give it, the likeliest first."""


@dataclass(frozen=True)
class Candidate:
    """What decides whether a column can be one of the contract."""

    name: str
    seems: str
    type: Type
    is_key: bool
    """Every row has a value, and none has it twice."""
    is_nearly_key: bool
    """The same, but for rows that repeat, as events of an export may."""
    is_filled: bool
    is_code: bool
    """Its values are single words with digits, not names."""


Fits = Callable[[Candidate], bool]

UNIQUE = {"lead_id": "leads", "account_id": "accounts", "event_id": "events"}
"""Column to the table that it is the key of."""


def table_of(where: str, columns: Sequence[Candidate]) -> str:
    """Return the table that a file most likely is: by its name, else by its columns."""
    stem = PurePath(where).stem.lower()
    found = [table for table in INSPECTED if re.search(FILES[table], stem)]
    found = found or [table for table in INSPECTED if not lacking(table, by_name(table, columns))]
    return max(found or INSPECTED[:1], key=lambda table: _likeness(table, columns))


def contract(table: str, columns: Sequence[Candidate]) -> dict[str, str]:
    """Return the contract's columns that some columns can be: to the column's name."""
    found = by_name(table, columns)
    for wanted, fits in CONTENTS.get(table, {}).items():
        rest = [each for each in columns if each.name not in found.values() and fits(each)]
        if wanted not in found and rest:
            found[wanted] = rest[0].name
    return {wanted: found[wanted] for wanted in CONTRACT[table].types if wanted in found}


def by_name(table: str, columns: Sequence[Candidate]) -> dict[str, str]:
    """Return the contract's columns that are there by a name that tools give them."""
    found: dict[str, str] = {}
    for wanted, names in NAMES.get(
        table, {title: title for title in CONTRACT[table].types}
    ).items():
        for name in names.split():
            match = next((each for each in columns if _plain(each.name) == _plain(name)), None)
            if match and match.name not in found.values() and _can_be(table, wanted, match):
                found[wanted] = match.name
                break
    return found


def lacking(table: str, found: Mapping[str, str]) -> list[str]:
    """Return the columns that the table cannot do without and that were not found."""
    return CONTRACT[table].lacking(found)


def _likeness(table: str, columns: Sequence[Candidate]) -> tuple[bool, int]:
    found = by_name(table, columns)
    return not lacking(table, found), len(found)


def _can_be(table: str, wanted: str, column: Candidate) -> bool:
    if column.name.lower() == wanted:
        return CONTRACT[table].types[wanted] is Type.TEXT or column.seems != "empty"
    if UNIQUE.get(wanted) == table:
        return column.is_key or (wanted in CONTRACT[table].once and column.is_nearly_key)
    if wanted == "account_id" and table == "leads" and is_company(column.name):
        return column.is_code
    if CONTRACT[table].types[wanted] is Type.TIME:
        return column.type is Type.TIME
    if CONTRACT[table].types[wanted] is Type.NUMBER:
        return column.type is Type.NUMBER
    return column.seems not in {"empty", "date"}


def is_company(name: str) -> bool:
    """Tell a column of leads that holds an identifier of a company, or its name."""
    return _plain(name) in {_plain(each) for each in COMPANIES.split()}


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).lower()


def _is_key(column: Candidate) -> bool:
    return column.is_key and column.seems in {"identifier", "e-mail"}


CONTENTS: Mapping[str, Mapping[str, Fits]] = {
    "leads": {"lead_id": _is_key, "email": lambda column: column.seems == "e-mail"},
    "accounts": {"account_id": _is_key},
    "events": {
        "event_id": _is_key,
        "occurred_at": lambda column: column.type is Type.TIME and column.is_filled,
    },
    "outcomes": {"occurred_at": lambda column: column.type is Type.TIME and column.is_filled},
}
"""Table to what tells a column by its values where no name does."""
