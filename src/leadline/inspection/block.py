"""The ``columns:`` of a model, as text that can be pasted and says why."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from leadline.inspection.report import ColumnReport, Suspect, TableReport

PLAIN = re.compile(r"[A-Za-z](?:[\w /.()+-]*[\w)])?")
"""Text that YAML takes for text without quotes, but for these words."""
WORDS = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}


def block_of(tables: Sequence[TableReport]) -> str:
    """Return YAML; of two files that are one table, what the first says of a column stands."""
    lines = []
    files = {each.table: each.files for each in reversed(tables) if each.files}
    if files:
        lines.append("files:")
        lines += [f"  {table}: {flow_text(said)}" for table, said in files.items()]
    lines.append("columns:")
    for table in dict.fromkeys(each.table for each in tables):
        lines += _table(table, [each for each in tables if each.table == table])
    return "\n".join(lines) + "\n"


def declared(column: ColumnReport) -> dict[str, Any]:
    """Return all that the document says of a column."""
    found = {key: value for key, value in column.declare.items() if key != "undecided"}
    if column.column and column.column != column.name:
        found = {"from": column.name, **found}
    if column.suspects:
        found["missing"] = [each.value for each in column.suspects]
    return found


def _table(table: str, reports: Sequence[TableReport]) -> Iterator[str]:
    entries: list[ColumnReport] = []
    others: list[ColumnReport] = []
    seen: set[str] = set()
    for report in reports:
        for column in report.columns:
            title = column.column or column.name
            if title not in seen:
                seen.add(title)
                (entries if declared(column) else others).append(column)
    yield from (f"  # {_about(report)}" for report in reports)
    has_made = any(report.made for report in reports)
    yield f"  {table}:" if entries or has_made else f"  {table}: {{}}"
    yield from (
        f"    {wanted}: {flow_text(how)}  # no column is this, so it is made"
        for report in reports
        for wanted, how in report.made.items()
        if wanted not in seen
    )
    yield from _aligned(
        (f"    {yaml_text(each.column or each.name)}: {flow_text(declared(each))}", _why(each))
        for each in entries
    )
    yield from (
        f"    {wanted}: {flow_text({'from': each.name})}"
        for report in reports
        for each in report.columns
        for wanted in each.also
        if wanted not in seen
    )
    if others:
        yield "    # read as they are:"
    yield from (f"    # {yaml_text(each.column or each.name)}: {_why(each)}" for each in others)


def _about(report: TableReport) -> str:
    rows = "1 row" if report.rows == 1 else f"{report.rows:,} rows"
    return f"{report.where}: {rows}, {report.table}{' by the look of it' * report.is_guess}"


def _aligned(lines: Iterable[tuple[str, str]]) -> Iterator[str]:
    for code, comment in lines:
        yield f"{code}  # {comment}" if comment else code


def _why(column: ColumnReport) -> str:
    suspects = "; ".join(_suspect(each) for each in column.suspects)
    findings = [each.removesuffix(".") for each in column.findings]
    return "; ".join(part for part in (_summary(column), suspects, *findings) if part)


def _suspect(each: Suspect) -> str:
    rows = "1 row" if each.count == 1 else f"{each.count:,} rows"
    return f"{yaml_text(each.value)} in {rows} {each.why}"


def _summary(column: ColumnReport) -> str:
    kind = "" if column.seems in {column.type.value, "date", "empty"} else f"{column.seems}, "
    if not column.filled:
        return "empty"
    if column.seems == "constant":
        return f"constant, {column.examples[0]}"
    return f"{kind}{column.type}, {column.share:.0%} filled, {column.distinct:,} distinct"


def flow_text(values: Mapping[str, Any]) -> str:
    """Return keys on one line."""
    pairs = ", ".join(f"{key}: {_value(value)}" for key, value in values.items())
    return f"{{{pairs}}}"


def _value(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    return yaml_text(value)


def yaml_text(value: object) -> str:
    """Return a value as YAML has it, in quotes where it needs them."""
    if isinstance(value, str) and not (PLAIN.fullmatch(value) and value.lower() not in WORDS):
        return json.dumps(value, ensure_ascii=False)
    return str(value)
