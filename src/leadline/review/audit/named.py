"""Names of fields that speak of how a lead ended: a question to ask, never an alarm."""

from __future__ import annotations

import re

from leadline.review.audit.evidence import FieldEvidence, Suspicion

_ENDS = re.compile(
    r"\b(elapsed|clos(?:e|ed|ing)|won|lost|days to|time to|stage changes?|stages? changed|"
    r"conver(?:ted|sion)|win date|abschluss|geschlossen|gewonnen|verloren|zamkni\w+|wygran\w+|"
    r"przegran\w+|закры\w+|выигр\w+|проигр\w+)\b|成交|关闭|赢单|输单"
)
_HUMPS = re.compile(r"(?<=[^\W\d_])(?<![A-Z])(?=[A-Z])")


def speaks_of_the_end(name: str) -> FieldEvidence | None:
    """Return the question whether a field is written with the end; None where its name is plain.

    >>> speaks_of_the_end("Elapsed Days").is_alarm, speaks_of_the_end("daysToClose").kind
    (False, 'name')
    >>> speaks_of_the_end("disclosed_budget"), speaks_of_the_end("wonder")
    (None, None)
    """
    words = " ".join(re.split(r"[\W_]+", _HUMPS.sub(" ", name))).lower()
    found = _ENDS.search(words)
    if found is None:
        return None
    says = f"Its name speaks of how a lead ends ({found.group()}): is it known at the moment?"
    return FieldEvidence(Suspicion.AFTER, "name", says, is_alarm=False)
