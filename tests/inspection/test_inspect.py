"""Inspecting exports: what is found, what is proposed, and that the proposal works as it stands."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from ruamel.yaml import YAML

import leadline
from inspection.nasty import NASTY
from leadline.engines.duckdb.engine import DuckDB
from leadline.errors import FileError, InputError
from leadline.inspection.report import ColumnReport, Inspection
from leadline.model.types import Type

ROOT = Path(__file__).parents[2]

LEADS = """\
Prospect ID;Company;E-mail;Lead Source;Seniority;Pages;Staff;Revenue;Opted in;Plan;Created
P-1;C-1;ada@north.example;Referral;unknown;3;120;1.200,5;Yes;pro;03/08/2026 09:30
P-2;C-1;ben@north.example;Select;director;999;N/A;980,0;No;pro;13/10/2026 16:00
P-3;C-2;cleo@south.example;Event;unknown;12;35;15.000,0;No;pro;20/03/2026 08:15
P-4;-;dan@west.example;Select;manager;999;60;;Yes;pro;01/02/2026 11:00
P-5;C-3;eve@east.example;event;manager;7;-;7,25;No;pro;
"""

EVENTS = """\
id,contact,action,minutes,when
1,P-1,webinar_attended,45,2026-10-15T16:00:00+02:00
2,P-2,webinar_attended,-1,2026-10-15T14:00:00Z
3,P-3,email_clicked,-1,2026-10-27T10:30:00Z
4,P-3,webinar_attended,20,2026-10-28T10:30:00+01:00
"""

RULES = """
leadline: 1
model: pasted
scores:
  person:
    rules:
      webinar: {event: webinar_attended, points: "least(minutes / 6, 10)"}
      director: {when: lead.Seniority = 'director', points: 5}
      large: {when: lead.Staff >= 100, points: 20}
      rich: {when: lead.Revenue > 10000, points: 7}
      old: {when: age(lead.created_at) > 30d, points: 1}
      read: {of: lead.Pages, bins: {0: 0, 10: 2}}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with an export of leads and one of events."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "crm.csv").write_text(LEADS, encoding="utf-8-sig")
    (tmp_path / "mails.csv").write_text(EVENTS, encoding="utf-8")
    return tmp_path


AS_OF = "2026-11-20"

ENGINE = DuckDB(threads=2)
"""One for all tests, as each inspection replaces all that the one before left there."""


def inspect(given: Any, **options: Any) -> Inspection:
    """Inspect tables on the one engine."""
    return leadline.inspect(given, engine=ENGINE, **options).result


def columns(given: Any, **options: Any) -> dict[str, ColumnReport]:
    """Inspect one table, and return its columns by name."""
    [table] = inspect(given, **options).tables
    return {each.name: each for each in table.columns}


def column(*values: Any) -> ColumnReport:
    """Inspect a table of one column of interest."""
    keys = [f"k{at}" for at in range(len(values))]
    return columns(pa.table({"lead_id": keys, "x": list(values)}))["x"]


@pytest.mark.slow
def test_the_proposed_columns_work_as_they_stand(folder: Path) -> None:
    """Pasted into a model, they read the very files; what seemed to be missing is."""
    found = inspect(["crm.csv", "mails.csv"])
    (folder / "model.yaml").write_text(RULES + found.block, encoding="utf-8")
    scored = leadline.score(
        "model.yaml", leads="crm.csv", events="mails.csv", as_of="2026-11-01T00:00:00Z"
    )
    assert scored.rejects.num_rows == 0
    assert not [note for note in scored.notes if "counts as null" in note]
    rows = scored.scores.select(["lead_id", "person", "missing"]).sort_by("lead_id").to_pylist()
    assert [tuple(row.values()) for row in rows] == [
        ("P-1", 28.5, 1),
        ("P-2", 5.0, 2),
        ("P-3", 7 + 1 + 2 + 3.33, 1),
        ("P-4", 1.0, 2),
        ("P-5", 0.0, 2),
    ]


