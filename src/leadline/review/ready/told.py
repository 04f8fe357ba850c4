"""What only people know: questions, and the answers that were given to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from leadline.errors import Fault, InputError, nearest


@dataclass(frozen=True)
class Asked:
    """A question of which the answer is yes or no.

    Attributes:
        title: What a yes means, in short.
        says: The question.
        instead: What to do first where the answer is no.
    """

    title: str
    says: str
    instead: str


QUESTIONS: Mapping[str, Asked] = {
    "persons": Asked(
        "People sell to people",
        "Do people of yours talk to a buyer before the buyer buys?",
        "Where everybody buys by themselves, there is nobody to whom a score would say whom to "
        "call: measure the shop instead.",
    ),
    "agreed": Asked(
        "Sales and marketing agree",
        "Have sales and marketing agreed, in writing, what a lead must be to go to sales, and what "
        "sales then does by when?",
        "Sit down together for an hour: name the bands, who acts on each and how soon. Without it "
        "no score is believed.",
    ),
    "prompt": Asked(
        "Raised hands are called at once",
        "Is whoever asks for a call called within a working day?",
        "Mend this first: it needs no score, and what is lost here no score finds again.",
    ),
    "reader": Asked(
        "Somebody reads the numbers",
        "Does somebody look at the numbers at least once a month, who may change points?",
        "Name one person, and an hour a month with `leadline watch`: what nobody looks after "
        "drifts within a year.",
    ),
}
"""What no table says, by the word that answers it."""
_WORDS = {"yes": True, "no": False}


def read_answers(text: str | None) -> dict[str, bool]:
    """Return answers such as ``agreed=yes, reader=no``. Raises InputError.

    >>> read_answers("agreed=yes, reader=no")
    {'agreed': True, 'reader': False}
    """
    pairs = [each.partition("=") for each in (text or "").split(",") if each.strip()]
    found = {key.strip(): value.strip().lower() for key, _, value in pairs}
    faults: list[Fault | str] = [
        Fault("", "--answers", "must answer one of the questions", each, nearest(each, QUESTIONS))
        for each in found
        if each not in QUESTIONS
    ]
    faults += [
        Fault("", f"--answers {key}", "must be yes or no", value)
        for key, value in found.items()
        if key in QUESTIONS and value not in _WORDS
    ]
    if faults:
        raise InputError(*faults)
    return {key: _WORDS[value] for key, value in found.items()}
