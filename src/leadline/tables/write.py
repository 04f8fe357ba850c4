"""Results to files: each whole or not at all, several together or none."""

from __future__ import annotations

import os
import secrets
import shutil
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Self

from leadline.errors import Fault, FileError, InputError
from leadline.sql.text import Sql, name, sql_text
from leadline.tables.places.files import ENDINGS, Format, format_of, listed_files
from leadline.timings import step

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from leadline.engines.duckdb.engine import DuckDB
    from leadline.engines.engine import ArrowStream
    from leadline.tables.places.inputs import Input


class Form(NamedTuple):
    """How a format is written: what DuckDB is told, a time, and a column without a type."""

    options: str
    time: str
    null: str = "{x}"


ISO = "strftime({x}, '%Y-%m-%dT%H:%M:%S.%fZ')"

FORMS: Mapping[Format, Form] = {
    "csv": Form("format csv, header true", ISO),
    "tsv": Form("format csv, header true, delimiter '\t'", ISO),
    "json": Form("format json", ISO),
    "parquet": Form("format parquet, compression zstd", "timezone('UTC', {x})", "{x}::varchar"),
}

NAIVE_TIMES = ("TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS")


class Outputs:
    """Files that appear together when the block ends, or not at all if anything fails.

    ::

        with Outputs(engine) as outputs:
            outputs.add("from scores", "scores.csv")
            outputs.add("from points", "points.parquet")
    """

    def __init__(self, engine: DuckDB) -> None:
        self._engine = engine
        self._written: dict[Path, Path] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, failure: type[BaseException] | None, *_: object) -> None:
        with ExitStack() as stack:
            for written in self._written.values():
                stack.callback(written.unlink, missing_ok=True)
            if failure is None:
                for written in self._written.values():
                    _sync(written)
                _move(self._written)

    def add(self, rows: str | ArrowStream, path: str | Path) -> int:
        """Write the rows of a query, or of a table in memory, for a file whose ending says how.

        A device or a pipe is written to at once. Returns the number of rows.

        Raises:
            InputError: The ending is unknown, or the path was already given.
            FileError: The file cannot be written.
        """
        check_output(path)
        target = Path(path).resolve()
        if target in self._written:
            expected = "must not be given for two outputs"
            raise InputError(Fault(str(path), "", expected, "", "Give another name."))
        written = target
        if not _is_special(target):
            written = _beside(target)
            self._written[target] = written
        return self._copy(rows, written, str(path))

    @step("write files")
    def _copy(self, rows: str | ArrowStream, written: Path, path: str) -> int:
        relation = self._relation(rows)
        form = FORMS[format_of(path)]
        packed = ", compression gzip" if path.lower().endswith(".gz") else ""
        template = "copy (select {columns} from {rows}) to {path} ({options}, use_tmp_file false)"
        columns = _columns(self._engine, relation, form)
        options = Sql(form.options + packed)
        parts = {"columns": columns, "rows": relation, "path": str(written), "options": options}
        return int(self._engine.rows(sql_text(template, **parts))[0][0])

    def _relation(self, rows: str | ArrowStream) -> Sql:
        if isinstance(rows, str):
            return sql_text("({query})", query=Sql(rows))
        self._engine.register("given_output", rows)
        return name("given_output")


def _move(written: Mapping[Path, Path]) -> None:
    """Give files their names; where one cannot have its name, all is again as it was before."""
    with ExitStack() as leftovers, ExitStack() as undo:
        for target, file in written.items():
            try:
                before = _set_aside(target)
                if before is not None:
                    leftovers.callback(before.unlink, missing_ok=True)
                file.replace(target)
            except OSError as error:
                raise FileError(_unwritable(str(target), error.strerror)) from error
            undo.callback(_restore, target, before)
        undo.pop_all()


def _set_aside(target: Path) -> Path | None:
    """Return a second name of the file that is to be replaced; None where there is none."""
    if not target.exists():
        return None
    before = _beside(target)
    try:
        before.hardlink_to(target)
    except OSError:  # not every file system has second names
        shutil.copy2(target, before)
    return before


def _restore(target: Path, before: Path | None) -> None:
    if before is None:
        target.unlink()
    else:
        before.replace(target)


def _beside(target: Path) -> Path:
    return target.with_name(f".leadline-{secrets.token_hex(8)}")


def write(engine: DuckDB, rows: str | ArrowStream, path: str | Path) -> None:
    """Write the rows of a query, or of a table in memory, to a file: whole or not at all.

    Times are written in UTC. Errors are those of ``Outputs.add``.
    """
    with Outputs(engine) as outputs:
        outputs.add(rows, path)


def check_output(path: str | Path) -> None:
    """Check that a file can be written, before there is anything to write.

    Raises:
        InputError: The ending is unknown.
        FileError: Its folder does not exist or is not writable, or it is a folder itself.
    """
    if format_of(str(path)) not in FORMS:
        known = ", ".join(ending for ending, form in ENDINGS.items() if form in FORMS)
        remedy = "Workbooks are read, not written."
        raise InputError(Fault(str(path), "", f"must end in one of {known}", "", remedy))
    target = Path(path).resolve()
    if target.is_dir():
        raise FileError(_unwritable(str(path), "a folder has this name"))
    if not target.parent.is_dir():
        raise FileError(_unwritable(str(path), f"there is no folder {target.parent}"))
    if not os.access(target if _is_special(target) else target.parent, os.W_OK):
        raise FileError(_unwritable(str(path), "permission denied"))


def check_outputs(paths: Iterable[str], read: Iterable[Input] = ()) -> None:
    """Check that files can be written together, beside those that are read.

    Raises:
        InputError: As ``check_output``; or a file is given twice, or is one that is read.
        FileError: As ``check_output``.
    """
    taken = {
        Path(file).resolve(): "must not be a file that is read"
        for given in read
        for file in listed_files(given)
    }
    for path in paths:
        check_output(path)
        target = Path(path).resolve()
        if target in taken and not _is_special(target):
            raise InputError(Fault(path, "", taken[target], "", "Give another name."))
        taken[target] = "must not be given for two outputs"


def _columns(engine: DuckDB, rows: Sql, form: Form) -> list[Sql]:
    described = engine.rows(sql_text("describe from {rows}", rows=rows))
    templates = {**dict.fromkeys(NAIVE_TIMES, form.time), '"NULL"': form.null}
    return [
        sql_text(templates.get(native, "{x}") + " as {x}", x=name(title))
        for title, native, *_ in described
    ]


def _is_special(path: Path) -> bool:
    """Tell a device or a pipe, which must not be replaced by a file."""
    return path.exists() and not path.is_file() and not path.is_dir()


def _sync(path: Path) -> None:
    """Have the disk hold what was written before it gets its name."""
    with path.open("rb") as stream:
        os.fsync(stream.fileno())


def _unwritable(path: str, reason: str | None) -> Fault:
    return Fault(path, "", "cannot be written", reason or "", "Check the path and its permissions.")
