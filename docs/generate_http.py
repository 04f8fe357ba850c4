"""Write the reference of the service by HTTP to standard output; it is docs/reference/http.md."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from typing import Any

from leadline.web.app import described

HEAD = """\
# HTTP

This page is made from the addresses of the service by `docs/generate_http.py`; the service gives
the same as OpenAPI at `/openapi.json`.

Facts are sent with a write key: as the user of basic authorisation, as a bearer token, or as
`writeKey` in the body. Everything else needs a token: `Authorization: Bearer TOKEN`.
"""


def main() -> None:
    """Write the page."""
    sys.stdout.write("\n".join([HEAD, *_addresses(described())]))


def _addresses(document: Mapping[str, Any]) -> Iterator[str]:
    for path, methods in document["paths"].items():
        for method, each in methods.items():
            yield f"## {method.upper()} {path}\n"
            yield f"{each['summary']}\n"
            if each.get("parameters"):
                yield "| parameter | meaning |\n| --- | --- |"
                yield from (f"| `{p['name']}` | {_meaning(p)} |" for p in each["parameters"])
                yield ""
            statuses = ", ".join(f"`{status}`" for status in sorted(each["responses"]))
            yield f"Answers {statuses}.\n"


def _meaning(parameter: Mapping[str, Any]) -> str:
    said = parameter["description"] or parameter["name"].replace("_", " ")
    return f"{said}{' Needed.' if parameter['required'] else ''}"


if __name__ == "__main__":
    main()
