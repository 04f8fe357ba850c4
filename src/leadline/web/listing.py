"""What can be asked of lists of leads and of accounts alike: their order, a field, a page."""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated

from msgspec import Meta

from leadline.service.listing import Field, Order
from leadline.web.endpoint import Refused

_WAYS = ("falling", "rising")
_MOST_NAMED = 30

Way = Annotated[
    str,
    Meta(
        description="falling or rising; by default falling, and rising by account_id.",
        extra_json_schema={"enum": ["", *_WAYS]},
    ),
]
Least = Annotated[
    float | None, Meta(description="The least value of what is sorted by, where it is a score.")
]
Most = Annotated[float | None, Meta(description="The greatest value of it.")]
FieldName = Annotated[str, Meta(description="Only those of which this field is what equals says.")]
Equals = Annotated[str, Meta(description="What the field must be, exactly; beside field.")]
After = Annotated[
    str,
    Meta(
        description="What the page before gave as next. Where something else than the order is "
        "asked, a page may be shorter than its limit: next is empty on the last page alone."
    ),
]


def one_of(name: str, value: str, known: Collection[str]) -> str:
    """Return a value that is one of those there are. Raises Refused, which says them."""
    if value in known:
        return value
    there = ", ".join(sorted(known)[:_MOST_NAMED]) or "nothing"
    more = f" and {len(known) - _MOST_NAMED} more" if len(known) > _MOST_NAMED else ""
    raise Refused(400, f"{name} must be one of {there}{more}; found {value}")


def order_of(
    by: str, way: str, least: float | None, most: float | None, scores: Collection[str]
) -> Order:
    """Return an order that was asked for. Raises Refused."""
    if by not in scores and not (least is None and most is None):
        raise Refused(400, "least and most must stand beside a sort by a score")
    usual = "rising" if by == "account_id" else "falling"
    return Order(by, one_of("order", way or usual, _WAYS) == "falling", least, most)


def field_of(name: str, equals: str, known: Collection[str]) -> Field | None:
    """Return what a field must be; None where none is asked for. Raises Refused."""
    if not name:
        if equals:
            raise Refused(400, "equals must stand beside field")
        return None
    return Field(one_of("field", name, known), equals)
