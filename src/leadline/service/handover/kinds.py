"""What a person can say of a lead: each kind with what it needs and what it does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Has = Literal["keeps", "takes", "gives_back", "hands_over"]
"""What becomes of who has the lead."""


@dataclass(frozen=True)
class Kind:
    """One kind of answer.

    Attributes:
        says: What it means, in one line.
        has: What becomes of who has the lead.
        needs: What must be said beside it.
        takes: What may be said beside it.
        is_outcome: Whether it is an outcome of the lead too, of the same name.
        is_contested: Whether only who has the lead may say it, where somebody has.
    """

    says: str
    has: Has = "keeps"
    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    is_outcome: bool = False
    is_contested: bool = False


KINDS: Mapping[str, Kind] = {
    "accepted": Kind(
        "It is worth working on.", "takes", is_outcome=True, is_contested=True
    ),
    "rejected": Kind(
        "It is not; for a reason of the team's list.",
        "gives_back",
        ("reason",),
        is_outcome=True,
        is_contested=True,
    ),
    "meeting": Kind("A meeting is arranged.", "takes", is_outcome=True),
    "opportunity": Kind("A sale is likely.", "takes", takes=("amount",), is_outcome=True),
    "won": Kind("It was sold.", takes=("amount",), is_outcome=True),
    "lost": Kind("It was not sold.", needs=("reason",), takes=("amount",), is_outcome=True),
    "snoozed": Kind("It rests until a moment.", "takes", ("until",), is_contested=True),
    "claimed": Kind("I take it.", "takes", is_contested=True),
    "handed_over": Kind("A colleague takes it.", "hands_over", ("to",)),
    "given_back": Kind("Anybody may take it.", "gives_back", is_contested=True),
    "override": Kind(
        "Its band is another until a moment, for a reason.",
        needs=("band", "reason", "until"),
        takes=("ladder",),
    ),
    "undone": Kind("An answer was given in error.", needs=("undoes",)),
}  # fmt: skip
"""All of them by name."""

ALWAYS = ("note", "owner")
"""What may be said beside any: a note, and whom the speaker thought to have the lead."""
