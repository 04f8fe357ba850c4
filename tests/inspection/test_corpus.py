"""Exports as tools write them: what each is found to be, and that the proposal reads it whole.

Shapes are those of real exports; persons, firms and texts are invented. What is expected was
written down before the files were inspected.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from ruamel.yaml import YAML

import leadline
from leadline.engines.duckdb.engine import DuckDB
from leadline.inspection.report import TableReport
from leadline.model.reading.reader import read as read_document
from leadline.model.types import Type
from leadline.tables.read import load

CORPUS = Path(__file__).parent / "corpus"

T, N, B, M = Type.TEXT, Type.NUMBER, Type.BOOLEAN, Type.TIME


@dataclass(frozen=True)
class Shape:
    """An export, and what it holds.

    Attributes:
        table: The table that it is.
        roles: Column of the contract to the one of the file that is it.
        types: Of other columns, with what is proposed.
        rows: In all; of them ``usable`` are read, and ``rejected`` go to the rejects.
        first: Values of the first usable row, by its key.
        says: What is found, in part.
        made: Columns of the contract that are made.
        encoding: That has to be said.
        files: What is said of the file.
        decided: What a person declares after the questions.
    """

    table: str
    roles: Mapping[str, str]
    types: Mapping[str, Type]
    usable: int
    rejected: int = 0
    first: Mapping[str, Any] = field(default_factory=dict)
    says: tuple[str, ...] = ()
    made: Mapping[str, Any] = field(default_factory=dict)
    encoding: str | None = None
    files: Mapping[str, Any] = field(default_factory=dict)
    decided: Mapping[str, Any] = field(default_factory=dict)


def at(text: str) -> datetime:
    """Return a moment in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


CREATED_HERE = "The times carry no zone"

