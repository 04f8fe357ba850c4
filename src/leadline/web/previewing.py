"""What a draft of the model would do to all leads."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from leadline.review.backtest.capacity import read_capacity
from leadline.service.service import Service
from leadline.web.endpoint import Asked, Endpoint, NoParameters


class Draft(msgspec.Struct):
    """A model to be tried."""

    document: Annotated[str, Meta(description="The whole document, as YAML.")]
    named: Annotated[
        int, Meta(ge=0, le=100, description="Leads of each ladder and direction to name.")
    ] = 10


class Cell(msgspec.Struct):
    """How many leads are in one band by the model that is live, and in one by the draft."""

    from_band: str | None
    to_band: str | None
    leads: int


class Spread(msgspec.Struct):
    """How many leads have a value in each part of equal width, from low to high."""

    low: float
    high: float
    before: list[int]
    after: list[int]


class Move(msgspec.Struct):
    """A lead that changes band; ``direction`` is up, down, or empty beside the edges."""

    lead_id: str
    who: str | None
    from_band: str | None
    to_band: str | None
    direction: str
    from_value: float | None
    to_value: float | None
    cause: str
    reason: str


class Ladder(msgspec.Struct):
    """What happens on one ladder of leads; ``moves`` are those whose value changes most."""

    ladder: str
    bands: list[str]
    cells: list[Cell]
    up: int
    down: int
    changed: int
    spread: Spread | None
    moves: list[Move]


class Previewed(msgspec.Struct):
    """What the draft does in place of the version that is live, to the leads of ``as_of``."""

    version: int
    as_of: str
    leads: int
    ladders: list[Ladder]
    changes: list[str]
    notes: list[str]


def _preview(service: Service, asked: Asked) -> Previewed:
    given: Draft = asked.body
    version, found = service.previewing.of(given.document, given.named)
    plain: dict[str, Any] = {"version": version, **found.plain()}
    return msgspec.convert(plain, Previewed)


class PastDraft(msgspec.Struct):
    """A model to be tried on past weeks."""

    document: Annotated[str, Meta(description="The whole document, as YAML.")]
    capacity: Annotated[
        str, Meta(description="Leads that the team takes, such as 60/week; empty for not known.")
    ] = ""


class Weekly(msgspec.Struct):
    """Entries a week of all leads; from low to high holds the mean in 19 of 20 samples."""

    mean: float
    least: float
    most: float
    low: float
    high: float
    inside: float


class Load(msgspec.Struct):
    """Entries into a band by the version that is live, and by the draft; null without the band."""

    band: str
    before: Weekly | None
    after: Weekly | None


class LadderWeeks(msgspec.Struct):
    """How many leads entered each band of a ladder."""

    ladder: str
    bands: list[Load]


class PreviewedWeeks(msgspec.Struct):
    """What the draft would have meant, by ``leads`` that were replayed ``of`` all, day by day.

    ``capacity`` is what the team takes a week.
    """

    version: int
    as_of: str
    weeks: int
    leads: int
    of: int
    capacity: float | None
    ladders: list[LadderWeeks]


def _weeks(service: Service, asked: Asked) -> PreviewedWeeks:
    given: PastDraft = asked.body
    capacity = read_capacity(given.capacity).weekly if given.capacity else None
    version, found = service.previewing.weeks(given.document)
    plain = {"version": version, "capacity": capacity, **found.plain()}
    return msgspec.convert(plain, PreviewedWeeks)


class JudgedDraft(msgspec.Struct):
    """A model to be judged by the task that it names, or that of the workspace."""

    document: Annotated[str, Meta(description="The whole document, as YAML.")]


class Measured(msgspec.Struct):
    """A share with its interval of 95 %; null where there is none."""

    value: float | None
    low: float | None
    high: float | None


class Share(msgspec.Struct):
    """How many leads of a band won."""

    band: str
    leads: int
    wins: int
    share: Measured


class LadderWon(msgspec.Struct):
    """How many leads of each band won, by the version that is live and by the draft."""

    ladder: str
    before: list[Share]
    after: list[Share]


class PreviewedWon(msgspec.Struct):
    """What became of ``leads``, ``of`` all whose horizon has ended, each at one of its moments.

    The latest eighth of the moments is left out: it is for judging what was chosen.
    """

    version: int
    leads: int
    of: int
    wins: int
    ladders: list[LadderWon]


def _won(service: Service, asked: Asked) -> PreviewedWon:
    given: JudgedDraft = asked.body
    version, found = service.previewing.won(given.document)
    return msgspec.convert({"version": version, **found.plain()}, PreviewedWon)


ENDPOINTS = (
    Endpoint(
        "POST", "/v1/preview", "preview",
        "What a draft of the model would do to all leads, who moves, and why.",
        "try", NoParameters, Previewed, _preview, Draft, errors=(400, 401, 403, 413, 503),
    ),
    Endpoint(
        "POST", "/v1/preview/weeks", "preview_weeks",
        "How many leads a week a draft would have sent into each band, in the past eight weeks.",
        "try", NoParameters, PreviewedWeeks, _weeks, PastDraft, errors=(400, 401, 403, 413, 503),
    ),
    Endpoint(
        "POST", "/v1/preview/won", "preview_won",
        "How many leads of each band won, by a draft and by the version that is live.",
        "try", NoParameters, PreviewedWon, _won, JudgedDraft, errors=(400, 401, 403, 413, 503),
    ),
)  # fmt: skip
"""What can be asked of a draft."""
