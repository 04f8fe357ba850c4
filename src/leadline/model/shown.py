"""Who a lead is, beside its id: the fields that a document names under `show`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from leadline.model.document import Model
from leadline.model.expressions import Expression
from leadline.model.names import fields_of


def fields_shown(model: Model) -> tuple[tuple[str, str], ...]:
    """Return the ``(entity, field)`` that results carry beside an id."""
    return tuple(fields_of(*(Expression(each).tree for each in model.show)))


def columns_shown(model: Model, level: Literal["lead", "account"] = "lead") -> list[str]:
    """Return the columns of a result that hold them, such as ``lead.name``."""
    fields = fields_shown(model)
    return [".".join(each) for each in fields if level == "lead" or each[0] == "account"]


def names_shown(model: Model, row: Mapping[str, Any]) -> str | None:
    """Return what a row of a result says of who it is; None where nothing is shown or known."""
    known = [row.get(each) for each in columns_shown(model)]
    return ", ".join(_text(each) for each in known if each is not None) or None


def _text(value: object) -> str:
    """Return a value as people write it: a whole number has no decimals."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def who(said: str | None, key: str) -> str:
    """Return what people call a lead: its names, and its id.

    >>> who("Ada, Northwind", "L7"), who(None, "L7")
    ('Ada, Northwind (L7)', 'L7')
    """
    return f"{said} ({key})" if said else key
