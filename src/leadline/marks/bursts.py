"""More pages in a time than a person sees: of one visitor, or from one address."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from leadline.marks.signs import CLICKED, VIEWED, Signs
from leadline.sql.text import Sql, joined, sql_text

HOUR_SECONDS = 3600
SECOND = 1_000_000
PAGES = """
    select event_id, occurred_at, recorded_at, address, lead_id as visitor
    from seen where type in ({pages})"""

# an event is of a burst where it is one of so many in a row that lie within the time
BURST = """
    select event_id, {sign} as sign, until as recorded_at from (
        select event_id, max(is_full) over following as is_burst,
            max(recorded_at) over following as until
        from (
            select *, coalesce(epoch_us(occurred_at) - epoch_us(lag(occurred_at, {before}) over (
                partition by {by} order by occurred_at, event_id
            )) <= {micros}, false) as is_full
            from pages where {by} is not null
        )
        window following as (partition by {by} order by occurred_at, event_id
            rows between current row and {before} following)
    ) where is_burst"""


@dataclass(frozen=True)
class Burst:
    """So many pages of one visitor, or from one address, within a time."""

    sign: str
    by: str
    pages: int
    seconds: int

    @property
    def says(self) -> str:
        """What a person reads."""
        time = "an hour" if self.seconds == HOUR_SECONDS else f"{self.seconds} s"
        whose = "of one visitor" if self.by == "visitor" else "from one address"
        return f"burst: {self.pages} pages or more {whose} within {time}"

    def step(self) -> Sql:
        """Return the query of its events over the relation ``pages``."""
        micros = self.seconds * SECOND
        return sql_text(
            BURST, sign=self.sign, by=Sql(self.by), before=self.pages - 1, micros=micros
        )

    def found(self, place: int) -> Sql:
        """Return the query of its marks, of which those of the least place stand."""
        return sql_text(
            "select event_id, sign, {says} as mark, recorded_at, {place} as place from {step}",
            says=self.says,
            place=place,
            step=Sql(self.sign),
        )


def bursts(signs: Signs, *, has_address: bool) -> list[Burst]:
    """Return the bursts that events can be looked through for."""
    of_visitors = [
        Burst("fast", "visitor", signs.pages, signs.pages_seconds),
        Burst("long", "visitor", signs.pages_hour, HOUR_SECONDS),
    ]
    from_address = Burst("address", "address", signs.address_pages, signs.address_seconds)
    return [*of_visitors, *([from_address] if has_address else [])]


def steps(looked_for: list[Burst]) -> Iterator[tuple[str, Sql]]:
    """Yield the steps over the relation ``seen``."""
    yield "pages", sql_text(PAGES, pages=(*VIEWED, *CLICKED))
    for each in looked_for:
        yield each.sign, each.step()


def found(looked_for: list[Burst]) -> Sql:
    """Return the query of all events of bursts, after ``steps``."""
    return joined(" union all ", [each.found(place) for place, each in enumerate(looked_for, 3)])
