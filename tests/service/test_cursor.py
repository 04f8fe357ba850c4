"""Where a list goes on."""

from __future__ import annotations

import base64

import pytest

from leadline.errors import InputError
from leadline.service.cursor import place, written


@pytest.mark.parametrize(
    "said",
    [
        "", "no base64 \x00", "[1, 2", "{}", "[1]", "[1, 2, 3]", '["a", 1]', "[1, null]",
        "[1, Infinity]", "[1, 9223372036854775808]", "[" * 5000, '[1, "a"]', f"[{'9' * 400}, 1]",
    ],
)  # fmt: skip
def test_what_no_page_gave_is_refused(said: str) -> None:
    """Whatever stands in the text, it is a fault of who asked."""
    with pytest.raises(InputError, match="after must be what a page gave"):
        place(base64.urlsafe_b64encode(said.encode()).decode().rstrip("="), int)


def test_a_key_may_be_a_text_without_a_null_byte() -> None:
    """No store could look one up that has one."""
    assert place(written(-1.5, "ä b"), str) == (-1.5, "ä b")
    with pytest.raises(InputError):
        place(written(0, "a\x00"), str)
