"""Chance as SQL: draws that follow from the seed and the number of a row, and from nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from leadline.sql.text import literal


@dataclass(frozen=True)
class Chance:
    """Draws for the rows of one kind of thing.

    Attributes:
        seed: Another seed gives another world.
        kind: What the rows are, so that the first lead and the first account differ.
        row: SQL of the number of the row.
    """

    seed: int
    kind: str
    row: str

    def uniform(self, what: str) -> str:
        """Return a draw from 0 to below 1; the same ``what`` gives the same draw again.

        >>> Chance(1, "lead", "i").uniform("age")
        '((hash(xor(i, 6934438330102492324)) >> 11) * 1.1102230246251565e-16)'
        """
        text = f"{self.seed}:{self.kind}:{what}"
        key = int.from_bytes(sha256(text.encode()).digest()[:8], "big") >> 1
        return f"((hash(xor({self.row}, {key})) >> 11) * {2**-53!r})"

    def chance(self, what: str, share: float | str) -> str:
        """Return a condition that is true for a share of the rows."""
        return f"({self.uniform(what)} < {share})"

    def normal(self, what: str) -> str:
        """Return a draw with mean 0 and deviation 1 (Box and Muller, 1958)."""
        radius = f"sqrt(-2 * ln(1 - {self.uniform(what)}))"
        return f"({radius} * cos({6.283185307179586!r} * {self.uniform(what + ' angle')}))"

    def count(self, what: str, mean: str, most: int) -> str:
        """Return a whole number from 0 to ``most``, geometric with about this mean before the cut.

        Counts of what people do have a long tail, which a Poisson draw lacks.
        """
        ratio = f"(1e-9 + {mean}) / (1 + 1e-9 + {mean})"
        return f"least(floor(ln(1 - {self.uniform(what)}) / ln({ratio})), {most})::int"

    def between(self, what: str, low: int, high: int) -> str:
        """Return a whole number from low to high, both included."""
        return f"({low} + floor({self.uniform(what)} * {high - low + 1})::int)"

    def pick(self, what: str, values: Sequence[str | None]) -> str:
        """Return one of some texts, each as likely."""
        return f"{listed(values)}[{self.between(what, 1, len(values))}]"

    def among(self, what: str, shares: Mapping[str, float]) -> str:
        """Return one of some texts, by their shares, which add up to 1."""
        draw = self.uniform(what)
        edge = 0.0
        cases = []
        for value, share in shares.items():
            edge += share
            cases.append(f"when {draw} < {edge:.6f} then {literal(value)}")
        return f"case {' '.join(cases)} else {literal(list(shares)[-1])} end"


def listed(values: Sequence[str | None]) -> str:
    """Return a list of texts as SQL."""
    return f"[{', '.join(map(literal, values))}]"


def by_value(name: str, values: Mapping[str, Sequence[str | None]]) -> str:
    """Return the SQL of a list of texts that depends on a column."""
    cases = " ".join(f"when {literal(key)} then {listed(each)}" for key, each in values.items())
    return f"case {name} {cases} end"
