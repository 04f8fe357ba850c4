"""Companies that leads name by the domain of their e-mail alone: a question, not a proposal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from leadline.identity.domains import PLACEHOLDERS
from leadline.identity.emails import Reader
from leadline.inspection import names
from leadline.inspection.report import ColumnReport
from leadline.inspection.values import Values

DECLARED = "account_id: {match: email_domain, new: true}"
"""What makes accounts of domains."""
OFFERED = f"{DECLARED} makes an account of each domain of a company"
"""What is said of e-mails that can stand for companies."""
LOOKED_AT = 10_000
"""So many addresses are read, the most frequent ones."""
EXAMPLES = 3


def with_question(
    contract: Mapping[str, str], columns: Sequence[ColumnReport], values: Mapping[str, Values]
) -> tuple[ColumnReport, ...]:
    """Return columns of leads; the e-mail asks where no other says of which company they are."""
    email = contract.get("email")
    is_said = "account_id" in contract or any(names.is_company(each.name) for each in columns)
    found = [] if is_said or email is None else list(_domains(values[email]))
    if not found:
        return tuple(columns)
    finding = f"No column says of which company a lead is; {OFFERED}, such as {', '.join(found)}."
    return tuple(
        replace(each, findings=(*each.findings, finding)) if each.name == email else each
        for each in columns
    )


def _domains(emails: Values) -> Iterator[str]:
    """Yield the first domains that may stand for a company, of addresses of persons."""
    read = Reader().read_all(text for text, _ in emails.most(LOOKED_AT))
    found: dict[str, None] = {}
    for each in read:
        is_company = each.email_kind == "company" and not each.email_role
        if is_company and each.email_domain and each.email_domain not in PLACEHOLDERS:
            found[each.email_domain] = None
        if len(found) == EXAMPLES:
            break
    yield from found
