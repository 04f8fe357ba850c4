"""A report as one page of HTML: styles and charts inside, no scripts, nothing fetched."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from leadline.reports.charts import Chart, Flow
from leadline.reports.svg.draw import draw_all

if TYPE_CHECKING:
    from jinja2 import Environment, Template
    from markupsafe import Markup

    from leadline.reports.parts import Contents

STYLES = ("tokens.css", "charts.css", "style.css")
FEW_ROWS = 8
"""The figures of a chart with more rows than this are folded away below it."""


WHOLE_ROWS = 20
"""A table of no more rows than this is not split between two sheets of paper."""


def render(page: Contents) -> str:
    """Return a report as a page."""
    return _template().render(page=page, few_rows=FEW_ROWS, whole_rows=WHOLE_ROWS)


def templates_of(package: str) -> Environment:
    """Return the templates of a package: what is put in is escaped, and must be there."""
    from jinja2 import (  # noqa: PLC0415 - slow to import, and only pages need it
        Environment,
        PackageLoader,
        StrictUndefined,
    )

    return Environment(
        loader=PackageLoader(package),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _template() -> Template:
    environment = templates_of("leadline.reports")
    folder = files("leadline.reports").joinpath("templates")
    styles = (folder.joinpath(each).read_text(encoding="utf-8") for each in STYLES)
    environment.globals["style"] = _safe("".join(styles))
    environment.filters["svg"] = _svg
    environment.filters["unbroken"] = unbroken
    return environment.get_template("page.html")


def unbroken(text: str) -> str:
    """Return a figure that breaks between a value and its interval alone.

    >>> unbroken("46 % (41 to 50)").replace(chr(160), "_")
    '46_% (41_to_50)'
    """
    value, bracket, ends = text.partition(" (")
    return f"{value.replace(' ', chr(160))}{bracket}{ends.replace(' ', chr(160))}"


def _svg(chart: Chart | Flow) -> Markup:
    return _safe(draw_all(chart))


def _safe(text: str) -> Markup:
    """Mark as not to be escaped what is our own file, or was written out by an XML writer."""
    from markupsafe import Markup  # noqa: PLC0415 - comes with Jinja

    return Markup(text)  # noqa: S704 - see above
