"""The body of a webhook as a value of JSON: of JSON, of a form, or of XML."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from leadline.service.arriving import items
from leadline.service.arriving.items import Refused

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

MOST_PAIRS = 1000
_KEY = re.compile(r"[^\[\]]+")


def value(form: str, body: bytes) -> Any:
    """Return what a body says. Raises Refused.

    >>> value("form", b"type=subscribe&data%5Bemail%5D=ada%40north.example")
    {'type': 'subscribe', 'data': {'email': 'ada@north.example'}}
    >>> value("xml", b"<xml><Event>subscribe</Event></xml>")
    {'xml': {'Event': 'subscribe'}}
    """
    return FORMS[form](body)


def _form(body: bytes) -> dict[str, Any]:
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_PAIRS)
    except ValueError as error:
        raise Refused("no_form", f"must be a form; {error}") from None
    found: dict[str, Any] = {}
    for name, text in pairs:
        part = found
        *above, last = _KEY.findall(name) or [name]
        for key in above[: items.MOST_DEPTH]:
            if not isinstance(part.get(key), dict):
                part[key] = {}
            part = part[key]
        part[last] = text
    return found


def _xml(body: bytes) -> dict[str, Any]:
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import ParseError, fromstring

    try:
        root = fromstring(body.decode(), forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise Refused("no_xml", f"must be XML; {error}") from None
    return {root.tag: _element(root, items.MOST_DEPTH)}


def _element(element: Element, depth: int) -> Any:
    """Return an element; elements of one name are a list."""
    if not len(element) or not depth:
        return (element.text or "").strip()
    found: dict[str, Any] = {}
    for each in element:
        inner = _element(each, depth - 1)
        if each.tag not in found:
            found[each.tag] = inner
        elif isinstance(found[each.tag], list):
            found[each.tag].append(inner)
        else:
            found[each.tag] = [found[each.tag], inner]
    return found


FORMS: Mapping[str, Callable[[bytes], Any]] = {"json": items.json_of, "form": _form, "xml": _xml}
"""How a body is written to what reads it."""
