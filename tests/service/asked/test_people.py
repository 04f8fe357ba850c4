"""People and keys by commands, and the log that has each of them."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import stores
from leadline.cli.commands import app
from leadline.errors import InputError
from leadline.store import sign_ins


def ran(command: str) -> Result:
    """Run a command and return how it ended."""
    return CliRunner().invoke(
        app, shlex.split(command), catch_exceptions=False, standalone_mode=False
    )


def said(command: str) -> str:
    """Run a command that succeeds, and return what it printed."""
    ended = ran(command)
    assert ended.exit_code == 0, ended.output
    return ended.stdout


def test_somebody_is_added_changed_and_ended(folder: Path) -> None:
    """They get a link, which says whose it is; what a person may follows their role."""
    said("people --set-team north --territory Nordics")
    added = said("people --add Ada@Team.example --role sales --team north --url https://l.example")
    ticket = re.search(r"https://l\.example/join/(\S+)", added)
    assert ticket is not None
    with stores.opened("sqlite:leadline.db") as store, store.reading() as session:
        found = sign_ins.look(session, ticket[1], 0)
    assert found is not None
    assert found.person is not None
    assert (found.person.email, found.person.name) == ("ada@team.example", "Ada")
    said("people --change ada@team.example --role marketing --name 'Ada L.' --team none")
    [row] = json.loads(said("people --json -"))["people"]
    assert (row["role"], row["name"], row["team"]) == ("marketing", "Ada L.", None)
    assert "ended" in said("people --end ada@team.example")
    with pytest.raises(InputError, match="must be somebody who is there; found ada@team"):
        ran("people --link ada@team.example")
    said("people --add ada@team.example --role viewer")
    [row] = json.loads(said("people --json -"))["people"]
    assert (row["role"], row["ended_at"]) == ("viewer", None)
    assert folder == Path.cwd()


def test_an_administrator_stays(folder: Path) -> None:
    """The last one neither goes nor becomes something else."""
    said("people --add grace@team.example --role administrator")
    for command in ("--end grace@team.example", "--change grace@team.example --role sales"):
        with pytest.raises(InputError, match=r"must have an administrator.*Make another first"):
            ran(f"people {command}")
    said("people --add ada@team.example --role administrator")
    said("people --end grace@team.example")
    assert folder == Path.cwd()


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("--add ada", "the e-mail address must be one such as"),
        ("--add ada@team.example --team south", "must be one that there is; found south.*none yet"),
        ("--role sales", "--role must stand beside --add or --change"),
        ("--add a@team.example --role boss", "viewer, sales, marketing, administrator"),
        ("--add a@team.example --end b@team.example", "must not stand beside"),
    ],
)
def test_what_cannot_be_is_refused(command: str, says: str) -> None:
    """And says what could."""
    with pytest.raises(InputError, match=says):
        ran(f"people {command}")


def test_every_command_that_changes_something_is_logged(folder: Path) -> None:
    """By whom, and with what was before; the log says whether it is whole."""
    said("people --add ada@team.example --role sales")
    said("people --change ada@team.example --role marketing")
    said("people --end ada@team.example")
    made = said("keys --make crm --kind token --scopes read --ends 2030-01-01")
    said("keys --revoke crm")
    said("export --to out")
    rows = json.loads(said("audit-log --json -"))["entries"]
    assert [row["action"] for row in rows] == [
        "person.added", "person.invitation_link", "person.changed", "person.ended", "key.made",
        "key.revoked", "exported",
    ]  # fmt: skip
    assert all(row["actor"].startswith("shell ") for row in rows)
    assert (rows[2]["before"], rows[2]["after"]) == ({"role": "sales"}, {"role": "marketing"})
    key = made.split("this once: ")[1].split()[0]
    for each in ("audit-log", "keys", "people"):
        assert key not in said(each)
    verified = said("audit-log --verify")
    assert "7 entries: whole" in verified
    head = verified.split("head ")[1].strip()
    with stores.opened("sqlite:leadline.db") as store, store.writing() as session:
        session.run("update audit_log set details = replace(details, 'sales', 'viewer')")
    told = ran("audit-log --verify")
    assert told.return_value == 1
    assert "entry 3 was changed" in told.stdout
    assert said(f"audit-log --last 1 --json {folder / 'log.json'}")
    with pytest.raises(InputError, match="must be a number, a colon and 64 digits"):
        ran("audit-log --verify --head 7")
    assert ran(f"audit-log --verify --head {head}").return_value == 1
