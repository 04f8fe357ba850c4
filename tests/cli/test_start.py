"""How the command line starts: what it loads, and what it says where nothing was asked."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from leadline.cli.commands import COMMANDS
from leadline.cli.help import WIDTH, overview, page
from leadline.questions import question

HEAVY = ("numpy", "duckdb", "pyarrow", "sqlglot", "pydantic", "sklearn", "pandas", "scipy")
RUN = "import sys; from leadline.cli.main import main; sys.argv[1:] = {words}; main()"
CHECK = "import sys, atexit; atexit.register(lambda: print(*(set({heavy}) & set(sys.modules))))\n"


def started(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run Python, which says in the end what it has loaded of what is heavy."""
    return subprocess.run(
        [sys.executable, "-c", CHECK.format(heavy=HEAVY) + code],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**os.environ, **environment},
    )


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (["--help"], 0),
        (["--version"], 0),
        ([], 0),
        (["score", "--help"], 0),
        (["learn", "--help"], 0),
        (["backtest", "model.yaml", "--split", "tim", "--leads", "x.csv"], 2),
        (["backtest", "model.yaml", "--no-such-option"], 2),
        (["score", "model.yaml", "--leads", "x.csv", "--as-of", "1", "--spine", "s.csv"], 2),
        (["score"], 2),
        (["scoer"], 2),
    ],
)
def test_nothing_heavy_is_loaded_before_it_is_needed(words: list[str], status: int) -> None:
    """Help, the version, and what is refused cost no engine, no model and no arrays."""
    ended = started(RUN.format(words=words))
    assert ended.returncode == status, ended.stderr
    assert ended.stdout.splitlines()[-1] == ""


def test_completion_loads_nothing_heavy() -> None:
    """A shell asks at each press of a key."""
    environment = {
        "_LEADLINE_COMPLETE": "complete_bash",
        "COMP_WORDS": "leadline back",
        "COMP_CWORD": "1",
    }
    ended = started(RUN.format(words=[]), **environment)
    assert "backtest" in ended.stdout
    assert ended.stdout.splitlines()[-1] == ""


def test_importing_the_package_loads_nothing_heavy() -> None:
    """And a folder of it that is imported does not hide the function of its name."""
    assert started("import leadline").stdout.strip() == ""
    ended = started("import leadline.history.judged; print(callable(leadline.history))")
    assert ended.stdout.splitlines()[0] == "True"


@pytest.mark.parametrize("name", COMMANDS)
def test_help_fits_a_screen(name: str) -> None:
    """Each page has its options by group, and an example; no line is wider than a terminal."""
    text = page(question(COMMANDS[name]))
    assert max(map(len, text.splitlines())) <= WIDTH
    assert "Example:\n  leadline" in text
    assert "--json F" in text


def test_the_overview_lists_every_command_by_topic() -> None:
    """It fits a screen too."""
    text = overview({name: question(place) for name, place in COMMANDS.items()})
    assert max(map(len, text.splitlines())) <= WIDTH
    for name in COMMANDS:
        assert f"\n  {name} " in text
    for title in (
        "Begin:",
        "Score:",
        "Judge a model on history:",
        "Make a model:",
        "Data:",
        "Serve:",
    ):
        assert f"\n{title}\n" in text


def test_a_missing_option_is_named_with_where_to_look() -> None:
    """All that is missing, at once."""
    ended = started(RUN.format(words=["compare"]))
    assert ended.stderr.splitlines() == [
        "FIRST is missing. See leadline compare --help, or set model in leadline.toml.",
        "SECOND is missing. See leadline compare --help.",
        "--leads is missing. See leadline compare --help, or set tables.leads in leadline.toml.",
    ]


def test_an_interrupt_while_it_starts_is_told() -> None:
    """Whoever changes their mind at once sees a sentence, and no traceback."""
    code = (
        "import sys, builtins\n"
        "real = builtins.__import__\n"
        "def slow(name, *rest, **more):\n"
        "    if name == 'typer': raise KeyboardInterrupt\n"
        "    return real(name, *rest, **more)\n"
        "builtins.__import__ = slow\n"
    )
    ended = started(code + RUN.format(words=["--help"]))
    assert ended.returncode == 130
    assert ended.stderr == "interrupted; nothing was written\n"


def test_an_interrupt_while_it_computes_is_told() -> None:
    """The exit status is 130."""
    words = ["demo-data", "unused", "--leads", "400000"]
    with subprocess.Popen(
        [sys.executable, "-c", RUN.format(words=words)],
        cwd="/tmp",  # noqa: S108 - nothing is written there
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as opened:
        time.sleep(2)
        opened.send_signal(signal.SIGINT)
        _, told = opened.communicate(timeout=60)
    assert opened.returncode == 130
    assert told.splitlines()[-1] == "interrupted; nothing was written"
