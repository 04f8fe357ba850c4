"""Telephone numbers, against the library that says what is valid."""

from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examples import examples
from leadline.identity.phones import read_phone

COUNTRIES = sorted(phonenumbers.SUPPORTED_REGIONS)


def library(text: str, country: str | None) -> str | None:
    """Return the international form of a valid number, by the library alone."""
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return None
    is_valid = phonenumbers.is_valid_number(number)
    form = phonenumbers.PhoneNumberFormat.E164
    return phonenumbers.format_number(number, form) if is_valid else None


@st.composite
def numbers(draw: st.DrawFn) -> tuple[str, str]:
    """Return a number like those of a country, some digits of it changed, and the country."""
    country = draw(st.sampled_from(COUNTRIES))
    kind = draw(st.sampled_from([0, 1, 3, 6]))
    example = phonenumbers.example_number_for_type(country, kind)
    example = example or phonenumbers.example_number(country)
    assert example is not None
    form = draw(st.sampled_from([0, 1, 2]))
    text = phonenumbers.format_number(example, form)
    kept = draw(st.integers(3, len(text)))
    size = len(text) - kept
    return text[:kept] + draw(st.text("0123456789", min_size=size, max_size=size + 1)), country


@settings(max_examples=examples(400))
@given(numbers())
def test_numbers_are_what_the_library_says(case: tuple[str, str]) -> None:
    """The quick way gives the same as the library, with and without a country."""
    text, country = case
    assert read_phone(text, country).e164 == library(text, country)
    if text.startswith("+"):
        assert read_phone(text, None).e164 == library(text, None)


@pytest.mark.parametrize(
    ("text", "country", "reason"),
    [
        ("+1 999 999 9999", None, "phone repeats a digit"),
        ("1234567", "DE", "phone counts digits"),
        ("+49 1", None, "phone impossible"),
        ("+48 22 694 75 00", None, None),
        ("n/a", "DE", None),
        ("555 0100", None, None),
    ],
)
def test_what_nobody_has_is_marked(text: str, country: str | None, reason: str | None) -> None:
    """Without a country only what no country has is impossible; no number at all is no sign."""
    assert read_phone(text, country).invented == reason
