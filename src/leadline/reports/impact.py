"""The report of two models: what differs, who changes band, and the load a week."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from leadline.model.diff import Change, Difference
from leadline.reports.charts import Flow
from leadline.reports.figures import figure
from leadline.reports.page import Block, Finding, Findings, Page, Section, Text
from leadline.reports.tables import WHO, Column, Table
from leadline.review.diff.impact import Impact, LadderImpact, Load

NO_BAND = "none"
_FEW = 10
"""Below so many a week, parts of one are worth showing."""
_CAUSES = {
    "points": "points of rules",
    "edge": "an edge moved",
    "override": "an override",
    "requirement": "what a band requires, or is left at",
    "grades": "grades or their cells",
}
_FROM = Column("from_band", "band before")
_TO = Column("to_band", "band after")


def page(before: str, after: str, difference: Difference, impact: Impact | None = None) -> Page:
    """Return the report of two models, which are called by their files or names."""
    sections = [
        Section("changes", "What differs", (_changes("changes", difference.changes),)),
        *_notes(difference.notes),
        *(_of_impact(impact) if impact else ()),
    ]
    facts = [("before", f"{before}, fingerprint {difference.before}")]
    facts += [("after", f"{after}, fingerprint {difference.after}")]
    facts += list(_facts(impact)) if impact else []
    title = f"{before} and {after}"
    return Page(title, verdict(difference, impact), tuple(sections), tuple(facts))


def verdict(difference: Difference, impact: Impact | None) -> str:
    """Return the result in a sentence or two."""
    if difference.same_numbers:
        return "No score and no band can change: both models count the same."
    if impact is None:
        count = _counted(len(difference.changes), "change")
        return f"{count} can move scores and bands; of whom, it takes leads to say."
    parts = [_ladder_said(impact, each) for each in impact.ladders]
    return " ".join(parts) or _scores_said(impact)


def _ladder_said(impact: Impact, ladder: LadderImpact) -> str:
    which = "" if len(impact.ladders) == 1 else f" in {ladder.ladder}"
    if not ladder.changed:
        return (
            f"None of {_counted(ladder.of, ladder.unit)} changes band{which}.{_load_said(ladder)}"
        )
    change = "changes" if ladder.changed == 1 else "change"
    said = (
        f"Of {_counted(ladder.of, ladder.unit)}, {ladder.changed:,} {change} band{which}: "
        f"{ladder.up:,} up, {ladder.down:,} down"
    )
    others = ladder.changed - ladder.up - ladder.down
    said += f", {others:,} to or from a band beside the edges." if others else "."
    return f"{said}{_load_said(ladder)}"


def _load_said(ladder: LadderImpact) -> str:
    """Say what happens to the highest band, which people work through."""
    found = {each.band: each for each in ladder.load}
    beside = {*ladder.beside, "excluded"}
    ranked = [each for each in ladder.bands if each in found and each not in beside]
    if not ranked:
        return ""
    load = found[ranked[-1]]
    if not any(each and each.mean for each in (load.before, load.after)):
        return ""
    old, new = (_mean(each) for each in (load.before, load.after))
    return f" {load.band} is entered {new} times a week; before, {old}."


def _mean(weekly: Any) -> str:
    return "0" if weekly is None else _weekly(weekly.mean)


def _weekly(value: float) -> str:
    return f"{_round(value):,.1f}".removesuffix(".0")


def _scores_said(impact: Impact) -> str:
    most = max((each.leads for each in impact.shifts), default=0)
    return f"{_counted(most, 'lead')} of {impact.leads:,} have another score."


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _facts(impact: Impact) -> Iterator[tuple[str, str]]:
    yield "as of", figure(impact.as_of, "time")
    yield "leads", f"{impact.leads:,}"
    if impact.weeks:
        days = f"{impact.weeks} weeks, every day at the same time"
        yield "replayed", f"{days}, {_counted(impact.replayed, 'lead')}"


def _changes(name: str, changes: Sequence[Change]) -> Findings:
    items = tuple(Finding(each.sentence) for each in changes)
    return Findings(name, items, "Nothing that could change a number.")


def _notes(notes: Sequence[Change]) -> Iterator[Section]:
    if notes:
        title = "What cannot change a number"
        yield Section("notes", title, (_changes("notes", notes),))


def _of_impact(impact: Impact) -> Iterator[Section]:
    for ladder in impact.ladders:
        yield from _of_ladder(impact, ladder)
    yield _scores(impact)
    if impact.notes:
        items = tuple(Finding(f"{each[0].upper()}{each[1:]}.") for each in impact.notes)
        yield Section("known", "What to know", (Findings("known", items),))


def _of_ladder(impact: Impact, ladder: LadderImpact) -> Iterator[Section]:
    name, title = ladder.ladder, _title(impact, ladder)
    yield Section(f"bands-{name}", f"Who changes band{title}", tuple(_bands(ladder)))
    if ladder.load:
        blocks: tuple[Block, ...] = (_load(impact, ladder),)
        if impact.replayed < impact.leads:
            blocks += (Text("The mean of all leads lies within +/- with 95 % confidence."),)
        yield Section(f"load-{name}", f"Entries into each band a week{title}", blocks)


def _title(impact: Impact, ladder: LadderImpact) -> str:
    return "" if len(impact.ladders) == 1 else f", {ladder.ladder}"


def _bands(ladder: LadderImpact) -> Iterator[Block]:
    counts = tuple(
        (each.from_band or NO_BAND, each.to_band or NO_BAND, each.leads) for each in ladder.cells
    )
    bands = tuple(dict.fromkeys([NO_BAND, *ladder.bands]))
    says = f"{ladder.changed:,} of {_counted(ladder.of, ladder.unit)} are in another band."
    if counts:
        name, title = f"flow-{ladder.ladder}", "Bands before and after"
        yield Flow(name, title, says, _FROM, _TO, bands, counts, f"{ladder.unit}s")
    causes = tuple((_CAUSES[cause], leads) for cause, leads in ladder.causes.items())
    if causes:
        columns = (Column("cause", "because of"), Column("leads", f"{ladder.unit}s", "count"))
        yield Table(f"causes-{ladder.ladder}", "Why bands change", columns, causes)
        yield _listed(ladder)


def _listed(ladder: LadderImpact) -> Table:
    columns = (
        Column(f"{ladder.unit}_id", ladder.unit),
        *([WHO] if any(each["who"] for each in ladder.listed) else []),
        Column("from_band", "from"),
        Column("to_band", "to"),
        Column("from_value", "before", "points"),
        Column("to_value", "after", "points"),
        Column("reason", "because of"),
    )
    rows = tuple(tuple(each[column.name] for column in columns) for each in ladder.listed)
    some = "" if len(rows) == ladder.changed else f", {len(rows)} of {ladder.changed:,}"
    title = f"{ladder.unit.capitalize()}s that change band{some}"
    return Table(f"leads-{ladder.ladder}", title, columns, rows)


def _load(impact: Impact, ladder: LadderImpact) -> Table:
    sampled = impact.replayed < impact.leads
    columns = [Column("band", "band")]
    for side in ("before", "after"):
        columns += [
            Column(f"{side}_mean", side, "points"),
            *([Column(f"{side}_margin", "+/-", "points")] if sampled else []),
            Column(f"{side}_weeks", "weeks"),
        ]
    columns += [Column("change", "change", "points")]
    ranked = [each for each in reversed(ladder.load) if each.band not in ladder.beside]
    loads = ranked + [each for each in ladder.load if each.band in ladder.beside]
    rows = tuple(tuple(_load_row(each, sampled=sampled)) for each in loads)
    return Table(f"load-{ladder.ladder}", "Entries a week", tuple(columns), rows)


def _load_row(load: Load, *, sampled: bool) -> Iterator[Any]:
    yield load.band
    for each in (load.before, load.after):
        yield _round(each.mean) if each else 0
        if sampled:
            yield _round(each.high - each.mean) if each else 0
        yield f"{_weekly(each.least)} to {_weekly(each.most)}" if each else "0 to 0"
    means = [each.mean if each else 0.0 for each in (load.before, load.after)]
    yield _round(means[1] - means[0])


def _round(value: float) -> float:
    """Return entries a week without needless digits."""
    return round(value, 2 if abs(value) < _FEW else 0)


def _scores(impact: Impact) -> Section:
    columns = (
        Column("score", "score"),
        Column("leads", "leads", "count"),
        Column("mean_before", "mean before", "points"),
        Column("mean_after", "after", "points"),
        Column("median_before", "median before", "points"),
        Column("median_after", "after", "points"),
        Column("least", "largest fall", "points"),
        Column("most", "largest rise", "points"),
    )
    rows = tuple(
        (
            each.score,
            each.leads,
            each.before.mean,
            each.after.mean,
            each.before.median,
            each.after.median,
            each.least,
            each.most,
        )
        for each in impact.shifts
    )
    title = "Leads with another value, and where the values lie"
    table = Table("scores", title, columns, rows, "No score has the same name in both models.")
    return Section("scores", "How scores move", (table,))
