"""Whether things come with the end of leads more often than life explains, or only after it.

Life is counted in spans, each as long as what counts as the end; a span in which a thing came
several times is one, so that a burst is no evidence. What life alone would give at the end is said
by the same leads before it, by the same leads after it, and by leads as old that were still open:
the highest of the three counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from leadline.history.judged import Judged
from leadline.review.audit.evidence import FieldEvidence, Suspicion, percent
from leadline.sql.text import Sql, sql_text
from leadline.statistics.shares import wilson

FEWEST = 10
"""Things of fewer leads than this say nothing."""
ALARM = 1 / 3
"""At least this part of what came until the end came with it, beyond what life explains."""
QUESTION = 0.2
_LUCK = 0.05
"""How often luck alone may give any evidence, all types that are tried taken together."""
_ONLY_AFTER = 0.1
"""Before the end came at most this part of what life alone would give."""
_NEAR = 0.01
_SOON = 0.2
_MICROSECONDS = 1_000_000
_MINUTE = 60 * _MICROSECONDS
_DAY = 86_400 * _MICROSECONDS


@dataclass(frozen=True)
class Window:
    """What counts as the end of a lead, in microseconds: so long before it, and so long after."""

    before: int
    after: int

    @property
    def length(self) -> int:
        """How long a span is."""
        return self.before + self.after


@dataclass(frozen=True)
class Around:
    """In how many spans things of one type came, by where these lie to the end of leads.

    Attributes:
        type: The type.
        leads: Leads that ended and had any until then.
        before: Spans before the end in which any came.
        at: Ends with which any came.
        after: Spans after the end in which any came.
        lived_before: Spans before the end of all leads that have any at any time.
        ended: How many leads these are.
        lived_after: Their spans after the end.
        alike: With how many ends any would come, if all were as leads of that age that stay open.
    """

    type: str
    leads: int
    before: int
    at: int
    after: int
    lived_before: float
    ended: int
    lived_after: float
    alike: float

    @property
    def at_end(self) -> float:
        """The part of what came until the end that came with it."""
        return self.at / max(self.before + self.at, 1)

    @property
    def by_life(self) -> float:
        """The same part, if life merely went on: the highest that anything suggests."""
        rates = (_rate(self.before, self.lived_before), _rate(self.after, self.lived_after))
        return min(
            max(*rates, self.alike / self.ended) * self.ended / max(self.before + self.at, 1), 1.0
        )


def _rate(spans: int, lived: float) -> float:
    return min(spans / lived, 1.0) if lived > 0 else 0.0


def window(of: Judged, lives: Sql) -> Window:
    """Return what counts as the end: a small part of the time that half of the leads take.

    Where ends are dates without a time, it is a day at least. ``lives`` is as in ``around``.
    """
    query = sql_text(
        "select coalesce(median(epoch_us(ended_at) - epoch_us(started_at)), 0), "
        "coalesce(bool_and(ended_at = date_trunc('day', ended_at)), false) "
        "from {lives} where ended_at is not null",
        lives=lives,
    )
    [(life, are_dates)] = of.run.engine.rows(query)
    least = _DAY if are_dates else _MINUTE
    return Window(max(least, int(_NEAR * life)), max(least, int(_SOON * life)))


def around(of: Judged, happened: Sql, lives: Sql, end: Window) -> dict[str, Around]:
    """Return how things of every type stand to the ends of leads.

    Args:
        of: The rows; their engine is asked.
        happened: A relation ``type, who, happened_at``.
        lives: A relation ``who, started_at, ended_at, until``; whoever stays open has no end.
        end: What counts as the end.
    """
    query = sql_text(_AROUND, happened=happened, lives=lives, near=end.before, span=end.length)
    return {row[0]: Around(*row) for row in of.run.engine.rows(query)}


_AROUND = """
with lived as (
  select who, epoch_us(started_at) as born, epoch_us(ended_at) - epoch_us(started_at) as life,
    epoch_us(until) - epoch_us(started_at) as seen,
    (coalesce(epoch_us(ended_at) - {near}, epoch_us(until)) - epoch_us(started_at)) / {span}
      as spans
  from {lives} where started_at is not null
), came as (
  select h.type, l.who, l.life, l.seen, l.spans, epoch_us(h.happened_at) - l.born as age
  from {happened} as h join lived as l on l.who = h.who
), placed as (
  select distinct type, who, life, seen, floor((age - life + {near}) / {span}) as place
  from came where life is not null
), counted as (
  select type, count(distinct who) filter (where place <= 0) as leads,
    count(*) filter (where place < 0) as before, count(*) filter (where place = 0) as at,
    count(*) filter (where place > 0) as after
  from placed group by type
), theirs as (
  select type, sum(greatest(life - {near}, 0)) / {span} as before, count(*) as ended,
    sum(greatest(seen - life - {span} + {near}, 0)) / {span} as after
  from (select distinct type, who, life, seen from placed) group by type
), ages as (
  select age, sum(ended) as ended, sum(sum(lived)) over (order by age desc) - sum(lived) as lived
  from (
    select floor(life / {span}) as age, 1 as ended, 0 as lived from lived where life is not null
    union all select floor(spans), 0, 1 from lived
  ) group by age
), open as (
  select type, floor(age / {span}) as age, count(distinct who) as leads
  from came where floor(age / {span}) + 1 <= spans group by all
), alike as (
  select o.type, sum(a.ended * o.leads / a.lived) as ends
  from open as o join ages as a on a.age = o.age where a.lived > 0 group by o.type
)
select c.type, c.leads, c.before, c.at, c.after, t.before, t.ended, t.after, coalesce(a.ends, 0)
from counted as c join theirs as t on t.type = c.type left join alike as a on a.type = c.type
order by c.type
"""


def clustering(found: Around, tried: int, *, noun: str) -> Iterator[FieldEvidence]:
    """Yield evidence that things of a type come with the end of leads, or only after it.

    Args:
        found: How they stand to the ends.
        tried: How many types are asked, as the more are, the more luck gives.
        noun: What they are called, in plural.
    """
    z = NormalDist().inv_cdf(1 - _LUCK / 2 / max(tried, 1))
    if found.leads >= FEWEST:
        low, high = _interval(found.at_end, found.leads, z)
        if low - found.by_life >= QUESTION:
            says = (
                f"{percent(found.at_end)} of its {noun} until the end come with the end of a lead "
                f"({percent(low)} to {percent(high)}); life alone would give "
                f"{percent(found.by_life)}."
            )
            is_alarm = low - found.by_life >= ALARM
            yield FieldEvidence(Suspicion.AFTER, "with the end", says, is_alarm)
            return
    if found.ended >= FEWEST and _is_only_after(found, z):
        share = found.before / (found.before + found.at + found.after)
        says = (
            f"{percent(1 - share)} of its {noun} come when a lead has ended, though the same leads "
            f"lived {percent(_part_before(found))} of their time before."
        )
        yield FieldEvidence(Suspicion.AFTER, "only after the end", says)


def _interval(share: float, leads: int, z: float) -> tuple[float, float]:
    """Return the interval of a share that so many leads say."""
    low, high = wilson(np.array([share * leads]), np.array([float(leads)]), z)
    return float(low[0]), float(high[0])


def _part_before(found: Around) -> float:
    """Return which part of their time leads lived before the end."""
    lived = found.lived_before + found.ended + found.lived_after
    return found.lived_before / lived


def _is_only_after(found: Around, z: float) -> bool:
    share = found.before / (found.before + found.at + found.after)
    expected = _part_before(found)
    return share <= _ONLY_AFTER * expected and _interval(share, found.ended, z)[1] < expected / 2
