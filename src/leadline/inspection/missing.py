"""Values that seem to mean: no value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from leadline.inspection.report import Suspect
from leadline.inspection.values import Values
from leadline.sql.text import Sql, sql_text

MEANINGS: Mapping[str, str] = {
    "says that it is not available": (
        "n/a; #n/a; n.a; na; not available; not applicable; k.a; k. a; keine angabe; "
        "nicht verfügbar; n.d; nd; non disponible; no disponible; no aplica; nie dotyczy; н/д; "
        "暂无; 不适用"
    ),
    "is what a program writes for nothing": "null; \\n; nil; none; nan; nat; undefined",
    "says that it is unknown": (
        "unknown; unkown; unspecified; not known; not specified; not provided; not set; "
        "unbekannt; nicht bekannt; nicht angegeben; inconnu; inconnue; non renseigné; non précisé; "
        "desconocido; desconocida; sin especificar; nieznany; nieznana; nieznane; nie podano; "
        "неизвестно; не указано; не указан; 未知; 不详; 未填写"
    ),
    "is what a form shows before a choice": (
        "select; please select; please choose; choose; choose one; select one; select an option; "
        "bitte wählen; bitte auswählen; auswählen; choisir; sélectionner; veuillez sélectionner; "
        "seleccione; seleccionar; wybierz; proszę wybrać; выберите; выбрать; 请选择; 选择"
    ),
    "says that it is empty": (
        "blank; empty; -none-; leer; vide; aucun; vacío; ninguno; brak; brak danych; нет данных; "
        "无; 空"
    ),
    "stands for nothing": "-; --; ---; –; —; .; ?; ??; _; x; xx; xxx",  # noqa: RUF001
    "says that it is missing": "tbd; tba; missing; no data; nodata; no value",
    "is what a database writes for no date": (
        "0000-00-00; 0000-00-00 00:00; 0000-00-00 00:00:00; 0000-00-00t00:00:00; "
        "0000-00-00t00:00:00z; 0000-00-00 00:00:00.000000; 00/00/0000; 00.00.0000; 00-00-0000"
    ),
}
"""Why values are suspect, to the words that are, in small letters and without what frames them."""

FRAME = "-–—.…*<>()[]|: "  # noqa: RUF001
"""What forms and programs put around a word: ``--Select--``, ``(none)``, ``<null>``."""

IS_BLANK = "is blank"
UNKNOWN = "says that it is unknown"
"""What somebody has written or chosen, where others left the cell empty."""

WORDS: Mapping[str, str] = {
    "": IS_BLANK,
    **{word: why for why, words in MEANINGS.items() for word in words.split("; ")},
}

SHORT_CODES = "regexp_full_match(text, '[A-Z]{2}')"
"""Codes of countries and states: NA is one of them."""
MOST = 0.9

DATES = ("1970-01-01", "1900-01-01", "1899-12-30", "1899-12-31", "0001-01-01", "9999-12-31")
"""Where clocks and calendars of programs begin and end."""
YEARS_APART = 3

REPEATED = 2
REPEATED_SHARE = 0.001
"""A number that stands for nothing stands in so many rows at least."""
FAR = 2
"""A large one is so many times larger than all other values."""
SCALE = 5
"""A negative one is suspect only beside values of at least this: -1, 0, 1 is a scale."""


def words(values: Values) -> Iterator[tuple[str, Suspect]]:
    """Yield texts that mean nothing by what they say."""
    condition = sql_text(
        "lower(trim(text)) in ({words}) or lower(trim(text, {frame})) in ({words})",
        frame=FRAME,
        words=list(WORDS),
    )
    found = [
        (text, count)
        for text, count in values.most(len(WORDS), condition)
        if _folded(text) or not text.strip()
    ]
    others = values.without([text for text, _ in found])
    is_code = bool(found) and others.sampled_share(Sql(SHORT_CODES)) >= MOST
    for text, count in found:
        folded_text = _folded(text)
        letters = folded_text in {"x", "xx", "xxx", "na", "_", "."}
        if not (letters and (is_code or others.counts()[1] == 0 or len(folded_text) == 1)):
            yield text, Suspect(text, count, WORDS[folded_text])


def beside_blanks(worded: Iterable[tuple[str, Suspect]], blank: int) -> Iterator[tuple[str, str]]:
    """Yield texts that say unknown where cells are empty too, with what to ask.

    Who was asked and does not know is another lead than who was not asked, and may win more often.
    """
    if blank <= 0:
        return
    empty = f"{_rows(blank)} {'is' if blank == 1 else 'are'} empty"
    for text, suspect in worded:
        if suspect.why == UNKNOWN:
            stands = f"{text} stands in {_rows(suspect.count)}, and {empty}"
            advice = f"where both mean the same, declare missing: [{text}]"
            yield text, f"{stands}: {advice}; rates says what became of each."


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"


TOTALS = (
    "(grand |sub ?)?totals?|sum|summe|gesamt|gesamtsumme|total général|suma|razem|ogółem|"
    "итого|всего|合计|总计|小计"
)
"""What stands in front of a line of totals at the end of a report."""


def totals(values: Values) -> Iterator[Suspect]:
    """Yield what stands in a key and names a line of totals."""
    condition = sql_text(
        "times = 1 and regexp_full_match(lower(trim(text)), {named})",
        named=f"({TOTALS})([\\s:(].*)?",
    )
    for text, count in values.most(3, condition):
        yield Suspect(text, count, "names a line of totals")


def _folded(text: str) -> str:
    """Return the word in a text that is known; a text of signs alone only as it stands."""
    bare = text.strip().lower()
    return bare if bare in WORDS else bare.strip(FRAME)


def numbers(values: Values, declared: dict[str, Any], rows: int) -> Iterator[Suspect]:
    """Yield numbers that stand apart from all others, as 999 and -1 do."""
    least = max(REPEATED, REPEATED_SHARE * rows)
    high = values.numbers(declared, "desc")
    low = values.numbers(declared, "asc")
    for at, (value, count) in enumerate(high[:-1]):
        if not _is_nines(value) or count < least or value < FAR * high[at + 1][0]:
            break
        if high[at + 1][0] > 0:
            yield Suspect(_plain(value), count, "stands far above all other values")
    for at, (value, count) in enumerate(low[:-1]):
        if value not in NEGATIVE or count < least:
            break
        if low[at + 1][0] >= 0 and _largest(high) >= SCALE:
            yield Suspect(_plain(value), count, "stands below all other values, which are positive")


NEGATIVE = {-1.0, -9.0, -99.0, -999.0, -9999.0}


def _is_nines(value: float) -> bool:
    return value >= 99 and set(_text(value)) == {"9"}  # noqa: PLR2004 - two digits at least


def _largest(high: list[tuple[float, int]]) -> float:
    """Return the largest value that is not itself suspect by its look."""
    return next((value for value, _ in high if not _is_nines(value)), 0.0)


def _text(value: float) -> str:
    return str(int(value)) if value.is_integer() else str(value)


def _plain(value: float) -> int | float:
    return int(value) if value.is_integer() else value


def dates(values: Values) -> Iterator[tuple[str, Suspect]]:
    """Yield times at which calendars begin and nothing else happens."""
    for date in DATES:
        condition = sql_text("starts_with(text, {date})", date=date)
        year = int(date[:4])
        for text, count in values.most(3, condition):
            near = sql_text(
                "not {same} and abs(try_cast(left(text, 4) as int) - {year}) < {apart}",
                same=condition,
                year=year,
                apart=YEARS_APART,
            )
            if count >= REPEATED and not values.counts(near)[0]:
                yield text, Suspect(text, count, "is where a calendar begins or ends")
