"""Which table a file can be, and which of its columns can be those of the contract."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from leadline.model.contract import CONTRACT
from leadline.model.types import Type
from leadline.tables.codes import is_code

INSPECTED = ("leads", "accounts", "events", "outcomes")
"""Tables that an export can be; of those that fit equally the first."""

FILES: Mapping[str, str] = {
    "leads": "lead|prospect|contact|person|people",
    "accounts": "account|compan|organi[sz]ation|firm",
    "events": "event|activit|visit|click|log|track|mail|attend|webinar",
    "outcomes": "outcome|deal|opportunit|pipeline",
}
"""What names of files say."""

_LEAD = (
    "lead_id prospect_id contact_id person_id lead contact prospect case_id customer_id user_id "
    "id_leada id_kontaktu id_klienta lead_nr kontakt_id kontaktnummer id_лида id_контакта "
    "номер_лида лид контакт klient 客户编号 线索编号 联系人编号 客户id 线索id"
)
_ACCOUNT = (
    "account_id company_id primary_associated_company_id associated_company_id organization_id "
    "organisation_id id_firmy firmen_id kundennummer id_компании 公司编号 account company "
    "organization"
)
COMPANIES = (
    "company account organization organisation company_name account_name employer company_account "
    "partner_name account_company firma nazwa_firmy unternehmen компания название_компании "
    "公司 公司名称"
)
"""Columns of leads that hold an identifier or a name; names are no keys."""
PERSON = (
    "first_name last_name given_name surname full_name contact_name job_title title position "
    "imię nazwisko imię_i_nazwisko stanowisko vorname nachname имя фамилия должность "
    "联系人 姓名 职位"
)
"""Columns that only persons have: two of them, or one and an e-mail, tell leads from accounts."""
_EMAIL = (
    "email e_mail email_address mail work_email e_mail_address email_from e_mail_adresse "
    "adresse_e_mail courriel correo correo_electrónico adres_e_mail эл_почта "
    "электронная_почта рабочий_e_mail 邮箱 电子邮件"
)
_CREATED = (
    "created_at created created_on created_time create_date date_created created_date "
    "creation_date reg_date registered "
    "registration_date signup_date date_entered date_added added_at added_time added_on first_seen "
    "entry_date connected_on confirm_time optin_time submitted_at submit_date_utc submit_date "
    "erstellt erstellt_am erstelldatum angelegt_am date_de_création créé_le créé creado "
    "fecha_de_creación fecha_creación utworzono data_utworzenia data_dodania "
    "дата_создания создан создано 创建时间 创建日期"
)
NAMES: Mapping[str, Mapping[str, str]] = {
    "leads": {
        "lead_id": (
            f"{_LEAD} id record_id vid lead_number customer do_not_modify_lead "
            "do_not_modify_contact"
        ),
        "account_id": f"{_ACCOUNT} organisation company_name account_name employer",
        "email": _EMAIL,
        "created_at": f"{_CREATED} sent",
    },
    "accounts": {
        "account_id": (
            f"{_ACCOUNT} id record_id organisation company_name account_name name "
            "do_not_modify_account"
        ),
        "domain": "domain website company_domain_name web url site homepage company_domain",
        "created_at": _CREATED,
    },
    "events": {
        "event_id": (
            "event_id id message_id activity_id log_id uuid insert_id marketo_guid activity_guid"
        ),
        "lead_id": (
            f"{_LEAD} userid effective_user_id distinct_id anonymous_id visitor_id customer "
            f"user_pseudo_id domain_userid {_EMAIL}"
        ),
        "account_id": _ACCOUNT,
        "type": (
            "type event event_type event_name activity activity_type action name kind "
            "activity_type_id typ typ_aktywności rodzaj тип тип_дела тип_события 类型 事件类型"
        ),
        "occurred_at": (
            "occurred_at timestamp original_timestamp event_timestamp collector_tstamp event_time "
            "event_date activity_date join_time date_hour_yyyymmddhh time "
            "datetime date when sent_at happened_at created_at created data data_zdarzenia datum "
            "zeitpunkt дата дата_и_время время 日期 时间"
        ),
        "recorded_at": "recorded_at received_at loaded_at ingested_at inserted_at",
    },
    "outcomes": {
        "outcome_id": "outcome_id opportunity_id deal_id id record_id",
        "lead_id": f"{_LEAD} associated_contact_id associated_contact_ids",
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
    is_word: bool
    """Its values are single words."""
    is_code: bool
    """Its values are single words with digits, not names."""


Fits = Callable[[Candidate], bool]

UNIQUE = {"lead_id": "leads", "account_id": "accounts", "event_id": "events"}
"""Column to the table that it is the key of."""


def table_of(where: str, columns: Sequence[Candidate]) -> str:
    """Return the table that a file most likely is: by its name, else by its columns.

    A name that the columns belie does not count: a list of persons is one whatever it is called.
    """
    stem = PurePath(where).stem.lower()
    complete = [each for each in INSPECTED if not _lacks(each, columns)]
    named = [each for each in INSPECTED if re.search(FILES[each], stem)]
    if is_of_persons(columns) and not set(named) & set(complete):
        return "events" if "events" in complete and "leads" not in complete else "leads"
    return max(named or complete or INSPECTED[:1], key=lambda table: _likeness(table, columns))


def is_of_persons(columns: Sequence[Candidate]) -> bool:
    """Tell columns that only a list of persons has."""
    plain = {_plain(each.name) for each in columns}
    found = plain & {_plain(each) for each in PERSON.split()}
    has_email = any(each.seems == "e-mail" for each in columns)
    return len(found) + has_email >= 2  # noqa: PLR2004 - one alone may be of a company


def _lacks(table: str, columns: Sequence[Candidate]) -> list[str]:
    """Return what a table cannot do without and that can neither be found nor made."""
    found = by_name(table, columns)
    return lacking(table, [*found, *made(table, columns, found)])


def made(
    table: str, columns: Sequence[Candidate], found: Mapping[str, str]
) -> dict[str, dict[str, object]]:
    """Return columns of the contract that no column is but that can be made, and of what.

    What one lead did at one moment is one event; a list of who attended says what happened.
    """
    who, when = found.get("lead_id") or found.get("account_id"), found.get("occurred_at")
    if table != "events" or not who or not when:
        return {}
    made_: dict[str, dict[str, object]] = {}
    if "event_id" not in found:
        parts = [each for each in (who, when, found.get("type")) if each]
        made_["event_id"] = {"made_from": parts}
    if "type" not in found and {_plain(each.name) for each in columns} & ATTENDED:
        made_["type"] = {"value": "webinar_attended"}
    return made_


ATTENDED = frozenset({"jointime", "timeinsession", "timeinsessionminutes"})
"""Columns that only lists of attendees have."""


def contract(table: str, columns: Sequence[Candidate]) -> dict[str, str]:
    """Return the contract's columns that some columns can be: to the column's name."""
    found = by_name(table, columns)
    for wanted, fits in CONTENTS.get(table, {}).items():
        rest = [each for each in columns if each.name not in found.values() and fits(each)]
        if wanted not in found and rest:
            found[wanted] = rest[0].name
    if table == "leads" and "lead_id" not in found:
        emails = [each for each in columns if each.is_key and each.seems == "e-mail"]
        found |= {"lead_id": emails[0].name} if emails else {}
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


def lacking(table: str, found: Iterable[str]) -> list[str]:
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


def keys(columns: Sequence[Candidate]) -> list[str]:
    """Return the columns that could be a key by their values alone, the likeliest first."""
    of_others = {_plain(each) for each in PERSON.split()}
    found = [
        each
        for each in columns
        if each.is_key
        and each.is_word
        and each.type is Type.TEXT
        and not is_code(each.name)
        and not is_company(each.name)
        and _plain(each.name) not in of_others
    ]
    return [each.name for each in sorted(found, key=lambda each: each.seems != "identifier")]


CONTENTS: Mapping[str, Mapping[str, Fits]] = {
    "leads": {"email": lambda column: column.seems == "e-mail"},
    "events": {
        "occurred_at": lambda column: column.type is Type.TIME and column.is_filled,
    },
    "outcomes": {"occurred_at": lambda column: column.type is Type.TIME and column.is_filled},
}
"""Table to what tells a column by its values where no name does; of keys, that is a question."""
