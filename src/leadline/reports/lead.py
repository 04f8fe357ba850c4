"""The report of one lead: where it stands, every point of it, and what would move it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from leadline.explain.account import AccountExplanation
from leadline.explain.explanation import Explanation, Since, Way
from leadline.explain.spoken import grouped
from leadline.explain.words import reasons_in_words, words
from leadline.model.document import Score
from leadline.model.labels import Labels
from leadline.reports.figures import figure
from leadline.reports.page import Block, Finding, Findings, Page, Section, Text
from leadline.reports.tables import Column, Table

Row = Mapping[str, Any]
_ORDER = ("fired", "limit", "missing")


def page(found: Explanation) -> Page:
    """Return the report of one lead."""
    return Page(found.who, words(found), tuple(_sections(found)), facts(found))


def facts(found: Explanation | AccountExplanation) -> tuple[tuple[str, str], ...]:
    """Return by which model, and of when, an explanation is."""
    return (
        ("model", found.model.model),
        ("fingerprint", found.scores["model"]),
        ("as of", figure(found.as_of, "time")),
    )


def _sections(found: Explanation) -> Iterator[Section]:
    yield Section("reasons", "Why", (_reasons(found),), brief=False)
    yield Section("ledger", "Every point", (ledger(found),))
    if found.model.grades or found.model.lead_bands:
        yield Section("standing", "Grades and bands", (_standing(found),))
    if found.missing:
        yield Section("missing", "Missing", (Text(", ".join(found.missing)),))
    if found.since is not None:
        title = f"Since {figure(found.since.as_of, 'time')}"
        model = found.model
        names = [*model.scores, *model.grades, *(model.column(each) for each in model.lead_bands)]
        yield Section("since", title, tuple(since_blocks(found, found.since, names)))
    if found.moves:
        yield Section("moves", f"What would move {found.model.main_score}", (moves(found),))


def _reasons(found: Explanation) -> Findings:
    items = tuple(Finding(each) for each in reasons_in_words(found))
    return Findings("reasons", items, "Nothing that is known gives points.")


def ledger(found: Explanation | AccountExplanation) -> Table:
    """Return every row of the ledger below the score that it belongs to."""
    columns = (
        Column("score", "score", nothing=""),
        Column("value", "value", "points", nothing=""),
        Column("rule", "rule"),
        Column("points", "points", "added", nothing=""),
        Column("count", "count", "count", nothing=""),
        Column("weight", "weight", "measure", nothing=""),
        Column("last_at", "last", "time", nothing=""),
        Column("note", "", nothing=""),
    )
    points = grouped(found.model, found.points)
    rows: list[tuple[Any, ...]] = []
    for name, score in found.model.scores.items():
        if name not in found.scores:
            continue
        own = sorted((row for row in points if row["score"] == name), key=_place)
        value = found.scores[name]
        cells = [_cells(found, row) for row in own] or [(_read(score, value), *[None] * 5)]
        heads = [(name, value), *[(None, None)] * (len(cells) - 1)]
        rows += [(*head, *each) for head, each in zip(heads, cells, strict=True)]
    return Table("ledger", "Points of each rule; they add up to the score", columns, tuple(rows))


def _place(row: Row) -> tuple[int, float, str]:
    return (_ORDER.index(row["state"]), -abs(row["points"] or 0), row["rule"])


def _read(score: Score, value: float | None) -> str:
    """Say what a score without rows of its own is made of."""
    if score.formula is not None:
        return str(score.formula)
    if score.rollup is not None:
        return f"{score.by} of {score.rollup}"
    return "no rule fired" if value is not None else "has no such score"


def _cells(found: Explanation | AccountExplanation, row: Row) -> tuple[Any, ...]:
    is_missing = row["state"] == "missing"
    weight = None if row["weight"] == 1 else row["weight"]
    last = None if row["last_at"] is None else row["last_at"].replace(microsecond=0)
    name = Labels(found.model).given(row["score"], row["rule"]) or row["rule"]
    points = None if is_missing else row["points"]
    return (name, points, row["count"], weight, last, _note(found, row))


def _note(found: Explanation | AccountExplanation, row: Row) -> str | None:
    """Say what a row of the ledger does not show by its figures."""
    if row["state"] == "missing":
        return "a field is empty"
    if row["state"] == "limit":
        return "a limit took effect"
    rule = (found.model.scores[row["score"]].rules or {}).get(row["rule"])
    limit = getattr(rule, "limit", None)
    is_reached = limit is not None and abs(row["points"]) >= limit > 0
    said = [f"limit {figure(limit, 'points')} reached"] if is_reached else []
    cuts = [each for each in found.cuts if (each.score, each.rule) == (row["score"], row["rule"])]
    if cuts:
        listed = ", ".join(f"{each.part or 'none'} {figure(each.change, 'added')}" for each in cuts)
        said.append(f"limit each by {getattr(rule, 'by', '')}: {listed}")
    return "; ".join(said) or None


def _standing(found: Explanation) -> Table:
    """Return each grade, and each band with the fewest steps to the next one."""
    columns = (
        Column("name", "name"),
        Column("is", "is"),
        Column("by", "by"),
        Column("next", "next", nothing=""),
        Column("steps", "steps to it, now", nothing=""),
    )
    ways = {each.ladder: each for each in found.ways}
    grades = [
        (name, found.scores[name], grade.by, None, None)
        for name, grade in found.model.grades.items()
    ]
    bands = [
        (found.model.column(name), band, _decided(found, name), *_way(ways.get(name)))
        for name, band in found.bands().items()
    ]
    return Table("standing", "Grades and bands", columns, (*grades, *bands))


def _decided(found: Explanation, ladder: str) -> str:
    """Say what decided a band: an override of the ladder, else its scores or grades."""
    name = found.scores["override"]
    if name is not None:
        ladders = found.model.overrides[name].ladders
        if ladders is None or ladder in ladders:
            return f"override {name}"
    by = found.model.lead_bands[ladder].by
    return by if isinstance(by, str) else ", ".join(by)


def _way(way: Way | None) -> tuple[str | None, str | None]:
    if way is None:
        return None, None
    if way.steps is None:
        return way.band, "none found by a few single steps"
    listed = (f"{step} x{count}" if count > 1 else step for step, count in way.counted().items())
    return way.band, ", ".join(listed)


def since_blocks(
    found: Explanation | AccountExplanation, since: Since, names: Iterable[str]
) -> Iterator[Block]:
    """Yield which scores and bands differ from then, of some, and which rules made it so."""
    moved = [
        (name, _shown(since.scores[name]), _shown(found.scores[name]))
        for name in names
        if since.scores[name] != found.scores[name]
    ]
    columns = (Column("name", "name"), Column("before", "then"), Column("after", "now"))
    yield Table("moved", "Scores and bands", columns, tuple(moved), "Nothing changed.")
    if since.changes:
        yield _changes(found, since)


def _shown(value: object) -> str:
    if value is None or isinstance(value, str):
        return value or "-"
    return figure(float(str(value)), "points")


def _changes(found: Explanation | AccountExplanation, since: Since) -> Table:
    columns = (
        Column("kind", "what"),
        Column("rule", "rule"),
        Column("change", "change", "added"),
        Column("before", "then", "points"),
        Column("after", "now", "points"),
    )
    labels = Labels(found.model)
    rows = tuple(
        (
            each.kind,
            labels.given(each.score, each.rule) or f"{each.score}.{each.rule}",
            each.after - each.before,
            each.before,
            each.after,
        )
        for each in since.changes
    )
    return Table("changes", "Rules that give other points than then", columns, rows)


def moves(found: Explanation | AccountExplanation) -> Table:
    """Return what each single step would make of the score."""
    columns = (
        Column("step", "each step alone, now"),
        Column("after", "becomes", "points"),
        Column("change", "change", "added"),
        Column("band", "band", nothing=""),
    )
    labels = Labels(found.model)
    rows = []
    for move in found.moves:
        said = None if move.step.rule is None else labels.given(*move.step.rule)
        step = move.step.label if move.step.rule is None else f"one more {said or move.step.label}"
        rows.append((step, move.after, move.change, move.band))
    return Table("moves", "What each step alone would make of it", columns, tuple(rows))
