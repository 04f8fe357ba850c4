"""A store comes back from a file whole, on either kind and by later versions, or not at all."""

from __future__ import annotations

import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import msgspec
import pytest

import lived
import stores
from leadline.engines.duckdb.engine import DuckDB
from leadline.errors import EngineError, FileError
from leadline.service import clock
from leadline.service.loop import Loop
from leadline.store import archive, inbox, migrate
from leadline.store.schema import METADATA
from leadline.store.store import Store, connect
from sending import require_batch

WAITS = inbox.Received("web", "segment:track", 1_000, b'{"event": "seen", "userId": "u"}')
FILLED = {"waiting", "parked", "jobs", "events", "outcomes", "lead_merges", "event_marks",
          "field_history", "current_scores", "transitions", "keys"}  # fmt: skip
"""Some of the tables of which ``lived`` has rows."""


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of a store in a file, in which something of everything happened."""
    folder = tmp_path_factory.mktemp("lived")
    with stores.opened(stores.file_url(folder)) as store, DuckDB(threads=1) as engine:
        lived.live_in(store, engine)
        archive.backup(store, folder / "kept.backup", clock.now())
    return folder / "kept.backup"


def _rows(store: Store) -> dict[str, list[tuple[object, ...]]]:
    keys = {
        table.name: ", ".join(column.name for column in table.primary_key)
        for table in METADATA.sorted_tables
    }
    with store.reading() as session:
        return {
            name: session.rows(f"select * from {name} order by {order}")
            for name, order in keys.items()
        }


def test_a_store_comes_back_with_every_row_on_either_kind(
    kept: Path, store_url: str, tmp_path: Path
) -> None:
    """Also after it moved to the other kind and back; its numbers go on, its scores are batch's."""
    archive.restore(kept, store_url)
    with stores.opened(store_url) as store:
        first = _rows(store)
        assert {name for name, rows in first.items() if rows} >= FILLED
        archive.backup(store, tmp_path / "again.backup", clock.now())
        [number] = inbox.accept(store, [WAITS])
        assert number not in [row[0] for row in first["inbox"]]
        assert store.hold()
        with DuckDB(threads=1) as engine:
            Loop(store, engine).drain()
        require_batch(store)
    archive.restore(tmp_path / "again.backup", f"sqlite:{tmp_path / 'back.db'}")
    archive.restore(kept, f"sqlite:{tmp_path / 'straight.db'}")
    with (
        stores.opened(f"sqlite:{tmp_path / 'back.db'}") as back,
        stores.opened(f"sqlite:{tmp_path / 'straight.db'}") as straight,
    ):
        assert _rows(back) == _rows(straight)