SHAPES: Mapping[str, Shape] = {
    "activecampaign_contacts.csv": Shape(
        "leads",
        {"lead_id": "Contact ID", "email": "Email", "created_at": "Date Created"},
        {"Total Opens": N, "Last Open Date": M, "Account": T},
        3,
        first={"lead_id": "101", "created_at": at("2026-03-12 08:14"), "Total Opens": 12},
        says=("Account holds names, which are no keys",),
    ),
    "bitrix24_leads.csv": Shape(
        "leads",
        {"lead_id": "ID", "email": "Рабочий e-mail", "created_at": "Дата создания"},
        {"Рабочий телефон": T, "Сумма": N, "Доступен для всех": B, "Дата изменения": M},
        3,
        first={
            "lead_id": "501",
            "created_at": at("2026-03-12 09:14"),
            "Рабочий телефон": "+74950000001",
            "Сумма": 125000.5,
            "Доступен для всех": True,
        },
    ),
    "brevo_contacts.csv": Shape(
        "leads",
        {"lead_id": "CONTACT ID", "email": "EMAIL", "created_at": "ADDED_TIME"},
        {"SMS": T, "OPT_IN": B, "BLOCKLISTED": B, "DOUBLE_OPT-IN": N, "MODIFIED_TIME": M},
        3,
        first={
            "lead_id": "1",
            "created_at": at("2026-03-12 09:14"),
            "SMS": "4930901820",
            "BLOCKLISTED": False,
        },
    ),
    "dynamics_leads.csv": Shape(
        "leads",
        {"lead_id": "(Do Not Modify) Lead", "email": "Email", "created_at": "Created On"},
        {"Est. Value": N, "(Do Not Modify) Modified On": M, "Do not allow Emails": T},
        3,
        first={
            "lead_id": "6f1c8f3e-7d6b-ee11-9ae7-000d3a1b2c3d",
            "created_at": at("2026-03-13 09:14"),
            "Est. Value": 12500,
        },
    ),
    "excel_sep.csv": Shape(
        "leads",
        {"lead_id": "Lead ID", "email": "E-mail", "created_at": "Data utworzenia"},
        {"Kwota": N, "Firma": T},
        3,
        first={"lead_id": "11", "created_at": at("2025-11-04"), "Kwota": 1300.5},
        files={"header": 2},
    ),
    "ga4_events.jsonl": Shape(
        "events",
        {"lead_id": "user_id", "type": "event_name", "occurred_at": "event_timestamp"},
        {"event_date": M, "user_pseudo_id": T},
        2,
        rejected=1,
        made={"event_id": {"made_from": ["user_id", "event_timestamp", "event_name"]}},
        first={
            "event_id": "901|1773306842000000|generate_lead",
            "occurred_at": at("2026-03-12 09:14:02"),
            "user_pseudo_id": "1111609890.1761600016",
        },
    ),
    "ga4_explorer.csv": Shape(
        "events",
        {
            "lead_id": "Effective user ID",
            "type": "Event name",
            "occurred_at": "Date + hour (YYYYMMDDHH)",
        },
        {"Event count": N, "Total revenue": N},
        4,
        made={
            "event_id": {
                "made_from": ["Effective user ID", "Date + hour (YYYYMMDDHH)", "Event name"]
            }
        },
        first={
            "event_id": "1111567890.1761600003|2026010617|page_view",
            "lead_id": "1111567890.1761600003",
            "occurred_at": at("2026-01-06 17:00"),
        },
        files={"header": 6},
    ),
    "gotowebinar.csv": Shape(
        "events",
        {"lead_id": "Email Address", "occurred_at": "Join Time"},
        {"Attended": B, "Registration Date / Time": M, "Leave Time": M, "Time in Session": T},
        2,
        rejected=1,
        made={
            "event_id": {"made_from": ["Email Address", "Join Time"]},
            "type": {"value": "webinar_attended"},
        },
        first={
            "lead_id": "olga@north.example",
            "type": "webinar_attended",
            "occurred_at": at("2026-10-28 13:58"),
            "Registration Date / Time": at("2026-10-12 07:14"),
        },
        says=("The file has 3 tables, whose names of columns stand in lines 5, 7 and 10.",),
        files={"header": 10},
    ),
    "hubspot_contacts.csv": Shape(
        "leads",
        {
            "lead_id": "Record ID",
            "email": "Email",
            "created_at": "Create Date",
            "account_id": "Primary Associated Company ID",
        },
        {"Phone Number": T, "Number of Employees": N, "Became a Customer Date": M},
        4,
        first={"lead_id": "901", "account_id": "7001", "Phone Number": "0045000000"},
        says=('"(No value)" in 1 row says that it is missing',),
    ),
    "linkedin_connections.csv": Shape(
        "leads",
        {"email": "Email Address", "created_at": "Connected On"},
        {"URL": T, "Position": T},
        4,
        first={
            "lead_id": "https://www.linkedin.example/in/olgaash",
            "created_at": at("2026-01-05"),
        },
        says=("No column can be lead_id", 'Is it {from: "URL"}'),
        files={"header": 4},
        decided={"lead_id": {"from": "URL"}},
    ),
    "mailchimp_members.csv": Shape(
        "leads",
        {"lead_id": "Email Address", "email": "Email Address", "created_at": "CONFIRM_TIME"},
        {"MEMBER_RATING": N, "OPTIN_TIME": M, "EUID": T},
        3,
        first={"lead_id": "olga@north.example", "email": "olga@north.example"},
        says=("the e-mail is taken for lead_id",),
    ),
    "odoo_leads.csv": Shape(
        "leads",
        {"lead_id": "id", "email": "email_from", "created_at": "create_date"},
        {"phone": T, "expected_revenue": N, "probability": N, "date_closed": M},
        3,
        first={"lead_id": "__export__.crm_lead_31_ab12cd34", "phone": "+49 30 901820"},
        says=("partner_name holds names, which are no keys",),
    ),
    "pardot_prospects.csv": Shape(
        "leads",
        {"lead_id": "Prospect Id", "email": "Email", "created_at": "Created"},
        {"Annual Revenue": N, "Employees": T, "Last Activity": M, "Zip": T, "Phone": T},
        4,
        first={
            "lead_id": "26001",
            "created_at": at("2026-01-05 09:14"),
            "Annual Revenue": 500_000,
            "Employees": 125.5,
            "Source": None,
            "Zip": "01060",
        },
        says=("with range: low, middle or high each is that number", '"(No value)"'),
        decided={"Employees": {"range": "middle"}},
    ),
    "pl1250.csv": Shape(
        "leads",
        {"lead_id": "ID leada", "email": "Adres e-mail", "created_at": "Data utworzenia"},
        {"Liczba pracowników": N, "Przychód roczny": N, "Zgoda marketingowa": B, "Kod pocztowy": T},
        3,
        encoding="windows-1250",
        first={
            "lead_id": "1",
            "Liczba pracowników": 1200,
            "Przychód roczny": 12_500_000,
            "Zgoda marketingowa": True,
            "Kod pocztowy": "00-950",
        },
        files={"encoding": "windows-1250"},
    ),
    "rudderstack_tracks.csv": Shape(
        "events",
        {
            "event_id": "id",
            "lead_id": "user_id",
            "type": "event",
            "occurred_at": "timestamp",
            "recorded_at": "received_at",
        },
        {"original_timestamp": M, "context_ip": T},
        3,
        first={"event_id": "m-1", "occurred_at": datetime(2026, 3, 12, 9, 14, 0, 223000, UTC)},
    ),
    "salesforce_report.csv": Shape(
        "leads",
        {"lead_id": "Lead ID", "email": "Email", "created_at": "Create Date"},
        {"Annual Revenue": N, "No. of Employees": N, "Last Activity": M},
        3,
        rejected=5,
        first={"lead_id": "00Q5e000001AbCE", "created_at": at("2026-10-01")},
        says=("5 lines cannot be read",),
    ),
    "segment.jsonl": Shape(
        "events",
        {
            "event_id": "messageId",
            "lead_id": "userId",
            "type": "type",
            "occurred_at": "timestamp",
            "recorded_at": "receivedAt",
        },
        {"anonymousId": T, "sentAt": M},
        2,
        rejected=1,
        first={"event_id": "m1", "lead_id": "u-7", "type": "page"},
    ),
    "snowplow_events.tsv": Shape(
        "events",
        {
            "event_id": "event_id",
            "lead_id": "user_id",
            "type": "event",
            "occurred_at": "collector_tstamp",
        },
        {"dvce_created_tstamp": M, "se_value": N},
        3,
        first={"lead_id": "u-8", "occurred_at": at("2026-03-14 16:00:12")},
    ),
    "suitecrm_leads.csv": Shape(
        "leads",
        {"lead_id": "ID", "email": "Email Address", "created_at": "Date Created"},
        {"Mobile": T, "Converted Date": M, "Salutation": T},
        3,
        first={"lead_id": "1a2b3c4d-1111-2222-3333-444455556666", "Converted Date": None},
        says=('"0000-00-00 00:00:00" in 2 rows is what a database writes',),
    ),
    "tilda_leads.csv": Shape(
        "leads",
        {"lead_id": "Email", "email": "Email", "created_at": "sent"},
        {"Phone": T, "requestid": T},
        3,
        first={"lead_id": "olga@sever.example", "created_at": at("2026-03-12 09:14")},
        says=("the e-mail is taken for lead_id",),
    ),
    "typeform_responses.csv": Shape(
        "leads",
        {
            "lead_id": "What is your work e-mail?",
            "email": "What is your work e-mail?",
            "created_at": "Submit Date (UTC)",
        },
        {"#": T, "How large is your company?": T, "Start Date (UTC)": M},
        3,
        first={"lead_id": "olga@north.example", "How large is your company?": 200},
        decided={"How large is your company?": {"range": "high"}},
        says=("Ranges such as",),
    ),
    "wechat_crm.csv": Shape(
        "leads",
        {"lead_id": "客户编号", "created_at": "创建时间"},
        {"手机": T, "最近沟通时间": M, "成交金额": N},
        3,
        encoding="gb18030",
        first={
            "lead_id": "CUS200",
            "created_at": at("2026-03-05 09:14"),
            "手机": "13900000000",
            "成交金额": 120_000,
        },
        files={"encoding": "gb18030"},
    ),
    "zoho_leads.csv": Shape(
        "leads",
        {"lead_id": "Record Id", "email": "Email", "created_at": "Created Time"},
        {"Phone": T, "Zip Code": T, "No. of Employees": N, "Email Opt Out": B},
        3,
        first={
            "lead_id": "zcrm_4876876000000435001",
            "Phone": "+4930901820",
            "Zip Code": "10115",
            "Lead Status": None,
        },
    ),
    "zoom_attendees.csv": Shape(
        "events",
        {"lead_id": "Email", "occurred_at": "Join Time"},
        {"Attended": B, "Time in Session (minutes)": N, "Leave Time": M},
        2,
        rejected=1,
        made={
            "event_id": {"made_from": ["Email", "Join Time"]},
            "type": {"value": "webinar_attended"},
        },
        first={
            "event_id": "olga@north.example|05/13/2026 09:00:00 AM",
            "occurred_at": at("2026-05-13 09:00"),
            "Time in Session (minutes)": 30,
        },
        says=("The file has 3 tables, whose names of columns stand in lines 3, 6 and 9.",),
        files={"header": 9},
    ),
}

