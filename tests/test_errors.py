"""The one form of a message, and what exceptions carry."""

from __future__ import annotations

import pytest

from leadline.errors import (
    EngineError,
    Fault,
    FileError,
    InputError,
    LeadlineError,
    ModelError,
    closest,
    nearest,
)


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (Fault("b2b.yaml:41", "a.b", "must be a number"), "b2b.yaml:41 a.b must be a number."),
        (
            Fault("b2b.yaml:41", "a.b", "must be text", "5"),
            "b2b.yaml:41 a.b must be text; found 5.",
        ),
        (
            Fault("b2b.yaml", "", "must be UTF-8", "", "Save it."),
            "b2b.yaml must be UTF-8. Save it.",
        ),
        (
            Fault("", "--as-of", "must be a time", "x", "Try."),
            "--as-of must be a time; found x. Try.",
        ),
    ],
)
def test_a_message_is_one_sentence_and_a_remedy(fault: Fault, message: str) -> None:
    """Where, path, expected and found make a sentence, and the remedy follows it."""
    assert str(fault) == message


def test_the_nearest_name_is_found_by_spelling_or_without_regard_to_capitals() -> None:
    """A misspelt name and one in other capitals are both understood; a strange one is not."""
    known = ["employees", "country", "HQ"]
    assert closest("employes", known) == "employees"
    assert closest("COUNTRY", known) == "country"
    assert closest("hq", known) == "HQ"
    assert not closest("zzz", known)
    assert nearest("employes", known, "account.") == "Did you mean account.employees?"
    assert not nearest("zzz", known)


@pytest.mark.parametrize(
    ("error", "built_in", "status"),
    [
        (ModelError, ValueError, 2),
        (InputError, ValueError, 2),
        (EngineError, RuntimeError, 3),
        (FileError, OSError, 3),
    ],
)
def test_an_error_is_also_the_built_in_one(
    error: type[LeadlineError], built_in: type[Exception], status: int
) -> None:
    """Callers can catch ours or Python's own; each kind has its exit status and all its faults."""
    faults = (Fault("a:1", "x", "must be a number"), Fault("a:2", "y", "must be text"))
    raised = error(*faults)
    assert isinstance(raised, built_in)
    assert raised.faults == faults
    assert raised.exit_status == status
    assert str(raised) == "a:1 x must be a number.\na:2 y must be text."