def test_what_is_declared_is_what_reading_needs(folder: Path) -> None:
    """Names, formats, marks and tokens that mean missing; all else is a comment."""
    block = inspect([folder / "crm.csv", folder / "mails.csv"]).block
    assert YAML(typ="safe", pure=True).load(block)["columns"] == {
        "leads": {
            "lead_id": {"from": "Prospect ID"},
            "account_id": {"from": "Company", "missing": ["-"]},
            "email": {"from": "E-mail"},
            "Lead Source": {"type": "text", "missing": ["Select"]},
            "Seniority": {"type": "text", "missing": ["unknown"]},
            "Pages": {"type": "number", "missing": [999]},
            "Staff": {"type": "number", "missing": ["-", "N/A"]},
            "Revenue": {"thousands": ".", "decimal": ","},
            "Opted in": {"type": "boolean"},
            "created_at": {"from": "Created", "format": "dd/mm/yyyy", "zone": "UTC"},
        },
        "events": {
            "event_id": {"from": "id"},
            "lead_id": {"from": "contact"},
            "type": {"from": "action"},
            "occurred_at": {"from": "when"},
            "minutes": {"type": "number", "missing": [-1]},
        },
    }
    assert "# Plan: constant, pro" in block
    assert "Opted in: {type: boolean}  # boolean, 100% filled, 2 distinct" in block
    assert "The same value is written in several ways: 'Event' and 'event'" in block
    assert "The times carry no zone: UTC is assumed" in block


def test_a_column_is_described(folder: Path) -> None:
    """Type, share filled, distinct values, the most frequent ones, and suspects with counts."""
    assert folder
    all_ = columns("crm.csv")
    found = all_["Seniority"]
    assert (found.type, found.seems, found.filled, found.share) == (Type.TEXT, "category", 3, 0.6)
    assert (found.distinct, found.examples) == (2, ("manager", "director"))
    assert [(each.value, each.count, each.why) for each in found.suspects] == [
        ("unknown", 2, "says that it is unknown")
    ]
    seem = [all_[name].seems for name in ("Prospect ID", "E-mail", "Created", "Opted in", "Plan")]
    assert seem == ["key", "e-mail", "date", "boolean", "constant"]


def test_words_that_mean_missing_are_found() -> None:
    """In whatever case, and as they are written."""
    tokens = ["Select", "unknown", "N/A", "NULL", "None", "-", " ", "--None--", "nan", "undefined"]
    rows = {token: ["fair", token, "ads", token] for token in tokens}
    found = columns(pa.table({"lead_id": ["a", "b", "c", "d"], **rows}))
    assert [[each.value for each in found[token].suspects] for token in tokens] == [
        [token] for token in tokens
    ]


def test_codes_of_countries_are_no_words() -> None:
    """NA is Namibia among other codes of two letters."""
    assert column("PL", "NA", "DE", "FR").suspects == ()
    assert [each.value for each in column("Poland", "NA", "Germany").suspects] == ["NA"]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1, 5, 27, 999, 999], [999]),
        ([1, 5, 27, 999, 999, 9999, 9999], [9999, 999]),
        ([3, 40, 12, -1, -1, -1], [-1]),
        ([3, 40, 12, -1, -1, 99, 99], [99, -1]),
        ([1, 5, 27, 999], []),
        ([800, 950, 999, 999], []),
        ([-5, -1, -1, 7, 20], []),
        ([-1, -1, 0, 0, 1, 1], []),
        ([97, 98, 99, 99], []),
        ([9, 9, 1, 2], []),
        ([0, 0, 0, 12, 15], []),
    ],
)
def test_numbers_that_stand_apart_and_repeat_are_found(
    values: list[int], expected: list[int]
) -> None:
    """One that does neither is a value like others."""
    kinds: dict[str, list[Any]] = {
        "whole": values,
        "text": [str(each) for each in values],
        "real": [float(each) for each in values],
    }
    found = columns(pa.table({"lead_id": [str(at) for at in range(len(values))], **kinds}))
    assert [[each.value for each in found[kind].suspects] for kind in kinds] == [expected] * 3


def test_the_first_day_of_a_calendar_is_found() -> None:
    """Where nothing else happened near it; the block then reads it as missing."""
    days = ["1970-01-01", "2026-05-01", "1970-01-01", "2025-03-04"]
    assert [each.value for each in column(*days).suspects] == ["1970-01-01"]
    moments = [datetime.fromisoformat(day).replace(tzinfo=UTC) for day in days]
    [suspect] = column(*moments).suspects
    assert suspect.value == "1970-01-01T00:00:00.000000Z"
    assert column("1970-01-01", "1971-05-01", "1970-01-01").suspects == ()


