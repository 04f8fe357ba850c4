"""Cases whose names are other words: those that a statement uses itself, say."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from oracle.generate import COLUMNS, PROPERTIES, Case

Row = dict[str, Any]
_TOKEN = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|\w+")
_OWN = ("leads", "accounts", "events")
_SCORES_TOO = ("k", "in_spine")
"""Columns that scores are called like, so that a word alone does not tell which is meant."""


def renamed(one: Case, words: Iterable[str], seed: int) -> Case:
    """Return a case with words for its columns, rules, groups, grades and overrides."""
    if any(not one.tables.get(table) for table in _OWN):
        return one  # nobody says which columns a table without rows has
    dice = random.Random(seed)
    pool = dice.sample(sorted(words), len(set(words)))
    columns = {
        table: _matched(
            [c for c in PROPERTIES[table] if c not in _SCORES_TOO], pool, COLUMNS[table]
        )
        for table in _OWN
    }
    bare = {name: word for table in _OWN for name, word in columns[table].items()}
    document = dict(one.document)
    every = {r for spec in document["scores"].values() for r in spec.get("rules", ())}
    rules = sorted(r for r in every if r[-1:].isdigit())
    rules_of = _matched(rules, pool, every.difference(rules))
    groups, grades = (
        _matched(("mail", "web"), pool),
        _matched(document.get("grades", ()), pool, document["scores"]),
    )
    said = _said(bare | rules_of)
    document["scores"] = {
        name: _score(spec, said, bare, rules_of, groups)
        for name, spec in document["scores"].items()
    }
    if "columns" in document:
        document["columns"] = {
            table: {columns.get(table, {}).get(name, name): each for name, each in named.items()}
            for table, named in document["columns"].items()
        }
    if "grades" in document:
        document["grades"] = {grades[name]: each for name, each in document["grades"].items()}
    if "bands" in document:
        bands = document["bands"]
        single = "by" in bands
        ladders = {"": bands} if single else bands
        made = {name: _ladder(each, said, grades) for name, each in ladders.items()}
        document["bands"] = made[""] if single else made
    if "overrides" in document:
        overrides = _matched(document["overrides"], pool)
        document["overrides"] = {
            overrides[name]: {**each, "when": said(each["when"])}
            for name, each in document["overrides"].items()
        }
    tables = dict(one.tables)
    for table in _OWN:
        tables[table] = [_keys(row, columns[table]) for row in tables[table]]
    if "field_history" in tables:
        tables["field_history"] = [
            {**row, "field": columns[f"{row['entity']}s"].get(row["field"], row["field"])}
            for row in tables["field_history"]
        ]
    return Case(document, tables, one.spine)


def _matched(
    names: Iterable[str], pool: Sequence[str], taken: Iterable[str] = ()
) -> dict[str, str]:
    """Return a word for each name, none of them twice or one that is taken."""
    names, others = list(names), {each.casefold() for each in taken}
    free = [word for word in pool if word.casefold() not in others]
    return dict(zip(names, free[: len(names)], strict=True))


def _said(words: Mapping[str, str]) -> Callable[[Any], Any]:
    """Return what writes an expression, or several, with other names."""

    def token(found: re.Match[str]) -> str:
        text = found[0]
        name = text[1:-1] if text.startswith('"') else text
        return f'"{words[name]}"' if name in words else text

    def said(text: Any) -> Any:
        if isinstance(text, list):
            return [said(each) for each in text]
        return _TOKEN.sub(token, text) if isinstance(text, str) else text

    return said


def _score(
    spec: Row,
    said: Callable[[Any], Any],
    columns: Mapping[str, str],
    rules: Mapping[str, str],
    groups: Mapping[str, str],
) -> Row:
    made = {key: said(each) if key in {"for", "formula"} else each for key, each in spec.items()}
    if "limits" in made:
        made["limits"] = _keys(made["limits"], groups)
    if "rules" in made:
        made["rules"] = {
            rules.get(name, name): _rule(rule, said, columns, groups)
            for name, rule in made["rules"].items()
        }
    return made


def _rule(
    rule: Row, said: Callable[[Any], Any], columns: Mapping[str, str], groups: Mapping[str, str]
) -> Row:
    made = dict(rule)
    for key in ("when", "where", "points", "of"):
        if key in made:
            made[key] = said(made[key])
    for key in ("by", "in"):
        if key in made:
            made[key] = columns.get(made[key], made[key])
    if str(made.get("count", "")).startswith("per "):
        name = made["count"].removeprefix("per ")
        made["count"] = f"per {columns.get(name, name)}"
    if "group" in made:
        made["group"] = groups[made["group"]]
    return made


def _ladder(ladder: Row, said: Callable[[Any], Any], grades: Mapping[str, str]) -> Row:
    made = dict(ladder)
    if isinstance(made["by"], list):
        made["by"] = [grades[each] for each in made["by"]]
    if "require" in made:
        made["require"] = {band: said(each) for band, each in made["require"].items()}
    return made


def _keys(row: Row, names: Mapping[str, str]) -> Row:
    return {names.get(key, key): value for key, value in row.items()}
