"""Text files in other encodings or with mixed line ends, as a copy in UTF-8 with one line end."""

from __future__ import annotations

import codecs
import gzip
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO, Literal, Protocol, cast

from leadline.errors import Fault, FileError, InputError
from leadline.tables.places.encodings import proposed

HEAD_BYTES = 1_000_000
CHUNK_BYTES = 1 << 20

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""First bytes to what they say about the rest; the first that fits."""

NOT_TEXT = {b"PK\x03\x04": "a workbook or archive", b"PAR1": "Parquet", b"\x1f\x8b": "gzip"}
"""First bytes of what is sometimes given a text file's name."""

WESTERN = "windows-1252"
"""What text that is no UTF-8 most often is; Latin-1 is the same but for marks and the euro."""

AS_IT_STANDS = {"utf-8", "utf-8-sig", "ascii"}
"""Encodings that the engine reads, by the names that Python gives them."""

MANY_NULS = 0.3
"""A larger share of bytes 0 is UTF-16 without byte order mark."""

SHOWN = 3
"""How many words a note shows."""

FOREIGN_WORD = re.compile(r"\w*[^\W\x00-\x7f]\w*")
_TAILS = bytes(range(0x80, 0xC0)).decode(WESTERN, errors="ignore")
GARBLED = re.compile(
    r"[^\W\d_][\u00a1-\u00a8\u00ab-\u00ad\u00af-\u00b3\u00b5\u00b6\u00b8\u00b9\u00bb-\u00bf\u00d7\u00f7]"
    rf"[^\W\d_]|[^\x00-\x7f]{{4}}|[\u00c2-\u00c5][{re.escape(_TAILS)}]"
)
"""What is no western text: a sign inside a word, no plain letter for long, or bytes of UTF-8."""


class Written(Protocol):
    """How text files are written, as a model document declares it."""

    @property
    def encoding(self) -> str | None:
        """Encoding; by default read off the file."""

    @property
    def delimiter(self) -> str | None:
        """What separates columns; by default read off the first line."""

    @property
    def header(self) -> int | None:
        """Line that names the columns, counted from 1; by default the first."""

    @property
    def keep(self) -> str | None:
        """Which of several rows with one key stands: ``newest by COLUMN``."""

    @property
    def last(self) -> int | None:
        """Last line of the table; by default that of the file."""

    @property
    def sheet(self) -> str | None:
        """Sheet of a workbook; by default the first."""

    @property
    def version_from(self) -> str | None:
        """Column that says from when on a row was so, where a row is a version of one."""

    @property
    def version_to(self) -> str | None:
        """Column that says until when it was."""


@dataclass(frozen=True)
class AsItIs:
    """Nothing is declared."""

    encoding: str | None = None
    delimiter: str | None = None
    header: int | None = None
    keep: str | None = None
    last: int | None = None
    sheet: str | None = None
    version_from: str | None = None
    version_to: str | None = None


AS_IT_IS = AsItIs()


class NeedsCopy(Exception):  # noqa: N818 - an event that reading answers, no error
    """A text file is not UTF-8 further down, or its lines end in different ways."""

    def __init__(self, file: str, trouble: Literal["encoding", "ends"], error: InputError) -> None:
        """Keep what a copy has to be made from, and what is told where none helps."""
        super().__init__(file)
        self.file = file
        self.trouble = trouble
        self.error = error


@dataclass
class Copies:
    """Copies of the files that the engine cannot read as they are.

    Attributes:
        troubles: What was found out about each file while it was read.
        words: Words of the files whose encoding is a guess.
    """

    folder: Path
    table: str
    written: Written
    troubles: dict[str, list[str]] = field(default_factory=dict)
    words: dict[str, list[str]] = field(default_factory=dict)

    def path(self, file: str) -> str:
        """Return where a file can be read as UTF-8: itself, or its copy.

        Raises:
            InputError: The file is empty, no text, or in an encoding that must be declared.
            FileError: The file cannot be read.
        """
        troubles = self.troubles.get(file, [])
        encoding = self.written.encoding or encoding_of(file)
        if "encoding" in troubles and not self.written.encoding:
            encoding = WESTERN
        is_whole = not troubles and self.written.last is None
        if is_whole and codecs.lookup(encoding).name in AS_IT_STANDS:
            return file
        name = sha256(f"{encoding} {file}".encode()).hexdigest()[:16]
        copy = self.folder / f"{name}.txt"
        if not copy.exists():
            is_guess = encoding == WESTERN and not self.written.encoding
            self._copy(file, encoding, copy, is_guess=is_guess)
        return str(copy)

    def mend(self, needs: NeedsCopy) -> None:
        """Have a file copied that turned out to need it.

        Raises:
            InputError: A copy was made, or cannot help.
        """
        troubles = self.troubles.setdefault(needs.file, [])
        declared = needs.trouble == "encoding" and self.written.encoding
        if needs.trouble in troubles or declared:
            raise needs.error
        troubles.append(needs.trouble)

    def notes(self) -> Iterator[str]:
        """Yield what a person should know about the copies."""
        for file, words in self.words.items():
            yield _guess_note(file, self.table, words)
        for file, troubles in self.troubles.items():
            if "ends" in troubles:
                yield f"{file}: lines end in different ways; each is read as an end of line."

    def _copy(self, file: str, encoding: str, copy: Path, *, is_guess: bool) -> None:
        words: dict[str, None] = {}
        with _opened(file) as stream, copy.open("w", encoding="utf-8", newline="") as target:
            for text in _until(_lines(stream, file, encoding, self.table), self.written.last):
                if is_guess:
                    _refuse_garbled(text, file, self.table)
                    words |= dict.fromkeys(FOREIGN_WORD.findall(text)[:SHOWN])
                target.write(text)
        if is_guess:
            self.words[file] = list(words)[:SHOWN]