@pytest.mark.parametrize(
    ("values", "kind", "declare"),
    [
        (["1,5", "20", "3,25"], Type.NUMBER, {"decimal": ","}),
        (["1 200", "35"], Type.NUMBER, {"thousands": " "}),
        (["1,200.5", "35"], Type.NUMBER, {"thousands": ","}),
        (["1.200,5", "35"], Type.NUMBER, {"thousands": ".", "decimal": ","}),
        (["13/01/2026", "1/2/2026"], Type.TIME, {"format": "dd/mm/yyyy"}),
        (["01/13/2026", "1/2/2026"], Type.TIME, {"format": "mm/dd/yyyy"}),
        (["13.01.26"], Type.TIME, {"format": "dd.mm.yy"}),
        (["2026/01/13 10:00"], Type.TIME, {"format": "yyyy/mm/dd", "zone": "UTC"}),
        (["2026-01-13 10:00"], Type.TIME, {"zone": "UTC"}),
        (["2026-01-13"], Type.TIME, {}),
        (["2026-01-13", "14/1/2026", "2026-01-15"], Type.TIME, {"format": "dd/mm/yyyy"}),
        (["2026-01-13", "14.1.2026", "2026-01-15"], Type.TIME, {"format": "dd.mm.yyyy"}),
        (["0123", "0456"], Type.TEXT, {}),
        (["12345678901234567"], Type.TEXT, {}),
        (["true", "FALSE"], Type.BOOLEAN, {}),
        (["Wahr", "falsch", "wahr"], Type.BOOLEAN, {}),
        (["1.2.3"], Type.TEXT, {}),
        (["85%", "7 %"], Type.NUMBER, {"unit": "%"}),
        (["$1,200.50", "-$7", "$8"], Type.NUMBER, {"unit": "$", "thousands": ","}),
        (["1.200,5 zł", "7 zł"], Type.NUMBER, {"unit": "zł", "thousands": ".", "decimal": ","}),
        (["EUR 5", "EUR 70"], Type.NUMBER, {"unit": "EUR"}),
        (["P1", "P2"], Type.TEXT, {}),
        (["$5", "€5"], Type.TEXT, {}),
    ],
)
def test_types_and_ways_of_writing_are_found(
    folder: Path, values: list[str], kind: Type, declare: dict[str, str]
) -> None:
    """As the reader of tables would read them, with the fewest declarations."""
    lines = [f'k{at};"{value}"' for at, value in enumerate(values)]
    (folder / "leads.csv").write_text("\n".join(["lead_id;x", *lines]), encoding="utf-8")
    found = columns("leads.csv")["x"]
    assert found.type is kind
    assert {key: value for key, value in found.declare.items() if key != "type"} == declare


@pytest.mark.parametrize(
    ("values", "choice"),
    [
        (["01/02/2026", "03/04/2026"], "format: dd/mm/yyyy or format: mm/dd/yyyy"),
        (["1,234", "5,678"], "decimal: ',' or thousands: ','"),
        (["1,234 €", "5,678 €"], "decimal: ',' or thousands: ','"),
    ],
)
def test_what_allows_two_meanings_is_left_to_a_person(
    folder: Path, values: list[str], choice: str
) -> None:
    """Neither is proposed, and the finding names both."""
    lines = [f'k{at};"{value}"' for at, value in enumerate(values)]
    (folder / "leads.csv").write_text("\n".join(["lead_id;x", *lines]), encoding="utf-8")
    found = inspect("leads.csv")
    [finding] = found.tables[0].columns[1].findings
    assert finding == f"Decide and declare {choice}: the values allow both."
    block = YAML(typ="safe", pure=True).load(found.block)
    assert block["columns"]["leads"] == ({"x": {"unit": "€"}} if "€" in values[0] else {})
    assert finding.removesuffix(".") in found.block


