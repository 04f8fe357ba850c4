"""Until when outcomes are known to a model: what came earlier cannot judge it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from leadline.model.document import Model
from leadline.model.reading.reader import parse
from leadline.model.reading.writer import edit

KEY = "outcomes_until"


def seen_until(*models: Model) -> datetime | None:
    r"""Return the latest outcome that numbers of some models were drawn from; None for none.

    >>> from leadline.model.reading.reader import read
    >>> made = read("leadline: 1\nmodel: a\nscores: {}\nprovenance: {outcomes_until: 2026-01-05}")
    >>> seen_until(made).isoformat()
    '2026-01-05T00:00:00+00:00'
    """
    return max(filter(None, map(_moment, _records(models))), default=None)


def _records(models: Iterable[Model]) -> Iterable[Any]:
    for model in models:
        yield model.provenance
        yield from (score.provenance for score in model.scores.values())


def _moment(record: Any) -> datetime | None:
    """Return the moment that a record tells; whatever else stands there tells none."""
    found = record.get(KEY) if isinstance(record, Mapping) else None
    try:
        at = datetime.fromisoformat(str(found))
    except ValueError:
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def with_seen(text: str, until: datetime | None) -> str:
    """Return a document that tells also of outcomes until a moment; the latest stands."""
    model, _ = parse(text)
    before = _moment(model.provenance)
    if until is None or (before is not None and before >= until):
        return text
    record = model.provenance
    if isinstance(record, Mapping):
        return edit(text, ("provenance", KEY), until.isoformat())
    kept = {} if record is None else {"said": record}
    return edit(text, ("provenance",), {**kept, KEY: until.isoformat()})
