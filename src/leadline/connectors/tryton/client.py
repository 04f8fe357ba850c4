"""How Tryton is asked: JSON by POST, whose answers are 200 also where they refuse."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import httpx2

from leadline.connectors.crm import CrmAway

SECONDS = 60.0
_TYPED = "__class__"
_PARTS = ("year", "month", "day", "hour", "minute", "second", "microsecond")


class TrytonRefused(Exception):  # noqa: N818 - an answer
    """Tryton refuses what was asked, in its own words."""


class TrytonClient:
    """Signs in when it is first asked, and once more where a session ended.

    Args:
        url: Such as ``https://crm.example``.
        database: The database.
        user: The login.
        password: Never shown.
    """

    def __init__(self, url: str, database: str, user: str, password: str) -> None:
        self._url = f"{url.rstrip('/')}/{database}/rpc/"
        self._user, self._password = user, password
        self._http = httpx2.Client(timeout=SECONDS, follow_redirects=False)
        self._session = ""
        self._number = 0

    def ask(self, model: str, method: str, *params: Any) -> Any:
        """Return what a method of a model gives. Raises CrmAway, TrytonRefused."""
        if not self._session:
            self._sign_in()
        answer = self._post(f"model.{model}.{method}", [*params, {"active_test": False}])
        if answer.status_code == httpx2.codes.UNAUTHORIZED:
            self._sign_in()
            answer = self._post(f"model.{model}.{method}", [*params, {"active_test": False}])
        return self._result(answer)

    def _sign_in(self) -> None:
        self._session = ""
        params = [self._user, {"password": self._password}, "en"]
        found = self._result(self._post("common.db.login", params))
        if not found:
            raise TrytonRefused("the login or the password is not known")
        words = ":".join([self._user, *map(str, found[:2])])
        self._session = base64.b64encode(words.encode()).decode()

    def _post(self, method: str, params: list[Any]) -> httpx2.Response:
        self._number += 1
        body = {"id": self._number, "method": method, "params": params}
        headers = {"Authorization": f"Session {self._session}"} if self._session else {}
        try:
            return self._http.post(self._url, json=body, headers=headers)
        except httpx2.HTTPError as error:
            raise CrmAway(f"Tryton does not answer: {type(error).__name__}.") from None

    def _result(self, answer: httpx2.Response) -> Any:
        if answer.status_code in (httpx2.codes.UNAUTHORIZED, httpx2.codes.FORBIDDEN):
            raise TrytonRefused("the login or the password is not known")
        if answer.status_code != httpx2.codes.OK:
            raise CrmAway(f"Tryton does not answer now: status {answer.status_code}.")
        try:
            body = answer.json()
        except ValueError:
            raise CrmAway("Tryton does not answer in JSON; is the address right?") from None
        if isinstance(body, Mapping) and body.get("error"):
            raise TrytonRefused(said(body["error"]))
        return body.get("result") if isinstance(body, Mapping) else body

    def close(self) -> None:
        """Let go of the connection."""
        self._http.close()


def said(error: Any) -> str:
    """Return the words of an error; what is no text in it is left out.

    >>> said(["UserError", ["The name is required.", ""]])
    'UserError: The name is required.'
    """
    kind, *rest = error if isinstance(error, list) else [error]
    words = [each for part in rest for each in (part if isinstance(part, list) else [part])]
    told = " ".join(each for each in words if isinstance(each, str) and each)
    return f"{kind}: {told}"[:1000] if told else str(kind)[:1000]


def moment(value: Any) -> datetime | None:
    """Return a time that Tryton gives; it has no zone, and is UTC.

    >>> moment({"__class__": "datetime", "year": 2026, "month": 11, "day": 1, "hour": 8,
    ...     "minute": 0, "second": 0, "microsecond": 5})
    datetime.datetime(2026, 11, 1, 8, 0, 0, 5)
    """
    if not isinstance(value, Mapping) or value.get(_TYPED) != "datetime":
        return None
    year, month, day, hour, minute, second, micro = (int(value.get(each, 0)) for each in _PARTS)
    return datetime(year, month, day, hour, minute, second, micro)  # noqa: DTZ001 - as it is given


def typed(value: datetime) -> dict[str, Any]:
    """Return a time as Tryton takes it."""
    return {_TYPED: "datetime", **{each: getattr(value, each) for each in _PARTS}}


def number(value: Any) -> float | None:
    """Return an amount, which Tryton gives as a decimal.

    >>> number({"__class__": "Decimal", "decimal": "12.50"}), number(None)
    (12.5, None)
    """
    if isinstance(value, Mapping) and value.get(_TYPED) == "Decimal":
        return float(value["decimal"])
    return float(value) if isinstance(value, int | float) else None
