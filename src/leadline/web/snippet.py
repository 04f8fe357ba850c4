"""The script that web pages load: it sends what happens on them."""

from __future__ import annotations

from importlib.resources import files

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

PATH = "/track.js"
HEADERS = {
    "Cache-Control": "public, max-age=3600",
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
"""Pages of any site load it."""


def text() -> bytes:
    """Return the script."""
    return files("leadline.web").joinpath("track.js").read_bytes()


def routes() -> list[Route]:
    """Return its address, which anybody may load."""
    script = text()

    async def give(_: Request) -> Response:
        return Response(script, headers=HEADERS, media_type="text/javascript")

    return [Route(PATH, give)]
