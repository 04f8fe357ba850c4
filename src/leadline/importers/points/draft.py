"""A model in the making: rules with the rows they come from, and what became of each row."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from leadline.importers.points.table import Row
from leadline.model.expressions import KEYWORDS, SCOPES

Status = Literal["carried over", "approximated", "not carried over"]

TAKEN = frozenset(
    {"lead_id", "account_id", "as_of", "override", "missing", "model", "band", "edge_band"}
    | {"fit_grade", "engagement_grade", "grade"}
)
"""Names of other columns of the scores, which no score may have."""
_MOST_LETTERS = 40


@dataclass(frozen=True)
class RowFinding:
    """What became of one row.

    Attributes:
        line: Its line; 0 for the table as a whole.
        text: What it says.
        status: Whether it was carried over.
        rule: The part of the model that it became, such as ``engagement.email_open``, or empty.
        reason: Why not, or with what difference; empty where it was carried over whole.
    """

    line: int
    text: str
    status: Status
    rule: str = ""
    reason: str = ""


@dataclass
class DraftScore:
    """A score in the making; ``comments`` has the row behind each rule."""

    keys: dict[str, Any] = field(default_factory=dict)
    rules: dict[str, dict[str, Any]] = field(default_factory=dict)
    comments: dict[str, list[str]] = field(default_factory=dict)
    groups: dict[str, float] = field(default_factory=dict)


@dataclass
class Draft:
    """A model in the making; what the importers of the systems fill in."""

    scores: dict[str, DraftScore] = field(default_factory=dict)
    formulas: dict[str, str] = field(default_factory=dict)
    grades: dict[str, dict[str, Any]] = field(default_factory=dict)
    bands: dict[str, Any] = field(default_factory=dict)
    findings: list[RowFinding] = field(default_factory=list)
    names: set[str] = field(default_factory=lambda: {"range"})

    def score(self, name: str) -> DraftScore:
        """Return a score, made where there is none yet."""
        return self.scores.setdefault(name, DraftScore())

    def rule(self, score: str, title: str, rule: Mapping[str, Any], rows: Iterable[Row]) -> str:
        """Add a rule with the rows it comes from; return ``score.rule``."""
        home = self.score(score)
        name = fresh(title, self.names)
        home.rules[name] = dict(rule)
        home.comments[name] = [f"line {row.line}: {row.text}" for row in rows]
        return f"{score}.{name}"

    def carried(self, row: Row, rule: str = "", notes: Iterable[str] = ()) -> None:
        """Note that a row was carried over, with what differs."""
        reason = "; ".join(dict.fromkeys(note for note in notes if note))
        status: Status = "approximated" if reason else "carried over"
        self.findings.append(RowFinding(row.line, row.text, status, rule, reason))

    def lost(self, row: Row, reason: str) -> None:
        """Note that a row was not carried over."""
        self.findings.append(RowFinding(row.line, row.text, "not carried over", "", reason))

    def drop(self, part: str, reason: str) -> None:
        """Note that rows which had become a part of the model are not carried over after all."""
        self.findings = [
            RowFinding(each.line, each.text, "not carried over", "", reason)
            if each.rule == part
            else each
            for each in self.findings
        ]

    def about_table(self, text: str, reason: str, status: Status = "not carried over") -> None:
        """Note what holds for the table as a whole."""
        self.findings.append(RowFinding(0, text, status, "", reason))


def fresh(title: str, taken: set[str]) -> str:
    """Return a name of the language for a title that is not taken yet, and take it.

    >>> fresh("Opened e-mail (any)", set()), fresh("2 visits", {"rule_2_visits"})
    ('opened_e_mail_any', 'rule_2_visits_2')
    """
    name = identifier(title)
    number = 2
    found = name
    while found.casefold() in taken:
        found = f"{name}_{number}"
        number += 1
    taken.add(found.casefold())
    return found


def identifier(title: str) -> str:
    """Return a title as a name of the language.

    >>> identifier("Product A"), identifier("***"), identifier("Case")
    ('product_a', 'rule', 'rule_case')
    """
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[\W_]+", "_", plain).strip("_")[:_MOST_LETTERS].strip("_")
    if not name:
        return "rule"
    return f"rule_{name}" if name[0].isdigit() or name in KEYWORDS | set(SCOPES) else name
