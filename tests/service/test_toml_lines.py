"""The line of each key of a TOML document."""

from __future__ import annotations

from leadline.service.toml_lines import lines_of

TEXT = '''# a comment
model = "model.yaml"   # with a comment

[tables]
leads = [
    "a.csv",  # leads = "no key"
    "b.csv",
]
"events" = """
[store]
"""
[keys.web]
browser = true
[destinations]
crm = {kind = "hubspot", secret_env = "T"}
store.url = "x"
[[list]]
one = 1
'''


def test_each_key_has_the_line_that_it_begins_in() -> None:
    """Also behind values over several lines that look like keys, and inside of inline tables."""
    assert lines_of(TEXT) == {
        ("model",): 2,
        ("tables",): 4,
        ("tables", "leads"): 5,
        ("tables", "events"): 9,
        ("keys",): 12,
        ("keys", "web"): 12,
        ("keys", "web", "browser"): 13,
        ("destinations",): 14,
        ("destinations", "crm"): 15,
        ("destinations", "crm", "kind"): 15,
        ("destinations", "crm", "secret_env"): 15,
        ("destinations", "store"): 16,
        ("destinations", "store", "url"): 16,
        ("list",): 17,
        ("list", "one"): 18,
    }


def test_an_empty_document_has_none() -> None:
    """Nothing is found in nothing."""
    assert lines_of("") == {}
