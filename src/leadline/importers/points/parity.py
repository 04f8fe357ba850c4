"""Their scores against ours: how many are equal, how far apart the others are, and why.

Rules are ranked by the correlation, over all leads compared, of the difference with whether the
rule fired (the point-biserial correlation); it is computed on the engine from sums.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from leadline.errors import Fault, InputError, nearest
from leadline.importers.points.their_scores import THEIRS, load_their_scores
from leadline.scoring import Run

MOST_LEADS = 5
"""Leads with the largest differences that are shown with their ledger."""

EDGES = (0, 1, 5, 10, 25)
"""Classes of differences end at these, without sign."""


@dataclass(frozen=True)
class RuleDifference:
    """How a rule goes together with differences.

    Attributes:
        rule: Such as ``engagement.email_opened``.
        fired: Leads compared where it fired.
        differing: Of these, leads whose scores differ.
        correlation: Of the difference, theirs less ours, with whether the rule fired; null where
            it always or never fired, or all differences are equal.
        mean_fired, mean_other: Mean difference where it fired, and where not.
        per_unit: The difference for each unit of the rule where that is the same for every lead,
            else null.
    """

    rule: str
    fired: int
    differing: int
    correlation: float | None
    mean_fired: float
    mean_other: float | None
    per_unit: float | None


@dataclass(frozen=True)
class LeadDifference:
    """A lead with its difference, and its rows of the ledger."""

    lead_id: str
    theirs: str
    ours: str | None
    difference: float
    ledger: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class Parity:
    """How their scores compare with ours.

    Attributes:
        output: Our column that was compared: a score, or a band where theirs are words.
        is_number: Whether numbers were compared; else a difference is 1 where words differ.
        leads: Leads with a score of both.
        only_theirs: Leads of theirs that are not in ours, or have no score here.
        only_ours: Leads of ours that they have no score for.
        equal: Leads whose scores are equal to 2 decimals.
        classes: Size of the difference, in words, to number of leads.
        quantiles: 0, 0.05, 0.5, 0.95 and 1 of the differences, theirs less ours.
        rules: By strength of the correlation, without sign.
        largest: The leads with the largest differences.
        conclusion: What follows, in sentences.
    """

    output: str
    is_number: bool
    leads: int
    only_theirs: int
    only_ours: int
    equal: int
    classes: Mapping[str, int]
    quantiles: Mapping[str, float]
    rules: tuple[RuleDifference, ...]
    largest: tuple[LeadDifference, ...]
    conclusion: tuple[str, ...]


def check_parity(run: Run, scores: str | Path, output: str | None = None) -> Parity:
    """Compare the scores of another system with those of a run at one moment.

    Args:
        run: The imported model over the tables, at the moment of their scores.
        scores: CSV file with a lead and a score a row.
        output: Our score or band to compare; by default the score that leads are ranked by, or
            where theirs are words, the band.

    Raises:
        InputError: The file cannot be used, or no lead of it is in the tables.
        FileError: It cannot be read.
    """
    is_number = load_their_scores(run.duckdb, scores)
    chosen = output or _usual(run, is_number=is_number)
    _refuse_unknown(run, chosen, is_number=is_number)
    _pair(run, chosen, is_number=is_number)
    [(leads, only_theirs, only_ours, equal)] = run.engine.rows(
        f"""select (select count(*) from parity), (select count(*) from {THEIRS} anti join parity
            using (lead_id)), (select count(*) from {run.table("scores")} anti join parity
            using (lead_id)), (select count(*) from parity where difference = 0)"""
    )
    if not leads:
        found = f"{only_theirs} leads that are not in leads or have no {chosen}"
        raise InputError(Fault(str(scores), "", "must have leads of the tables", found))
    rules = _rules(run)
    return Parity(
        chosen, is_number, leads, only_theirs, only_ours, equal,
        _classes(run, is_number=is_number), _quantiles(run), rules, _largest(run),
        conclusion(leads, equal, rules, is_number=is_number),
    )  # fmt: skip


def _usual(run: Run, *, is_number: bool) -> str:
    """Return what is compared: the total where there is one, or for words the first band."""
    if is_number:
        formulas = [name for name, each in run.model.scores.items() if each.kind == "formula"]
        return formulas[-1] if formulas else run.model.main_score
    if not run.model.lead_bands:
        ladders = "must be numbers, as the model has no bands to compare words with"
        raise InputError(Fault("", "their scores", ladders))
    return run.model.column(next(iter(run.model.lead_bands)))


def _refuse_unknown(run: Run, output: str, *, is_number: bool) -> None:
    words = [*map(run.model.column, run.model.lead_bands), *run.model.grades]
    known = list(run.model.scores) if is_number else words
    if output not in known:
        expected = f"must be one of {', '.join(known)}"
        raise InputError(Fault("", "their scores", expected, output, nearest(output, known)))


def _pair(run: Run, output: str, *, is_number: bool) -> None:
    ours = f'o."{output}"'
    difference = (
        f"round(t.score::double - {ours}::double, 2)"
        if is_number
        else f"(lower(t.label) <> lower({ours}))::int::double"
    )
    shown = f"rtrim(rtrim(printf('%.2f', {ours}), '0'), '.')" if is_number else ours
    run.engine.run(
        f"""create or replace temp table parity as
        select o.lead_id, t.label as theirs, {shown} as ours, {difference} as difference
        from {THEIRS} t join {run.table("scores")} o using (lead_id) where {ours} is not null"""
    )


def _classes(run: Run, *, is_number: bool) -> dict[str, int]:
    if not is_number:
        return {}
    titles = ["equal"]
    titles += [f"over {low} to {high}" for low, high in pairwise(EDGES)]
    titles += [f"over {EDGES[-1]}"]
    terms = " + ".join(f"(abs(difference) > {edge})::int" for edge in EDGES)
    rows = run.engine.rows(f"select {terms} as class, count(*) from parity group by 1")
    counts = dict(rows)
    return {title: counts.get(place, 0) for place, title in enumerate(titles)}


def _quantiles(run: Run) -> dict[str, float]:
    at = ("0", "0.05", "0.5", "0.95", "1")
    [(found,)] = run.engine.rows(f"select quantile_disc(difference, [{', '.join(at)}]) from parity")
    return dict(zip(at, map(float, found), strict=True))


def _rules(run: Run) -> tuple[RuleDifference, ...]:
    """Return every rule that fired for a lead compared, the strongest correlation first."""
    rows = run.engine.rows(
        f"""
        with whole as (
            select count(*)::double as n, sum(difference) as total,
                var_pop(difference) as variance from parity),
        fired as (
            select l.score || '.' || l.rule as rule, count(*)::double as fired,
                count(*) filter (where p.difference <> 0) as differing, sum(p.difference) as total,
                min(p.difference / coalesce(nullif(l.count, 0), 1)) as least,
                max(p.difference / coalesce(nullif(l.count, 0), 1)) as most
            from {run.table("points")} l join parity p using (lead_id)
            where l.state = 'fired' group by 1)
        select rule, fired::bigint, differing,
            case when variance > 0 and fired < n then (f.total - fired * w.total / n)
                / (n * sqrt(fired / n * (1 - fired / n) * variance)) end as correlation,
            f.total / fired, (w.total - f.total) / nullif(n - fired, 0),
            case when most - least < 0.005 and most <> 0 then round(f.most, 2) end
        from fired f cross join whole w
        order by abs(correlation) desc nulls last, differing desc, rule"""
    )
    return tuple(RuleDifference(*row) for row in rows)


def _largest(run: Run) -> tuple[LeadDifference, ...]:
    leads = run.engine.rows(
        "select lead_id, theirs, ours, difference from parity where difference <> 0 "
        f"order by abs(difference) desc, lead_id limit {MOST_LEADS}"
    )
    rows = run.engine.arrow(
        f"""select lead_id, score, rule, state, count, points from {run.table("points")}
        where lead_id in (select lead_id from parity where difference <> 0
            order by abs(difference) desc, lead_id limit {MOST_LEADS})
        order by lead_id, abs(points) desc nulls last, score, rule"""
    ).to_pylist()
    ledgers: dict[str, list[Mapping[str, Any]]] = {lead: [] for lead, *_ in leads}
    for row in rows:
        ledgers[row["lead_id"]].append({key: row[key] for key in row if key != "lead_id"})
    return tuple(
        LeadDifference(lead, theirs, ours, difference, tuple(ledgers[lead]))
        for lead, theirs, ours, difference in leads
    )


def conclusion(
    leads: int, equal: int, rules: Sequence[RuleDifference], *, is_number: bool
) -> tuple[str, ...]:
    """Return what follows from a comparison, in sentences."""
    differing = leads - equal
    if not differing:
        return (f"All {leads} scores are equal.",)
    found = [f"{differing} of {leads} scores differ."]
    always = [each for each in rules if each.differing == differing]
    only = [each for each in always if each.fired == differing]
    if only:
        found.append(
            f"Scores differ exactly where {_listed(only)} fired, and nowhere else: "
            "look at its row first."
        )
    elif always:
        found.append(f"Wherever scores differ, {_listed(always)} fired, though not only there.")
    else:
        found.append(
            "No rule fired for all that differ: more than one row is at work, or one that was not "
            "carried over."
        )
    for each in only if is_number else ():
        if each.per_unit is not None:
            more = "more" if each.per_unit > 0 else "less"
            found.append(
                f"Theirs is {abs(each.per_unit):g} {more} for each time that {each.rule} counts."
            )
    strongest = next((each for each in rules if each.correlation is not None), None)
    if strongest is not None and strongest not in only:
        found.append(
            f"The difference goes together most with {strongest.rule} "
            f"(correlation {strongest.correlation:+.2f}; it fired for {strongest.fired} leads, "
            f"{strongest.differing} of which differ)."
        )
    return tuple(found)


def _listed(rules: Sequence[RuleDifference]) -> str:
    return " and ".join(each.rule for each in rules)
