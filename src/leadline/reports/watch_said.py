"""What changed, in words: a sentence, its size, and what to do next."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from leadline.reports.figures import Kind, figure, within
from leadline.review.watch.arrivals import REST
from leadline.review.watch.goal import SHARES, Reached
from leadline.review.watch.series import Series, Topic
from leadline.review.watch.verdicts import Alarm, Sight, moved
from leadline.review.watch.watch import Verdict
from leadline.review.watch.weeks import Weeks
from leadline.statistics.measures import Measured

_LEAST_BAND = 0.01
"""Bands whose share moved by less are not told of."""


def day(at: datetime) -> str:
    """Return a date in words.

    >>> day(datetime(2026, 8, 3))
    '3 August 2026'
    """
    return f"{at.day} {at:%B %Y}"


def title(series: Series) -> str:
    """Return what is watched, such as ``seniority is empty``."""
    said = _TITLES[series.topic].format(name=series.name)
    return f"{said} ({series.among})" if series.among else said


_TITLES: Mapping[Topic, str] = {
    "empty": "{name} is empty",
    "values": "values of {name}",
    "events": "leads with {name}",
    "repeats": "{name} a lead and day",
    "marks": "marked {name}",
    "lost": "{name} without a lead",
    "accepted": "accepted by sales",
    "won": "won in time",
    "promise": "won against {name}",
    "band": "bands of new leads ({name})",
    "score": "{name} of new leads",
}


def says(alarm: Alarm) -> str:
    """Return what changed and how large it is, in a sentence."""
    among = f" of {alarm.series.among}" if alarm.series.among else ""
    said = _SAYS[alarm.topic](alarm)
    return (
        f"{said.format(now=_now(alarm), before=_figure(alarm.series, alarm.before), among=among)}."
    )


def _part(alarm: Alarm, own: str) -> str:
    return own.format(part="other values" if alarm.part == REST else alarm.part)


_SAYS: Mapping[Topic, Callable[[Alarm], str]] = {
    "empty": lambda a: f"{a.series.name} is empty for {{now}} of new leads, before for {{before}}",
    "values": lambda a: (
        f"{a.series.name}: {_part(a, '{part}')} for {{now}} of new leads, before for {{before}}"
    ),
    "events": lambda a: (
        f"{a.series.name} comes for {{now}} times as many leads as other events let expect"
    ),
    "repeats": lambda a: f"a lead with {a.series.name} has {{now}} a day, before {{before}}",
    "marks": lambda _: "{now} of what leads do is marked as no person's, before {before}",
    "lost": lambda _: "{now} of what is done belongs to no lead, before {before}",
    "accepted": lambda _: "Sales accepts {now}{among}, before {before}",
    "won": lambda _: "{now}{among} won in time, before {before}",
    "promise": lambda _: "{now} times as many{among} won as were promised",
    "band": lambda a: f"{{now}} of new leads are in {a.part}, before {{before}}",
    "score": lambda a: (
        f"{{now}} of new leads have more than {a.part.removeprefix('above ')} in "
        f"{a.series.name}, before {{before}}"
    ),
}


def _now(alarm: Alarm) -> str:
    now = alarm.now
    if now.value is None:
        return "none"
    return within(now.value, (now.low, now.high), _kind(alarm.series))


def _kind(series: Series) -> Kind:
    return "share" if series.kind == "share" else "measure"


def _figure(series: Series, value: float) -> str:
    return within(value, (None, None), _kind(series))


def when(alarm: Alarm, weeks: Weeks) -> str:
    """Return since when, and until when."""
    since = f"Since the week of {day(weeks.begin(alarm.since))}"
    if alarm.over is None:
        return f"{since}; told at the end of that of {day(weeks.begin(alarm.told))}."
    return f"{since}; over since the week of {day(weeks.begin(alarm.over))}."


def seen(alarm: Alarm) -> str:
    """Return the smallest change that could have been seen."""
    to = moved(alarm.series, alarm.before, alarm.smallest, up=alarm.is_up)
    before, after = (_figure(alarm.series, each) for each in (alarm.before, to))
    return f"From {before}, four weeks would have told {after}."


def sight(each: Sight) -> tuple[str | None, str | None]:
    """Return where a series stands, and the change down and up that four weeks tell."""
    if each.smallest is None:
        return None, None
    low, high = (moved(each.series, each.before, each.smallest, up=up) for up in (False, True))
    return _figure(each.series, each.before), " or ".join(
        (_figure(each.series, low), _figure(each.series, high))
    )


def effect(verdict: Verdict) -> str:
    """Return what it does to bands, and which rules moved."""
    moves = [
        f"{each.name} {figure(each.before, 'share')} to {figure(each.since, 'share')}"
        for each in verdict.bands
        if abs(each.by) >= _LEAST_BAND
    ]
    bands = f"Bands of new leads since: {', '.join(moves)}." if moves else "Bands stay as they are."
    rules = [
        f"{each.name} {figure(round(each.by, 2), 'added')}"
        for each in verdict.rules
        if each.name in _telling(verdict)
    ]
    return f"{bands} Mean points of rules: {', '.join(rules)}." if rules else bands


def _telling(verdict: Verdict) -> set[str]:
    """Return the rule that moved most; of what follows from others, three."""
    most = 3 if verdict.alarm.topic in {"band", "score"} else 1
    return {each.name for each in verdict.rules[:most]}


def far(goal: Reached) -> str:
    """Return how far a goal is, in two sentences."""
    kind: Kind = "share" if goal.goal.measure in SHARES else "points"
    named = _GOALS[goal.goal.measure].format(of=goal.of)
    before, now = (_interval(each, kind) for each in (goal.before, goal.now))
    target = f"{figure(goal.goal.target, kind)} by {day(goal.goal.by)}"
    said = f"Goal: {named} {target}. Before {before}, now {now}"
    if goal.is_surely_reached:
        return f"{said}: reached."
    if goal.was_reached:
        return f"{said}: it stood as well before, set another one."
    if goal.part is None or goal.now.low is None:
        return f"{said}: too few to say how far it is."
    way = f"{100 * goal.part:.0f} % of the way" if goal.part >= 0 else "further away"
    doubt = "" if goal.is_told_from_before else ", which may be chance"
    return f"{said}: {way}{doubt}, with {100 * goal.time_gone:.0f} % of the time gone."


_GOALS: Mapping[str, str] = {
    "won": "won in {of}",
    "accepted": "accepted by sales",
    "entries": "entries into {of} a week",
    "days": "days to close",
    "revenue": "revenue a week",
}


def _interval(of: Measured, kind: Kind) -> str:
    return "nothing" if of.value is None else within(of.value, (of.low, of.high), kind)


def step(verdict: Verdict) -> str:
    """Return what to do next, which may be nothing."""
    alarm = verdict.alarm
    if alarm.over is not None:
        return "Nothing: it is over. Look what happened then, so that it does not come again."
    return _STEPS[alarm.topic, alarm.is_up].format(name=alarm.series.name, among=alarm.series.among)


_FORM = "Ask who changed a form, an import or the mapping of {name}; "
_STEPS: Mapping[tuple[Topic, bool], str] = {
    ("empty", True): _FORM + "until it is filled again, rules that read it give nothing.",
    ("empty", False): "Nothing, if {name} is asked for since; else look where values come from.",
    ("values", True): _FORM + "leadline inspect lists its values.",
    ("values", False): _FORM + "leadline inspect lists its values.",
    ("events", True): "Nothing, if a campaign explains it; else look for a tracker on more pages.",
    ("events", False): "Look whether the tracker still sends {name} from everywhere.",
    ("repeats", True): "Look for a tracker that is built in twice. Until it is mended, a limit or "
    "`count: daily` on rules that count {name} keeps points from growing with it.",
    ("repeats", False): "Look whether {name} is still sent each time.",
    ("marks", True): "Look at the addresses that `leadline marks` lists.",
    ("marks", False): "Look whether events still carry addresses and user agents.",
    ("lost", True): "Look which ids events carry that leads do not have: an import may be late.",
    ("lost", False): "Nothing.",
    ("accepted", True): "Tell marketing: {among} deserves more; `leadline rates` says how much.",
    ("accepted", False): "Ask sales why they refuse, then try fewer points: leadline rates, "
    "leadline trial.",
    ("won", True): "Tell marketing; `leadline learn` on the latest outcomes gives it its points.",
    ("won", False): "`leadline learn --recalibrate`, or try fewer points: leadline rates.",
    ("promise", True): "`leadline learn --recalibrate`: more comes than is promised.",
    ("promise", False): "`leadline learn --recalibrate`: less comes than is promised.",
    ("band", True): "If nothing above explains it: leadline thresholds says where the edge stands.",
    (
        "band",
        False,
    ): "If nothing above explains it: leadline thresholds says where the edge stands.",
    ("score", True): "If nothing above explains it: leadline trial says what every rule does.",
    ("score", False): "If nothing above explains it: leadline trial says what every rule does.",
}
