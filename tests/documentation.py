"""The code in README and docs: found, run as a reader would run it, and kept up to date.

``python tests/documentation.py`` runs every page and rewrites what commands printed.

Fences say what a block is:

- ``console``: lines after ``$`` are run beside a copy of the examples; what they print is below;
  ``cd`` holds for the rest of the page;
- ``python``: runs as it is, or as a doctest where it has ``>>>``;
- ``yaml``: a whole model; ``yaml part``: keys of one; ``yaml scores``, ``yaml rules``: keys there;
- ``yaml wrong``: a model that has faults; ``yaml rest``: what a command puts together to a model;
- ``yaml task``: a task; ``toml``: the settings of a workspace;
- any of them with ``file=NAME``: saved under that name for the blocks that follow;
- ``sh``: for the reader's machine, and only its syntax is checked; ``text`` is no code.
"""

from __future__ import annotations

import contextlib
import doctest
import io
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from leadline.cli import console
from leadline.cli.main import main as run_command
from leadline.errors import Fault
from leadline.model.checking.check import check
from leadline.model.task import read_task
from leadline.scoring import read_model

ROOT = Path(__file__).parents[1]
WIDTH = 100
FENCE = re.compile(r"^```(?P<info>\S[^\n]*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
SHELL = re.compile(r"[|<>;&$*]|^(?!leadline )")
"""What only a shell can run; everything else is run in this process, which is far faster."""

NEUTRAL: dict[str, Any] = {
    "leadline": 1,
    "model": "page",
    "scores": {
        "company": {"rules": {"size": {"when": "account.employees >= 100", "points": 10}}},
        "person": {"rules": {"demo": {"event": "demo_requested", "points": 40}}},
    },
}
"""What the parts of a model stand in."""


@dataclass(frozen=True)
class Block:
    """One fenced block of a page."""

    page: Path
    line: int
    info: str
    body: str

    @property
    def kind(self) -> str:
        """The language of the block."""
        return self.info.split()[0]

    @property
    def marks(self) -> list[str]:
        """What the fence says beside the language and the file."""
        return [word for word in self.info.split()[1:] if not word.startswith("file=")]

    @property
    def file(self) -> str | None:
        """The name under which a reader saves the block."""
        found = re.search(r"\bfile=(\S+)", self.info)
        return found[1] if found else None

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def pages() -> list[Path]:
    """Return every page that people read."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def blocks(page: Path) -> list[Block]:
    """Return the fenced blocks of a page."""
    text = page.read_text(encoding="utf-8")
    return [
        Block(page, text.count("\n", 0, found.start()) + 1, found["info"], found["body"])
        for found in FENCE.finditer(text)
    ]


@contextlib.contextmanager
def reader_folder() -> Iterator[Path]:
    """Work in a new folder that has the examples, as a reader's clone has."""
    before = Path.cwd()
    columns = os.environ.get("COLUMNS")
    with tempfile.TemporaryDirectory() as name:
        shutil.copytree(ROOT / "examples", Path(name) / "examples")
        os.chdir(name)
        os.environ["COLUMNS"] = str(WIDTH)
        console.out.width = console.err.width = WIDTH
        try:
            yield Path(name)
        finally:
            os.chdir(before)
            os.environ.pop("COLUMNS")
            if columns is not None:
                os.environ["COLUMNS"] = columns


def run_console(body: str) -> str:
    """Run the commands of a console block and return it with what they print now."""
    found = []
    for command in re.findall(r"^\$ ((?:.*\\\n)*.*)", body, re.MULTILINE):
        output = _run(command)
        lines = [line.rstrip() for line in output.rstrip().splitlines()]
        found.append("\n".join([f"$ {command}", *lines]) + "\n")
    return "".join(found)


def _run(command: str) -> str:
    if command.startswith("cd "):
        os.chdir(command.removeprefix("cd "))
        return ""
    return _shell(command) if SHELL.search(command.replace("\\\n", "")) else _own(command)


def _own(command: str) -> str:
    """Run the command line in this process."""
    output = io.StringIO()
    before = sys.argv
    sys.argv = shlex.split(command.replace("\\\n", " "))
    try:
        with (
            contextlib.redirect_stdout(output),
            contextlib.redirect_stderr(output),
            contextlib.suppress(SystemExit),
        ):
            run_command()
    finally:
        sys.argv = before
    return output.getvalue()


def _shell(command: str) -> str:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", command],  # noqa: S607 - the reader's shell
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**os.environ, "PATH": path},
        check=False,
    )
    return done.stdout.decode()


def run_python(block: Block, names: dict[str, Any]) -> None:
    """Run a block of Python; names stay known to the next block of the page."""
    if ">>>" not in block.body:
        exec(compile(block.body, str(block), "exec"), names)  # noqa: S102 - our own pages
        return
    test = doctest.DocTestParser().get_doctest(block.body, names, str(block), str(block), 0)
    report = io.StringIO()
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
    runner.run(test, out=report.write, clear_globs=False)
    names.update(test.globs)
    assert not runner.failures, report.getvalue()


def faults(block: Block) -> list[Fault]:
    """Return the faults of a block of YAML, put into the model that it is a part of."""
    if "task" in block.marks:
        read_task(block.body)
        return []
    if not {"part", "scores", "rules"} & set(block.marks):
        return check(*read_model(block.body))
    part = YAML(typ="safe", pure=True).load(block.body)
    whole = dict(NEUTRAL)
    if "rules" in block.marks:
        part = {"scores": {"example": {"rules": part}}}
    elif "scores" in block.marks:
        part = {"scores": part}
    whole.update({key: value for key, value in part.items() if key != "scores"})
    whole["scores"] = {**NEUTRAL["scores"], **part.get("scores", {})}
    return check(*read_model(whole))


def run_page(page: Path) -> str:
    """Run a page from top to bottom and return it with what its commands print now."""
    text = page.read_text(encoding="utf-8")
    names: dict[str, Any] = {"__name__": "page"}
    with reader_folder():
        for block in blocks(page):
            if block.file:
                Path(block.file).write_text(block.body, encoding="utf-8")
            if block.kind == "console":
                fresh = run_console(block.body)
                text = text.replace(f"```console\n{block.body}```", f"```console\n{fresh}```", 1)
            elif block.kind == "python" and not block.file:
                run_python(block, names)
    return text


def main() -> None:
    """Rewrite what the commands on every page print."""
    for page in map(Path, sys.argv[1:] or pages()):
        page.write_text(run_page(page.resolve()), encoding="utf-8")


if __name__ == "__main__":
    main()
