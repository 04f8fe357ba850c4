"""The commands: each asks a question, which is imported when it is called."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Annotated, Any, cast

import typer
from typer.core import TyperCommand, TyperGroup

from leadline.cli import help as pages
from leadline.cli.asking import ask
from leadline.cli.options import parameters
from leadline.questions import QUESTIONS, question
from leadline.service.asked import SERVED

COMMANDS: Mapping[str, str] = {
    "init": "leadline.service.init:Init",
    "config": "leadline.service.config:Config",
    **QUESTIONS,
    "serve": "leadline.cli.serve:Serve",
    "mcp": "leadline.cli.mcp:Mcp",
    **SERVED,
}
"""Every command by its name, and where its question stands."""


class _Text:
    """What makes a value of a text: nothing, where Typer would load pydantic to do no more."""

    def coerce(self, value: Any, **_: Any) -> Any:
        """Return the text."""
        return value


class Command(TyperCommand):
    """A command whose page is that of its question."""

    def get_params(self, ctx: Any) -> list[Any]:
        """Return the options, whose values stay texts."""
        return list(map(_as_text, super().get_params(ctx)))

    def format_help(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002
        """Write the page."""
        formatter.write(pages.page(question(COMMANDS[str(self.name)])))


class Commands(TyperGroup):
    """All commands, of which only those that are asked for are made."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands = cast("dict[str, Any]", dict.fromkeys(COMMANDS))  # read for names alone

    def get_params(self, ctx: Any) -> list[Any]:
        """Return the options before the command, whose values stay texts."""
        return list(map(_as_text, super().get_params(ctx)))

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002
        """Return the names of all commands."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
        """Return a command, None where there is none of the name."""
        return command(cmd_name) if cmd_name in COMMANDS else None

    def format_help(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002
        """Write the page that lists all commands."""
        formatter.write(pages.overview({name: asked(name) for name in COMMANDS}))


def _as_text(parameter: Any) -> Any:
    """Have the value of a parameter stay a text."""
    vars(parameter)["get_runtime_param"] = _Text
    return parameter


def asked(name: str) -> Any:
    """Return the class of a question."""
    return question(COMMANDS[name])


def command(name: str) -> Any:
    """Return the command that asks a question."""
    place = COMMANDS[name]
    asked = question(place)

    def run(**values: Any) -> int:
        return ask(asked, values)

    vars(run)["__signature__"] = inspect.Signature(parameters(asked))
    made = typer.Typer(add_completion=False, rich_markup_mode=None)
    made.command(name, cls=Command)(run)
    return typer.main.get_command(made)


def _version(is_asked: bool) -> None:  # noqa: FBT001 - as Typer calls it
    if is_asked:
        from importlib.metadata import version

        typer.echo(f"leadline {version('leadline')}")
        raise typer.Exit


app = typer.Typer(cls=Commands, rich_markup_mode=None, pretty_exceptions_enable=False)


@app.callback()
def leadline(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="The version.")
    ] = False,
) -> None:
    """Score B2B leads and accounts, and say why to the last point."""
