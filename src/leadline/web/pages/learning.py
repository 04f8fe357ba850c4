"""What is worth learning, from the page itself: the keys, and the words."""

from __future__ import annotations

from leadline.web.pages.frame import Address, Shown, Visit

TERMS = (
    "lead", "account", "event", "rule", "score", "ledger", "band", "raised_hand", "override",
    "answer",
)  # fmt: skip
KEYS = {
    "everywhere": (
        ("/", "search_for"), ("G Q", "queue"), ("G L", "leads"), ("G A", "accounts"),
        ("G M", "model"),
        ("?", "keys"), ("Esc", "cancel"),
    ),
    "list": (("J K", "key_move"), ("↵", "key_open"), ("X", "key_select"), ("F", "filter")),
    "lead": (
        ("A", "accept"), ("R", "reject"), ("H", "snooze"), ("C", "claim"), ("O", "hand_over"),
        ("B", "set_band"), ("Z", "undo"),
    ),
}  # fmt: skip
"""Where keys work, to keys and what each does."""


def keys(_: Visit) -> Shown:
    """Return the keys."""
    return Shown("keys.html", {"groups": KEYS})


def glossary(_: Visit) -> Shown:
    """Return the words."""
    return Shown("glossary.html", {"terms": TERMS})


ADDRESSES = (Address("/keys", keys, within=True), Address("/glossary", glossary, within=True))
"""Help."""
