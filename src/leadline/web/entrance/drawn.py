"""The pages of the entrance as HTML; they need no script, and load nothing."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from leadline.reports.html import templates_of


def draw(request: Request, page: str, status: int = 200, **values: Any) -> Response:
    """Return a page as an answer; a browser may show it and send its form, and no more."""
    root = request.scope.get("root_path", "")
    text = _environment().get_template(f"{page}.html").render(root=root, **values)
    return HTMLResponse(text, status, {"Content-Security-Policy": _policy()})


def refusal(request: Request, status: int, says: str) -> Response:
    """Return a page that says why there is no other."""
    return draw(request, "refused", status, title="This is not possible", says=says)


@cache
def _environment() -> Environment:
    made = templates_of("leadline.web.entrance")
    made.globals["style"] = Markup(_style())  # noqa: S704 - files of our own
    return made


@cache
def _style() -> str:
    tokens = files("leadline.reports") / "templates" / "tokens.css"
    own = files("leadline.web.entrance") / "templates" / "entrance.css"
    return "".join(each.read_text(encoding="utf-8") for each in (tokens, own))


@cache
def _policy() -> str:
    """Return a policy that allows the one style sheet, by its hash, and forms to this service."""
    digest = base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'"
    )
