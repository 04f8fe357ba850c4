"""How HubSpot is asked: within its limits, and again where it says that it was too much."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx2

from leadline.connectors.crm import CrmAway
from leadline.errors import EngineError

URL = "https://api.hubapi.com"
VERSION = "2026-09"
SECONDS = 60.0
MOST_CALLS, WINDOW_SECONDS = 190, 10.0
"""Calls in any ten seconds, of an app of one account."""
SEARCH_SECONDS = 0.21
"""Between two searches: five a second are allowed, for all that ask the account."""
TRIES = 5
POLICY_SECONDS = {"TEN_SECONDLY_ROLLING": 10.0, "SECONDLY": 1.0}
"""How long to wait, where an answer does not say so itself."""
MOST_WAIT_SECONDS = 60.0
UNAVAILABLE = 500
_NO_RIGHT = (httpx2.codes.UNAUTHORIZED, httpx2.codes.FORBIDDEN)


class HubSpotRefused(EngineError):  # noqa: N818 - an answer
    """HubSpot refuses what was asked, in its own words."""


class HubSpotClient:
    """Asks an account; an answer that it is too much is waited for, and nothing is sent beside it.

    Attributes:
        since: The time of HubSpot at the first answer; None before it.
    """

    def __init__(self, key: str, url: str = URL) -> None:
        """Make one.

        Args:
            key: A service key, or the token of a private app. Never shown.
            url: Where the API is.
        """
        headers = {"Authorization": f"Bearer {key}"}
        self._http = httpx2.Client(
            base_url=url, headers=headers, timeout=SECONDS, follow_redirects=False
        )
        self._asked_at: deque[float] = deque(maxlen=MOST_CALLS)
        self._searched_at = 0.0
        self.since: datetime | None = None

    def get(self, path: str, **params: Any) -> Mapping[str, Any]:
        """Return what stands at an address. Raises CrmAway, HubSpotRefused."""
        return self._ask("GET", path, params=params)

    def post(self, path: str, body: Any) -> Mapping[str, Any]:
        """Return what an address answers. Raises CrmAway, HubSpotRefused."""
        return self._ask("POST", path, json=body)

    def patch(self, path: str, body: Any) -> Mapping[str, Any]:
        """Return what an address answers to a change. Raises CrmAway, HubSpotRefused."""
        return self._ask("PATCH", path, json=body)

    def listed(self, path: str, **params: Any) -> Iterator[list[Mapping[str, Any]]]:
        """Yield all that an address lists, in its pages."""
        after: str | None = None
        while True:
            more = {} if after is None else {"after": after}
            page = self.get(path, limit=100, **params, **more)
            if page.get("results"):
                yield page["results"]
            after = page.get("paging", {}).get("next", {}).get("after")
            if after is None:
                return

    def _ask(self, method: str, path: str, **sent: Any) -> Mapping[str, Any]:
        for left in range(TRIES - 1, -1, -1):
            self._keep_pace(is_search=path.endswith("/search"))
            try:
                answer = self._http.request(method, path, **sent)
            except httpx2.HTTPError as error:
                said, wait = f"HubSpot does not answer: {type(error).__name__}.", 1.0
            else:
                self._note(path)
                found = _wait_seconds(answer)
                if found is None:
                    return self._read(answer)
                said, wait = f"HubSpot does not answer now: status {answer.status_code}.", found
            if not left or wait > MOST_WAIT_SECONDS:
                break
            time.sleep(wait * (TRIES - left))
        raise CrmAway(said)

    def _keep_pace(self, *, is_search: bool) -> None:
        """Wait until one more call is within the limits."""
        if is_search:
            time.sleep(max(0.0, self._searched_at + SEARCH_SECONDS - time.monotonic()))
        if len(self._asked_at) == MOST_CALLS:
            time.sleep(max(0.0, self._asked_at[0] + WINDOW_SECONDS - time.monotonic()))

    def _note(self, path: str) -> None:
        """Note a call when it was answered: it cannot have arrived there after this."""
        self._asked_at.append(time.monotonic())
        if path.endswith("/search"):
            self._searched_at = self._asked_at[-1]

    def _read(self, answer: httpx2.Response) -> Mapping[str, Any]:
        """Return what an answer holds. Raises HubSpotRefused, CrmAway."""
        try:
            body = answer.json() if answer.content else {}
        except ValueError:
            raise CrmAway("HubSpot does not answer in JSON; is the address right?") from None
        if answer.status_code in _NO_RIGHT:
            raise HubSpotRefused(f"HubSpot refuses the key: {told(body)}")
        if not answer.is_success:
            raise HubSpotRefused(told(body))
        if self.since is None and (date := answer.headers.get("Date")):
            self.since = parsedate_to_datetime(date).astimezone(UTC)
        return body if isinstance(body, Mapping) else {}

    def close(self) -> None:
        """Let go of the connection."""
        self._http.close()


def _wait_seconds(answer: httpx2.Response) -> float | None:
    """Return how long to wait before it is asked again; None where the answer stands."""
    is_limit = answer.status_code == httpx2.codes.TOO_MANY_REQUESTS
    if not is_limit and answer.status_code < UNAVAILABLE:
        return None
    said = answer.headers.get("Retry-After", "")
    if said.isdecimal():
        return float(said)
    if not is_limit:
        return 1.0
    try:
        policy = answer.json().get("policyName", "")
    except (ValueError, AttributeError):
        policy = ""
    is_daily = policy == "DAILY"
    return float("inf") if is_daily else POLICY_SECONDS.get(policy, WINDOW_SECONDS)


def told(body: Any) -> str:
    """Return the words of an error, with its category.

    >>> told({"category": "VALIDATION_ERROR", "message": "Property values were not valid"})
    'VALIDATION_ERROR: Property values were not valid'
    """
    if not isinstance(body, Mapping):
        return "it says no why"
    words = [str(body[each]) for each in ("category", "message") if body.get(each)]
    return ": ".join(words)[:1000] or "it says no why"
