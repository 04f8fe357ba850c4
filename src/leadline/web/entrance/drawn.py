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
from leadline.store.people import Person
from leadline.web.words.reader import words_for
from leadline.web.words.refusals import refusal as in_words


def draw(
    request: Request,
    page: str,
    status: int = 200,
    *,
    fault: str = "",
    person: Person | None = None,
    **values: Any,
) -> Response:
    """Return a page as an answer; a browser may show it and send its form, and no more.

    Args:
        request: What asks for it.
        page: Its template.
        status: Of the answer.
        fault: Why what was sent cannot be, in English.
        person: Who is signed in; None where nobody is.
        values: What the template shows beside that.
    """
    said = words_for(request, person)
    text = _environment().get_template(f"{page}.html").render(
        root=request.scope.get("root_path", ""), t=said.t, w=said, person=person,
        fault=in_words(said, fault), **values,
    )  # fmt: skip
    return HTMLResponse(text, status, {"Content-Security-Policy": _policy()})


def refusal(request: Request, status: int, why: str) -> Response:
    """Return a page that says why there is no other; the reason is given in English."""
    return draw(request, "refused", status, fault=why)


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
