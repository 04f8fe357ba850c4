"""``leadline new``: a commented model to start from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from leadline.cli.console import out
from leadline.errors import Fault, FileError, InputError
from leadline.model.starters import STARTERS, starter


def new(
    model: Annotated[
        Path | None, typer.Argument(metavar="MODEL", help="Model document to write (YAML).")
    ] = None,
    starter_: Annotated[
        str, typer.Option("--starter", metavar="NAME", help="One of the starters of --list.")
    ] = "general",
    list_: Annotated[bool, typer.Option("--list", help="List the starters and end.")] = False,
) -> None:
    """Write a commented model to start from; an existing file is left as it is."""
    if list_:
        width = max(map(len, STARTERS))
        for name, about in STARTERS.items():
            out.print(f"{name:{width}}  {about}")
        return
    if model is None:
        raise InputError(Fault("", "MODEL", "must name the file to write, such as model.yaml"))
    _write(model, starter(starter_))
    out.print(f"{model} written, from the starter {starter_}; change every line that you like")
    out.print(f"next, with tables of your own or of leadline demo-data: leadline check {model}")


def _write(path: Path, text: str) -> None:
    """Write a new file; ``x`` refuses one that is there, even one that appears just now."""
    try:
        with path.open("x", encoding="utf-8") as stream:
            stream.write(text)
    except FileExistsError:
        remedy = "Name another file; nothing was written."
        raise FileError(Fault(str(path), "", "must not exist yet", "", remedy)) from None
    except OSError as error:
        remedy = "Check the path and its permissions."
        raise FileError(
            Fault(str(path), "", "cannot be written", error.strerror or "", remedy)
        ) from error
