"""Signing in by a provider of OpenID Connect: code flow with PKCE, state and nonce."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from urllib.parse import quote

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.starlette_client import OAuth
from httpx2 import HTTPError
from joserfc.errors import JoseError
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from leadline.service import providers, signing_in
from leadline.service.providers import Provider, Told
from leadline.service.signing_in import Opened, TooOften
from leadline.web.entrance.account import OFTEN
from leadline.web.entrance.answering import caller_of, go
from leadline.web.entrance.drawn import refusal
from leadline.web.signing import SIGN_IN, STRANGE_HOST, Signing, keep, local

MINUTES_SECONDS, CODE_SECONDS = 600, 300
AWAY = "The provider does not answer now. Sign in by a password, or try again soon."
NOT_BELIEVED = "What the provider said could not be believed. Sign in again."
UNKNOWN = "Nobody here is known by that account. An administrator can add you."
ALGORITHMS = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384",
                        "ES512", "EdDSA"})  # fmt: skip
"""What a provider may sign with: a key of its own, never a secret that both have, never nothing."""
LEEWAY_SECONDS = 120
Finish = Callable[[Request, Response, str], Awaitable[Response]]
"""Has the browser keep a new session."""


class Provided:
    """The addresses that lead to providers, and where they send people back."""

    def __init__(
        self, signing: Signing, named: Sequence[Provider], secret: str, finish: Finish
    ) -> None:
        self._signing = signing
        self._service = signing.service
        self._named = {each.name: each for each in named}
        self._secret = secret
        self._finish = finish
        self._oauth = OAuth()
        for each in named:
            self._oauth.register(
                each.name,
                client_id=each.client_id,
                client_secret=each.secret,
                server_metadata_url=f"{each.issuer}/.well-known/openid-configuration",
                client_kwargs={
                    "scope": "openid email",
                    "code_challenge_method": "S256",
                    "timeout": 10,
                },
            )

    def routes(self) -> list[Route]:
        """Return them; a cookie of ten minutes holds what was asked of a provider."""
        is_https = self._signing.front.url.startswith("https:")
        session = Middleware(
            SessionMiddleware,
            secret_key=self._secret,
            session_cookie="__Host-provider" if is_https else "provider",
            max_age=MINUTES_SECONDS,
            same_site="lax",
            https_only=is_https,
        )
        return [
            Route(f"{SIGN_IN}/with/{{name}}", self._guarded(self._ask), middleware=[session]),
            Route(f"{SIGN_IN}/from/{{name}}", self._guarded(self._take), middleware=[session]),
        ]

    def _guarded(
        self, answer: Callable[[Request, Provider], Awaitable[Response]]
    ) -> Callable[[Request], Awaitable[Response]]:
        async def respond(request: Request) -> Response:
            provider = self._named.get(request.path_params["name"])
            if not self._signing.front.knows(request) or provider is None:
                return refusal(request, 421 if provider else 404, STRANGE_HOST)
            try:
                await asyncio.to_thread(
                    signing_in.count_place, self._service.store, caller_of(self._service, request)
                )
                return await answer(request, provider)
            except TooOften:
                return refusal(request, 429, OFTEN)
            except (AuthlibBaseError, JoseError, ValueError, KeyError):
                return refusal(request, 403, NOT_BELIEVED)
            except (HTTPError, RuntimeError, OSError):
                return refusal(request, 503, AWAY)

        return respond

    async def _client(self, provider: Provider) -> Any:
        """Return the client of a provider that says of itself what the settings say."""
        client: Any = self._oauth.create_client(provider.name)
        metadata = await client.load_server_metadata()
        if str(metadata.get("issuer", "")).rstrip("/") != provider.issuer:
            raise ValueError("another issuer")
        offered = metadata.get("id_token_signing_alg_values_supported") or ["RS256"]
        metadata["id_token_signing_alg_values_supported"] = sorted(ALGORITHMS & set(offered))
        return client

    async def _ask(self, request: Request, provider: Provider) -> Response:
        """Send somebody to a provider."""
        client = await self._client(provider)
        request.session["to"] = local(request.query_params.get("to", ""))
        found: Response = await client.authorize_redirect(request, self._back(request, provider))
        return found

    def _back(self, request: Request, provider: Provider) -> str:
        """Return where a provider sends people back."""
        path = f"{SIGN_IN}/from/{provider.name}"
        return (
            self._signing.front.link(path)
            if self._signing.front.url
            else (f"{str(request.base_url).rstrip('/')}{path}")
        )

    async def _take(self, request: Request, provider: Provider) -> Response:
        """Sign in whom a provider sent back, if it can be believed."""
        to = local(request.session.pop("to", ""))
        client = await self._client(provider)
        token = await client.authorize_access_token(request, leeway=LEEWAY_SECONDS)
        claims = token["userinfo"]
        said = await client.userinfo(token=token)  # an ID token need not have an address
        if said["sub"] != claims["sub"]:
            raise ValueError("two people")
        is_verified = said.get("email_verified") is True
        email = str(said.get("email", "")) if is_verified else ""
        told = Told(provider.issuer, str(claims["sub"]), email)
        store, caller = self._service.store, caller_of(self._service, request)
        found = await asyncio.to_thread(providers.sign_in, store, provider, told, caller)
        return await self._opened(request, found, to)

    async def _opened(self, request: Request, found: Opened | None, to: str) -> Response:
        if found is None:
            return refusal(request, 403, UNKNOWN)
        if not found.is_whole:
            asked = go(request, f"{SIGN_IN}/code?to={quote(to, safe='')}")
            return keep(request, asked, "code", found.secret, CODE_SECONDS)
        return await self._finish(request, go(request, to), found.secret)
