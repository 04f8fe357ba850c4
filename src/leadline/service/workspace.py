"""A workspace: a folder whose ``leadline.toml`` says once what commands and the service need."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from leadline.errors import Fault, FileError, InputError
from leadline.service.settings import (
    ANY,
    PATHS,
    PREFIX,
    SETTINGS,
    Setting,
    from_text,
    is_section,
    nearest_to,
    setting_of,
)
from leadline.service.toml_lines import lines_of

FILE = "leadline.toml"
FOLDER_VARIABLE = f"{PREFIX}WORKSPACE"
"""Names the folder, for who is not in it."""
DEFAULT = "default"

_SECRET = re.compile(r"password|secret|token|key", re.IGNORECASE)
_SECRETS = {
    "engine": "PostgreSQL reads it from PGPASSWORD or ~/.pgpass.",
    "store": "Name a variable with password_env, or a file with password_file.",
    "hooks": "Name a variable with secret_env, or a file with secret_file.",
    "keys": "The service makes keys, and keeps them in its store.",
    "destinations": "Name a variable with secret_env, or a file with secret_file.",
}
"""Where secrets are said, as they never stand in this file."""


@dataclass(frozen=True)
class Value:
    """What one setting is, and who said so.

    Attributes:
        name: The setting, with the names that the user chose.
        value: The value; paths are as the current folder sees them.
        origin: Where it comes from: file and line, a variable, or ``default``.
    """

    name: str
    value: Any
    origin: str


@dataclass(frozen=True)
class Workspace:
    """What is set.

    Attributes:
        file: The file that was read; None where there is no workspace.
        values: What is set by name, without defaults.
        unknown: Variables that look like ours and are no setting.
    """

    file: Path | None = None
    values: Mapping[str, Value] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()

    def get(self, name: str) -> Any:
        """Return what a setting is, None where nothing was set."""
        found = self.values.get(name)
        return None if found is None else found.value

    def section(self, name: str) -> dict[str, Any] | None:
        """Return what is set below a name, as the file has it, None where nothing is."""
        found: dict[str, Any] = {}
        for each in self.values.values():
            first, *path = each.name.split(".")
            if first == name and path:
                part = found
                for key in path[:-1]:
                    part = part.setdefault(key, {})
                part[path[-1]] = each.value
        return found or None

    def all(self) -> Iterator[Value]:
        """Yield every setting that has a name of its own, and of the others those that are set."""
        for each in SETTINGS:
            if each.name in self.values:
                yield self.values[each.name]
            elif not {ANY, "expect", "marks"} & set(each.parts):
                yield Value(each.name, each.default, DEFAULT)
        known = {each.name for each in SETTINGS}
        yield from (value for name, value in self.values.items() if name not in known)


def workspace(start: Path, environment: Mapping[str, str]) -> Workspace:
    """Return what is set in the workspace that a folder is in, and in the environment.

    Raises InputError with all faults, and FileError.
    """
    file = _found(start, environment)
    values, faults = ({}, []) if file is None else _of_file(file, _shown(file, start), start)
    over, more = _of_environment(environment)
    faults += [*more, *([] if file is None else _mixed({**values, **over}))]
    if faults:
        raise InputError(*faults)
    settings = {each.variable for each in SETTINGS} | {FOLDER_VARIABLE}
    unknown = sorted(each for each in environment if each.startswith(PREFIX))
    return Workspace(
        file, {**values, **over}, tuple(each for each in unknown if each not in settings)
    )


def _found(start: Path, environment: Mapping[str, str]) -> Path | None:
    """Return the file of the workspace: of the one that is named, else around a folder."""
    named = environment.get(FOLDER_VARIABLE)
    if named:
        return start / named / FILE
    folders = (start, *start.parents)
    return next((each / FILE for each in folders if (each / FILE).is_file()), None)


def _shown(file: Path, start: Path) -> str:
    """Return a path as a person in a folder would write it."""
    return os.path.relpath(file, start)


def _of_file(file: Path, shown: str, start: Path) -> tuple[dict[str, Value], list[Fault]]:
    """Return what a file sets, and its faults."""
    try:
        text = file.read_text(encoding="utf-8-sig")
        document = tomllib.loads(text)
    except OSError as error:
        raise FileError(
            Fault(shown, "", "must be a readable file", error.strerror or "")
        ) from error
    except UnicodeDecodeError as error:
        raise InputError(Fault(shown, "", "must be UTF-8", str(error))) from error
    except tomllib.TOMLDecodeError as error:
        raise InputError(_unreadable(shown, str(error))) from error
    lines = lines_of(text)
    values: dict[str, Value] = {}
    faults: list[Fault] = []
    for path, value in _leaves(document):
        where = f"{shown}:{lines[path]}" if path in lines else shown
        setting, name = setting_of(path), ".".join(path)
        fault = _fault(where, path, setting, value)
        if fault is not None or setting is None:
            faults += [fault] if fault else []
            continue
        values[name] = Value(name, _placed(setting, _plain(value), file.parent, start), where)
    return values, faults


def _unreadable(shown: str, message: str) -> Fault:
    """Return the fault of a text that is no TOML, with the line that its reader names."""
    found = re.search(r" \(at line (\d+), column \d+\)$", message)
    line = f":{found[1]}" if found else ""
    reason = message[: found.start()] if found else message
    return Fault(f"{shown}{line}", "", "must be TOML", reason)


def _leaves(document: Mapping[str, Any], before: tuple[str, ...] = ()) -> Iterator[tuple[Any, Any]]:
    """Yield every path with its value; an unknown table is one."""
    for key, value in document.items():
        path = (*before, key)
        if isinstance(value, Mapping) and is_section(path):
            yield from _leaves(value, path)
        else:
            yield path, value


def _fault(where: str, path: tuple[str, ...], setting: Setting | None, value: Any) -> Fault | None:
    name = ".".join(path)
    if setting is None:
        near = nearest_to(path)
        remedy = f"Did you mean {near}?" if near else ""
        if _SECRET.search(path[-1]) and path[0] in _SECRETS:
            remedy = f"Secrets never stand in this file. {_SECRETS[path[0]]}"
        return Fault(where, name, "is not a setting", "", remedy)
    expected = setting.wrong(value)
    if not expected:
        return None
    if setting.kind == "address":  # what was found may be a secret
        remedy = "" if "password" not in expected else _SECRETS[setting.parts[0]]
        return Fault(where, name, expected, "", remedy)
    return Fault(where, name, expected, _short(value))


def _short(value: Any) -> str:
    return "a table" if isinstance(value, Mapping) else str(_plain(value))


def _plain(value: Any) -> Any:
    """Return a value as commands take it: moments are text."""
    return value.isoformat() if isinstance(value, date | datetime) else value


def _placed(setting: Setting, value: Any, folder: Path, start: Path) -> Any:
    """Return paths as the current folder sees them; addresses stay."""
    if setting.kind not in PATHS:
        return value
    if isinstance(value, list):
        return [_path(each, folder, start) for each in value]
    return _path(value, folder, start)


def _path(text: str, folder: Path, start: Path) -> str:
    if text.startswith("table:") or "://" in text or Path(text).is_absolute():
        return text
    return text if folder == start else os.path.relpath(folder / text, start)


def _of_environment(environment: Mapping[str, str]) -> tuple[dict[str, Value], list[Fault]]:
    """Return what the environment sets, and its faults; an empty variable sets nothing."""
    values: dict[str, Value] = {}
    faults: list[Fault] = []
    for setting in SETTINGS:
        text = environment.get(setting.variable)
        if not text or "*" in setting.parts:
            continue
        value = from_text(setting, text)
        expected = "" if setting.kind == "address" else setting.wrong(value)
        if expected:
            faults.append(Fault(setting.variable, "", expected, text))
        values[setting.name] = Value(setting.name, value, setting.variable)
    return values, faults


def _unknown(environment: Mapping[str, str]) -> tuple[str, ...]:
    """Return the variables that look like ours and are no setting."""
    known = {each.variable for each in SETTINGS} | {FOLDER_VARIABLE}
    return tuple(
        sorted(each for each in environment if each.startswith(PREFIX) and each not in known)
    )


def _mixed(values: Mapping[str, Value]) -> Iterator[Fault]:
    """Yield a fault where tables stand beside the store: they are never mixed."""
    source = values.get("source")
    if source is None or source.value != "store":
        return
    for name, value in values.items():
        if name.startswith("tables."):
            remedy = "Tables reach the store by import."
            yield Fault(value.origin, name, 'must not stand beside source = "store"', "", remedy)
