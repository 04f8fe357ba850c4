"""A request to facts, by its kind: ``segment:ENDPOINT``, ``rows:TABLE`` and their like."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TypeAlias

from leadline.service.arriving import answer, rows, segment
from leadline.service.arriving.facts import Fact, Unusable
from leadline.service.arriving.items import Refused
from leadline.service.hooks import mapped
from leadline.service.hooks.mapping import WebhookMapping

Found: TypeAlias = Fact | Unusable
Hooks: TypeAlias = Mapping[str, WebhookMapping]
"""Names of webhooks to what reads them."""
NO_HOOKS: Hooks = MappingProxyType({})


def read(kind: str, body: bytes, received_at: int, hooks: Hooks = NO_HOOKS) -> Iterator[Found]:
    """Yield the facts of a request, and what is none. Raises Refused where all of it is none."""
    form, _, name = kind.partition(":")
    if form == "segment":
        yield from segment.read(body, received_at, name)
    elif form == "rows" and name in rows.READERS:
        yield from rows.read(body, received_at, name)
    elif form == "hook" and name in hooks:
        yield from mapped.read(hooks[name], name, body, received_at)
    elif form == "hook":
        raise Refused("no_mapping", f"the settings must have a webhook named {name}")
    elif kind == answer.KIND:
        yield answer.read(body)
    else:
        raise Refused("unknown_kind", f"must be of a known kind; found {kind}")