@pytest.mark.parametrize(
    ("name", "values", "declare"),
    [
        ("Created", [46000, 46001.25], {"format": "excel_days", "zone": "UTC"}),
        ("signup_ts", [1790000000, 1790000001], {"format": "unix_seconds"}),
        ("updatedAt", [1790000000000, 1790000000001], {"format": "unix_milliseconds"}),
        ("Employees", [46000, 46001], {}),
        ("Created", [1, 2], {}),
    ],
)
def test_numbers_that_count_time_are_found_by_the_name_of_the_column(
    folder: Path, name: str, values: list[float], declare: dict[str, str]
) -> None:
    """As many employees as days there may be; what a date column counts, is told with its ends."""
    lines = [f"k{at},{value}" for at, value in enumerate(values)]
    (folder / "x.csv").write_text("\n".join([f"lead_id,{name}", *lines]))
    found = columns("x.csv")[name]
    written = {key: value for key, value in found.declare.items() if key != "type"}
    assert written == declare
    assert any("taken for times" in each for each in found.findings) == bool(declare)


def test_a_text_that_is_nearly_numbers_is_told(folder: Path) -> None:
    """As a person may want the others to count as missing."""
    lines = [f"k{at},{at}" for at in range(8)]
    (folder / "leads.csv").write_text("\n".join(["lead_id,x", *lines, "k8,(121)", "k9,(122)"]))
    found = columns("leads.csv")["x"]
    assert found.type is Type.TEXT
    [finding] = found.findings
    assert finding.startswith("A text, as 2 of 10 values are no numbers: '(121)', '(122)';")


@pytest.mark.parametrize("name", NASTY)
def test_what_is_proposed_for_a_nasty_export_scores_it(folder: Path, name: str) -> None:
    """Without a change: numbers are numbers, times are times, and no row is lost in silence."""
    nasty = NASTY[name]
    (folder / "leads.csv").write_bytes(nasty.text.encode(nasty.encoding))
    found = inspect("leads.csv", **dict(zip(["encoding"], nasty.says, strict=False)))
    rules = {f"r{at}": {"when": when, "points": 1} for at, when in enumerate(nasty.fires)}
    document = YAML(typ="safe", pure=True).load(found.block) | {
        "leadline": 1,
        "model": "nasty",
        "scores": {"s": {"rules": rules}},
    }
    scored = leadline.score(document, leads="leads.csv", as_of=AS_OF, engine=ENGINE)
    first = min(scored.scores.to_pylist(), key=lambda row: str(row["lead_id"]).zfill(9))
    assert first["s"] == len(nasty.fires)
    assert scored.rejects.num_rows == nasty.rejected
    assert sum("is called" in each for each in scored.notes) == nasty.notes


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a,b\n1,2\n3,4\n5,6\n", None),
        (",b\n1,2\n3,4\n5,6\n", None),
        ("a,b,c\n1,2,3,\n3,4,5,\n5,6,7,\n", None),
        ("a,b,c,d,e\n1,,,,\n2,,,,\n", None),
        ("Report\n\na,b\n1,2\n3,4\n", 3),
        ("Report,,\nof,today,\na,b,c\n1,2,3\n1,2,3\n", 3),
        ("Report,,,,\nof,today,,,\na,b,c,d,e\n1,2,3,4,5\n1,2,3,4,5\n", 3),
        ('"Report\nof today"\na;b\n1;2\n1;2\n', 3),
        ("a\n1\n2\n", None),
    ],
)
def test_the_line_with_the_names_is_found(folder: Path, text: str, line: int | None) -> None:
    """Below what fills less than half of the fields; a sparse or ragged table is left alone."""
    (folder / "x.csv").write_text(text)
    assert inspect("x.csv").tables[0].files.get("header") == line


def test_an_encoding_that_has_to_be_said_is_proposed_with_words(folder: Path) -> None:
    """In the words of what can be done here, before there is a model."""
    nasty = NASTY["a list in Russian"]
    (folder / "leads.csv").write_bytes(nasty.text.encode(nasty.encoding))
    with pytest.raises(
        InputError, match=r"Declare it with --encoding windows-1251, which reads Имя"
    ):
        inspect("leads.csv")


