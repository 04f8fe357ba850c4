"""The command line: a thin layer that reads options, calls the library and prints."""

from __future__ import annotations

import sys
from collections.abc import Callable

import typer

from leadline.cli.audit import audit
from leadline.cli.backtest import backtest
from leadline.cli.compare import compare
from leadline.cli.console import err
from leadline.cli.demo import demo_data
from leadline.cli.diff import diff
from leadline.cli.document import check, fingerprint, schema
from leadline.cli.explain import explain
from leadline.cli.history import history
from leadline.cli.import_points import import_
from leadline.cli.inspect import inspect
from leadline.cli.learn import learn
from leadline.cli.new import new
from leadline.cli.rates import rates
from leadline.cli.resolve import resolve
from leadline.cli.rules import rules
from leadline.cli.score import score
from leadline.cli.serve import serve
from leadline.cli.sql import sql
from leadline.cli.stream import stream
from leadline.cli.thresholds import thresholds
from leadline.cli.trial import trial
from leadline.errors import LeadlineError

COMMANDS: tuple[Callable[..., None], ...] = (
    score,
    stream,
    explain,
    inspect,
    diff,
    history,
    trial,
    backtest,
    learn,
    compare,
    thresholds,
    rules,
    audit,
    rates,
    check,
    fingerprint,
    schema,
    sql,
    new,
    demo_data,
    import_,
    resolve,
    serve,
)

app = typer.Typer(
    name="leadline",
    help="Score B2B leads and accounts, and say why to the last point.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for command in COMMANDS:
    name = command.__name__.rstrip("_")  # a word of Python has _ behind it
    app.command(name.replace("_", "-"))(command)


def main() -> None:
    """Run the command line; the exit status says how it ended."""
    try:
        status = app(standalone_mode=False)
        sys.exit(status if isinstance(status, int) else 0)
    except (typer.Abort, KeyboardInterrupt):
        err.print("interrupted; nothing was written")
        sys.exit(130)
    except LeadlineError as error:
        err.print(str(error))
        sys.exit(error.exit_status)
    except typer.TyperException as error:
        message = error.format_message().rstrip(".")
        end = "" if message.endswith("?") else "."
        err.print(f"{message}{end} See leadline --help.")
        sys.exit(2)
    except OSError as error:
        err.print(str(error))
        sys.exit(3)
