"""Which columns of leads say what: the e-mail, the telephone number, the job title."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from leadline.model.types import Type

if TYPE_CHECKING:
    from collections.abc import Mapping

    from leadline.model.types import Columns

ROLES: Mapping[str, tuple[str, ...]] = {
    "email": ("email", "emailaddress", "workemail", "mail"),
    "phone": ("phone", "phonenumber", "workphone", "businessphone", "mobile", "mobilephone",
              "mobilenumber", "telephone", "tel", "cellphone"),
    "country": ("country", "countryname", "countryregion", "mailingcountry"),
    "company": ("company", "companyname", "organization", "organisation", "accountname",
                "employer"),
    "title": ("jobtitle", "title", "position", "jobposition", "role"),
    "first_name": ("firstname", "givenname", "forename"),
    "last_name": ("lastname", "surname", "familyname"),
    "name": ("name", "fullname", "contactname", "leadname"),
}  # fmt: skip
"""What a column says to the names that it may have, the first of them first; see ``find``."""

NUMERIC = ("phone",)
"""Columns that are numbers where every value is written in digits alone."""


def find(columns: Columns) -> dict[str, str]:
    """Return what is said to the column that says it; case, spaces and signs do not matter.

    >>> find({"lead_id": Type.TEXT, "Job Title": Type.TEXT, "E-mail": Type.TEXT})
    {'email': 'E-mail', 'title': 'Job Title'}
    """
    folded: dict[str, str] = {}
    for title, kind in columns.items():
        if kind in (Type.TEXT, Type.NUMBER):
            folded.setdefault(re.sub(r"[\W_]+", "", title).lower(), title)
    found = {}
    for role, names in ROLES.items():
        kinds = (Type.TEXT, Type.NUMBER) if role in NUMERIC else (Type.TEXT,)
        titles = [
            folded[each] for each in names if each in folded and columns[folded[each]] in kinds
        ]
        if titles:
            found[role] = titles[0]
    return found