def test_files_that_are_not_one_table_are_told(folder: Path) -> None:
    """Whether a pattern or a guess made one of them."""
    (folder / "x1.csv").write_text("lead_id,a,b\nk,1,2\n")
    (folder / "x2.csv").write_text("product,price\np,1\n")
    [joined] = inspect("x?.csv").tables
    assert any("hardly a column in common" in each for each in joined.findings)
    _, second = inspect(["x1.csv", "x2.csv"]).tables
    assert second.findings[-1].startswith("Taken for leads like x1.csv, but with other columns")


def test_names_of_companies_are_no_keys_of_leads(folder: Path) -> None:
    """A lead would have an account that nothing else knows, and none by its e-mail."""
    (folder / "leads.csv").write_text("lead_id,Company\na,North Pumps\nb,South\n")
    [found] = inspect("leads.csv").tables
    assert [each.column for each in found.columns] == ["lead_id", None]
    assert any("match: email_domain" in each for each in found.findings)
    (folder / "leads.csv").write_text("lead_id,Company\na,C-1\nb,C-2\n")
    assert columns("leads.csv")["Company"].column == "account_id"


def test_activities_in_words_of_another_language_are_events(folder: Path) -> None:
    """Even alone: who did what and when is named, and the number of a row is not who."""
    text = "ID;Лид;Тип;Дата\n1;100;Звонок;25.09.2026 10:00\n2;100;Письмо;26.09.2026 10:00\n"
    (folder / "acts.csv").write_text(text, encoding="utf-8")
    [found] = inspect("acts.csv").tables
    assert found.table == "events"
    assert [each.column for each in found.columns] == ["event_id", "lead_id", "type", "occurred_at"]


def test_events_that_repeat_still_have_a_key(folder: Path) -> None:
    """An export may hold some twice; scoring counts each once."""
    rows = [f"{at},k,x,2026-01-01" for at in range(30)]
    (folder / "events.csv").write_text("\n".join(["id,lead,type,date", *rows, rows[0]]))
    [found] = inspect("events.csv").tables
    assert found.columns[0].column == "event_id"


def test_keys_that_repeat_or_lack_are_told(folder: Path) -> None:
    """A column that has the name of the contract is it, whatever stands in it."""
    (folder / "x.csv").write_text("lead_id,b\na,1\na,2\n,3\n")
    [found] = inspect("x.csv").tables
    assert found.table == "leads"
    assert found.findings == (
        "lead_id has no value in 1 row; scoring rejects it.",
        "1 row repeats the lead_id of another; scoring refuses that: keep one row of each.",
    )


def test_a_few_bad_values_do_not_hide_the_type(folder: Path) -> None:
    """They are counted and shown, and the type is declared, so that reading counts them too."""
    lines = [f"k{at},{at}" for at in range(30)]
    (folder / "leads.csv").write_text("\n".join(["lead_id,x", *lines, "k99,many"]))
    found = columns("leads.csv")["x"]
    assert found.declare == {"type": "number"}
    assert found.findings == ("1 value is no number and would count as null: 'many'.",)


@pytest.mark.parametrize(
    ("name", "header", "expected"),
    [
        ("contacts.csv", "id,x\na,1\nb,1\n", "leads"),
        ("companies.csv", "name,x\na,1\nb,1\n", "accounts"),
        ("export.csv", "id,contact,action,when\na,l,x,2026-01-01\nb,l,x,2026-01-01\n", "events"),
        ("export.csv", "deal_id,contact,status,close_date\na,l,won,2026-01-01\n", "outcomes"),
        ("export.csv", "company,website\na,a.example\nb,b.example\n", "accounts"),
        ("export.csv", "colour,size\nred,1\nred,1\n", "leads"),
    ],
)
def test_the_table_is_guessed(folder: Path, name: str, header: str, expected: str) -> None:
    """By the name of the file, else by its columns."""
    (folder / name).write_text(header)
    [found] = inspect(name).tables
    assert (found.table, found.is_guess) == (expected, True)
    [told] = inspect(name, table="events").tables
    assert (told.table, told.is_guess) == ("events", False)


