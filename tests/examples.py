"""How many examples property tests try: all of them in CI, few at a desk."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

IN_CI = os.environ.get("CI") == "true"
_SHARE_AT_A_DESK = 10


def examples(count: int) -> int:
    """Return how many of ``count`` examples to try here."""
    return count if IN_CI else max(count // _SHARE_AT_A_DESK, 1)


RANDOM_CASES = int(os.environ.get("LEADLINE_RANDOM_CASES", examples(200)))
"""How many random models and tables are compared with the oracle."""


def set_up() -> None:
    """Have property tests try as many examples as belong here, however long one takes.

    How long an example takes says how busy the machine is, and nothing of what is tested.
    """
    settings.register_profile(
        "here",
        max_examples=examples(100),
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    settings.load_profile("here")
