"""Telephone numbers: their international form, and whether they can exist.

Validity is that of Google's libphonenumber. Its Python port needs some 25 microseconds a number;
where a number starts with ``+`` and has no prefix to be cut off, the same patterns are applied here
directly, with the same result. The tests compare the two.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

NOT_DIALLED = re.compile(r"[\s().\-/\u00a0\u2010-\u2015\u2212]+")
INTERNATIONAL = re.compile(r"\+[1-9][0-9]{6,14}")
DIGITS = re.compile(r"\d")
COUNTING = "01234567890123456789"
LONG_RUN = 7
"""So many digits in a row that count up or down are typed, not dialled."""
RUNS = frozenset(
    way[at : at + LONG_RUN]
    for way in (COUNTING, COUNTING[::-1])
    for at in range(len(way) - LONG_RUN)
)
SAME = 6
"""So many equal digits at the end are typed, not dialled."""
FEWEST = 5
"""A text with fewer digits is no number at all: ``n/a``, ``ext. 12``."""


class Phone(NamedTuple):
    """What a number says.

    Attributes:
        e164: The number as it is dialled from anywhere; None where it is not valid, or where
            without a country nobody can tell.
        invented: Why it cannot be somebody's number, None where it may be.
    """

    e164: str | None
    invented: str | None


NOTHING = Phone(None, None)


def read_phones(numbers: Iterable[tuple[str, str | None]]) -> Iterator[Phone]:
    """Yield what each number says, given with the code of its country where that is known."""
    return (read_phone(number, country) for number, country in numbers)


def read_phone(text: str, country: str | None) -> Phone:
    """Return what a number says.

    >>> read_phone("(030) 901820", "DE"), read_phone("+48 22 694 75 00", None)
    (Phone(e164='+4930901820', invented=None), Phone(e164='+48226947500', invented=None))
    >>> read_phone("+49 1", None).invented, read_phone("7777777", "US").invented
    ('phone impossible', 'phone repeats a digit')
    """
    dialled = NOT_DIALLED.sub("", text)
    if dialled.startswith("00") and country is None:
        dialled = "+" + dialled[2:]
    if INTERNATIONAL.fullmatch(dialled):
        quick = _quick(dialled[1:])
        if quick is not None:
            return Phone(dialled if quick else None, _typed(dialled[1:]))
    if country is not None and (e164 := _national(dialled, country)):
        return Phone(e164, _typed(e164))
    digits = "".join(DIGITS.findall(dialled))
    if len(digits) < FEWEST and not dialled.startswith("+"):
        return NOTHING
    e164, is_possible = _parsed(text if country else dialled, country)
    impossible = None if is_possible else "phone impossible"
    return Phone(e164, _typed(digits) or impossible)


def _typed(digits: str) -> str | None:
    """Return how a number was typed that nobody has."""
    if digits[-SAME:] == digits[-1:] * SAME:
        return "phone repeats a digit"
    if digits[-LONG_RUN:] in RUNS or digits[:LONG_RUN] in RUNS:
        return "phone counts digits"
    return None


def _parsed(text: str, country: str | None) -> tuple[str | None, bool]:
    """Return the international form and whether the number is possible, by the library."""
    import phonenumbers  # noqa: PLC0415 - slow to import

    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException as error:
        unknown = error.error_type == error.INVALID_COUNTRY_CODE and not text.startswith("+")
        return None, unknown
    is_valid = phonenumbers.is_valid_number(number)
    form = phonenumbers.PhoneNumberFormat.E164
    e164 = phonenumbers.format_number(number, form) if is_valid else None
    return e164, phonenumbers.is_possible_number(number)


class _Region(NamedTuple):
    leading: re.Pattern[str] | None
    valid: re.Pattern[str]


class _Code(NamedTuple):
    """A calling code: what its numbers look like, and what may have to be cut off."""

    prefix: re.Pattern[str] | None
    regions: tuple[_Region, ...]


def _quick(digits: str) -> bool | None:
    """Return whether an international number is valid, None where the library has to say."""
    for size in (1, 2, 3):
        code = _code(int(digits[:size]))
        if code is None:
            continue
        rest = digits[size:]
        if code.prefix is not None and code.prefix.match(rest):
            return None
        for region in code.regions:
            if region.leading is not None and region.leading.match(rest):
                return True if region.valid.fullmatch(rest) else None
            if region.leading is None and region.valid.fullmatch(rest):
                return True
        return None
    return None


def _national(dialled: str, country: str) -> str | None:
    """Return the international form of a number as its country dials it, None if not plain."""
    plain = _plain(country)
    if plain is None or not dialled.isascii() or not dialled.isdigit():
        return None
    code, prefix = plain
    rest = dialled.removeprefix(prefix)
    if rest.startswith("0") or (prefix and rest == dialled):
        return None
    return f"+{code}{rest}" if _quick(f"{code}{rest}") else None


@cache
def _plain(country: str) -> tuple[str, str] | None:
    """Return calling code and prefix of a country where the prefix is ``0``, or there is none."""
    from phonenumbers import PhoneMetadata  # noqa: PLC0415 - slow to import

    found: Any = PhoneMetadata.metadata_for_region(country, None)
    if found is None or found.national_prefix_for_parsing not in (None, "0"):
        return None
    return str(found.country_code), found.national_prefix_for_parsing or ""


@cache
def _code(code: int) -> _Code | None:
    import phonenumbers  # noqa: PLC0415 - slow to import
    from phonenumbers import PhoneMetadata  # noqa: PLC0415

    names = phonenumbers.COUNTRY_CODE_TO_REGION_CODE.get(code)
    if not names:
        return None
    if names[0] == phonenumbers.REGION_CODE_FOR_NON_GEO_ENTITY:
        return _Code(None, ())
    found: list[Any] = [PhoneMetadata.metadata_for_region(name, None) for name in names]
    prefix = found[0].national_prefix_for_parsing
    return _Code(re.compile(prefix) if prefix else None, tuple(map(_region, found)))


def _region(metadata: Any) -> _Region:
    kinds = (
        "fixed_line", "mobile", "toll_free", "premium_rate", "shared_cost", "voip",
        "personal_number", "pager", "uan", "voicemail",
    )  # fmt: skip
    found = [getattr(metadata, kind) for kind in kinds]
    patterns = [each.national_number_pattern for each in found if each and _has_numbers(each)]
    leading = metadata.leading_digits
    general = metadata.general_desc.national_number_pattern
    either = "|".join(f"(?:{each})" for each in patterns) or "(?!)"
    return _Region(
        re.compile(leading) if leading else None, re.compile(f"(?={general}$)(?:{either})")
    )


def _has_numbers(description: Any) -> bool:
    return bool(description.national_number_pattern) and description.national_number_pattern != "NA"
