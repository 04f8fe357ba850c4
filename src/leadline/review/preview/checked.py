"""Whether what is kept of leads gives what the statement gives, asked of some of them."""

from __future__ import annotations

import numpy as np

from leadline.errors import EngineError
from leadline.scoring.kept.kept import Given, KeptLeads

SAMPLE = 500
"""So many leads are asked about, spread evenly over all."""


def check(leads: KeptLeads, given: Given, sample: int = SAMPLE) -> int:
    """Return of how many leads every score, grade and band was found to be the statement's.

    Raises EngineError where one is not: nothing of the preview is to be believed then.
    """
    places = np.unique(np.linspace(0, len(leads.known) - 1, sample).astype(np.int64))
    some = leads.known[places] if len(leads.known) else leads.known
    rows = leads.rows(given, some.tolist())
    if not rows.num_rows:
        return 0
    at = leads.run.moments.one
    assert at is not None  # noqa: S101 - see ``KeptLeads.open``
    over = leads.run.with_model(given.model).over(
        [(lead, at) for lead in rows["lead_id"].to_pylist()]
    )
    right = over.arrow("scores")
    compared = [each for each in right.column_names if each not in {"as_of", "model"}]
    ours, theirs = (
        {row["lead_id"]: row for row in each.select(compared).to_pylist()} for each in (rows, right)
    )
    wrong = sorted(lead for lead in theirs if ours.get(lead) != theirs[lead])
    if wrong:
        raise EngineError(
            f"the preview must give what the statement gives; of {len(theirs)} leads {len(wrong)} "
            f"differ, such as {wrong[0]}. This is a fault of leadline: please report it."
        )
    return len(theirs)
