"""Names of companies and countries."""

from __future__ import annotations

import pytest

from leadline.identity.companies import read_company
from leadline.identity.countries import read_country


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("North Pumps GmbH & Co. KG", "north pumps"),
        ("NORTH PUMPS, Inc.", "north pumps"),
        ("North Pumps Sp. z o.o.", "north pumps"),
        ("Kowalski Spółka z ograniczoną odpowiedzialnością", "kowalski"),
        ("Norte S.A. de C.V.", "norte"),
        ("AT&T Inc.", "at&t"),
        ("AG", "ag"),
        ("北方科技股份有限公司", "北方科技"),
        ("--", None),
    ],
)
def test_legal_forms_go(name: str, expected: str | None) -> None:
    """What is left is never nothing, where there was a word."""
    assert read_company(name) == expected


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Germany", "DE"),
        ("deutschland", "DE"),
        ("Allemagne", "DE"),
        ("Niemcy", "DE"),
        ("德国", "DE"),
        ("DEU", "DE"),
        ("de", "DE"),
        ("U.S.A.", "US"),
        ("England", "GB"),
        ("Côte d'Ivoire", "CI"),
        ("European Union", None),
        ("Atlantis", None),
    ],
)
def test_countries_are_known_in_many_languages(text: str, code: str | None) -> None:
    """Names, codes of two letters and of three."""
    assert read_country(text) == code
