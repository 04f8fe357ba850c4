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

SALUTATIONS = (
    "mr", "mrs", "ms", "miss", "mx", "dr", "prof", "sir", "madam", "herr", "frau", "hr", "fr",
    "pan", "pani", "p", "m", "mme", "mlle", "monsieur", "madame", "sr", "sra", "señor", "señora",
    "господин", "госпожа", "先生", "女士", "小姐",
)  # fmt: skip
"""What a title of a person may be that says nothing of a job, in small letters, without points."""

NUMERIC = ("phone",)
"""Columns that are numbers where every value is written in digits alone."""


def find(columns: Columns) -> dict[str, tuple[str, ...]]:
    """Return what is said to the columns that say it, the likeliest first.

    Case, spaces and signs do not matter. Of a lead the first that has a value counts.

    >>> find({"lead_id": Type.TEXT, "Job Title": Type.TEXT, "E-mail": Type.TEXT})
    {'email': ('E-mail',), 'title': ('Job Title',)}
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
            found[role] = tuple(titles)
    return found
