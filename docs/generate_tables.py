"""Write the tables that are read into their reference, from the contract.

python docs/generate_tables.py
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from leadline.model.contract import CONTRACT, Table

PAGE = Path(__file__).parent / "reference" / "tables.md"
FIRST, LAST = "### leads\n", "### Repeated rows\n"
"""What the part that is written begins with, and what comes after it."""


def written(page: str) -> str:
    """Return the page with its tables as the contract has them."""
    before, rest = page.split(FIRST, 1)
    _, after = rest.split(LAST, 1)
    tables = "\n".join(line for table in CONTRACT.values() for line in _section(table))
    return f"{before}{tables}\n{LAST}{after}"


def _section(table: Table) -> Iterator[str]:
    yield from (f"### {table.name}", "", table.about, "")
    yield from ("| column | type | meaning |", "| --- | --- | --- |")
    for each in table.columns:
        yield f"| `{each.name}` | {each.type} | {each.help} |"
    yield ""
    if table.after:
        yield from (table.after, "")


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
