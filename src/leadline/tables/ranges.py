"""Ranges and short money as numbers: ``51-200``, ``10,001+``, ``$1.5M``, ``up to 10``."""

from __future__ import annotations

import re
from collections.abc import Mapping

from leadline.sql.text import Sql, sql_text

SCALES: Mapping[str, float] = {
    **dict.fromkeys(("k", "thousand", "tsd", "tys", "тыс", "тысяч", "千"), 1e3),
    **dict.fromkeys(("万", "wan"), 1e4),
    **dict.fromkeys(("m", "mm", "mn", "mio", "mln", "млн", "million", "millionen", "百万"), 1e6),
    **dict.fromkeys(("亿",), 1e8),
    **dict.fromkeys(("b", "bn", "mrd", "mld", "млрд", "billion", "milliarden"), 1e9),
}
"""What stands behind a short number, in small letters, to what it is multiplied by."""

_BELOW = ("<", "≤", "up to", "less than", "under", "below", "bis", "unter", "weniger als", "do",
          "poniżej", "mniej niż", "до", "менее", "少于")  # fmt: skip
_ABOVE = (">", "≥", "~", "over", "more than", "from", "above", "at least", "über", "ab", "mehr als",
          "od", "ponad", "powyżej", "więcej niż", "от", "более", "свыше", "超过")  # fmt: skip
"""What stands in front of a number that is one end of a range; behind it, a plus says the same."""

_MONEY = r"\p{Sc}|US\$|EUR|USD|GBP|CHF|PLN|zł|руб\.?|元"  # noqa: RUF001
_BETWEEN = "-|–|—|−|‑|~|to|and|bis|und|do|a|i|до|至|到"  # noqa: RUF001


def _one_of(words: tuple[str, ...]) -> str:
    return "|".join(re.escape(each).replace(r"\ ", " +") for each in words)


def _pattern(decimal: str) -> str:
    """Return the pattern of a range: what stands in front, low, its scale, high, its scale."""
    mark = re.escape(decimal)
    thousands = "[.' \u00a0\u202f]" if decimal == "," else "[,' \u00a0\u202f]"
    grouped = rf"[1-9]\d{{0,2}}(?:{thousands}\d{{3}})+"
    number = rf"((?:{grouped}|[1-9]\d*)(?:{mark}\d+)?|0(?:{mark}\d+)?)"
    scale = rf" ?({_one_of(tuple(SCALES))})?\.?"
    money = rf"(?: *(?:{_MONEY}) *)?"
    one = f"{money}{number}{scale}{money}"
    front = rf"((?:{_one_of(_BELOW)})|(?:{_one_of(_ABOVE)}))? *"
    behind = r" *\+?(?: *\pL[\pL .]{0,30})?\+?"
    return f"(?i)^{front}{one}(?: *(?:{_BETWEEN}) *{one})?{behind}$"


PARTS = ("front", "low", "low_scale", "high", "high_scale")

ENDS = """
    list_transform(list_transform(list_transform([regexp_extract({text}, {pattern}, {parts})],
        lambda found: {{
            low: {low},
            low_scale: {scales}[lower(nullif(found.low_scale, ''))],
            high: {high} * coalesce({scales}[lower(nullif(found.high_scale, ''))], 1),
            high_scale: coalesce({scales}[lower(nullif(found.high_scale, ''))], 1),
            is_below: lower(found.front) in ({below})
        }}),
        lambda two: {{
            low: case
                when two.high is null and two.is_below then 0
                when two.low_scale is null and two.low * two.high_scale <= two.high
                then two.low * two.high_scale
                else two.low * coalesce(two.low_scale, 1) end,
            high: coalesce(two.high, two.low * coalesce(two.low_scale, 1))
        }}),
        lambda ends: case when ends.low <= ends.high then {picked} end)[1]"""
"""In three steps: the parts, two numbers, and which of them; a scale behind both is of both."""

PICKED: Mapping[str, str] = {
    "low": "ends.low",
    "middle": "(ends.low + ends.high) / 2",
    "high": "ends.high",
}
"""What is declared to the number that a range is."""


def number_in(text: Sql, which: str, decimal: str) -> Sql:
    """Return the number that a range is, or that a short number means; null for all else.

    An open end is the end that is there: ``10,001+`` is 10001 whichever is asked for; below an end
    it begins with 0.
    """
    thousands = ".' \u00a0\u202f" if decimal == "," else ",' \u00a0\u202f"

    def number(part: str) -> Sql:
        bare = sql_text("translate(found.{p}, {marks}, '')", p=Sql(part), marks=thousands)
        return sql_text("try_cast(replace({x}, {d}, '.') as double)", x=bare, d=decimal)

    return sql_text(
        ENDS.strip(),
        picked=Sql(PICKED[which]),
        low=number("low"),
        high=number("high"),
        scales=Sql(f"map {sql_text('{s}', s=SCALES)}"),
        below=list(_BELOW),
        text=text,
        pattern=_pattern(decimal),
        parts=Sql(f"[{sql_text('{p}', p=PARTS)}]"),
    )
