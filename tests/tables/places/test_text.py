"""Encodings: what is read is what was written, or there is a word about it."""

from __future__ import annotations

import codecs
import gzip
from typing import TYPE_CHECKING

import pytest

from leadline.errors import FileError, InputError
from leadline.tables.places.csv_files import read_csv
from leadline.tables.places.json_lines import read_json_lines
from leadline.tables.places.raw import prepare
from leadline.tables.places.text import AsItIs, encoding_of
from leadline.tables.read import load

if TYPE_CHECKING:
    from pathlib import Path

    from leadline.engines.duckdb.engine import DuckDB

TEXT = "name,city\r\nÉléonore,Łódź\r\n"
WESTERN = "name,city\nZoë,Málaga 5 m²\nRené,Köln\n"


def read(engine: DuckDB, encoding: str | None = None) -> list[tuple[object, ...]]:
    """Return the rows of ``x.csv``."""
    prepare(engine, ["leads"])
    raw = read_csv(engine, "leads", ["x.csv"], AsItIs(encoding))
    return engine.rows(f"select * from {raw.relation}")


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        TEXT.encode("utf-16"),
        codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
        TEXT.encode("utf-16-le"),
        TEXT.encode("utf-16-be"),
        TEXT.encode("utf-32"),
    ],
)
def test_unicode_is_read_in_all_its_forms(engine: DuckDB, folder: Path, content: bytes) -> None:
    """With byte order mark or without; nothing needs to be said."""
    (folder / "x.csv").write_bytes(content)
    prepare(engine, ["leads"])
    raw = read_csv(engine, "leads", ["x.csv"])
    assert list(raw.columns) == ["name", "city"]
    assert engine.rows(f"select * from {raw.relation}") == [("Éléonore", "Łódź")]
    assert raw.notes == ()


def test_western_text_is_read_with_a_note(engine: DuckDB, folder: Path) -> None:
    """The note shows words by which a person sees whether it is right."""
    (folder / "x.csv").write_bytes(WESTERN.encode("cp1252"))
    prepare(engine, ["leads"])
    raw = read_csv(engine, "leads", ["x.csv"])
    assert engine.rows(f"from {raw.relation}") == [("Zoë", "Málaga 5 m²"), ("René", "Köln")]
    assert raw.notes == (
        (
            "x.csv is not UTF-8 and is read as windows-1252, such as Zoë, Málaga, m²; "
            "if that looks wrong, declare files: {leads: {encoding: windows-1250}} or another."
        ),
    )


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("a,b\nzażółć gęślą jaźń,x\n", "cp1250"),
        ("a,b\nижлдюя,x\n", "cp1251"),
        ("a,b\n東京,x\n", "shift_jis"),
        ("a,b\nŠťastný,x\n", "cp1250"),
    ],
)
def test_other_encodings_must_be_declared(
    engine: DuckDB, folder: Path, text: str, encoding: str
) -> None:
    """Never are letters taken for others in silence; declared, they are read without a note."""
    (folder / "x.csv").write_bytes(text.encode(encoding))
    with pytest.raises(InputError, match=r"x\.csv must be UTF-8 or windows-1252; .*Declare files"):
        read(engine)
    assert read(engine, encoding) == [(text[4:].partition(",")[0], "x")]


def test_a_broken_byte_among_unicode_is_refused(engine: DuckDB, folder: Path) -> None:
    """The rest would turn into signs."""
    (folder / "x.csv").write_bytes("a,b\né,1\n".encode() + b"\xe9,1\n")
    with pytest.raises(InputError, match=r"x\.csv must be UTF-8"):
        read(engine)


def test_a_declared_encoding_that_is_wrong_is_refused(engine: DuckDB, folder: Path) -> None:
    """Nothing is replaced by question marks."""
    (folder / "x.csv").write_bytes("a,b\né,1\n".encode("cp1252"))
    for encoding in ("utf-8", "ascii"):
        with pytest.raises(InputError, match=r"x\.csv must be UTF-8"):
            read(engine, encoding)
    with pytest.raises(InputError, match="must be UTF-8 or utf-16"):
        read(engine, "utf-16")


def test_a_model_declares_the_encoding_of_a_table(engine: DuckDB, folder: Path) -> None:
    """Other tables keep theirs."""
    (folder / "leads.csv").write_bytes("lead_id;city\na;Łódź\n".encode("cp1250"))
    (folder / "accounts.csv").write_text("account_id,city\nb,Łódź\n", encoding="utf-8")
    inputs = {"leads": "leads.csv", "accounts": "accounts.csv"}
    loaded = load(engine, inputs, {}, files={"leads": AsItIs("windows-1250")})
    assert loaded.notes == []
    assert engine.rows("select l.city = a.city from leads l, accounts a") == [(True,)]


def test_lines_of_json_are_read_in_other_encodings_too(engine: DuckDB, folder: Path) -> None:
    """Some tools write UTF-16 whatever they write."""
    (folder / "x.json").write_bytes('{"a": "ż"}\n{"a": "é"}\n'.encode("utf-16"))
    prepare(engine, ["leads"])
    raw = read_json_lines(engine, "leads", ["x.json"])
    assert engine.rows(f"select c0 from {raw.relation} order by 1") == [("é",), ("ż",)]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", r"x\.csv must not be empty\."),
        (b"PK\x03\x04rest", "must be text; found a workbook or archive"),
        (b"PAR1rest", "must be text; found Parquet"),
    ],
)
def test_what_is_no_text_is_refused(folder: Path, content: bytes, message: str) -> None:
    """The message says what it is."""
    (folder / "x.csv").write_bytes(content)
    with pytest.raises(InputError, match=message):
        encoding_of("x.csv")


def test_a_packed_file_is_read_and_a_broken_one_refused(engine: DuckDB, folder: Path) -> None:
    """A download that stopped half-way is an error of files."""
    packed = gzip.compress(WESTERN.encode("cp1252"))
    (folder / "x.csv.gz").write_bytes(packed)
    prepare(engine, ["leads"])
    raw = read_csv(engine, "leads", ["x.csv.gz"])
    assert engine.rows(f"select c1 from {raw.relation} limit 1") == [("Málaga 5 m²",)]
    (folder / "y.csv.gz").write_bytes(packed[:12])
    with pytest.raises(FileError, match=r"y\.csv\.gz cannot be read"):
        encoding_of("y.csv.gz")
    (folder / "z.csv.gz").write_bytes(b"a,b\n")
    with pytest.raises(FileError, match="Not a gzipped file"):
        encoding_of("z.csv.gz")
