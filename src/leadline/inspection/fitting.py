"""A starter that fits an export: columns by their names there, and no rule without its data."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML

from leadline.inspection.companies import with_companies
from leadline.inspection.proposed import Entry, Proposed, proposed
from leadline.model.contract import CONTRACT
from leadline.model.document import EventRule, Model, OutcomeRule, UnitRule
from leadline.model.expressions import Name, names
from leadline.model.reading.reader import read
from leadline.model.reading.removal import remove_all
from leadline.model.reading.source import Path
from leadline.model.reading.writer import block, edit
from leadline.model.spelling import respelled
from leadline.model.uses import uses

READ_OFF: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("seniority", "function"), ("title", "job_title", "position")),
    **dict.fromkeys((each for each in CONTRACT["leads"].derived if "email" in each), ("email",)),
    "phone_e164": ("phone", "mobile"),
    "country_code": ("country",),
    "company_name": ("company", "organization"),
}
"""A field that is read off others, to these; any of them will do."""

_TABLE_OF = {"lead": "leads", "account": "accounts"}
_SECTION = re.compile(r"^columns:\n(?:[ \t]+.*\n|[ \t]*\n(?=[ \t]))*", re.MULTILINE)
_EXAMPLES = re.compile(r"^(?:#[^\n]*\n)*examples:\n(?:[ \t-].*\n?)*", re.MULTILINE)
_CHECK = re.compile(r"leadline check \w+\.yaml")


@dataclass(frozen=True)
class Seen:
    """What stands in an export, as far as somebody looked.

    Attributes:
        types: Types of events.
        outcomes: Kinds of outcomes.
        has_addresses: What events call a path are whole addresses of pages.
    """

    types: AbstractSet[str] | None = None
    outcomes: AbstractSet[str] | None = None
    has_addresses: bool = False


@dataclass
class Fitted:
    """A starter that reads an export.

    Attributes:
        text: The document.
        open: What a person has to look at, one sentence each.
    """

    text: str
    open: list[str] = field(default_factory=list)


def fitted(starter: str, found: str, file: str, seen: Seen | None = None) -> Fitted:
    """Return a starter that reads an export, without what the export never has.

    Args:
        starter: Text of the starter.
        found: What ``leadline inspect`` wrote.
        file: What the model will be called.
        seen: What stands in the tables, where they were looked into.

    Raises ModelError.
    """
    seen = seen or Seen()
    values = YAML(typ="safe", pure=True).load(starter)["columns"]
    parts = {
        table: part.with_aliases(table, values.get(table, {}))
        for table, part in proposed(found).items()
    }
    parts, told = with_companies(parts, values.get("accounts", {}))
    written = "\n".join(_columns(parts, values)) + "\n"
    files = YAML(typ="safe", pure=True).load(found).get("files")
    text = _SECTION.sub(lambda _: written + (block({"files": files}) if files else ""), starter)
    text = _CHECK.sub(f"leadline check {file}", text)
    if seen.has_addresses:
        text = text.replace("path like '/", "path like '%/")
    made = Fitted(text)
    made.open += [*told, *_undecided(parts)]
    _call(made, seen)
    _leave_out(made, {table: part for table, part in parts.items() if part.is_whole}, seen)
    read(made.text)
    return made


def _columns(parts: Mapping[str, Proposed], written: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines of ``columns``: those of the export with their comments, by table."""
    yield "columns:"
    for table in dict.fromkeys((*written, *parts)):
        part = parts.get(table, Proposed("", (), is_whole=False))
        own = written.get(table, {})
        entries = [_with(each, own.get(each.name, {})) for each in part.entries]
        if not part.is_whole:
            there = {each.name for each in entries}
            entries += [Entry(name, keys) for name, keys in own.items() if name not in there]
        declared = [each.line() for each in entries if each.keys]
        plain = [each.plain_line() for each in entries if not each.keys]
        if part.head:
            yield f"  # {part.head}"
        yield f"  {table}:" if declared else f"  {table}: {{}}"
        yield from declared
        if plain:
            yield from ("    # read as they are:", *plain)


def _with(entry: Entry, own: Mapping[str, Any]) -> Entry:
    """Return a column with what the starter says of it, where the export says nothing."""
    keys = {**entry.keys, **{key: value for key, value in own.items() if key not in entry.keys}}
    return Entry(entry.name, keys, entry.comment)


def _undecided(parts: Mapping[str, Proposed]) -> Iterator[str]:
    """Yield what only a person can decide of the columns."""
    for table, part in parts.items():
        for each in part.entries:
            is_decided = {"decimal", "thousands", "format"} & each.keys.keys()
            if not is_decided and (found := re.search(r"Decide [^;]+", each.comment)):
                yield f"{table}.{each.name}: {found[0]}."


def _call(made: Fitted, seen: Seen) -> None:
    """Have rules call types of events and outcomes as the export does, where only words differ."""
    model, text = read(made.text), made.text
    called: dict[str, str] = {}
    for score, name, rule in model.rules():
        for key, known in (("event", seen.types), ("outcome", seen.outcomes)):
            wanted = getattr(rule, key, None)
            if known is None or not isinstance(wanted, tuple):
                continue
            new = {each: respelled(each, known) or each for each in wanted if each not in known}
            if any(new[each] != each for each in new):
                called |= {old: each for old, each in new.items() if old != each}
                kept = [new.get(each, each) for each in wanted]
                text = edit(text, ("scores", score, "rules", name, key), _one(kept))
    passive = [respelled(each, seen.types or ()) or each for each in model.passive]
    if seen.types is not None and model.passive:
        kept = [each for each in passive if each in seen.types]
        text = edit(text, ("passive",), kept) if kept else remove_all(text, [("passive",)])
    made.text = text
    if called:
        listed = ", ".join(f"{old} is {new}" for old, new in called.items())
        made.open.append(f"Names of the starter are those of the export now: {listed}.")


