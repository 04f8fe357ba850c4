"""Everything about a document that can be wrong beyond its shape: names, types, edges, cycles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter

from leadline.errors import Fault
from leadline.model.checking.bands import check_example, check_ladder, check_override
from leadline.model.checking.findings import Finding, Findings, known, known_part, name_faults
from leadline.model.checking.scores import check_score
from leadline.model.contract import CONTRACT
from leadline.model.document import (
    COLUMN_NEEDS,
    SINGLE_LADDER,
    Decay,
    Model,
    Rule,
    SilenceRule,
    TableRule,
    UnitRule,
)
from leadline.model.durations import Duration
from leadline.model.expressions import Expression, names
from leadline.model.names import NameFault, Names, Place
from leadline.model.reading.source import Path, Source
from leadline.model.types import Schema

OUTPUT_COLUMNS = (
    "lead_id",
    "account_id",
    "as_of",
    "override",
    "missing",
    "model",
    "band",
    "edge_band",
)
"""Columns of the scores that no score or grade may be called."""


def check(model: Model, source: Source, schema: Schema | None = None) -> list[Fault]:
    """Return all faults of a document in the order of its lines: those met in reading too.

    A fault that only follows from a part that could not be read is left out.
    """
    found = _findings(Names(model, schema, source))
    faults = [*source.faults, *_faults(source, found)]
    return sorted(dict.fromkeys(faults), key=lambda fault: _line(fault.where))


def warnings(model: Model, source: Source) -> list[Fault]:
    """Return what is allowed and hardly meant."""
    return list(_faults(source, _warnings(model)))


def _faults(source: Source, found: Findings) -> Iterator[Fault]:
    for each in found:
        if not source.has_lost(each.path):
            yield source.fault(each.path, each.expected, each.found, each.remedy)


def _line(where: str) -> int:
    number = where.rpartition(":")[2]
    return int(number) if number.isdecimal() else 0


def _joins(model: Model) -> Findings:
    """Yield a fault for each key that joins tables and stands where it cannot."""
    for table, declared in model.columns.items():
        for name, column in declared.items():
            for key, (places, expected) in JOINS.items():
                value = column.match if key in MATCHES else getattr(column, key)
                is_meant = value == key if key in MATCHES else value is not None
                if is_meant and not any(each in ((table, name), (table, "")) for each in places):
                    path = ("columns", table, name, "match" if key in MATCHES else key)
                    yield Finding(path, expected)


MATCHES = ("email_domain", "email")
JOINS: Mapping[str, tuple[tuple[tuple[str, str], ...], str]] = {
    "email_domain": ((("leads", "account_id"),), "can stand at leads.account_id alone"),
    "email": (
        (("events", "lead_id"), ("outcomes", "lead_id")),
        "can stand at lead_id of events and outcomes alone",
    ),
    "event": ((("leads", ""), ("events", "")), "can stand in columns of leads and events alone"),
    "account": ((("leads", ""),), "can stand in columns of leads alone"),
}
"""Ways to join tables to where each can stand, and what is said where it does not."""


def _splits(model: Model) -> Findings:
    """Yield a fault for each column that is to be split and names nobody who did something."""
    for table, declared in model.columns.items():
        for name, column in declared.items():
            is_named = table in {"events", "outcomes"} and name in {"lead_id", "account_id"}
            if column.split is not None and not is_named:
                yield Finding(
                    ("columns", table, name, "split"),
                    "can stand at lead_id and account_id of events and outcomes alone",
                )


def _findings(names: Names) -> Findings:
    model = names.model
    for key, tables in (("columns", model.columns), ("files", model.files)):
        for table in tables:
            yield from known((key, table), table, "table", CONTRACT)
    yield from _shown(names)
    yield from _other_types(model)
    yield from _splits(model)
    yield from _joins(model)
    yield from _name_clashes(model)
    for name, score in model.scores.items():
        yield from check_score(names, score, ("scores", name))
    yield from _cycles(model)
    for name, grade in model.grades.items():
        yield from known_part(names, ("grades", name, "by"), grade.by, "scores")
    for name, ladder in model.bands.items():
        yield from check_ladder(names, ladder, ladder_path(model, name))
    for name, override in model.overrides.items():
        yield from check_override(names, override, ("overrides", name))
    for at, example in enumerate(model.examples):
        yield from check_example(names, example, ("examples", at))


def _shown(names: Names) -> Findings:
    """Yield the faults of fields that are to be shown."""
    for at, each in enumerate(names.model.show):
        faults: list[NameFault] = []
        names.typed(Expression(each).tree, Place(), faults)
        yield from name_faults(faults, ("show", at))


def _other_types(model: Model) -> Findings:
    """Yield keys of columns that the type of the contract gives no meaning to."""
    for table, columns in model.columns.items():
        for name, column in columns.items():
            fixed = CONTRACT[table].types.get(name) if table in CONTRACT else None
            for key, needed in COLUMN_NEEDS.items():
                if fixed is not None and fixed is not needed and getattr(column, key):
                    path: Path = ("columns", table, name, key)
                    yield Finding(path, f"must not stand here, as {name} is {fixed.phrase}")


def _name_clashes(model: Model) -> Findings:
    """Yield names that would be one column; engines do not tell capitals apart."""
    several = [name for name in model.bands if name != SINGLE_LADDER]
    taken = {each.casefold() for each in OUTPUT_COLUMNS}
    for name in several:
        yield from _clash(taken, ("bands", name), model.column(name), "ladder")
    taken |= {f"edge_band_{name}".casefold() for name in several}
    if several and SINGLE_LADDER in model.bands:
        yield Finding(("bands", SINGLE_LADDER), "must have another name beside other ladders")
    for part in ("scores", "grades"):
        for name in getattr(model, part):
            yield from _clash(taken, (part, name), name, "score, grade and output column")
    yield from _capitals(model)


def _clash(
    taken: set[str], path: Path, column: str, others: str, found: str | None = None
) -> Findings:
    if column.casefold() in taken:
        expected = f"must differ from every other {others}, capitals aside"
        yield Finding(path, expected, str(path[-1]) if found is None else found)
    taken.add(column.casefold())


def _capitals(model: Model) -> Findings:
    """Yield names of one kind that differ in capitals alone."""
    for score_name, score in model.scores.items():
        path: Path = ("scores", score_name)
        rules = {name: (*path, "rules", name) for name in score.rules or {}}
        yield from _told_apart(rules, "rule of its score")
        groups: dict[str, Path] = {}
        for name, rule in (score.rules or {}).items():
            if rule.group is not None:
                groups.setdefault(rule.group, (*path, "rules", name, "group"))
        groups |= {group: (*path, "limits", group) for group in score.limits}
        yield from _told_apart(groups, "group of its score")
    for name, grade in model.grades.items():
        letters: dict[str, Path] = {each: ("grades", name, "edges", each) for each in grade.edges}
        yield from _told_apart(letters, "letter of its grade")
    overrides: dict[str, Path] = {name: ("overrides", name) for name in model.overrides}
    yield from _told_apart(overrides, "override")
    for name in model.bands:
        yield from _told_apart(_bands_of(model, name), "band of its ladder")


def _told_apart(places: Mapping[str, Path], others: str) -> Findings:
    taken: set[str] = set()
    for name, path in places.items():
        yield from _clash(taken, path, name, others, name)


def _bands_of(model: Model, name: str) -> dict[str, Path]:
    """Return every band that a ladder can give, with the place that names it."""
    ladder = model.bands[name]
    path = ladder_path(model, name)
    key = "edges" if ladder.edges is not None else "cells"
    found: dict[str, Path] = {each: (*path, key, each) for each in getattr(ladder, key) or {}}
    if ladder.default is not None:
        found.setdefault(ladder.default, (*path, "default"))
    for override, each in model.overrides.items():
        if each.ladders is None or name in each.ladders:
            found.setdefault(each.band, ("overrides", override, "band"))
    return found


def ladder_path(model: Model, name: str) -> Path:
    """Return where a ladder stands: one alone has no name in the document."""
    return ("bands",) if list(model.bands) == [SINGLE_LADDER] else ("bands", name)


def dependencies(model: Model, name: str) -> list[str]:
    """Return the scores that a score reads, those of formula and rollup."""
    score = model.scores[name]
    tree = score.formula.tree if score.formula else None
    read = [each.parts[0] for each in names(tree) if len(each.parts) == 1] if tree else []
    return [each for each in (*read, score.rollup) if each in model.scores]


def scores_read(model: Model, scores: Iterable[str]) -> set[str]:
    """Return some scores with all that they read."""
    waiting, found = list(scores), set[str]()
    while waiting:
        each = waiting.pop()
        if each not in found:
            found.add(each)
            waiting += dependencies(model, each)
    return found


def order(model: Model) -> list[str]:
    """Return the scores in an order in which each follows those that it reads."""
    graph = {name: dependencies(model, name) for name in model.scores}
    return list(TopologicalSorter(graph).static_order())


def _cycles(model: Model) -> Findings:
    """Yield one fault a cycle; a cycle is cut where it was found, so that others show."""
    graph = {name: dependencies(model, name) for name in model.scores}
    while True:
        try:
            TopologicalSorter(graph).prepare()
        except CycleError as error:
            cycle: list[str] = error.args[1][::-1]
            key = "formula" if model.scores[cycle[0]].formula else "rollup"
            path = ("scores", cycle[0], key)
            yield Finding(path, "must not depend on itself", " reads ".join(cycle))
            graph[cycle[0]] = [each for each in graph[cycle[0]] if each != cycle[1]]
        else:
            return


def _warnings(model: Model) -> Findings:
    for score_name, name, rule in model.rules():
        path: Path = ("scores", score_name, "rules", name)
        if isinstance(rule, UnitRule):
            yield from _never(rule, path)
        for key, duration in _durations(rule):
            yield from _in_minutes((*path, *key), duration)
        if not isinstance(rule, UnitRule | TableRule) and getattr(rule, "points", None) == 0:
            yield Finding((*path, "points"), "are 0, so the rule is only listed")
    for score_name, score in model.scores.items():
        if score.link and "base" not in (score.rules or {}):
            yield Finding(("scores", score_name), "has no rule base, so leads start at 50 percent")
        for key, duration in _decay_durations(score.decay):
            yield from _in_minutes(("scores", score_name, *key), duration)


def _never(rule: UnitRule, path: Path) -> Findings:
    least = rule.at_least or 0
    if rule.at_most is not None and least > rule.at_most:
        yield Finding(path, "can never fire, as at_least is above at_most")
    if rule.count == "once" and least > 1:
        yield Finding(path, "can never fire, as it counts once and needs more")
    if rule.within is not None and rule.within.microseconds == 0:
        yield Finding((*path, "within"), "lets no hit count, as none is younger", rule.within.text)


Durations = Iterator[tuple[tuple[str, ...], Duration]]


def _durations(rule: Rule) -> Durations:
    if isinstance(rule, SilenceRule):
        yield ("silent_for",), rule.silent_for
        if rule.every:
            yield ("every",), rule.every
    if isinstance(rule, UnitRule):
        if rule.within:
            yield ("within",), rule.within
        yield from _decay_durations(rule.decay)


def _decay_durations(decay: Decay | None) -> Durations:
    for key, value in () if decay is None or isinstance(decay, str) else decay:
        if isinstance(value, Duration):
            yield ("decay", key), value


def _in_minutes(path: Path, duration: Duration) -> Findings:
    if duration.text.endswith("m"):
        remedy = f"Write {duration.text[:-1]}d if days are meant."
        yield Finding(path, "is in minutes, as m stands for minutes", duration.text, remedy)
