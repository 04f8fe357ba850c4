"""The first start: what stands in the place of every page while no model is live."""

from __future__ import annotations

from leadline.service.service import Service
from leadline.store import scores

WAYS = (
    (
        "demo",
        (
            "leadline init shop --demo",
            "cd shop",
            "leadline import",
            "leadline publish model.yaml",
            "leadline serve",
        ),
    ),
    (
        "files",
        (
            "leadline init shop --from leads.csv accounts.csv events.csv",
            "cd shop",
            "leadline import",
            "leadline publish model.yaml",
            "leadline serve",
        ),
    ),
    (
        "track",
        (
            "leadline keys --make website --kind write",
            "leadline publish model.yaml",
            "leadline serve",
        ),
    ),
)
"""How a first lead is scored, to the commands; documentation runs the same."""


def is_first(service: Service) -> bool:
    """Say whether no model is live yet."""
    with service.store.reading() as session:
        return scores.published(session) is None