def _one(kept: Sequence[Any]) -> str | list[str]:
    return kept[0] if len(kept) == 1 else list(kept)


def _leave_out(made: Fitted, parts: Mapping[str, Proposed], seen: Seen) -> None:
    """Take away what the export never has: rules, overrides, conditions of bands, examples."""
    model = read(made.text)
    there = {table: {each.name for each in part.entries} for table, part in parts.items()}
    gone = _Gone(model, there, seen)
    text = _without_types(made.text, model, gone, seen)
    made.text = _with_examples(remove_all(text, gone.paths), model, gone)
    if gone.rules:
        made.open.append(
            f"Left out, as the export has nothing for them: {', '.join(sorted(gone.rules))}."
        )
    if gone.fields:
        made.open.append(f"No column for: {', '.join(sorted(gone.fields))}.")
    used = {each for _, _, rule in read(made.text).rules() for each in _types(rule)}
    if seen.types is not None and (rest := sorted(seen.types - used - {*read(made.text).passive})):
        made.open.append(f"No rule counts: {', '.join(rest)}.")


def _types(rule: Any) -> tuple[str, ...]:
    return rule.event if isinstance(rule, EventRule) else ()


class _Gone:
    """What of a model has no data: where it stands, and what it is called.

    Attributes:
        paths: Parts to be taken away.
        rules: Rules among them.
        fields: Fields that no column is.
    """

    def __init__(self, model: Model, there: Mapping[str, AbstractSet[str]], seen: Seen) -> None:
        self.paths: list[Path] = []
        self.rules: set[str] = set()
        self.overrides: set[str] = set()
        self.fields: set[str] = set()
        self._there = there
        known = {"event": seen.types, "outcome": seen.outcomes}
        for score, name, rule in model.rules():
            for key, types in known.items():
                wanted = getattr(rule, key, None)
                if types is not None and isinstance(wanted, tuple) and not set(wanted) & types:
                    self._drop_rule(score, name)
            column = _counted(rule)
            if column and name not in self.rules and self._lacks(_table(rule), column):
                self.paths.insert(0, ("scores", score, "rules", name, "count"))
        before = -1
        while before != len(self.paths):
            before = len(self.paths)
            for each in uses(model):
                if any(self._is_gone(name, each.place.bare) for name in names(each.tree)):
                    self._drop(each.path)

    def _lacks(self, table: str, column: str) -> bool:
        known = self._there.get(table)
        return known is not None and not {column, *READ_OFF.get(column, ())} & known

    def _is_gone(self, name: Name, bare: str) -> bool:
        first = name.parts[0]
        if first in {"hits", "last"}:
            return name.parts[-1] in self.rules
        if first in {"lead", "account", "since"}:
            scope, column = name.parts[-2:]
            is_lacking = self._lacks(_TABLE_OF[scope], column)
            if is_lacking:
                self.fields.add(f"{scope}.{column}")
            return is_lacking
        return bool(bare) and bare != "scores" and self._lacks(bare, first)

    def _drop(self, path: Path) -> None:
        if path[0] == "scores" and len(path) > 3 and path[2] == "rules":  # noqa: PLR2004
            self._drop_rule(str(path[1]), str(path[3]))
        elif path[0] == "overrides":
            self.overrides.add(str(path[1]))
            self._add(("overrides", path[1]))
        elif path[0] == "bands":
            self._add(tuple(each for each in path if each != "band"))

    def _drop_rule(self, score: str, name: str) -> None:
        self.rules.add(name)
        self._add(("scores", score, "rules", name))

    def _add(self, path: Path) -> None:
        if path not in self.paths:
            self.paths.append(path)


def _counted(rule: Any) -> str:
    """Return the column by whose values a rule counts, or an empty text."""
    count = rule.count or "" if isinstance(rule, UnitRule) else ""
    return count.removeprefix("per ") if count.startswith("per ") else ""


def _table(rule: Any) -> str:
    return "outcomes" if isinstance(rule, OutcomeRule) else "events"


def _without_types(text: str, model: Model, gone: _Gone, seen: Seen) -> str:
    """Return a document whose rules list only types that are there."""
    for score, name, rule in model.rules():
        if name in gone.rules or seen.types is None or not isinstance(rule, EventRule):
            continue
        kept = [each for each in rule.event if each in seen.types]
        if len(kept) < len(rule.event):
            text = edit(text, ("scores", score, "rules", name, "event"), _one(kept))
    for score, each in model.scores.items():
        kept_ends = [e for e in each.reset_on or () if e in (seen.outcomes or ())]
        if each.reset_on and seen.outcomes is not None and not kept_ends:
            gone.paths.append(("scores", score, "reset_on"))
    return text


def _with_examples(text: str, model: Model, gone: _Gone) -> str:
    """Return a document with the examples that rest on nothing which is gone."""
    kept = [each.plain() for each in model.examples]
    for each in kept:
        for scope in ("lead", "account"):
            fields = each.get(scope, {})
            each[scope] = {k: v for k, v in fields.items() if f"{scope}.{k}" not in gone.fields}
    types = {t for _, name, rule in model.rules() if name not in gone.rules for t in _types(rule)}
    kept = [
        {key: value for key, value in each.items() if value != {}}
        for each in kept
        if {event["type"] for event in each.get("events", ())} <= types
        and each.get("override") not in gone.overrides
    ]
    return _EXAMPLES.sub(lambda _: block({"examples": kept}) if kept else "", text)