ENGINE = DuckDB(threads=1)
LEADS = pa.table({"lead_id": ["1"], "email": ["nobody@nowhere.example"]})
"""Where e-mails of events are looked for."""


def roles(table: TableReport) -> dict[str, str]:
    """Return which column of the file is which of the contract."""
    return {
        each: column.name
        for column in table.columns
        for each in ((column.column, *column.also) if column.column else ())
    }


@pytest.mark.parametrize("name", SHAPES)
def test_an_export_is_found_to_be_what_it_is(name: str) -> None:
    """Its table, its roles, its types, what it says, and all of its rows by what is proposed."""
    shape, file = SHAPES[name], CORPUS / name
    found = leadline.inspect(file, encoding=shape.encoding, engine=ENGINE).result
    [table] = found.tables
    assert table.table == shape.table
    assert roles(table) == shape.roles
    assert table.made == shape.made
    assert dict(table.files) == shape.files
    types = {each.name: each.type for each in table.columns}
    assert {each: types[each] for each in shape.types} == shape.types
    said = "\n".join((*table.findings, found.block))
    assert [each for each in shape.says if each not in said] == []

    proposed = YAML(typ="safe", pure=True).load(found.block)
    columns = proposed["columns"][shape.table]
    for column, said in shape.decided.items():
        columns[column] = {**columns.get(column, {}), **said}
    model = read_document(
        {**proposed, "leadline": 1, "model": name, "scores": {"s": {"rules": {"r": {"points": 1}}}}}
    )
    loaded = load(ENGINE, {"leads": LEADS, shape.table: file}, model.columns, files=model.files)
    rows = ENGINE.arrow(f"from {shape.table}").to_pylist()
    assert (len(rows), loaded.rejects.count) == (shape.usable, shape.rejected)
    assert [each for each in loaded.notes if "as null" in each] == []
    key = next(iter(shape.first))
    [row] = [each for each in rows if each[key] == shape.first[key]]
    assert {each: aware(row[each]) for each in shape.first} == shape.first


def aware(value: Any) -> Any:
    """Return a value, a time with its zone."""
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) else value
