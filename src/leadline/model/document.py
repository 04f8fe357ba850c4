"""The model document: what a score means, as frozen objects with the names that people write.

A document holds what was written and nothing compiled: texts of conditions keep their spelling.
It knows no engine and no data; whether its names and types work is asked in ``check``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from pydantic import ConfigDict, Field, model_validator

from leadline.model.formats import DateFormat, Decimal, Delimiter, Encoding, Thousands
from leadline.model.rules import (
    DECAY_KINDS,
    RULE_KINDS,
    AnyRule,
    BaseRule,
    ConditionRule,
    Decay,
    Described,
    EventRule,
    HalfLife,
    Labelled,
    Linear,
    Lookup,
    OutcomeRule,
    Part,
    Rule,
    SilenceRule,
    Steps,
    Table,
    TableRule,
    UnitRule,
    one_of,
)
from leadline.model.types import Type
from leadline.model.values import (
    REMOVED,
    Condition,
    Edges,
    FieldNames,
    Formula,
    Identifier,
    Keeping,
    Label,
    Limit,
    NameOrTexts,
    Number,
    PositiveSeconds,
    Proportion,
    Range,
    RollupBy,
    Text,
    Texts,
    Version,
    Whole,
    Zone,
    wrong,
)

__all__ = [
    "DECAY_KINDS",
    "RULE_KINDS",
    "SINGLE_LADDER",
    "AnyRule",
    "BaseRule",
    "Column",
    "ConditionRule",
    "Decay",
    "Described",
    "EventRule",
    "Example",
    "Grade",
    "HalfLife",
    "Ladder",
    "Linear",
    "Lookup",
    "Model",
    "OutcomeRule",
    "Override",
    "Part",
    "Rule",
    "Score",
    "SilenceRule",
    "Steps",
    "Table",
    "TableRule",
    "TextFile",
    "UnitRule",
    "one_ladder",
]

SINGLE_LADDER = "band"
PROBABILITY = "probability"
"""The score in which a learned document writes the chance of the outcome, in percent."""
"""Name of the ladder of a document that has only one, like the column that it fills."""


class Column(Part):
    """How a column of the data is to be read."""

    source: str | None = Field(None, alias="from", description="Name of the column in the data.")
    type: Type | None = Field(None, description="Type; by default read off the data.")
    missing: tuple[Any, ...] = Field((), description="Values that mean: no value.")
    known: str | None = Field(None, description="When the field becomes known, such as created.")
    zone: Zone | None = Field(None, description="Zone of times that carry none.")
    format: DateFormat | None = Field(
        None, description="Order of dates that are not ISO 8601, or what a number counts."
    )
    decimal: Decimal | None = Field(None, description="Mark before the decimals of numbers.")
    thousands: Thousands | None = Field(None, description="Mark between thousands of numbers.")
    unit: Text | None = Field(None, description="What stands before or behind each number.")
    cut: Text | None = Field(None, description="What is cut from the end of each text.")
    case: Literal["lower"] | None = Field(None, description="Texts are read in lower case.")
    split: Text | None = Field(
        None,
        description="What stands between several leads or accounts in one cell; each has a row.",
    )
    range: Literal["low", "middle", "high"] | None = Field(
        None, description="Which number a range such as 51-200 is."
    )
    value: Text | None = Field(None, description="What stands in each row; the data has it not.")
    made_from: Texts = Field((), description="Columns whose texts, joined, are the value.")
    event: Text | None = Field(
        None, description="Type of the event that a value of this column is."
    )
    at: Text | None = Field(
        None, description="Column that says when such an event occurred, where this one does not."
    )
    account: Text | None = Field(
        None, description="For leads: the field of their account that this column is."
    )
    match: Literal["email_domain", "email"] | None = Field(
        None,
        description="For leads.account_id email_domain: fill it by the domain of the e-mail where "
        "it is empty. For lead_id of events and outcomes email: the values are e-mails of leads.",
    )
    new: bool = Field(
        default=False,
        description="Beside match: email_domain: where no account has the domain, one is made.",
    )

    @property
    def kind(self) -> Type | None:
        """The type that is declared, or that another key implies."""
        marks = self.decimal_mark or self.unit or self.range
        texts = self.cut or self.case or self.split
        implied = Type.TIME if self.format else Type.NUMBER if marks else None
        implied = implied or (Type.TEXT if texts else None)
        return self.type or implied

    @property
    def decimal_mark(self) -> str | None:
        """Mark before the decimals; None where numbers are written in the usual way."""
        return self.decimal or {None: None, ".": ","}.get(self.thousands, ".")

    def model_post_init(self, _context: Any) -> None:
        """Refuse marks that cannot be told apart, keys of another type, and two sources."""
        sources = [key for key in SOURCES if getattr(self, "source" if key == "from" else key)]
        for key in sources[1:]:
            raise wrong(f"must not stand beside {sources[0]}", key=key, repair={key: REMOVED})
        if self.at and not self.event:
            raise wrong("must stand beside event", key="at", repair={"at": REMOVED})
        if self.new and self.match != "email_domain":
            raise wrong("must stand beside match: email_domain", key="new", repair={"new": REMOVED})
        if self.thousands and self.decimal == self.thousands:
            expected = "must not be the mark between thousands too"
            raise wrong(expected, self.decimal, key="decimal", repair={"decimal": REMOVED})
        for key, needed in COLUMN_NEEDS.items():
            if getattr(self, key) and self.type not in {None, needed}:
                expected = f"must not stand beside type: {self.type}, as it belongs to {needed}"
                raise wrong(expected, key=key, repair={key: REMOVED})


SOURCES = ("from", "value", "made_from")
"""Keys that say what the values are; one of them is enough."""

COLUMN_NEEDS = {
    "format": Type.TIME,
    "decimal": Type.NUMBER,
    "thousands": Type.NUMBER,
    "unit": Type.NUMBER,
    "cut": Type.TEXT,
    "case": Type.TEXT,
    "split": Type.TEXT,
    "range": Type.NUMBER,
}
"""Key of a column to the type that it belongs to."""


class TextFile(Part):
    """How the files of a table are written, where they do not say so themselves."""

    encoding: Encoding | None = Field(None, description="Encoding; by default UTF-8.")
    delimiter: Delimiter | None = Field(
        None, description="What separates the columns of CSV; by default read off the first line."
    )
    header: Whole | None = Field(
        None,
        description="Line of CSV, or row of a workbook, that names the columns; "
        "what stands above it is left out.",
    )
    keep: Keeping | None = Field(
        None, description="Which of several rows with one key stands: newest by COLUMN."
    )
    last: Whole | None = Field(
        None, description="Line, or row of a workbook, that is the last of the table."
    )

    sheet: Text | None = Field(
        None, description="Sheet of a workbook; by default the first that can be seen."
    )
    version_from: Text | None = Field(
        None,
        description="Of field_history, where a row is a version of a lead or an account: the "
        "column that says from when on, or `file name`.",
    )
    version_to: Text | None = Field(
        None, description="The column that says until when a version was there."
    )

    def model_post_init(self, _context: Any) -> None:
        """Refuse a table that ends before it begins."""
        if self.last is not None and self.last <= (self.header or 1):
            expected = f"must be below line {self.header or 1}, which names the columns"
            raise wrong(expected, self.last, key="last", repair={"last": REMOVED})


class TableExpectation(Part):
    """What a table must have for scores to be written."""

    rows: Whole | None = Field(None, description="At least so many rows.")
    newest: PositiveSeconds | None = Field(
        None, description="Its newest row is no older than this."
    )

    def model_post_init(self, _context: Any) -> None:
        """Refuse what expects nothing."""
        if self.rows is None and self.newest is None:
            raise wrong("must say rows or newest", "nothing", repair={"rows": 1})


class ChangeExpectation(Part):
    """How much may change from the preceding run to this one."""

    share: Proportion = Field(description="Share of the leads that change band at most.")


class Expectations(Part):
    """What must hold for scores to be written."""

    leads: TableExpectation | None = Field(None, description="Of the leads.")
    accounts: TableExpectation | None = Field(None, description="Of the accounts.")
    events: TableExpectation | None = Field(None, description="Of the events.")
    outcomes: TableExpectation | None = Field(None, description="Of the outcomes.")
    transitions: ChangeExpectation | None = Field(None, description="Of the changes of band.")

    def of_tables(self) -> Iterator[tuple[str, TableExpectation]]:
        """Yield each table of which something is expected."""
        for name in type(self).model_fields:
            found = getattr(self, name)
            if isinstance(found, TableExpectation):
                yield name, found

    def under(self, other: Expectations) -> Expectations:
        """Return both, where what the other says stands."""
        own, others = self.plain(), other.plain()
        both = {name: {**own.get(name, {}), **others.get(name, {})} for name in {**own, **others}}
        return Expectations.model_validate(both)


class Score(Labelled):
    """A sum of rules, a formula over other scores, or a rollup of a score over an account."""

    model_config = one_of("rules", "formula", "rollup")

    of: Literal["account"] | None = Field(None, description="The score belongs to the account.")
    for_: Condition | None = Field(None, alias="for", description="Leads that have this score.")
    link: Literal["logistic"] | None = Field(
        None, description="Points are log-odds and the score a probability."
    )
    range: Range | None = Field(None, description="Lowest and highest value of the score.")
    formula: Formula | None = Field(None, description="Formula over other scores.")
    rollup: Identifier | None = Field(None, description="Score of leads that the account gathers.")
    by: RollupBy | None = Field(None, description="sum, max, mean, count_over N or top N.")
    decay: Decay | None = Field(
        None, description="Decay of event rules that have none of their own."
    )
    limits: dict[Identifier, Limit] = Field(
        default_factory=dict, description="Group of rules to the limit of their sum, both ways."
    )
    reset_on: Texts | None = Field(
        None, description="Outcomes after which event rules count from nothing."
    )
    rules: dict[Identifier, AnyRule] | None = Field(None, description="Name to rule.")
    provenance: Any = Field(None, description="Where a learned score comes from.")
    calibration: Any = Field(None, description="How a learned score was calibrated.")

    @property
    def kind(self) -> Literal["rules", "formula", "rollup"]:
        """Which of the three the score is."""
        if self.formula is not None:
            return "formula"
        return "rollup" if self.rollup is not None else "rules"

    @property
    def is_account(self) -> bool:
        """Whether the score belongs to the account."""
        return self.of == "account"

    def model_post_init(self, _context: Any) -> None:
        """Refuse keys that do not go together."""
        kinds = [key for key in ("rules", "formula", "rollup") if getattr(self, key) is not None]
        if len(kinds) != 1:
            repair: dict[str, Any] = dict.fromkeys(kinds[1:], REMOVED) if kinds else {"rules": {}}
            found = " and ".join(kinds) or "none"
            raise wrong("must have one of rules, formula or rollup", found, repair=repair)
        for key, needed in _NEEDS.items():
            if key in self.model_fields_set and kinds[0] != needed:
                expected = f"must not stand beside {kinds[0]}, as it belongs to {needed}"
                raise wrong(expected, key=key, repair={key: REMOVED})
        for key, neutral in (("of", "account"), ("by", "sum")):
            if self.rollup is not None and getattr(self, key) is None:
                expected = "must stand beside rollup" if key == "by" else "must be account"
                remedy = "" if key == "by" else "A rollup gathers the leads of an account."
                raise wrong(expected, "nothing", remedy, key=key, repair={key: neutral})


_NEEDS = {
    "decay": "rules",
    "limits": "rules",
    "reset_on": "rules",
    "link": "rules",
    "by": "rollup",
}
"""Key of a score to the kind of score that it belongs to."""


class Grade(Labelled):
    """A letter or digit for one score."""

    by: Identifier = Field(description="Score that is graded.")
    edges: Edges = Field(description="Grade to its lower edge, rising.")


class Ladder(Labelled):
    """Bands by the edges of a score, or by the cells of several grades."""

    model_config = ConfigDict(
        json_schema_extra={"oneOf": [{"required": ["edges"]}, {"required": ["cells", "default"]}]}
    )

    of: Literal["account"] | None = Field(None, description="The bands are those of accounts.")
    by: NameOrTexts = Field(description="Score whose edges count, or a list of grades.")
    edges: Edges | None = Field(None, description="Band to its lower edge, rising.")
    leave: dict[Text, Number] = Field(
        default_factory=dict, description="Band to the value below which it is left again."
    )
    require: dict[Text, Condition] = Field(
        default_factory=dict, description="Band to a condition without which a lead is not in it."
    )
    cells: dict[Text, Texts] | None = Field(
        None, description="Band to the cells that make it, such as A1."
    )
    default: Text | None = Field(None, description="Band of all other cells.")
    labels: dict[Text, Label] = Field(
        default_factory=dict, description="Band to what people call it."
    )

    @property
    def is_account(self) -> bool:
        """Whether accounts stand on it, not leads."""
        return self.of == "account"

    def model_post_init(self, _context: Any) -> None:
        """Refuse keys that do not go together."""
        several = isinstance(self.by, tuple)
        needed: dict[str, Any] = {"cells": {}, "default": "?"} if several else {"edges": {"?": 0}}
        foreign = ("edges", "leave") if several else ("cells", "default")
        beside = "a list in `by`" if several else "one score in `by`"
        for key in foreign:
            if key in self.model_fields_set:
                raise wrong(f"must not stand beside {beside}", key=key, repair={key: REMOVED})
        for key, neutral in needed.items():
            if getattr(self, key) is None:
                expected = f"is missing, as {beside} needs it"
                raise wrong(expected, key=key, repair={key: neutral})


class Override(Labelled):
    """Decides the band where its condition is true."""

    when: Condition = Field(description="Condition on fields, scores and hits.")
    band: Text = Field(description="Band that it decides.")
    ladders: Texts | None = Field(None, alias="in", description="Ladders; by default all.")


class Example(Described):
    """A lead with a known result, checked before the model is published."""

    lead: dict[str, Any] = Field(default_factory=dict, description="Fields of the lead.")
    account: dict[str, Any] = Field(default_factory=dict, description="Fields of its account.")
    events: tuple[dict[str, Any], ...] = Field(
        (), description="Events, each with its type and how many days ago it was."
    )
    outcomes: tuple[dict[str, Any], ...] = Field(
        (), description="Outcomes, each with its name and how many days ago it was."
    )
    band: Text | None = Field(None, description="Band that is expected.")
    bands: dict[str, Text | None] = Field(
        default_factory=dict, description="Ladder to the band that is expected."
    )
    scores: dict[str, Number | None] = Field(
        default_factory=dict, description="Score to the value that is expected."
    )
    grades: dict[str, Text | None] = Field(
        default_factory=dict, description="Grade to the letter that is expected."
    )
    override: str | None = Field(None, description="Override that is expected, or null for none.")


def one_ladder(bands: object) -> bool:
    """Say whether ``bands`` is written as a single ladder: its keys are those of a ladder."""
    return isinstance(bands, Mapping) and any(
        key in bands and not (isinstance(bands[key], Mapping) and "by" in bands[key])
        for key in ("by", "edges", "cells")
    )


class Model(Described):
    """A whole document.

    ``bands`` maps the name of a ladder to the ladder; a document with one ladder calls it
    ``band``, like the column it fills.
    """

    leadline: Version = Field(description="Version of the language.")
    model: str = Field(description="Name of the model.")
    description: str | None = Field(None, description="What people should know of it.")
    owner: str | None = Field(None, description="Who answers for it.")
    columns: dict[str, dict[str, Column]] = Field(
        default_factory=dict, description="Table to its columns, and how they are to be read."
    )
    files: dict[str, TextFile] = Field(
        default_factory=dict, description="Table to how its files are written."
    )
    expect: Expectations | None = Field(
        None, description="What must hold for scores to be written."
    )
    show: FieldNames = Field(
        (), description="Fields that results carry beside an id, such as lead.name."
    )
    labels: dict[Text, Label] = Field(
        default_factory=dict, description="Type of events or outcomes to what people call it."
    )
    passive: Texts = Field((), description="Types of events that are no signs of life.")
    time_zone: Zone = Field("UTC", description="Zone whose calendar days `daily` counts.")
    scores: dict[Identifier, Score] = Field(description="Name to score.")
    grades: dict[Identifier, Grade] = Field(default_factory=dict, description="Name to grade.")
    bands: dict[Identifier, Ladder] = Field(
        default_factory=dict, description="One ladder of bands, or the name of each to the ladder."
    )
    overrides: dict[Identifier, Override] = Field(
        default_factory=dict, description="Name to override; the first that applies decides."
    )
    examples: tuple[Example, ...] = Field(
        (), description="Leads with known results, checked before the model is published."
    )
    provenance: Any = Field(None, description="Where a learned model comes from.")
    calibration: Any = Field(None, description="How a learned model was calibrated.")
    task: Any = Field(None, description="What a learned model was asked to predict.")

    @model_validator(mode="before")
    @classmethod
    def _name_single_ladder(cls, document: Any) -> Any:
        if isinstance(document, Mapping) and one_ladder(document.get("bands")):
            return {**document, "bands": {SINGLE_LADDER: document["bands"]}}
        return document

    @property
    def lead_bands(self) -> dict[str, Ladder]:
        """The ladders on which leads stand."""
        return {name: each for name, each in self.bands.items() if not each.is_account}

    @property
    def account_bands(self) -> dict[str, Ladder]:
        """The ladders on which accounts stand."""
        return {name: each for name, each in self.bands.items() if each.is_account}

    @property
    def main_score(self) -> str:
        """The score that leads are ranked by: that of their first ladder, else the last one."""
        first = next(iter(self.lead_bands.values()), None)
        if first is None:
            return list(self.scores)[-1]
        return first.by if isinstance(first.by, str) else self.grades[first.by[0]].by

    def is_chance(self, score: str) -> bool:
        """Return whether a score is the chance of the outcome in percent, as it is written."""
        if self.scores[score].link == "logistic":
            return True
        return score == PROBABILITY and self.provenance is not None

    def plain(self) -> dict[str, Any]:
        """Return the document as it stands in YAML."""
        document = super().plain()
        if set(self.bands) == {SINGLE_LADDER}:
            document["bands"] = document["bands"][SINGLE_LADDER]
        return document

    def rules(self) -> Iterator[tuple[str, str, Rule]]:
        """Yield score, name and rule of every rule."""
        for score_name, score in self.scores.items():
            for name, rule in (score.rules or {}).items():
                yield score_name, name, rule

    def column(self, ladder: str) -> str:
        """Return the column of a ladder's band: ``band``, or ``band_NAME`` of several."""
        return "band" if ladder == SINGLE_LADDER else f"band_{ladder}"