def test_a_backup_is_one_moment_and_for_its_owner_alone(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is written while it is made is not in it, wherever in the tables it comes."""
    inbox.accept(store, [WAITS] * 5)
    monkeypatch.setattr(archive, "FIRST_ROWS", 1)
    usual = archive._page  # noqa: SLF001 - between any two parts something comes

    def interrupted(*args: object) -> object:
        inbox.accept(store, [WAITS])
        return usual(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(archive, "_page", interrupted)
    found = archive.backup(store, tmp_path / "b", clock.now())
    assert found.tables["inbox"].rows == found.tables["waiting"].rows
    assert 5 <= found.tables["inbox"].rows < 12
    assert stat.S_IMODE((tmp_path / "b").stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.glob("b*")] == ["b"]


def _changed(kept: Path, path: Path, name: str, body: bytes | None) -> Path:
    """Write an archive with another entry, or without it."""
    with ZipFile(kept) as old, ZipFile(path, "w") as new:
        for each in old.namelist():
            if each != name:
                new.writestr(each, old.read(each))
        if body is not None:
            new.writestr(name, body)
    return path


def _wrong(kept: Path, folder: Path) -> Iterator[tuple[Path, str]]:
    """Yield files that are no archive to restore, each with what must be said of it."""
    whole = kept.read_bytes()
    with ZipFile(kept) as found:
        entry = found.getinfo("events/000000")
        contents = msgspec.json.decode(found.read(archive.CONTENTS))
    middle = entry.header_offset + 60
    cases = {
        "half": (whole[: len(whole) // 2], "whole backup of leadline"),
        "empty": (b"", "whole backup of leadline"),
        "text": (b"select 1", "whole backup of leadline"),
        "flipped": (whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :], "whole"),
    }
    for name, (body, says) in cases.items():
        (folder / name).write_bytes(body)
        yield folder / name, says
    yield folder / "none", "is not there"
    other = folder / "other"
    with ZipFile(other, "w", zipfile.ZIP_STORED) as made:
        made.writestr("letter.txt", "hello")
    yield other, "a zip of something else"
    yield _changed(kept, folder / "gap", "events/000000", None), "no part 0 of events"
    yield (
        _changed(kept, folder / "few", "transitions/000000", msgspec.msgpack.encode([])),
        "0 rows of transitions",
    )
    later = {"version": "9999"}, {"leadline": archive.FORMAT + 1}
    for number, change in enumerate(later):
        body = msgspec.json.encode(contents | change)
        path = _changed(kept, folder / f"later{number}", archive.CONTENTS, body)
        yield path, "Use the leadline that made it"
    del contents["tables"]["events"]
    body = msgspec.json.encode(contents)
    yield _changed(kept, folder / "less", archive.CONTENTS, body), "other columns of events"


def test_what_is_not_whole_is_refused_and_leaves_nothing(
    kept: Path, store_url: str, tmp_path: Path
) -> None:
    """Whatever is wrong is said, and a whole archive can be restored into the same place."""
    (tmp_path / "wrong").mkdir()
    for path, says in _wrong(kept, tmp_path / "wrong"):
        with pytest.raises((FileError, EngineError), match=says):
            archive.restore(path, store_url)
    assert not list(tmp_path.glob("leadline.db*"))
    archive.restore(kept, store_url)
    with pytest.raises(EngineError, match="the store must be new"):
        archive.restore(kept, store_url)


def test_the_log_of_another_store_is_not_taken_for_its_own(kept: Path, tmp_path: Path) -> None:
    """A file that was deleted without its log would else be put together with it."""
    (tmp_path / "leadline.db-wal").write_bytes(b"left")
    with pytest.raises(EngineError, match=r"leadline\.db-wal is there"):
        archive.restore(kept, stores.file_url(tmp_path))


def test_every_version_has_a_store_that_was_kept_of_it() -> None:
    """Whoever adds a step to the tables keeps a store of them: python tests/lived.py."""
    assert {each.stem for each in lived.VERSIONS.iterdir()} == set(migrate.versions())


@pytest.mark.parametrize("made", sorted(lived.VERSIONS.iterdir()), ids=lambda path: path.stem)
def test_a_store_of_each_version_becomes_one_of_this(made: Path, store_url: str) -> None:
    """With its facts, its keys and what waited, and scores that are those of batch."""
    contents = archive.restore(made, store_url)
    with stores.opened(store_url) as store, DuckDB(threads=1) as engine:
        rows = _rows(store)
        assert {name: len(rows[name]) for name in contents.tables} == {
            name: each.rows for name, each in contents.tables.items()
        }
        assert store.hold()
        assert Loop(store, engine).drain() == len(rows["waiting"])
        require_batch(store)


def test_a_store_without_tables_is_not_backed_up(store_url: str, tmp_path: Path) -> None:
    """An address that is wrong does not make an empty archive in the place of a good one."""
    (tmp_path / "good").write_text("good")
    store = connect(store_url)
    with pytest.raises(EngineError, match="nothing to back up"):
        archive.backup(store, tmp_path / "good", clock.now())
    store.close()
    assert (tmp_path / "good").read_text() == "good"
