"""Passwords: how they are kept, and which are too weak."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

LEAST, MOST = 12, 256
"""Characters of a password."""
GUESSES = 10**8
"""A password that so many guesses would find is refused."""
READ = 72
"""Characters of a password by which it is judged: judging takes longer than they do."""
AT_ONCE = 2
"""Passwords that are checked at the same time: each takes 64 MiB and all of a core."""

_HASHER = PasswordHasher()


@cache
def _nobodys() -> str:
    """Return what is checked for who has no password."""
    return _HASHER.hash("nobody has this password")


def hashed(password: str) -> str:
    """Return what the store keeps of a password: Argon2id with 64 MiB, three rounds, and a salt."""
    return _HASHER.hash(_normal(password))


def matches(known: str | None, password: str) -> bool:
    """Say whether a password is the one that was kept; without any it takes as long to say no."""
    try:
        found = _HASHER.verify(known or _nobodys(), _normal(password)[:MOST])
    except (VerificationError, InvalidHashError):
        return False
    return found and known is not None


def is_old(known: str) -> bool:
    """Say whether a password was kept in a weaker way than now, and should be kept anew."""
    return _HASHER.check_needs_rehash(known)


def weakness(password: str, words: Iterable[str] = ()) -> str:
    """Return why a password cannot be used, as a sentence; empty where it can.

    Args:
        password: As it was typed.
        words: What others know of its owner, such as their name.
    """
    from zxcvbn import zxcvbn

    length = len(_normal(password))
    if not LEAST <= length <= MOST:
        return f"A password must have {LEAST} to {MOST} characters; this one has {length}."
    known = [*words, *(part for word in words for part in re.split(r"[\s@.]+", word)), "leadline"]
    found = zxcvbn(password[:READ], known, max_length=READ)
    if found["guesses"] < GUESSES:
        return "This password would be guessed. A few words that do not belong together are good."
    return ""


def _normal(password: str) -> str:
    """Return a password as every keyboard gives it."""
    return unicodedata.normalize("NFKC", password)
