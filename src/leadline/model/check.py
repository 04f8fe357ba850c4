"""Everything about a document that can be wrong beyond its shape: names, types, edges, cycles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from itertools import product

from leadline.errors import Fault, nearest
from leadline.model.document import (
    TABLES,
    BaseRule,
    ConditionRule,
    Decay,
    Ladder,
    Model,
    OutcomeRule,
    Rule,
    Score,
    SilenceRule,
    TableRule,
    UnitRule,
)
from leadline.model.durations import Duration
from leadline.model.expressions import Expression, names
from leadline.model.names import (
    NameFault,
    Names,
    Place,
    need,
    place_of,
    place_of_for,
    place_of_formula,
)
from leadline.model.reader import Path, Source
from leadline.model.types import Schema, Type

OUTPUT_COLUMNS = ("lead_id", "account_id", "as_of", "override", "missing", "model", "band", "edge_band")
"""Columns of the scores that no score or grade may be called."""


@dataclass(frozen=True)
class Finding:
    """A fault or a warning, by the path where it stands."""

    path: Path
    expected: str
    found: str = ""
    remedy: str = ""


def check(model: Model, source: Source, schema: Schema | None = None) -> list[Fault]:
    """Return all faults of a document in the order of its lines: those met in reading too."""
    names = Names(model, schema)
    found = [_fault(source, each) for each in _findings(names)]
    lost = {fault.path for fault in source.faults}
    fresh = [fault for fault in found if fault.path not in lost and not _follows(fault, lost)]
    return sorted({*source.faults, *fresh}, key=lambda fault: _line(fault.where))


def warnings(model: Model, source: Source) -> list[Fault]:
    """Return what is allowed and hardly meant."""
    return [_fault(source, each) for each in _warnings(model)]


def _fault(source: Source, finding: Finding) -> Fault:
    return source.fault(finding.path, finding.expected, finding.found, finding.remedy)


def _line(where: str) -> int:
    number = where.rpartition(":")[2]
    return int(number) if number.isdigit() else 0


def _follows(fault: Fault, lost: set[str]) -> bool:
    """Say whether a fault is only due to a part that could not be read."""
    return any(f" {path.rpartition('.')[2]}," in f"{fault.expected}," for path in lost)


def _findings(names: Names) -> Iterator[Finding]:
    model = names.model
    yield from _columns(model)
    yield from _name_clashes(model)
    for name, score in model.scores.items():
        yield from _score(names, name, score)
    yield from _cycles(model)
    for name, grade in model.grades.items():
        if grade.by not in model.scores:
            yield _unknown(("grades", name, "by"), grade.by, "score", model.scores)
    for name, ladder in model.bands.items():
        yield from _ladder(names, name, ladder)
    yield from _overrides(names)
    yield from _examples(model)


def _unknown(path: Path, name: str, kind: str, known: object) -> Finding:
    return Finding(path, f"must name a {kind}", name, nearest(name, known))  # type: ignore[arg-type]


def _columns(model: Model) -> Iterator[Finding]:
    for table in model.columns:
        if table not in TABLES:
            yield _unknown(("columns", table), table, "table", TABLES)


def _name_clashes(model: Model) -> Iterator[Finding]:
    ladders = [f"{prefix}_{name}" for name in model.bands for prefix in ("band", "edge_band")]
    taken = Counter(each.lower() for each in (*OUTPUT_COLUMNS, *ladders))
    for part in ("scores", "grades"):
        for name in getattr(model, part):
            taken[name.lower()] += 1
            if taken[name.lower()] > 1:
                yield Finding((part, name), "must differ from every other score, grade and column", name)


def _score(names: Names, name: str, score: Score) -> Iterator[Finding]:
    path: Path = ("scores", name)
    account = score.is_account
    if score.for_ is not None:
        place = place_of_for(account=account)
        yield from _typed(names, score.for_, place, (*path, "for"), Type.BOOLEAN)
    if score.formula is not None:
        place = place_of_formula(account=account)
        yield from _typed(names, score.formula, place, (*path, "formula"), Type.NUMBER)
    if score.rollup is not None:
        yield from _rollup(names.model, score, path)
    yield from _groups(score, path)
    for rule_name, rule in (score.rules or {}).items():
        yield from _rule(names, score, rule_name, rule, (*path, "rules", rule_name))


def _rollup(model: Model, score: Score, path: Path) -> Iterator[Finding]:
    of = model.scores.get(score.rollup or "")
    if of is None:
        yield _unknown((*path, "rollup"), score.rollup or "", "score", model.scores)
    elif of.is_account:
        yield Finding((*path, "rollup"), "must gather a score of leads", f"{score.rollup}, of accounts")


def _groups(score: Score, path: Path) -> Iterator[Finding]:
    groups = {rule.group for rule in (score.rules or {}).values() if rule.group}
    for group in score.limits:
        if group not in groups:
            yield _unknown((*path, "limits", group), group, "group of this score's rules", groups)
    if "range" in groups | set(score.limits):
        yield Finding(path, "must not use the group name range, which is reserved", "range")
    for key in ("range", "limits", "decay"):
        if score.link and key in score.model_fields_set:
            yield Finding((*path, key), "must not stand beside link: logistic")


def _rule(names: Names, score: Score, name: str, rule: Rule, path: Path) -> Iterator[Finding]:
    account = score.is_account
    points = getattr(rule, "points", None)
    if isinstance(points, Expression):
        place = place_of(rule, "points", account=account)
        yield from _typed(names, points, place, (*path, "points"), Type.NUMBER)
    for key in ("when", "where"):
        text = getattr(rule, key, None)
        if text is not None:
            place = place_of(rule, key, account=account)
            yield from _typed(names, text, place, (*path, key), Type.BOOLEAN)
    if isinstance(rule, TableRule):
        yield from _table_rule(names, rule, place_of(rule, "of", account=account), path, score)
    if isinstance(rule, BaseRule) and not (score.link and name == "base"):
        yield Finding(path, "must have one of when, of, event, outcome or silent_for")
    if isinstance(rule, UnitRule):
        yield from _unit_rule(names, rule, path)


def _table_rule(
    names: Names, rule: TableRule, place: Place, path: Path, score: Score
) -> Iterator[Finding]:
    if len(rule.expressions) > 1 and not score.link:
        yield Finding((*path, "of"), "must be one expression, as only learned scores take two")
    tables = [(rule.table, 0)]
    kinds: list[Type] = []
    for expression in rule.expressions:
        try:
            kinds.append(names.type_of(expression.tree, place))
        except NameFault as fault:
            yield Finding((*path, "of"), fault.expected, fault.found, fault.remedy)
            return
    while tables:
        table, depth = tables.pop()
        yield from _entries(kinds[depth], table, path)
        tables += [(each, depth + 1) for each in table.entries() if not isinstance(each, int | float)]


def _entries(kind: Type, table: object, path: Path) -> Iterator[Finding]:
    bins, values = getattr(table, "bins", None), getattr(table, "values", None)
    if bins is not None and kind not in (Type.NUMBER, Type.ANY):
        yield Finding((*path, "bins"), "must bin a number", kind.value)
    if values is None:
        return
    if kind is Type.TIME:
        yield Finding((*path, "values"), "must look up text, a number or true and false", "a time")
    for key in values:
        if kind is Type.NUMBER and not _numeric(key):
            yield Finding((*path, "values"), "must have numbers as keys", str(key))
        if kind is Type.BOOLEAN and not isinstance(key, bool):
            yield Finding((*path, "values"), "must have true and false as keys", str(key))


def _numeric(key: object) -> bool:
    try:
        float(str(key))
    except ValueError:
        return False
    return not isinstance(key, bool)


def _unit_rule(names: Names, rule: UnitRule, path: Path) -> Iterator[Finding]:
    table = "outcomes" if isinstance(rule, OutcomeRule) else "events"
    if (rule.by is None) != (rule.limit_each is None):
        yield Finding(path, "must have both by and limit_each, or neither")
    per = rule.count.removeprefix("per ").strip() if rule.count.startswith("per ") else None
    for key, column in (("count", per), ("by", rule.by)):
        if column is None:
            continue
        try:
            names.column(table, column)
        except NameFault as fault:
            yield Finding((*path, key), fault.expected, fault.found, fault.remedy)


def _typed(
    names: Names, expression: Expression, place: Place, path: Path, wanted: Type
) -> Iterator[Finding]:
    try:
        need("this key", names.type_of(expression.tree, place), wanted)
    except NameFault as fault:
        yield Finding(path, fault.expected, fault.found, fault.remedy)


def dependencies(model: Model, name: str) -> list[str]:
    """Return the scores that a score reads, those of formula and rollup."""
    score = model.scores[name]
    read = [each.parts[0] for each in names(score.formula.tree) if len(each.parts) == 1] if score.formula else []
    return [each for each in [*read, *([score.rollup] if score.rollup else [])] if each in model.scores]


def order(model: Model) -> list[str]:
    """Return the scores in an order in which each follows those that it reads."""
    graph = {name: dependencies(model, name) for name in model.scores}
    return list(TopologicalSorter(graph).static_order())


def _cycles(model: Model) -> Iterator[Finding]:
    try:
        order(model)
    except CycleError as error:
        cycle = " reads ".join(reversed(error.args[1]))
        key = "formula" if model.scores[error.args[1][0]].formula else "rollup"
        yield Finding(("scores", error.args[1][0], key), "must not read itself through others", cycle)


def _ladder(names: Names, name: str, ladder: Ladder) -> Iterator[Finding]:
    model = names.model
    path: Path = ("bands",) if set(model.bands) == {"band"} else ("bands", name)
    if isinstance(ladder.by, str):
        if ladder.by not in model.scores:
            yield _unknown((*path, "by"), ladder.by, "score", model.scores)
        yield from _switches(ladder, path)
    else:
        yield from _cells(model, ladder, path)
    own = ladder.edges or ladder.cells or {}
    for band, condition in ladder.require.items():
        here = (*path, "require", band)
        if band not in own:
            yield _unknown(here, band, "band of this ladder", own)
        yield from _typed(names, condition, place_of_formula(), here, Type.BOOLEAN)


def _switches(ladder: Ladder, path: Path) -> Iterator[Finding]:
    edges = ladder.edges or {}
    for band, value in ladder.leave.items():
        if band not in edges:
            yield _unknown((*path, "leave", band), band, "band of this ladder", edges)
        elif value > edges[band]:
            expected = f"must not be above the edge {edges[band]:g} of {band}"
            yield Finding((*path, "leave", band), expected, f"{value:g}")


def _cells(model: Model, ladder: Ladder, path: Path) -> Iterator[Finding]:
    unknown = [name for name in ladder.by if name not in model.grades]
    for name in unknown:
        yield _unknown((*path, "by"), name, "grade", model.grades)
    if unknown:
        return
    letters = [model.grades[name].edges for name in ladder.by]
    readings = Counter("".join(cell) for cell in product(*letters))
    seen: set[str] = set()
    for band, cells in (ladder.cells or {}).items():
        for cell in cells:
            here = (*path, "cells", band)
            if cell not in readings:
                yield _unknown(here, cell, "cell of these grades", readings)
            elif readings[cell] > 1:
                yield Finding(here, "must have cells that can be read in one way", cell)
            elif cell in seen:
                yield Finding(here, "must not name a cell twice", cell)
            seen.add(cell)


def _overrides(names: Names) -> Iterator[Finding]:
    model = names.model
    for name, override in model.overrides.items():
        path: Path = ("overrides", name)
        yield from _typed(names, override.when, place_of_formula(), (*path, "when"), Type.BOOLEAN)
        if not model.bands:
            yield Finding(path, "must have bands to decide; the model has none")
        for ladder in override.ladders or ():
            if ladder not in model.bands:
                yield _unknown((*path, "in"), ladder, "ladder", model.bands)


def _examples(model: Model) -> Iterator[Finding]:
    for at, example in enumerate(model.examples):
        path: Path = ("examples", at)
        for key, known in (("scores", model.scores), ("grades", model.grades), ("bands", model.bands)):
            for name in getattr(example, key):
                if name not in known:
                    yield _unknown((*path, key, name), name, key[:-1], known)
        if example.band is not None and len(model.bands) != 1:
            yield Finding((*path, "band"), "must be written as bands: {LADDER: BAND}", example.band)
        expects = {"band", "bands", "scores", "grades", "override"} & example.model_fields_set
        if not expects:
            yield Finding(path, "must expect something: band, scores, grades or override")


def _warnings(model: Model) -> Iterator[Finding]:
    for score_name, name, rule in model.rules():
        path: Path = ("scores", score_name, "rules", name)
        if isinstance(rule, UnitRule):
            if rule.at_most is not None and (rule.at_least or 0) > rule.at_most:
                yield Finding(path, "can never fire, as at_least is above at_most")
            if rule.at_least is not None and rule.count == "once" and rule.at_least > 1:
                yield Finding(path, "can never fire, as it counts once and needs more")
        for key, duration in _durations(rule):
            yield from _in_minutes((*path, key), duration)
        if isinstance(rule, ConditionRule) and rule.points == 0:
            yield Finding((*path, "points"), "are 0, so the rule is only listed")
    for score_name, score in model.scores.items():
        for duration in _decay_durations(score.decay):
            yield from _in_minutes(("scores", score_name, "decay"), duration)


def _durations(rule: Rule) -> Iterator[tuple[str, Duration]]:
    if isinstance(rule, SilenceRule):
        yield "silent_for", rule.silent_for
    if isinstance(rule, UnitRule):
        if rule.within:
            yield "within", rule.within
        for duration in _decay_durations(rule.decay):
            yield "decay", duration


def _decay_durations(decay: Decay | None) -> list[Duration]:
    values = [] if decay is None or isinstance(decay, str) else [each for _, each in decay]
    return [each for each in values if isinstance(each, Duration)]


def _in_minutes(path: Path, duration: Duration) -> Iterator[Finding]:
    if duration.text.endswith("m"):
        yield Finding(path, "is in minutes, as m is minutes", duration.text, "Write 30d for days.")
