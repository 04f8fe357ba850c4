"""E-mail addresses: whether they can exist, whose they are, and what was probably meant."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from leadline.identity.domains import Domain, read_domain
from leadline.identity.word_lists import words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
ORDINARY = re.compile(rf"({ATOM}(?:\.{ATOM})*)@([a-z0-9.-]+)", re.IGNORECASE)
LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
ORDINARY_DOMAIN = re.compile(rf"(?!.*(?:--|\.arpa$))(?:{LABEL}\.)+[a-z]{{2,63}}")
"""Domains that need no closer look: neither letters beyond ASCII nor their coded form."""
LONGEST_LOCAL = 64
LONGEST = 254
"""Lengths of RFC 5321, section 4.5.3.1."""

ROLES = frozenset(words("email_role"))
"""Names in front of the ``@`` that belong to a place in a company, not to a person."""


class Email(NamedTuple):
    """What an address says; its fields are columns of leads."""

    email_valid: bool
    email_domain: str | None
    email_kind: str
    email_role: bool
    email_suggestion: str | None
    is_placeholder: bool


class Reader:
    """Reads addresses; each domain is judged once.

    >>> Reader().read("Ada@Mail.North.example")[:4]
    (True, 'north.example', 'company', False)
    >>> Reader().read("eva@gmial.com").email_suggestion
    'eva@gmail.com'
    """

    def __init__(self) -> None:
        self._domains: dict[str, tuple[str, Domain]] = {}

    def read_all(self, addresses: Iterable[str]) -> Iterator[Email]:
        """Yield what each address says."""
        return map(self.read, addresses)

    def read(self, address: str) -> Email:
        """Return what an address says."""
        address = address.strip()
        ordinary = ORDINARY.fullmatch(address)
        if ordinary is None:
            return self._read_odd(address)
        local, written = ordinary[1], ordinary[2].lower()
        domain, found = self._domain(written)
        fits = bool(domain) and len(local) <= LONGEST_LOCAL and len(address) <= LONGEST
        return _email(local, found, fits=fits)

    def _read_odd(self, address: str) -> Email:
        """Read what is no ordinary address: letters beyond ASCII, quotes, faults."""
        local, _, written = address.rpartition("@")
        domain = _normalised(address)
        return _email(local, read_domain(domain or written.lower()), fits=bool(domain))

    def _domain(self, written: str) -> tuple[str, Domain]:
        """Return a domain as it is to be written, empty where it cannot be one."""
        if written not in self._domains:
            domain = written if _is_ordinary(written) else _normalised(f"x@{written}")
            self._domains[written] = domain, read_domain(domain or written)
        return self._domains[written]


def _email(local: str, domain: Domain, *, fits: bool) -> Email:
    is_valid = fits and domain.registrable is not None
    name = local.lower()
    return Email(
        is_valid,
        domain.registrable if is_valid else None,
        domain.kind if is_valid else "invalid",
        name.partition("+")[0] in ROLES,
        f"{local}@{domain.suggestion}" if local and domain.suggestion else None,
        domain.is_placeholder,
    )


def _is_ordinary(domain: str) -> bool:
    return len(domain) <= LONGEST - 2 and ORDINARY_DOMAIN.fullmatch(domain) is not None


def _normalised(address: str) -> str:
    """Return the domain of an address in small letters, empty where the address is not valid."""
    from email_validator import (  # noqa: PLC0415 - only where it is needed
        EmailNotValidError,
        validate_email,
    )

    try:
        return validate_email(address, check_deliverability=False).domain.lower()
    except EmailNotValidError:
        return ""
