"""Passwords are kept by a slow hash, and those that would be guessed are refused."""

from __future__ import annotations

from time import perf_counter

import pytest

from leadline.service import passwords


def test_a_password_matches_what_was_kept_of_it() -> None:
    """However the keyboard makes its letters; and nothing else does."""
    kept = passwords.hashed("süße Boote segeln")
    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert passwords.matches(kept, "su\u0308ße Boote segeln")
    assert not passwords.matches(kept, "süße Boote segeln ")
    assert not passwords.is_old(kept)


def test_nobody_is_refused_as_slowly_as_somebody() -> None:
    """So the time of an answer does not tell who is there."""
    kept = passwords.hashed("violet tram quarry nine")
    passwords.matches(None, "warm")
    began = perf_counter()
    assert not passwords.matches(kept, "wrong")
    somebody = perf_counter() - began
    assert not passwords.matches(None, "wrong")
    assert perf_counter() - began - somebody > somebody / 3


@pytest.mark.parametrize(
    "weak",
    ["short", "password1234", "qwertyuiop12", "ada@north.example", "leadlineleadline", "a" * 257],
)
def test_a_password_that_would_be_guessed_is_refused(weak: str) -> None:
    """By its length, by what many choose, and by what everybody knows of its owner."""
    assert passwords.weakness(weak, ("Ada Lovelace", "ada@north.example"))


def test_a_few_words_are_a_password() -> None:
    """No kind of letter is asked for."""
    assert passwords.weakness("violet tram quarry nine", ("Ada", "ada@north.example")) == ""
