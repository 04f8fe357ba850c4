"""What ``inspect`` wrote, read again: which columns there are, what they need, and why."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ruamel.yaml import YAML

from leadline.inspection.block import flow_text, yaml_text

ALIASES: Mapping[str, Mapping[str, str]] = {
    "leads": {
        "title": (
            "job_title jobtitle position role job function stelle stellenbezeichnung cargo puesto "
            "poste fonction stanowisko должность 职位 职务"
        ),
        "phone": "phone_number telephone tel telefon téléphone teléfono телефон 电话",
        "mobile": "mobile_phone mobile_phone_number cell handy komórka 手机",
        "company": "company_name account_name organization firma firm empresa société компания",
        "country": "country_region country_code land kraj pays país страна 国家",
    },
    "accounts": {
        "employees": (
            "number_of_employees no_of_employees employee_count num_employees headcount "
            "employees_count mitarbeiter anzahl_mitarbeiter liczba_pracowników empleados "
            "сотрудников количество_сотрудников 员工数 员工人数"
        ),
        "industry": "industry_sector sector branche branża industria secteur отрасль 行业",
        "revenue": "annual_revenue annualrevenue turnover umsatz przychód выручка 年收入",
    },
    "events": {
        "path": "page_url url page page_path path_url landing_page link",
        "email_id": "email_campaign_id mailing_id message_id",
        "webinar_id": "webinar webinar_name",
        "asset_id": "asset content_id document",
    },
}
"""Table to a field that starters read, to the names that tools give it."""


@dataclass(frozen=True)
class Entry:
    """A column of an export: what is declared of it, and what is said behind it."""

    name: str
    keys: Mapping[str, Any] = field(default_factory=dict)
    comment: str = ""

    @property
    def source(self) -> str:
        """What the export calls it."""
        return str(self.keys.get("from", self.name))

    def called(self, name: str) -> Entry:
        """Return it under another name."""
        return Entry(name, {"from": self.source, **self.keys}, self.comment)

    def plain_line(self) -> str:
        """Return it as a comment, as it needs nothing."""
        return f"    # {yaml_text(self.name)}: {self.comment}"

    def line(self) -> str:
        """Return it as a line of a block."""
        code = f"    {yaml_text(self.name)}: {flow_text(self.keys)}"
        return f"{code}  # {self.comment}" if self.comment else code


@dataclass(frozen=True)
class Proposed:
    """What is declared of a table, and whether all of its columns are listed."""

    head: str
    entries: tuple[Entry, ...]
    is_whole: bool

    def with_aliases(self, table: str, wanted: Mapping[str, Any]) -> Proposed:
        """Return it with columns under the names that a starter reads them by."""
        entries = list(self.entries)
        for name in wanted:
            if name in {each.name for each in entries}:
                continue
            names = (name, *ALIASES.get(table, {}).get(name, "").split())
            found = place_of(entries, names)
            if found is not None:
                entries[found] = entries[found].called(name)
        return replace(self, entries=tuple(entries))


def place_of(entries: Sequence[Entry], names: Sequence[str]) -> int | None:
    """Return the place of the column that is called by the first of some names that one has."""
    places = {_folded(each.name): at for at, each in reversed(list(enumerate(entries)))}
    return next((places[key] for each in names if (key := _folded(each)) in places), None)


_TABLE = re.compile(r"^  ([a-z_]+):")
_PLAIN = "    # "
_BEHIND = "  # "


def proposed(text: str) -> dict[str, Proposed]:
    """Return what stands under ``columns``, by table, with the comments behind each column."""
    values = YAML(typ="safe", pure=True).load(text).get("columns") or {}
    parts = _parts(text)
    return {
        table: _of_table(keys or {}, *parts.get(table, ((), ()))) for table, keys in values.items()
    }


def _parts(text: str) -> dict[str, tuple[list[str], list[str]]]:
    """Return the comments above each table and the lines below it."""
    found: dict[str, tuple[list[str], list[str]]] = {}
    above: list[str] = []
    table, is_inside = "", False
    for line in text.splitlines():
        if line[:1].strip() and not line.startswith("#"):
            is_inside, table = line.startswith("columns:"), ""
        elif is_inside and (match := _TABLE.match(line)):
            table = match[1]
            found[table], above = (above, []), []
        elif is_inside and line.startswith(_BEHIND):
            above.append(line.removeprefix(_BEHIND))
        elif table:
            found[table][1].append(line)
    return found


def _of_table(keys: Mapping[str, Any], above: Sequence[str], lines: Sequence[str]) -> Proposed:
    entries = [
        Entry(str(name), said or {}, _behind(str(name), lines)) for name, said in keys.items()
    ]
    known = {each.name for each in entries}
    plain = [_plain(line.removeprefix(_PLAIN)) for line in lines if line.startswith(_PLAIN)]
    entries += [each for each in plain if each is not None and each.name not in known]
    return Proposed("; ".join(above), tuple(entries), is_whole=bool(above))


def _behind(name: str, lines: Sequence[str]) -> str:
    """Return the comment behind a column."""
    start = f"    {yaml_text(name)}:"
    line = next((each for each in lines if each.startswith(start)), "")
    return line.partition(f"}}{_BEHIND}")[2]


def _plain(text: str) -> Entry | None:
    """Return a column that needs nothing, from its comment."""
    if not text.startswith('"'):
        name, mark, comment = text.partition(": ")
        return Entry(name, {}, comment) if mark else None
    name, end = json.JSONDecoder().raw_decode(text)
    return Entry(name, {}, text[end:].removeprefix(": "))


def _folded(name: str) -> str:
    """Return a name without spaces, signs and capitals."""
    return re.sub(r"[\W_]+", "", name).lower()
