"""The score table of a stream: what it must be, before a batch is worked through."""

from __future__ import annotations

import pytest

from leadline.engines.postgres.engine import Postgres
from leadline.errors import InputError
from leadline.streaming.table import ScoreTable

COLUMNS = ["lead_id", "as_of", "person"]


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ("lead_id text primary key, as_of timestamptz, person numeric, own text", None),
        ("lead_id text primary key, as_of timestamptz", "columns of the scores; found no person"),
        ("lead_id text, as_of timestamptz, person numeric", "lead_id must be unique by an index"),
    ],
)
def test_a_table_that_does_not_fit_is_refused(
    postgres_url: str, columns: str, said: str | None
) -> None:
    """When the stream starts; one that is not there is made later, and more columns are well."""
    table = ScoreTable(postgres_url, "live", "a stream")
    table.prepare(COLUMNS)
    with Postgres(postgres_url) as server:
        with server.transaction():
            server.run(f"create table live ({columns})")
        if said is None:
            table.prepare(COLUMNS)
        else:
            with pytest.raises(InputError, match=said):
                table.prepare(COLUMNS)
        with server.transaction():
            server.run("drop table live, live_batches")
