"""The first start: what stands in the place of every page while no model is live."""

from __future__ import annotations

from typing import Any

from leadline.model.starters import STARTERS
from leadline.service.first_start import ENDINGS, MOST_FILE_BYTES, MOST_FILES
from leadline.service.service import Service
from leadline.store import scores

WAYS = {
    "demo": ("leadline init shop --demo", "cd shop", "leadline serve"),
    "files": (
        "leadline init shop --from leads.csv accounts.csv events.csv",
        "cd shop",
        "leadline import",
        "leadline publish model.yaml",
        "leadline serve",
    ),
    "track": (
        "leadline keys --make website --kind write",
        "leadline new model.yaml",
        "leadline publish model.yaml",
        "leadline serve",
    ),
}
"""How a first lead is scored, to the commands that do the same."""


def is_first(service: Service) -> bool:
    """Say whether no model is live yet."""
    with service.store.reading() as session:
        return scores.published(session) is None


def parts(service: Service) -> dict[str, Any]:
    """Return what the page shows: what the store begins with, or the ways in."""
    beginning = service.beginning
    fault = "" if beginning is None else beginning.failed(service.store)
    return {
        "ways": WAYS,
        "beginning": None if fault else beginning,
        "fault": fault,
        "refused": "",
        "key": "",
        "first": service.first_start,
        "starters": STARTERS,
        "most_files": MOST_FILES,
        "endings": ",".join(ENDINGS),
        "most_mb": MOST_FILE_BYTES // 1024**2,
    }
