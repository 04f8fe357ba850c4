"""What a person should know after a trial run, the most important first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from leadline.review.trial.trial import Trial

Kind = Literal[
    "no_leads",
    "empty_band",
    "never_fires",
    "unseen",
    "for_all",
    "always_with",
    "no_past",
    "empty_field",
    "unused_override",
]
MOSTLY_EMPTY = 0.5
MOST_OF_A_KIND = 5
"""More findings of one kind than this are counted and not listed; the tables have all."""


@dataclass(frozen=True)
class TrialFinding:
    """One thing to know: of what kind, what is so, and what to do about it."""

    kind: Kind
    says: str
    remedy: str = ""


def findings(trial: Trial) -> tuple[TrialFinding, ...]:
    """Return what to know of a trial run, the most important first."""
    if not trial.rows:
        return (TrialFinding("no_leads", "No lead was known at any of the moments."),)
    return tuple(each for kind in _FINDINGS for each in kind(trial))


def _empty_bands(trial: Trial) -> Iterator[TrialFinding]:
    lowest = {each.ladder: each.band for each in reversed(trial.bands)}
    for each in trial.bands:
        if each.band not in {None, lowest[each.ladder]} and not each.leads:
            ladder = "" if each.ladder == "band" else f" of {each.ladder}"
            yield TrialFinding(
                "empty_band",
                f"No lead would be in {each.band}{ladder}.",
                "Move its edge, or ask whether its conditions can be met.",
            )


def _never(trial: Trial) -> Iterator[TrialFinding]:
    for rule, reason in trial.never.items():
        yield TrialFinding("never_fires", f"{rule} never fires. {reason.says}", reason.remedy)


def _unseen(trial: Trial) -> Iterator[TrialFinding]:
    """Yield what is never seen though its rule fires for other reasons."""
    for each in trial.unseen:
        if each.place not in trial.never:
            says = f"{each.place} looks for '{each.value}', which {each.column} never is."
            yield TrialFinding("unseen", says, each.remedy)


def _for_all(trial: Trial) -> Iterator[TrialFinding]:
    for each in trial.for_all:
        points = f"{each.mean or 0:g} points"
        yield TrialFinding(
            "for_all",
            f"{each.name} fires for {_part(trial, each.share)}, each time with {points}.",
            "It sets nobody apart: leave it out and move the edges, or make it stricter.",
        )


def _part(trial: Trial, share: float) -> str:
    return "every lead" if share == 1 else f"{100 * share:.1f} % of the {trial.unit}"


def _always(trial: Trial) -> Iterator[TrialFinding]:
    for each in trial.always:
        if each.identical:
            says = f"{each.rule} and {each.other} fire for the same {each.leads:,} {trial.unit}."
            yield TrialFinding("always_with", says, "They count one thing twice: keep one.")
        else:
            where = f"{each.leads:,} {trial.unit}"
            says = f"{each.rule} never fires without {each.other} ({where})."
            remedy = "Their points always add up; see that this is meant."
            yield TrialFinding("always_with", says, remedy)


def _no_past(trial: Trial) -> Iterator[TrialFinding]:
    if trial.without_past and trial.looks_back:
        weights = sorted(
            (each for each in trial.fields if not each.has_past and each.weight),
            key=lambda each: -each.weight,
        )
        names = ", ".join(each.field for each in weights[:MOST_OF_A_KIND])
        yield TrialFinding(
            "no_past",
            f"{100 * trial.without_past:.0f} % of all points rest on fields whose past is not "
            f"known, and are those of today: {names}.",
            "Give their history with --field-history, or trust past moments less.",
        )


def _empty_fields(trial: Trial) -> Iterator[TrialFinding]:
    said = " ".join(each.says for each in trial.never.values())
    for each in trial.fields:
        if each.share > MOSTLY_EMPTY and each.field not in said:
            yield TrialFinding(
                "empty_field",
                f"{each.field} is empty for {_part(trial, each.share)}.",
                "Rules that read it cannot be decided there: fill it, or rely on it less.",
            )


def _unused_overrides(trial: Trial) -> Iterator[TrialFinding]:
    for each in trial.overrides:
        if not each.leads:
            yield TrialFinding(
                "unused_override", f"The override {each.override} never decides a band."
            )


_FINDINGS = (
    _empty_bands,
    _never,
    _unseen,
    _for_all,
    _always,
    _no_past,
    _empty_fields,
    _unused_overrides,
)
