"""Files that pages need: style sheet, scripts, font, icon. A name tells what is in it.

A name has a hash of the content, so a browser keeps a file for ever and asks for none twice.
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

KEPT = "public, max-age=31536000, immutable"
_KINDS = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "woff2": "font/woff2",
    "svg": "image/svg+xml",
}
_SHEETS = (
    ("leadline.reports", "templates/tokens.css"),
    ("leadline.reports", "templates/charts.css"),
    ("leadline.web", "static/frame.css"),
    ("leadline.web", "static/parts.css"),
    ("leadline.web", "static/pages.css"),
)
"""Reports and pages share the first two."""
_FILES = ("inter.woff2", "icon.svg", "htmx.min.js", "sse.min.js", "pages.js")


@dataclass(frozen=True)
class Asset:
    """A file under the name that pages ask for.

    Attributes:
        name: The name, with its hash.
        kind: Its media type.
        body: What is in it.
        packed: The same compressed; nothing where that gains nothing.
    """

    name: str
    kind: str
    body: bytes
    packed: bytes

    @classmethod
    def of(cls, name: str, body: bytes) -> Asset:
        """Return a file under a name that tells its content."""
        stem, _, ending = name.rpartition(".")
        print_ = hashlib.sha256(body).hexdigest()[:10]
        packed = b"" if ending == "woff2" else gzip.compress(body, mtime=0)
        return cls(f"{stem}.{print_}.{ending}", _KINDS[ending], body, packed)


@cache
def assets() -> Mapping[str, Asset]:
    """Return the files by the names that they have here."""
    found = {name: Asset.of(name, _read("leadline.web", f"static/{name}")) for name in _FILES}
    sheet = b"\n".join(_read(*each) for each in _SHEETS)
    sheet = sheet.replace(b"inter.woff2", found["inter.woff2"].name.encode())
    return {**found, "pages.css": Asset.of("pages.css", sheet)}


def address(name: str) -> str:
    """Return where a page finds a file, from the page on."""
    return f"static/{assets()[name].name}"


def routes() -> list[Route]:
    """Return the address of all files; they say nothing of anybody, and need no key."""
    by_name = {each.name: each for each in assets().values()}

    async def give(request: Request) -> Response:
        found = by_name.get(request.path_params["name"])
        if found is None:
            return Response("there is no such file", 404, media_type="text/plain")
        headers = {"Cache-Control": KEPT, "X-Content-Type-Options": "nosniff"}
        if found.packed and "gzip" in request.headers.get("accept-encoding", ""):
            packed = {**headers, "Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
            return Response(found.packed, 200, packed, media_type=found.kind)
        return Response(found.body, 200, headers, media_type=found.kind)

    return [Route("/static/{name}", give)]


def _read(package: str, path: str) -> bytes:
    return files(package).joinpath(path).read_bytes()