def test_what_a_table_lacks_is_said(folder: Path) -> None:
    """A missing key, repeated rows, broken lines, and keys without value."""
    text = "color,size\nred,1\nred,1\nred,1\nblue\n"
    (folder / "leads.csv").write_text(text)
    [found] = inspect("leads.csv").tables
    assert found.rejected == 1
    assert found.findings[:2] == (
        "1 line cannot be read; scoring writes such lines out with --rejects.",
        "2 rows repeat another row exactly.",
    )
    assert found.findings[2].startswith("No column can be lead_id, which leads must have:")
    (folder / "outcomes.csv").write_text(
        "lead_id,outcome,occurred_at\na,won,2026-01-01\nb,open,\nc,lost,2026-01-02\n"
    )
    [found] = inspect("outcomes.csv").tables
    assert found.findings == ("occurred_at has no value in 1 row; scoring rejects it.",)


def test_sentinels_of_a_bank(folder: Path) -> None:
    """A campaign of calls: unknown in many columns, and 999 days where nobody called before."""
    rows = [
        f'{30 + at % 40};"{"unknown" if at % 7 == 0 else "admin."}";{at % 20}' for at in range(90)
    ]
    rows += [f'{25 + at % 50};"technician";999' for at in range(400)]
    (folder / "bank.csv").write_text("\r\n".join(['"age";"job";"pdays"', *rows]) + "\r\n")
    found = columns("bank.csv", table="leads")
    assert [each.value for each in found["age"].suspects] == []
    assert [each.value for each in found["job"].suspects] == ["unknown"]
    assert [(each.value, each.count) for each in found["pdays"].suspects] == [(999, 400)]


def test_every_kind_of_input_is_inspected_alike(folder: Path) -> None:
    """Parquet, JSON and tables in memory as CSV."""
    import pyarrow.parquet as pq  # noqa: PLC0415 - only here

    rows = {"lead_id": ["a", "b", "c", "d"], "x": [1, 20, 999, 999], "y": ["Select", "p", "q", "r"]}
    table = pa.table(rows)
    pq.write_table(table, folder / "leads.parquet")
    lines = [
        json.dumps(dict(zip(rows, row, strict=True))) for row in zip(*rows.values(), strict=True)
    ]
    (folder / "leads.jsonl").write_text("\n".join(lines))
    for given in (table, "leads.parquet", "leads.jsonl"):
        block = inspect(given, table="leads").block
        assert YAML(typ="safe", pure=True).load(block) == {
            "columns": {
                "leads": {
                    "x": {"type": "number", "missing": [999]},
                    "y": {"type": "text", "missing": ["Select"]},
                }
            }
        }


def test_an_encoding_that_was_said_is_proposed(folder: Path) -> None:
    """The block then works as it stands."""
    text = "lead_id;city\na;Łódź\nb;Gdańsk\n"
    (folder / "leads.csv").write_bytes(text.encode("cp1250"))
    block = inspect("leads.csv", encoding="windows-1250").block
    model = {
        **YAML(typ="safe", pure=True).load(block),
        "leadline": 1,
        "model": "m",
        "scores": {"s": {"rules": {"r": {"when": "lead.city = 'Łódź'", "points": 3}}}},
    }
    scored = leadline.score(model, leads="leads.csv", as_of="2026-11-01")
    assert sorted(scored.scores["s"].to_pylist()) == [0, 3]


def test_what_cannot_be_inspected_is_refused(folder: Path) -> None:
    """With the errors of reading."""
    assert folder
    with pytest.raises(InputError, match=r"table must be one of leads.*Did you mean leads\?"):
        inspect("crm.csv", table="lead")
    with pytest.raises(FileError, match=r"none\.csv cannot be read"):
        inspect("none.csv")


def test_the_real_deals_have_their_traps_found() -> None:
    """The deals that come with the examples: a word for nothing, and rows that repeat."""
    [found] = inspect(str(ROOT / "examples/deals/deals.csv")).tables
    suspects = {each.name for each in found.columns if each.suspects}
    assert suspects
    assert all(s.value == "Unknown" for each in found.columns for s in each.suspects)


