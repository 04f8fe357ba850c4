"""Keys: who may write what, and read what; the store has only what a key hashes to."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from leadline.errors import Fault, InputError
from leadline.store.schema import keys
from leadline.store.session import Session

Kind = Literal["write", "browser", "token"]
SCOPES = ("read", "write", "draft", "publish", "metrics", "admin")


@dataclass(frozen=True)
class Key:
    """What a key may do.

    Attributes:
        name: The source of what comes with it.
        kind: ``write`` sends facts, ``browser`` is public and sets the listed fields alone,
            ``token`` has scopes.
        scopes: Of a token.
        fields: Lead fields that a browser key may set.
    """

    name: str
    kind: Kind
    scopes: tuple[str, ...] = ()
    fields: tuple[str, ...] = field(default=())

    @property
    def may_send(self) -> bool:
        """Whether facts may come with it."""
        return self.kind != "token" or "write" in self.scopes

    def may(self, scope: str) -> bool:
        """Say whether it has a scope."""
        return self.kind == "token" and (scope in self.scopes or "admin" in self.scopes)


def hashed(key: str) -> str:
    """Return what the store knows of a key; keys are long and random, so that a hash will do."""
    return hashlib.sha256(key.encode()).hexdigest()


def make(session: Session, key: Key, at: int, ends_at: int | None = None) -> str:
    """Make a key and return it; nobody can read it again. Raises InputError."""
    if session.rows("select 1 from keys where name = ?", key.name):
        raise InputError(Fault("", "keys", "must have a name of its own", key.name))
    prefix = {"write": "lw", "browser": "lb", "token": "lt"}[key.kind]
    made = f"{prefix}_{secrets.token_urlsafe(24)}"
    scopes = json.dumps({"scopes": key.scopes, "fields": key.fields})
    session.insert(keys, [(hashed(made), key.name, key.kind, scopes, at, ends_at, None, None)])
    return made


def allow(session: Session, key: Key) -> None:
    """Let a browser key that there is set the fields that it may set now."""
    scopes = json.dumps({"scopes": key.scopes, "fields": key.fields})
    session.run(
        "update keys set scopes = ? where name = ? and kind = 'browser' and kind = ?",
        scopes,
        key.name,
        key.kind,
    )


def revoke(session: Session, name: str, at: int) -> None:
    """Have a key open nothing from now on. Raises InputError."""
    if not session.run("update keys set revoked_at = ? where name = ?", at, name):
        raise InputError(Fault("", "keys", "must be one that there is", name))


def valid(session: Session, at: int) -> Mapping[str, Key]:
    """Return what keys hash to, of those that open something."""
    found = session.rows(
        "select key_hash, name, kind, scopes from keys "
        "where revoked_at is null and (ends_at is null or ends_at > ?)",
        at,
    )
    return {hash_: _key(name, kind, json.loads(scopes)) for hash_, name, kind, scopes in found}


def _key(name: str, kind: Kind, told: Mapping[str, list[str]]) -> Key:
    return Key(name, kind, tuple(told["scopes"]), tuple(told["fields"]))


def used(session: Session, at: Mapping[str, int]) -> None:
    """Note when keys were last used, by what they hash to."""
    for key_hash, moment in at.items():
        session.run("update keys set used_at = ? where key_hash = ?", moment, key_hash)


def listed(session: Session) -> list[tuple[Any, ...]]:
    """Return every key: name, kind, scopes and fields, when made, ends, revoked, last used."""
    found = session.rows(
        "select name, kind, scopes, created_at, ends_at, revoked_at, used_at from keys "
        "order by created_at"
    )
    return [(name, kind, json.loads(scopes), *times) for name, kind, scopes, *times in found]


def of_pages(session: Session) -> dict[str, frozenset[str]]:
    """Return the public keys by their names, each with the lead fields that it may set."""
    found = session.rows("select name, scopes from keys where kind = 'browser'")
    return {name: frozenset(json.loads(scopes)["fields"]) for name, scopes in found}
