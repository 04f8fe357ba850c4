"""Why something is refused, in the language of who reads it.

What is below the pages refuses in English, to programs and people alike. The catalogues have those
sentences again, word for word, and their parts by name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from leadline.web.words import Words, words

PREFIX = "refusal_"


def refusal(said: Words, sentence: str) -> str:
    """Return a refusal in a language; as it is where the catalogue has no such sentence."""
    for name, form in _forms().items():
        if found := form.fullmatch(sentence.rstrip(".")):
            return said.t(name, **found.groupdict())
    return sentence


@cache
def _forms() -> Mapping[str, re.Pattern[str]]:
    """Return what each refusal looks like in English; some of them end without a full stop."""
    texts = words("en").texts
    return {name: _form(texts[name].rstrip(".")) for name in texts if name.startswith(PREFIX)}


def _form(text: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", text)
    return re.compile(
        "".join(
            f"(?P<{part}>.+)" if number % 2 else re.escape(part)
            for number, part in enumerate(parts)
        )
    )