def test_a_column_that_names_rows_of_another_file_is_found_by_its_values(tmp_path: Path) -> None:
    """Whatever it is called; a name counts as long as the values do not belie it."""
    contacts = {"Record ID": ["11", "12", "13"], "Firm": ["7", "8", "8"], "Title": ["a", "b", "c"]}
    companies = {"Record ID": ["7", "8"], "Name": ["North", "South"], "website": ["n.de", "s.de"]}
    deals = {
        "Deal ID": ["1", "2"],
        "Contact": ["North", "South"],
        "Who": ["11", "13"],
        "Deal Stage": ["won", "lost"],
        "Close Date": ["2026-01-01", "2026-02-01"],
    }
    files = []
    for name, table in {"contacts": contacts, "companies": companies, "deals": deals}.items():
        rows = [",".join(row) for row in zip(*table.values(), strict=True)]
        files.append(tmp_path / f"{name}.csv")
        files[-1].write_text("\n".join([",".join(table), *rows]) + "\n")
    found = {
        table.table: {each.column: each.name for each in table.columns if each.column}
        for table in inspect(files).tables
    }
    assert found["leads"]["account_id"] == "Firm"
    assert found["outcomes"]["lead_id"] == "Who"


def test_numbers_of_telephones_are_no_times_and_no_numbers() -> None:
    """Nine digits count no seconds, least of all under the name of a telephone."""
    table = pa.table(
        {
            "lead_id": ["a", "b"],
            "telefon": ["601234561", "601234562"],
            "signup date": ["2026102801", "2026102923"],
            "closed": ["2026-01-05", "not closed"],
        }
    )
    found = columns(table)
    assert (found["telefon"].type, found["telefon"].declare) == (Type.TEXT, {})
    assert found["signup date"].declare["format"] == "yyyymmddhh"
    [finding] = found["closed"].findings
    assert finding.startswith("Looks like dates, but 1 value is none: 'not closed'")


def test_what_is_said_of_a_column_fits_what_it_is_read_as() -> None:
    """A type that is always the same, and several keys in a cell, are nothing to decide."""
    events = pa.table(
        {
            "marketoGUID": ["a1", "a2"],
            "leadId": ["5", "6;7"],
            "activityDate": ["2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"],
            "activityTypeId": ["1", "1"],
        }
    )
    [table] = inspect(events, table="events").tables
    assert {each.name: each.findings for each in table.columns if each.findings} == {}
    leads = pa.table(
        {
            "Phone": ["+49", "+48"],
            "Lead Gen Id": ["L1", "L2"],
            "Email": ["a@x.example", "b@x.example"],
        }
    )
    [finding] = inspect(leads, table="leads").tables[0].findings
    assert finding.startswith('No name says that {from: "Lead Gen Id"} is lead_id, so the e-mail')


def test_a_key_is_found_by_the_rows_of_another_file(folder: Path) -> None:
    """Codes that are filled up with 0 are texts; the only date is asked about."""
    codes = [f"{number * 7:04}" for number in range(120, 320)]
    leads = "\n".join(f"{code},2026-03-{at % 28 + 1:02}" for at, code in enumerate(codes))
    deals = "\n".join(f"{code},2026-05-{at % 28 + 1:02}" for at, code in enumerate(codes[::5]))
    (folder / "leads.csv").write_text(f"form_code,signup_day\n{leads}\n")
    (folder / "deals.csv").write_text(f"form_code,closed_day\n{deals}\n")
    found = inspect(["leads.csv", "deals.csv"])
    for table in found.tables:
        [key] = [each for each in table.columns if each.name == "form_code"]
        assert (key.column, key.type) == ("lead_id", Type.TEXT)
    asked = (
        'Is it {from: "signup_day"}? It is the only date, but no name says that it is created_at.'
    )
    assert asked in found.tables[0].findings


def test_unknown_beside_empty_cells_is_asked_about(folder: Path) -> None:
    """Who was asked and does not know is not who was not asked; by itself the word is missing."""
    given = ["new", "old", "unknown", "unknown", "", "new", "old"]
    rows = "".join(f"{at},{value},{value or 'unknown'}\n" for at, value in enumerate(given))
    (folder / "leads.csv").write_text(f"lead_id,both,alone\n{rows}", encoding="utf-8")
    found = columns("leads.csv")
    assert found["both"].declare.get("missing") is None
    assert found["both"].distinct == 3
    [asked] = found["both"].findings
    assert asked == (
        "unknown stands in 2 rows, and 1 row is empty: where both mean the same, "
        "declare missing: [unknown]; rates says what became of each."
    )
    assert [each.value for each in found["alone"].suspects] == ["unknown"]
    assert not found["alone"].findings
