"""The engine of a question: opened when it is needed, and closed only if it is its own."""

from __future__ import annotations

import pytest

from leadline.engines.duckdb.engine import DuckDB
from leadline.errors import EngineError, InputError
from leadline.questions.session import Session


def test_an_engine_of_its_own_is_opened_when_it_is_needed() -> None:
    """An address that is none is refused then, and not before."""
    with Session("nowhere://host") as session, pytest.raises(InputError, match="must be duckdb"):
        _ = session.engine


def test_an_engine_of_its_own_ends_with_the_session() -> None:
    """It is the same one as long as the session lasts."""
    with Session() as session:
        engine = session.embedded
        assert engine is session.engine
        assert engine.rows("select 1") == [(1,)]
    with pytest.raises((EngineError, RuntimeError)):
        engine.rows("select 1")


def test_an_engine_that_was_given_stays_open() -> None:
    """Whoever gave it closes it."""
    with DuckDB() as engine:
        with Session(engine) as session:
            assert session.engine is engine
        assert engine.rows("select 1") == [(1,)]
