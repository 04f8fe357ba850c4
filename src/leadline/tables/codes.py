"""Columns of codes written in digits: telephone numbers and postal codes are no numbers."""

from __future__ import annotations

import re

_PHONES = (
    "phone", "telephone", "telefon", "telefone", "téléphone", "teléfono", "tel", "mobile", "mobil",
    "handy", "cell", "cellphone", "mobilephone", "komórka", "fax", "sms", "whatsapp", "msisdn",
    "телефон", "мобильный", "факс", "手机", "手机号", "电话", "联系电话", "传真",
)  # fmt: skip
_POSTS = (
    "zip", "zipcode", "zip code", "postal code", "postalcode", "post code", "postcode", "plz",
    "postleitzahl", "code postal", "código postal", "kod pocztowy", "индекс", "почтовый индекс",
    "邮编", "邮政编码",
)  # fmt: skip
_BEHIND = "number|no|nr|nummer|numer|номер"
_CODE = re.compile(rf"(^| )({'|'.join((*_PHONES, *_POSTS))})( ({_BEHIND}))?( \d+)?$")
_WORDS = re.compile(r"(?<=[a-z])(?=[A-Z])|[\W_]+")


def is_code(name: str) -> bool:
    """Tell a column of codes by its name: ``Phone Number``, ``workPhone``, ``Zip``.

    >>> is_code("Work phone 2"), is_code("phone_calls"), is_code("Kod pocztowy")
    (True, False, True)
    """
    words = " ".join(filter(None, _WORDS.split(name))).lower()
    return _CODE.search(words) is not None
