"""What a draft is told of a store is what the same tables tell of it as files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pyarrow.parquet import write_table

import stores
from leadline.cli.main import main
from leadline.engines.duckdb.engine import DuckDB
from leadline.history.opened import open_past
from leadline.model.given import read_model
from leadline.model.reading.writer import write
from leadline.model.task import read_task
from leadline.review.preview.won import Won
from leadline.service.previewing import Previewing
from past import MODEL, TASK, rows, tables

LIVE = write(read_model(MODEL)[0])
DRAFT = LIVE.replace("points: 30", "points: 12")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Run a command on a store in a file."""

    def run(*words: str) -> None:
        argv = ["leadline", *words, "--store", stores.file_url(tmp_path)]
        monkeypatch.setattr("sys.argv", argv)
        with pytest.raises(SystemExit) as ended:
            main()
        assert ended.value.code == 0

    return run


@pytest.mark.slow
def test_an_imported_past_tells_what_its_files_tell(
    run: Callable[..., None], tmp_path: Path
) -> None:
    """Facts count from when the company knew them; a draft may be asked twice."""
    (tmp_path / "model.yaml").write_text(LIVE, encoding="utf-8")
    options = []
    for name, table in tables(dict(rows())).items():
        write_table(table, tmp_path / f"{name}.parquet")
        options += [f"--{name}", str(tmp_path / f"{name}.parquet")]
    run("publish", str(tmp_path / "model.yaml"), "--yes")
    run("import", *options)
    task = read_task(TASK)
    with stores.opened(stores.file_url(tmp_path)) as store:
        previewing = Previewing(store, task)
        (version, found), again = previewing.won(DRAFT), previewing.won(DRAFT)[1]
        now, weeks = previewing.of(DRAFT)[1], previewing.weeks(DRAFT)[1]
        previewing.close()
    with DuckDB(threads=1) as engine:
        files = open_past(engine, MODEL, tables(dict(rows())), task)
        right = Won.open(files, task).of_model(read_model(DRAFT)[0])
    assert found == again
    assert found == right
    assert (version, found.before == found.after) == (1, False)
    assert now.leads == weeks.of == 200
    assert now.ladders[0].down == now.ladders[0].changed > 0
