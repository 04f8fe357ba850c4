"""A webhook: what is to be told is posted, signed, and an answer of 2xx is awaited."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping
from functools import partial
from typing import TypeAlias

import httpcore2

from leadline.service.delivery.destinations import Destination, Sent
from leadline.service.delivery.guard import ForbiddenError, Guard, Resolve, resolved
from leadline.service.delivery.signing import signed
from leadline.store.outbox import DeliveryRow

SECONDS = 10.0
MOST_ANSWER = 64 * 1024
MOST_CONNECTIONS = 32
"""As many as a deliverer has lanes, so that none waits for another."""
IDLE_SECONDS = 30.0
GONE = 410
AGENT = "leadline"
Refusal: TypeAlias = Callable[[bytes], str]


def all_taken(_: bytes) -> str:
    """Return that an answer of success says what it means."""
    return ""


class Poster:
    """Posts to one address, and never to another: no redirect is followed."""

    def __init__(
        self,
        where: Destination,
        resolve: Resolve = resolved,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        """Make one.

        Args:
            where: Its address, and private networks that it may be in.
            resolve: Finds the addresses of a name.
            trust: Whose certificates are believed; by default those that this machine believes.
        """
        self._guard = Guard(where.allowed, resolve)
        self._url = where.url
        self._pool = httpcore2.ConnectionPool(
            ssl_context=trust or ssl.create_default_context(),
            max_connections=MOST_CONNECTIONS,
            keepalive_expiry=IDLE_SECONDS,
            network_backend=self._guard,
        )

    def post(
        self, body: bytes, heads: Mapping[str, str], refusal: Refusal = all_taken
    ) -> Sent:  # fmt: skip
        """Post a body, and return what was answered within the time.

        Args:
            body: The body.
            heads: Heads beside the usual ones.
            refusal: Says why something was not taken, by the body of an answer of success.
        """
        self._guard.within(SECONDS)
        heads = {"content-type": "application/json", "user-agent": AGENT, **heads}
        try:
            with self._pool.stream(
                "POST", self._url, headers=list(heads.items()), content=body
            ) as answer:
                said = self._read(answer)
                found = _judged(answer.status, dict(answer.headers))
                why = refusal(said) if found.is_done else ""
                return Sent(False, answer.status, why) if why else found
        except ForbiddenError as error:
            return Sent(False, detail=str(error))
        except (httpcore2.TimeoutException, TimeoutError):
            return Sent(False, detail=f"no answer within {SECONDS:.0f} s")
        except (httpcore2.NetworkError, httpcore2.ProtocolError, OSError) as error:
            return Sent(False, detail=f"cannot be reached: {type(error).__name__}")

    @staticmethod
    def _read(answer: httpcore2.Response) -> bytes:
        """Return an answer up to its bound; read whole, the connection can be used again."""
        said = b""
        for part in answer.iter_stream():
            said += part
            if len(said) > MOST_ANSWER:
                break
        return said

    def close(self) -> None:
        """Let go of connections."""
        self._pool.close()


def _judged(status: int, heads: Mapping[bytes, bytes]) -> Sent:
    """Return what an answer means."""
    if 200 <= status < 300:  # noqa: PLR2004 - as HTTP has it
        return Sent(True, status)
    if 300 <= status < 400:  # noqa: PLR2004
        return Sent(False, status, f"answered {status}; redirects are not followed")
    given = next((value for name, value in heads.items() if name.lower() == b"retry-after"), b"")
    wait = float(given) if given.isdigit() else 0.0
    return Sent(False, status, f"answered {status}", status == GONE, wait)


class Webhook:
    """Sends what is to be told as it is, signed by Standard Webhooks."""

    def __init__(self, where: Destination, resolve: Resolve = resolved) -> None:
        self._poster = Poster(where, resolve)
        self._sign = partial(signed, keys=where.keys)

    def send(self, row: DeliveryRow, at: int) -> Sent:
        """Post a delivery."""
        body = row.body.encode()
        return self._poster.post(body, self._sign(body, row.key, at // 1_000_000))

    def close(self) -> None:
        """Let go of connections."""
        self._poster.close()
