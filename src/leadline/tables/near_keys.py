"""Keys that would meet if they were written alike, and what to declare so that they do."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlglot import exp

from leadline.sql.dialects import render
from leadline.sql.trees import Tree, named, sql_tree

if TYPE_CHECKING:
    from leadline.engines.engine import Engine


class Way(NamedTuple):
    """A way to write keys alike.

    Attributes:
        lost: What a key that names nothing is made into.
        known: What a key that can be named is made into.
        found: What is said of such keys.
        declare: What to declare of the column that names, and where also the key does it.
    """

    lost: str
    known: str
    found: str
    declare: str
    is_of_both: bool = False


_WHOLE = "case when id like '%.0' then substring(id, 1, length(id) - 2) else id end"
WAYS = (
    Way("lower_ascii(id)", "lower_ascii(id)", "in other capitals", "case: lower", is_of_both=True),
    Way(_WHOLE, _WHOLE, "but for a .0 at the end", "cut: '.0'", is_of_both=True),
    *(
        Way(
            f"trim(split_part(id, '{mark}', 1))",
            "id",
            "as the first of several",
            f"split: '{mark}'",
        )
        for mark in ";|,"
    ),
)
"""Those by which keys are found are told."""


def nearly(engine: Engine, named_by: tuple[str, str, str], lost: Tree, known: Tree) -> str:
    """Return what would make keys meet that name nothing, as a sentence; empty where nothing would.

    Args:
        engine: Has the tables.
        named_by: The table and its column whose values name nothing, and what they should name.
        lost: Relation of those values as ``id``, one a row.
        known: Relation of the keys.
    """
    counts = [named(_met(way, lost, known), f"way_{number}") for number, way in enumerate(WAYS)]
    [found] = engine.rows(render(sql_tree("select :counts", counts=counts), engine.dialect))
    return "".join(
        _told(way, count, *named_by) for way, count in zip(WAYS, found, strict=True) if count
    )


def _told(way: Way, count: int, table: str, column: str, names: str) -> str:
    """Return how many keys a way would find, and what to declare for it."""
    places = [(table, column)]
    if way.is_of_both:
        places.insert(0, (names, f"{names[:-1]}_id"))
    declared = ", ".join(f"{each}: {{{title}: {{{way.declare}}}}}" for each, title in places)
    keys = "1 key is" if count == 1 else f"{count:,} keys are"
    return f" {keys} there {way.found}: declare columns: {{{declared}}}."


def _met(way: Way, lost: Tree, known: Tree) -> Tree:
    """Return how many different keys that name nothing would name something in a way."""
    counted = sql_tree(
        f"select count(*) from (select distinct id, {way.lost} as made from :lost as a) as l "
        f"join (select distinct {way.known} as made from :known as b) as k on k.made = l.made",
        lost=lost,
        known=known,
    )
    return sql_tree("(:query)", query=exp.Subquery(this=counted))
