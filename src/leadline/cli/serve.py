"""``leadline serve``: take in what trackers and systems send, and keep the scores."""

from __future__ import annotations

from typing import Annotated

import typer


def serve(
    store: Annotated[
        str,
        typer.Option("--store", metavar="URL", help="sqlite:FILE or postgresql://host/database."),
    ] = "sqlite:leadline.db",
    host: Annotated[
        str, typer.Option("--host", metavar="H", help="Address to listen on; this machine alone.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", metavar="N", help="Port to listen on.")] = 8321,
) -> None:
    """Take in what trackers and systems send, and keep the scores."""
    from leadline.service.service import Service  # noqa: PLC0415 - the other commands need none
    from leadline.store.store import connect  # noqa: PLC0415
    from leadline.web.server import serve as run  # noqa: PLC0415

    run(Service(connect(store)), host, port)
