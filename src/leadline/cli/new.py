"""``leadline new``: a commented model to start from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from leadline.cli.console import out
from leadline.errors import Fault, FileError, InputError
from leadline.model.starters import STARTERS, starter, with_columns


def new(
    model: Annotated[
        Path | None, typer.Argument(metavar="MODEL", help="Model document to write (YAML).")
    ] = None,
    starter_: Annotated[
        str, typer.Option("--starter", metavar="NAME", help="One of the starters of --list.")
    ] = "general",
    columns: Annotated[
        Path | None,
        typer.Option(metavar="F", help="Columns that leadline inspect --out wrote, to be read."),
    ] = None,
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
    text = starter(starter_)
    _write(model, with_columns(text, _proposed(columns)) if columns else text)
    out.print(f"{model} written, from the starter {starter_}; change every line that you like")
    out.print(f"next, with tables of your own or of leadline demo-data: leadline check {model}")


def _proposed(path: Path) -> dict[str, Any]:
    """Return what stands under ``columns`` and ``files`` in a file."""
    try:
        found = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise FileError(Fault(str(path), "", "cannot be read", error.strerror or "")) from error
    except (YAMLError, UnicodeDecodeError) as error:
        raise InputError(
            Fault(str(path), "", "must be YAML", str(error).splitlines()[0])
        ) from error
    if not isinstance(found, dict) or not isinstance(found.get("columns"), dict):
        remedy = "leadline inspect FILE --out writes it."
        raise InputError(Fault(str(path), "columns", "must say how tables are read", "", remedy))
    return found


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
