"""Names that say the same are found; others, however alike their letters, are not."""

from __future__ import annotations

import pytest

from leadline.model.spelling import respelled

KNOWN = ["Email opened", "Email clicked", "Page view", "demo_requested", "won", "webinarAttended"]


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("page_viewed", "Page view"),
        ("email_opened", "Email opened"),
        ("EMAIL OPENS", "Email opened"),
        ("webinar_attended", "webinarAttended"),
        ("demo_requsted", "demo_requested"),
        ("demo_reqeusted", "demo_requested"),
        ("wonn", "won"),
        ("email_bounced", ""),
        ("email_replied", ""),
        ("email", ""),
        ("lost", ""),
        ("page_view_ended", ""),
    ],
)
def test_only_another_spelling_is_advised(name: str, found: str) -> None:
    """A bounce is no open, and a reply no click."""
    assert respelled(name, KNOWN) == found
