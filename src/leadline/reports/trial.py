"""The report of a trial run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from leadline.reports.charts import Chart, Mark, Series
from leadline.reports.figures import figure
from leadline.reports.page import Block, Finding, Findings, Page, Section, Text
from leadline.reports.tables import Column, Table
from leadline.review.trial.findings import MOST_OF_A_KIND, findings
from leadline.review.trial.spread import AccountMove, BandCount, ScoreSpread
from leadline.review.trial.trial import Trial

NO_BAND = "none"
_SHARE = Column("share", "share", "share")
_SCORE = Column("score", "score")
_MORE = {
    "never_fires": "more rules never fire",
    "unseen": "more values are looked for and never seen",
    "for_all": "more rules fire for all",
    "always_with": "more rules never fire without another",
    "empty_field": "more fields are mostly empty",
    "empty_band": "more bands are empty",
    "unused_override": "more overrides never decide",
}


def page(trial: Trial) -> Page:
    """Return the report of a trial run."""
    sections = [
        Section("findings", "What to look at", (_findings(trial),)),
        *_bands(trial),
        *_over_time(trial),
        _scores(trial),
        _distributions(trial),
        _rules(trial),
        *_together(trial),
        *_fields(trial),
        *_notes(trial),
    ]
    return Page(f"Trial run of {trial.model}", verdict(trial), tuple(sections), _facts(trial))


def verdict(trial: Trial) -> str:
    """Return the result in a few sentences."""
    if not trial.rows:
        return "Nothing could be scored."
    of_leads = [each for each in trial.bands if each.unit == "lead"]
    bands = [each for each in of_leads if each.ladder == of_leads[0].ladder]
    parts = [_bands_said(trial, bands) if bands else _median_said(trial)]
    if trial.never:
        parts.append(f"{len(trial.never)} of {_counted(len(trial.rules), 'rule')} never fire.")
    else:
        parts.append("Every rule fires for some.")
    return " ".join(parts)


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _bands_said(trial: Trial, bands: list[BandCount]) -> str:
    """Say how many leads are in the highest bands."""
    highest = [each for each in _highest_first(bands) if not each.is_beside][:2]
    said = " and ".join(
        f"{each.leads:,} ({figure(each.share, 'share')}) in {each.band}" for each in highest
    )
    return f"Of {_subjects(trial)}, {said.replace(' in ', ' would be in ', 1)}."


def _highest_first(bands: list[BandCount]) -> list[BandCount]:
    """Return the bands from the highest down, then those of overrides and of no score."""
    ranked = [each for each in reversed(bands) if not each.is_beside]
    return ranked + [each for each in bands if each.is_beside]


def _subjects(trial: Trial) -> str:
    if len(trial.moments) == 1:
        return _counted(trial.leads, "lead")
    return f"{_counted(trial.leads, 'lead')} at {len(trial.moments)} moments ({trial.rows:,} rows)"


def _median_said(trial: Trial) -> str:
    main = next(each for each in trial.scores if each.score == trial.main_score)
    middle = figure(main.median, "points")
    return f"Half of {_subjects(trial)} have a {main.score} of {middle} or more."


def _count(trial: Trial) -> Column:
    return Column("leads", trial.unit, "count")


def _facts(trial: Trial) -> tuple[tuple[str, str], ...]:
    at = [figure(each, "time") for each in trial.moments]
    moments = {"as of": at[0]} if len(at) == 1 else {"moments": f"{len(at)}, {at[0]} to {at[-1]}"}
    facts = {
        "model": trial.model,
        "fingerprint": trial.fingerprint,
        **(moments if at else {}),
        "leads": f"{trial.leads:,}",
        **({"rows": f"{trial.rows:,}, a lead at each moment"} if len(at) > 1 else {}),
        "rules": f"{len(trial.rules)}",
    }
    return tuple(facts.items())


def _findings(trial: Trial) -> Findings:
    """List findings, of each kind the first few and how many more there are."""
    found: dict[str, list[Finding]] = {}
    for each in findings(trial):
        found.setdefault(each.kind, []).append(Finding(each.says, each.remedy))
    items: list[Finding] = []
    for kind, several in found.items():
        few = several if len(several) <= MOST_OF_A_KIND + 1 else several[:MOST_OF_A_KIND]
        items += few
        if len(several) > len(few):
            more = f"{len(several) - len(few)} {_MORE[kind]}."
            items.append(Finding(more, "The tables of the report have all of them."))
    return Findings("findings", tuple(items), "Nothing stands out.")


def _bands(trial: Trial) -> Iterator[Section]:
    """Yield a section a ladder, the highest band first."""
    for ladder in dict.fromkeys(each.ladder for each in trial.bands):
        bands = _highest_first([each for each in trial.bands if each.ladder == ladder])
        blocks: list[Block] = [_band_chart(trial, ladder, bands)]
        is_lead = bands[0].unit == "lead"
        if trial.overrides and is_lead:
            rows = tuple((each.override, each.leads, each.share) for each in trial.overrides)
            columns = (Column("override", "override"), _count(trial), _SHARE)
            title = "Overrides, for whom each was the first that applied"
            blocks.append(Table(f"overrides-{ladder}", title, columns, rows))
        moves = [each for each in trial.account_moves if each.ladder == ladder]
        blocks += [_moves(ladder, moves)] if moves else []
        title = "Bands" if ladder == "band" else f"Bands of {ladder}"
        yield Section(f"bands-{ladder}", title, tuple(blocks))


def _moves(ladder: str, moves: Sequence[AccountMove]) -> Table:
    columns = (
        Column("account_id", "account"),
        Column("at", "at", "time"),
        Column("from_band", "from"),
        Column("to_band", "to"),
        Column("value", "value", "points"),
    )
    rows = tuple(tuple(getattr(each, column.name) for column in columns) for each in moves)
    return Table(f"moves-{ladder}", "The latest accounts that change band", columns, rows)


def _unit(trial: Trial, bands: Sequence[BandCount]) -> str:
    """Return what the counts of bands are of."""
    if bands[0].unit == "lead":
        return trial.unit
    return "accounts" if len(trial.moments) == 1 else "rows"


def _band_chart(trial: Trial, ladder: str, bands: list[BandCount]) -> Chart:
    moved = sum(abs(each.leads - each.before) for each in bands) // 2
    said = (
        f"Overrides move at least {moved:,} to another band."
        if moved
        else f"{_all(trial, bands)} in all."
    )
    unit = _unit(trial, bands)
    series = [Series(unit, tuple(each.leads for each in bands))]
    if trial.overrides:
        series.append(Series("before overrides", tuple(each.before for each in bands)))
    return Chart(
        f"bands-{ladder}-leads",
        "How many are in each band",
        said,
        "rows",
        Column("band", "band"),
        tuple(each.band or NO_BAND for each in bands),
        Column("leads", unit, "count"),
        tuple(series),
        beside=((_SHARE, tuple(each.share for each in bands)),),
    )


def _all(trial: Trial, bands: Sequence[BandCount]) -> str:
    if bands[0].unit == "lead":
        return _subjects(trial)
    rows = sum(each.leads for each in bands)
    counted = _counted(rows, "account")
    several = f"Accounts at {len(trial.moments)} moments ({rows:,} rows)"
    return counted if len(trial.moments) == 1 else several


def _over_time(trial: Trial) -> Iterator[Section]:
    """Yield bands at each of several moments."""
    charts: list[Block] = []
    for ladder in dict.fromkeys(each.ladder for each in trial.bands_at):
        counts = {
            (each.at, each.band): each.leads for each in trial.bands_at if each.ladder == ladder
        }
        bands = [each.band for each in trial.bands if each.ladder == ladder]
        unit = next(each.unit for each in trial.bands if each.ladder == ladder)
        charts.append(
            Chart(
                f"bands-{ladder}-over-time",
                f"{unit.capitalize()}s in each band at each moment",
                "The lowest band is at the bottom.",
                "stacked",
                Column("at", "moment", "time"),
                trial.moments,
                Column("leads", f"{unit}s", "count"),
                tuple(
                    Series(
                        band or NO_BAND,
                        tuple(counts.get((at, band), 0) for at in trial.moments),
                    )
                    for band in bands
                ),
                ordered=True,
            )
        )
    if charts:
        yield Section("over-time", "Bands over time", tuple(charts))


_SPREAD = (
    _SCORE,
    Column("minimum", "least", "points"),
    Column("lower_quartile", "25 %", "points"),
    Column("median", "median", "points"),
    Column("upper_quartile", "75 %", "points"),
    Column("maximum", "greatest", "points"),
    Column("mean", "mean", "points"),
    Column("zeros", "at 0", "share"),
    Column("nulls", "no score", "share"),
)


def _scores(trial: Trial) -> Section:
    rows = tuple(
        (
            each.score,
            each.minimum,
            each.lower_quartile,
            each.median,
            each.upper_quartile,
            each.maximum,
            each.mean,
            each.zeros / (trial.rows or 1),
            each.nulls / (trial.rows or 1),
        )
        for each in trial.scores
    )
    return Section("scores", "Scores", (Table("scores", "How scores are spread", _SPREAD, rows),))


def _distributions(trial: Trial) -> Section:
    charts = tuple(_histogram(trial, each) for each in trial.scores if each.bins)
    return Section("distributions", "Distribution of scores", charts, brief=False)


def _histogram(trial: Trial, spread: ScoreSpread) -> Chart:
    edges = trial.edges.get(spread.score, {})
    first, last = spread.bins[0], spread.bins[-1]
    inside = [Mark(at, name) for name, at in edges.items() if first.low <= at <= last.high]
    return Chart(
        f"scores-{spread.score}",
        spread.score,
        f"Half are between {figure(spread.lower_quartile, 'points')} and "
        f"{figure(spread.upper_quartile, 'points')}."
        + (" Dashed lines are the edges of bands." if inside else ""),
        "histogram",
        Column("from", f"{spread.score} from", "points"),
        tuple(each.low for each in spread.bins),
        _count(trial),
        (Series(trial.unit, tuple(each.leads for each in spread.bins)),),
        marks=tuple(inside),
        width=first.high - first.low,
    )


_RULES = (
    Column("rule", "rule"),
    Column("kind", "kind"),
    Column("fired", "fires for", "count"),
    Column("share", "share", "share"),
    Column("mean", "mean points", "points"),
    Column("weight", "share of all points", "share"),
    Column("missing", "field empty", "share"),
    Column("limited", "at its limit", "share"),
)


def _rules(trial: Trial) -> Section:
    """Return what every rule does, in the order of the model."""
    rows = tuple(
        (
            each.name,
            each.kind,
            each.fired,
            each.share,
            each.mean,
            each.weight,
            each.missing,
            each.limited if each.fired else None,
        )
        for each in trial.rules
    )
    said = (
        "Mean points are those where a rule fires; its share of all points counts them without "
        "their sign. Where a field is empty, a rule cannot be decided."
    )
    blocks: list[Block] = [Text(said), Table("rules", "What every rule does", _RULES, rows)]
    if trial.limits:
        mean = Column("mean", "mean points", "points")
        columns = (Column("limit", "limit"), _count(trial), _SHARE, mean)
        limits = tuple(
            (f"{each.score}.{each.limit}", each.leads, each.share, each.mean)
            for each in trial.limits
        )
        blocks.append(Table("limits", "Limits and ranges that take effect", columns, limits))
    blocks += _never_and_unseen(trial)
    return Section("rules", "Rules", tuple(blocks), brief=False)


def _never_and_unseen(trial: Trial) -> Iterator[Table]:
    """Yield why rules never fire, and what is looked for and never seen."""
    columns = (Column("rule", "rule"), Column("reason", "reason"), Column("remedy", "what to do"))
    never = tuple((rule, each.says, each.remedy or None) for rule, each in trial.never.items())
    if never:
        yield Table("never", "Rules that never fire", columns, never)
    columns = (Column("rule", "rule"), Column("column", "column"), Column("value", "never"))
    missed = tuple((each.place, each.column, each.value) for each in trial.unseen)
    if missed:
        yield Table("unseen", "Looked for and never seen", columns, missed)


def _together(trial: Trial) -> Iterator[Section]:
    if trial.always:
        columns = (
            Column("rule", "rule"),
            Column("other", "never fires without"),
            _count(trial),
            Column("identical", "and the other way round"),
        )
        rows = tuple(
            (each.rule, each.other, each.leads, "yes" if each.identical else "no")
            for each in trial.always
        )
        table = Table("together", "Rules that never fire alone", columns, rows)
        yield Section("together", "Rules that go together", (table,), brief=False)


_FIELDS = (
    Column("field", "field"),
    Column("empty", "empty for", "count"),
    Column("share", "share", "share"),
    Column("weight", "share of all points", "share"),
    Column("past", "past is known"),
)


def _fields(trial: Trial) -> Iterator[Section]:
    """Yield the fields that the model reads, those empty most often first."""
    if not trial.fields:
        return
    empty = figure(trial.empty / (trial.rows or 1), "share")
    said = (
        f"For {empty} of the {trial.unit} a field that the model reads is empty. "
        f"{figure(trial.without_past, 'share')} of all points rest on "
        "fields whose past is not known: at past moments they are read as they are today."
    )
    rows = tuple(
        (each.field, each.empty, each.share, each.weight, "yes" if each.has_past else "no")
        for each in sorted(trial.fields, key=lambda each: -each.empty)
    )
    table = Table("fields", "Fields that the model reads", _FIELDS, rows)
    yield Section("fields", "Fields", (Text(said), table), brief=False)


def _notes(trial: Trial) -> Iterator[Section]:
    if trial.notes:
        yield Section("notes", "Notes on the tables", tuple(map(Text, trial.notes)), brief=False)
