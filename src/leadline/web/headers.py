"""What every answer tells a browser: guess nothing, frame nothing, send nobody on."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.types import ASGIApp, Message, Receive, Scope, Send

ALWAYS: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Cache-Control": "no-store",
}
"""What an answer has that says nothing else of it."""
BY_HTTPS = {"Strict-Transport-Security": "max-age=31536000"}
"""A browser that once came by https comes by nothing else for a year."""
_RAW = [(name.lower().encode(), value.encode()) for name, value in {**ALWAYS, **BY_HTTPS}.items()]


def guarded(app: ASGIApp) -> ASGIApp:
    """Return an application whose answers all have them."""

    async def guard(scope: Scope, receive: Receive, send: Send) -> None:
        async def add(message: Message) -> None:
            if message["type"] == "http.response.start":
                said = {name.lower() for name, _ in message["headers"]}
                more = _RAW if scope.get("scheme") == "https" else _RAW[:-1]
                new = (each for each in more if each[0] not in said)
                message["headers"] = [*message["headers"], *new]
            await send(message)

        await app(scope, receive, add)

    return guard
