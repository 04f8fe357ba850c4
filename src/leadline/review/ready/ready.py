"""Whether scoring is for you: what speaks for it, what is missing, and what to do first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from math import sqrt
from typing import Any, Literal

from leadline.model.task import TaskDocument
from leadline.review.ready.facts import Facts, facts
from leadline.review.ready.told import QUESTIONS
from leadline.scoring import Run

State = Literal["good", "weak", "missing", "asked"]
Verdict = Literal["learn", "points", "order", "wait", "no"]
LEARN_WINS = 100
"""From so many wins on a model's ROC-AUC of .75 is known to .085 either way, which tells a good
model from a useless one."""
JUDGE_WINS = 30
"""From so many wins on it is known to .16: a useless one is told from a good one, barely."""
_AUC = 0.75
_Z = 1.96
LEAST_WEEKS = 12
_COMPANIES = 0.5
_FILLED = 0.5
_ACTIVE = 0.2
_LOST = 0.05
_SHOP_DAYS = 1.0


@dataclass(frozen=True)
class Check:
    """One thing that scoring needs.

    Attributes:
        name: Name for machines.
        title: What is looked at.
        state: Whether it is there; ``asked`` where only people know.
        says: What was found.
        first: What to do about it; "" where it is good.
    """

    name: str
    title: str
    state: State
    says: str
    first: str = ""


@dataclass(frozen=True)
class Ready:
    """Whether scoring is for you.

    Attributes:
        verdict: ``learn``: points and chances can be learned; ``points``: write points by hand;
            ``order``: everybody can be called, a score orders the day; ``wait``: something must be
            mended first; ``no``.
        facts: What the tables say.
        capacity: How many leads a week sales can call; None where it is not said.
        checks: What was looked at, the most important first.
    """

    verdict: Verdict
    facts: Facts
    capacity: float | None
    checks: tuple[Check, ...]

    @property
    def first(self) -> tuple[Check, ...]:
        """What to do first: what is missing, then what is weak; of these in the order of checks."""
        found = [each for each in self.checks if each.state in {"missing", "weak"}]
        return tuple(sorted(found, key=lambda each: each.state == "weak"))

    @property
    def open(self) -> tuple[str, ...]:
        """The questions that are not answered yet."""
        return tuple(each.name for each in self.checks if each.state == "asked")

    def plain(self) -> dict[str, Any]:
        """Return it for machines."""
        known = {**vars(self.facts), "won": self.facts.won.plain()}
        return {
            "verdict": self.verdict,
            "capacity": self.capacity,
            "facts": known,
            "checks": [vars(each) for each in self.checks],
            "first": [each.name for each in self.first],
            "questions": list(self.open),
        }


def ready(
    run: Run,
    task: TaskDocument | None,
    end: datetime | None = None,
    capacity: float | None = None,
    answers: Mapping[str, bool] | None = None,
) -> Ready:
    """Return whether scoring is for you.

    Args:
        run: Any run over the tables.
        task: What winning is; None where nothing says it yet.
        end: Until when outcomes are known.
        capacity: How many leads a week sales can call.
        answers: What only people know, see ``QUESTIONS``.

    Raises InputError.
    """
    known = facts(run, task, end)
    checks = tuple(_checks(known, task, capacity, answers or {}))
    return Ready(_verdict(known, checks, capacity), known, capacity, checks)


def off_by(wins: int) -> float:
    """Return how far a ROC-AUC of .75 may be off with so many wins, in 95 % of the cases.

    Its variance is at most AUC (1 - AUC) / wins, however many did not win. Hanley and McNeil, The
    meaning and use of the area under a ROC curve (1982).

    >>> round(off_by(100), 3)
    0.085
    """
    return _Z * sqrt(_AUC * (1 - _AUC) / max(wins, 1))


def _checks(
    known: Facts, task: TaskDocument | None, capacity: float | None, answers: Mapping[str, bool]
) -> Iterator[Check]:
    yield _asked("persons", answers)
    yield _companies(known)
    yield _volume(known, capacity)
    yield _outcomes(known, task)
    yield _cycle(known)
    yield _asked("agreed", answers)
    yield _asked("prompt", answers)
    yield _decisions(known)
    yield from (each(known) for each in (_fields, _active, _kept))
    yield _asked("reader", answers)


def _asked(name: str, answers: Mapping[str, bool]) -> Check:
    """Return what was answered to a question."""
    asked = QUESTIONS[name]
    if name not in answers:
        first = f"Say --answers {name}=yes or {name}=no."
        return Check(name, asked.title, "asked", asked.says, first)
    if answers[name]:
        return Check(name, asked.title, "good", "You say: yes.")
    return Check(name, asked.title, "missing", "You say: no.", asked.instead)


def _companies(known: Facts) -> Check:
    says = f"{_percent(known.companies)} of the leads name a company."
    if known.companies >= _COMPANIES:
        return Check("companies", "Leads are of companies", "good", says)
    first = "Map account_id or company: half of what tells good leads is said of their company."
    return Check("companies", "Leads are of companies", "weak", says, first)


def _volume(known: Facts, capacity: float | None) -> Check:
    title = "More leads than can be called"
    if known.a_week is None:
        first = "Map created_at of leads, or give events."
        return Check("volume", title, "missing", "Nothing says when leads came.", first)
    says = f"{known.a_week:,.0f} leads come a week"
    if capacity is None:
        first = "Ask sales how many it can call, and say --capacity 20/week."
        return Check("volume", title, "weak", f"{says}; how many can be called is not said.", first)
    says += f", {capacity:,.0f} can be called."
    if known.a_week > capacity:
        return Check("volume", title, "good", says)
    first = (
        "Call all of them, raised hands first. A score then orders the day; it leaves nobody out."
    )
    return Check("volume", title, "weak", says, first)


def _outcomes(known: Facts, task: TaskDocument | None) -> Check:
    title = "What became of leads is known"
    if task is None or not known.ripe:
        says = "No lead has an outcome whose time is over."
        first = "Export closed deals, won and lost, with their dates, and write a task."
        return Check("outcomes", title, "missing", says, first)
    says = (
        f"{known.wins:,} of {known.ripe:,} leads won. With so many wins a model's ROC-AUC is "
        f"known to {off_by(known.wins):.2f} either way."
    )
    if known.wins >= LEARN_WINS:
        return Check("outcomes", title, "good", says)
    if known.wins >= JUDGE_WINS:
        first = "Write points by hand, and judge them with `leadline backtest`; learn later."
        return Check("outcomes", title, "weak", says, first)
    first = (
        "Begin with points by hand and ask sales about each; take accepted for won, of which there "
        "are more, and older deals too."
    )
    return Check("outcomes", title, "missing", says, first)


def _cycle(known: Facts) -> Check:
    title = "Buying takes time"
    weeks = f"The history has {known.weeks:,.0f} weeks."
    if known.days is None:
        first = "Give deals the date on which they were won."
        return Check("cycle", title, "weak", f"Nothing says how long it takes. {weeks}", first)
    middle, slow = known.days
    says = f"Half of the wins came within {middle:,.0f} days, nine of ten within {slow:,.0f}. "
    says += weeks
    if middle < _SHOP_DAYS:
        first = "Who buys on the first day needs no ranking; score those who do not."
        return Check("cycle", title, "weak", says, first)
    if known.weeks < LEAST_WEEKS or known.weeks * 7 < 2 * slow:
        first = "Take older leads into the export: at least twice as far back as a deal takes."
        return Check("cycle", title, "weak", says, first)
    return Check("cycle", title, "good", says)


def _decisions(known: Facts) -> Check:
    title = "Sales says what it thinks of leads"
    if known.decided:
        says = f"It accepted or gave back {known.decided:,} leads."
        return Check("decisions", title, "good", says)
    first = "Have sales accept or reject each lead with a click: it tells in days, deals in months."
    return Check("decisions", title, "weak", "Nothing says what it accepted or gave back.", first)


def _fields(known: Facts) -> Check:
    title = "Fields are filled"
    says = f"{_percent(known.filled)} of the cells of {known.fields} fields."
    if known.fields and known.filled >= _FILLED:
        return Check("fields", title, "good", says)
    first = "`leadline inspect` says which are empty; ask for less, and fill that."
    return Check("fields", title, "weak", says, first)


def _active(known: Facts) -> Check:
    title = "What leads do is recorded"
    if known.active is None:
        first = "Give events: what leads do tells more than who they are, and tells when."
        return Check("active", title, "weak", "There are no events.", first)
    says = f"{_percent(known.active)} of the leads did something."
    if known.active >= _ACTIVE:
        return Check("active", title, "good", says)
    first = "Look whether events reach the leads: `leadline resolve` says who is who."
    return Check("active", title, "weak", says, first)


def _kept(known: Facts) -> Check:
    title = "Rows find their leads"
    lost = {table: share for table, share in known.lost.items() if share > _LOST}
    if not lost:
        return Check("kept", title, "good", "Events and outcomes name leads that are there.")
    says = ", ".join(f"{_percent(share)} of {table}" for table, share in lost.items())
    first = "Export leads as far back as events and outcomes, or mend their ids."
    return Check("kept", title, "weak", f"The lead is not there of {says}.", first)


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _is(checks: tuple[Check, ...], name: str, *states: State) -> bool:
    return any(each.name == name and each.state in states for each in checks)


def _verdict(known: Facts, checks: tuple[Check, ...], capacity: float | None) -> Verdict:
    """Return the first verdict whose condition holds."""
    all_called = capacity is not None and known.a_week is not None and known.a_week <= capacity
    ladder: tuple[tuple[Verdict, Callable[[], bool]], ...] = (
        ("no", lambda: _is(checks, "persons", "missing")),
        ("wait", lambda: any(_is(checks, each, "missing") for each in ("agreed", "volume"))),
        ("order", lambda: all_called),
        ("points", lambda: known.wins < LEARN_WINS),
    )
    return next((verdict for verdict, holds in ladder if holds()), "learn")
