"""What a page says that no catalogue says: in the language of the tests all else is marked."""

from __future__ import annotations

import re

PSEUDO = {"Accept-Language": "qps-ploc"}


def unsaid(page: str, *data: str) -> list[str]:
    """Return the texts of a page in the language of the tests that are of no catalogue.

    Args:
        page: The page.
        data: What is of no language: names, addresses, codes.
    """
    assert 'lang="qps"' in page
    shown = re.sub(r"<(style|svg).*?</\1>|<!doctype[^>]*>", "", page, flags=re.DOTALL)
    texts = (each.strip() for each in re.split(r"<[^>]*>", shown))
    known = {"", "leadline", *data}
    return [each for each in texts if "[" not in each and each.rstrip(":") not in known]
