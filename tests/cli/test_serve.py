"""The keys of a workspace are made when the service starts, once each."""

from __future__ import annotations

from leadline.cli.serve import new_keys
from leadline.store import keys
from leadline.store.store import Store


def test_keys_of_the_settings_are_made_once(store: Store) -> None:
    """What a public key may set follows the settings; what a key is for does not."""
    named = {"web": {"browser": True, "fields": ["email"]}, "crm": {}}
    made = new_keys(store, named, 1)
    assert made.keys() == {"write", "read", "web", "crm"}
    changed = {"web": {"browser": True, "fields": ["email", "title"]}, "crm": {"browser": True}}
    assert new_keys(store, changed, 2) == {}
    with store.reading() as session:
        known = keys.valid(session, 3)
        assert keys.of_pages(session) == {"web": {"email", "title"}}
    assert known[keys.hashed(made["crm"])].kind == "write"
