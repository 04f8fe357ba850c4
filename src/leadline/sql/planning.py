"""How an engine likes its plans."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Numbering = Literal["as_found", "in_order", "by_text"]


@dataclass(frozen=True)
class Planning:
    """What an engine is good at, which may choose the plan, never the result.

    Attributes:
        has_columns: It keeps tables by column in memory: then the distinct values of a few columns
            of all events are cheap to list, and events are cheap to sort.
        reads_again: It computes a part of a query anew each time that the query names it.
        numbering: How leads at several moments are told apart: ``as_found`` numbers rows as they
            come, which is fastest; ``in_order`` sorts them first, for engines that may compute a
            part twice; ``by_text`` needs no numbers, for those that compute some lost rows again.
        moves_rows: It moves rows between machines before it groups them: then sums of rules are
            better kept side by side, one row a lead, as long as they are not too many.
    """

    has_columns: bool = False
    reads_again: bool = False
    numbering: Numbering = "as_found"
    moves_rows: bool = False


SPARK = Planning(reads_again=True, numbering="by_text", moves_rows=True)