@contextmanager
def copies(table: str, written: Written) -> Iterator[Copies]:
    """Keep copies while the block runs."""
    with TemporaryDirectory(prefix="leadline-") as folder:
        yield Copies(Path(folder), table, written)


def encoding_of(file: str) -> str:
    """Return the encoding of a text file by its first bytes; errors as for ``Copies.path``."""
    head = read_head(file)
    if not head:
        raise InputError(Fault(file, "", "must not be empty"))
    kind = next((kind for mark, kind in NOT_TEXT.items() if head.startswith(mark)), None)
    if kind:
        raise InputError(Fault(file, "", "must be text", kind, "Check its ending."))
    marked = next((encoding for mark, encoding in MARKS if head.startswith(mark)), None)
    return marked or _unmarked(head)


def _unmarked(head: bytes) -> str:
    if head.count(0) > MANY_NULS * len(head):
        return "utf-16-be" if head[0] == 0 else "utf-16-le"
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return WESTERN
    return "utf-8"


def read_head(file: str) -> bytes:
    """Return the first bytes of a file, unpacked. Raises FileError."""
    with _opened(file) as stream:
        return stream.read(HEAD_BYTES)


@contextmanager
def _opened(file: str) -> Iterator[BinaryIO]:
    opened = gzip.open if file.lower().endswith(".gz") else open
    try:
        with opened(file, "rb") as stream:
            yield cast("BinaryIO", stream)
    except (OSError, EOFError, zlib.error) as error:
        reason = "Check that it is whole and can be read."
        raise FileError(Fault(file, "", "cannot be read", str(error), reason)) from error


def _refuse_garbled(text: str, file: str, table: str) -> None:
    if garbled := GARBLED.search(text):
        around = text[max(garbled.start() - 10, 0) : garbled.end() + 10]
        raise InputError(_undecided(file, table, " ".join(around.split())))


def _lines(stream: BinaryIO, file: str, encoding: str, table: str) -> Iterator[str]:
    """Yield the text piece by piece, with line feeds for line ends of all kinds."""
    decoder = codecs.getincrementaldecoder(encoding)()
    held, first = "", True
    try:
        while True:
            chunk = stream.read(CHUNK_BYTES)
            text = held + decoder.decode(chunk, final=not chunk)
            text = text.removeprefix("\ufeff") if first else text
            held = "\r" if chunk and text.endswith("\r") else ""
            text = text.removesuffix(held) if held else text
            yield text.replace("\r\n", "\n").replace("\r", "\n")
            first = False
            if not chunk:
                return
    except UnicodeError as error:
        found = str(error)
        if isinstance(error, UnicodeDecodeError):
            found = f"byte {error.object[error.start]:#x}"
        raise InputError(_undecided(file, table, found, encoding)) from error


def _until(pieces: Iterator[str], last: int | None) -> Iterator[str]:
    """Yield a text up to the end of a line, counted from 1."""
    rest = last
    for piece in pieces:
        if rest is None:
            yield piece
            continue
        lines = piece.split("\n", rest)
        yield piece if len(lines) <= rest else "\n".join(lines[:rest]) + "\n"
        rest -= len(lines) - 1
        if rest <= 0:
            return


def _undecided(file: str, table: str, found: str, encoding: str = WESTERN) -> Fault:
    proposal, words = proposed(read_head(file))
    reads = f", which reads {words}" if words else ""
    remedy = f"Declare files: {{{table}: {{encoding: {proposal}}}}}{reads}, or what the tool says."
    return Fault(file, "", f"must be UTF-8 or {encoding}", found, remedy)


def _guess_note(file: str, table: str, words: list[str]) -> str:
    shown = f", such as {', '.join(words)}" if words else ""
    return (
        f"{file} is not UTF-8 and is read as {WESTERN}{shown}; "
        f"if that looks wrong, declare files: {{{table}: {{encoding: windows-1250}}}} or another."
    )
