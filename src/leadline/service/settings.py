"""Every setting of a workspace: its name, what its value is, what stands for it, what it means."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, TypeAlias

from leadline.errors import InputError, closest
from leadline.marks.signs import meanings
from leadline.model.contract import CONTRACT, EXPECTED
from leadline.model.durations import Duration
from leadline.model.languages import LANGUAGES
from leadline.model.moments import moment

Kind: TypeAlias = Literal[
    "text",
    "document",  # a model or a task, which a file holds
    "table",  # a file, a pattern, a list of these, or table:NAME
    "moment",  # a time with a zone, a date, or now
    "address",  # of a server, without a password
    "variable",  # name of an environment variable that holds a secret
    "file",  # that holds a secret
    "flag",
    "texts",
    "whole",
    "duration",
    "share",
]
PATHS: tuple[Kind, ...] = ("document", "table", "file")
"""Kinds that are paths, which count from the folder of the file that they stand in."""
ANY = "*"
"""Stands in a name for one that the user chooses."""
NOW = "now"
PREFIX = "LEADLINE_"


@dataclass(frozen=True)
class Setting:
    """One setting.

    Attributes:
        name: Its name; ``keys.*.browser`` stands for a key of any name.
        kind: What its value is.
        help: What it means, in one line.
        default: What stands for it; None where nothing does.
        choices: The only values there are, where they are few.
        example: A value, for who writes a file.
    """

    name: str
    kind: Kind
    help: str
    default: str | bool | int | None = None
    choices: tuple[str, ...] = ()
    example: str = ""

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts of its name."""
        return tuple(self.name.split("."))

    @property
    def variable(self) -> str:
        """The environment variable that beats the file."""
        return PREFIX + "_".join(self.parts).upper()

    def covers(self, path: tuple[str, ...]) -> bool:
        """Say whether a path in the file is of this setting."""
        return len(path) == len(self.parts) and all(
            own in (ANY, given) for own, given in zip(self.parts, path, strict=True)
        )

    def wrong(self, value: Any) -> str:
        """Return what a value must be, as the end of a sentence; empty where it is that."""
        if self.choices and value not in self.choices:
            return f"must be one of {', '.join(self.choices)}"
        return _CHECKS[self.kind](value)


SETTINGS: tuple[Setting, ...] = (
    Setting("model", "document", "Model document (YAML).", example="model.yaml"),
    Setting(
        "task",
        "document",
        "Task to judge by (YAML); by default the model's own.",
        example="task.yaml",
    ),
    Setting("as_of", "moment", "Moment to score at.", NOW),
    Setting(
        "engine",
        "address",
        "Where to compute: duckdb, postgresql://user@host/database, spark or sc://host:port.",
        "duckdb",
    ),
    Setting("memory", "text", "Most memory to use.", example="6GB"),
    Setting("capacity", "text", "Leads that the team takes.", example="60/week"),
    Setting("goal", "text", "What is to be reached, and by when.", example="won 12% by 2027-03-31"),
    Setting("costs", "table", "What was spent on sources and campaigns.", example="data/costs.csv"),
    Setting("language", "text", "Language of sentences about leads.", "en", LANGUAGES),
    Setting(
        "source",
        "text",
        "Where the tables come from: those below, or the store.",
        "tables",
        ("tables", "store"),
    ),
    *(
        Setting(f"tables.{each.name}", "table", f"{each.title}.", example=f"data/{each.name}.csv")
        for each in CONTRACT.values()
        if each.name != "spine"
    ),
    *(
        each
        for name in EXPECTED
        for each in (
            Setting(f"expect.{name}.rows", "whole", f"At least so many rows of {name}."),
            Setting(f"expect.{name}.newest", "duration", f"The newest of {name} is no older."),
        )
    ),
    Setting("expect.transitions.share", "share", "Share of the leads that change band at most."),
    *(Setting(f"marks.{name}", "whole", says, default) for name, default, says in meanings()),
    Setting("store.url", "address", "Where the service remembers.", "sqlite:leadline.db"),
    Setting(
        "store.begin_with",
        "text",
        "What a store without a model begins with when it is served: nothing, or the tables and "
        "the model of this file, as import and publish bring them.",
        "nothing",
        ("nothing", "tables"),
    ),
    Setting("store.raw_days", "whole", "Days for which requests are kept as they came.", 7),
    Setting("store.parked_days", "whole", "Days for which what could not be used is kept.", 90),
    Setting(
        "store.mirror",
        "file",
        "Folder of the events in columns; by default beside a store in a file, of a server none.",
        example="mirror",
    ),
    Setting(
        "store.unknown_days",
        "whole",
        "Days for which leads that nobody knows are kept, since they last did something; "
        "without it for ever.",
        example="395",
    ),
    Setting("store.password_env", "variable", "Variable with its password.", example="DB_PASSWORD"),
    Setting("store.password_file", "file", "File with its password.", example="db-password"),
    Setting(
        "identity.anonymous",
        "text",
        "What becomes of leads without user id and e-mail: they are kept, or scored too.",
        "keep",
        ("keep", "score"),
    ),
    Setting(
        "identity.nobody",
        "texts",
        "Ids, e-mail addresses and names before the @ that identify nobody, beside those always.",
    ),
    Setting(
        "handover.reasons",
        "texts",
        "Why a lead may be given back, or was lost; by default a short list.",
        example="not our market",
    ),
    Setting(
        "handover.cool_down",
        "duration",
        "For so long after it changed, the band that people go by does not fall.",
        example="1d",
    ),
    Setting(
        "handover.answer_within",
        "duration",
        "Working time in which who gets a lead answers: at half of it they are reminded, at twice "
        "it the lead goes back to all.",
        "4h",
    ),
    Setting("handover.raised_within", "duration", "The same of a lead that raised a hand.", "1h"),
    Setting(
        "handover.raised",
        "texts",
        "Rules of the model by which a lead raised a hand, where they fired within the last hour.",
        example="demo",
    ),
    Setting("handover.escalate_to", "text", "The seller who hears of what is late.", example="eva"),
    Setting("handover.zone", "text", "Time zone of sellers who name none.", "UTC"),
    Setting("handover.hours", "text", "When they work.", "09:00-17:00"),
    Setting("handover.days", "text", "On which days they work.", "mon-fri"),
    Setting("handover.holidays", "texts", "Days on which nobody works.", example="2026-12-24"),
    Setting("sellers.*.email", "text", "By it they sign in, and are written to.", example="a@b.c"),
    Setting("sellers.*.weight", "whole", "How many leads they get, beside others.", 1),
    Setting("sellers.*.capacity", "whole", "Most leads that they have; by default any number."),
    Setting("sellers.*.zone", "text", "Their time zone.", example="Europe/Warsaw"),
    Setting("sellers.*.hours", "text", "When they work.", example="09:00-17:00"),
    Setting("sellers.*.days", "text", "On which days they work.", example="mon-fri"),
    Setting(
        "sellers.*.away",
        "texts",
        "Days on which they are away, or from one to another.",
        example="2026-12-24/2026-12-31",
    ),
    Setting("assign.*.bands", "texts", "Bands that a lead enters.", example="sales"),
    Setting("assign.*.ladder", "text", "Only of this ladder; by default all.", example="band"),
    Setting(
        "assign.*.match",
        "texts",
        "What fields must be, all of these; several values with a comma between.",
        example="account.country = DE, AT",
    ),
    Setting("assign.*.accounts", "texts", "Only leads of these accounts.", example="north"),
    Setting("assign.*.to", "texts", "Sellers who get the leads, in turn.", example="eva"),
    Setting(
        "assign.*.owner_field",
        "text",
        "In the place of to, a field that has the seller's name or e-mail address.",
        example="account.owner",
    ),
    Setting("assign.*.answer_within", "duration", "Working time to answer in.", example="2h"),
    Setting(
        "hooks.*.mapping",
        "text",
        "Mapping of a webhook, of those that ship; by default the one of its name.",
        example="sendgrid",
    ),
    Setting("hooks.*.file", "file", "A mapping of your own (YAML).", example="typeform.yaml"),
    Setting("hooks.*.url", "address", "Its address as its sender has it, where that is signed."),
    Setting("hooks.*.secret_env", "variable", "Variable with its secret.", example="HOOK_KEY"),
    Setting("hooks.*.secret_file", "file", "File with its secret."),
    Setting("files.watch", "file", "Folder from which files are taken.", example="arriving"),
    Setting("kafka.*.servers", "text", "Brokers to ask.", example="broker:9092"),
    Setting("kafka.*.topic", "text", "Topic whose messages are taken.", example="events"),
    Setting("kafka.*.table", "text", "Table that its messages are rows of.", "events"),
    Setting("kafka.*.group", "text", "Services of one group share its parts.", "leadline"),
    Setting(
        "kafka.*.client_file",
        "file",
        "File of name = value with more that the client is told, such as a password.",
        example="kafka.properties",
    ),
    Setting(
        "service.log",
        "text",
        "How the service says what happens: as text, or as lines of JSON.",
        "text",
        ("text", "json"),
    ),
    Setting(
        "service.open_metrics",
        "flag",
        "The service gives its figures to anybody, without a token.",
        False,
    ),
    Setting(
        "service.url",
        "address",
        "Where people reach the service; links lead there, and pages are shown there alone.",
        example="https://leads.example.com",
    ),
    Setting(
        "service.proxies",
        "texts",
        "Addresses of servers before this one, whose word is taken for who asks; by default "
        "those of this machine.",
    ),
    Setting(
        "providers.*.issuer",
        "address",
        "Provider of OpenID Connect by which people sign in.",
        example="https://id.example.com",
    ),
    Setting("providers.*.client_id", "text", "What it calls this service.", example="leadline"),
    Setting(
        "providers.*.secret_env",
        "variable",
        "Variable with the secret that it gave.",
        example="PROVIDER_SECRET",
    ),
    Setting("providers.*.secret_file", "file", "File with that secret."),
    Setting("providers.*.label", "text", "What people call it.", example="the company account"),
    Setting(
        "providers.*.by_email",
        "flag",
        "It is believed which verified e-mail address is whose, and so who is meant at first.",
        False,
    ),
    Setting(
        "people.territory",
        "text",
        "Field that says in whose territory a lead is; sales see theirs and their own leads alone.",
        example="account.country",
    ),
    Setting(
        "people.second_factor",
        "texts",
        "Roles that must have a second factor beside a password.",
        example="administrator",
    ),
    Setting("keys.*.browser", "flag", "The key is public: it sets the listed fields alone.", False),
    Setting("keys.*.fields", "texts", "Fields of leads that a public key may set."),
    Setting("connectors.*.kind", "text", "The system: hubspot or tryton.", example="tryton"),
    Setting("connectors.*.url", "address", "Where it is; hubspot knows it."),
    Setting("connectors.*.database", "text", "Its database.", example="crm"),
    Setting("connectors.*.user", "text", "Who signs in.", example="leadline"),
    Setting("connectors.*.secret_env", "variable", "Variable with the password.", example="TOKEN"),
    Setting("connectors.*.secret_file", "file", "File with the password."),
    Setting("connectors.*.fields", "texts", "Fields of its records that are read."),
    Setting("connectors.*.points", "whole", "A score that moved by less waits.", 5),
    Setting("connectors.*.days", "whole", "But after so many days.", 7),
    Setting("connectors.*.minutes", "whole", "How often leadline serve runs it.", example="15"),
    Setting("connectors.*.outcomes.*", "text", "Its word, and the outcome: a reason."),
    Setting("connectors.*.write.*", "text", "score, band, reasons or scored_at: the field for it."),
    Setting(
        "destinations.*.kind",
        "text",
        "webhook, email, slack, teams, mattermost, telegram, wecom, dingtalk or feishu.",
        example="webhook",
    ),
    Setting("destinations.*.url", "address", "Where it is."),
    Setting("destinations.*.secret_env", "variable", "Variable with its secret.", example="TOKEN"),
    Setting("destinations.*.secret_file", "file", "File with its secret."),
    Setting(
        "destinations.*.old_secret_env",
        "variable",
        "Variable with the secret before, while it is changed: both sign.",
        example="OLD_TOKEN",
    ),
    Setting(
        "destinations.*.old_secret_file",
        "file",
        "File with the secret before.",
        example="old.secret",
    ),
    Setting(
        "destinations.*.ladder",
        "text",
        "Only changes of this ladder; by default of all.",
        example="band",
    ),
    Setting(
        "destinations.*.bands",
        "texts",
        "Only changes that enter or leave one of these bands; by default all.",
    ),
    Setting(
        "destinations.*.events",
        "texts",
        "What is told: band_changed, assigned, reminder, overdue, returned; by default the first.",
        example="band_changed",
    ),
    Setting(
        "destinations.*.newest",
        "flag",
        "Of a lead only the last change counts: one that waits is left out for a newer one.",
        False,
    ),
    Setting("destinations.*.fields", "texts", "Fields of the lead that are sent beside its id."),
    Setting("destinations.*.sender", "text", "Address that mails are from.", example="a@b.c"),
    Setting(
        "destinations.*.to",
        "texts",
        "E-mail addresses; by default that of who has the lead.",
        example="team@b.c",
    ),
    Setting("destinations.*.user", "text", "As whom the mail server knows us.", example="mailer"),
    Setting(
        "destinations.*.most_an_hour",
        "whole",
        "So many alerts an hour for one address or room; others wait. By default any number.",
    ),
    Setting(
        "destinations.*.allow_private",
        "texts",
        "Private networks that it may be in, such as 10.0.0.0/8; http is allowed then too.",
    ),
    Setting(
        "alerts.*.on",
        "text",
        "What is told: enters or leaves (a band), assigned, reminder, overdue, returned, "
        "response, jump, surge, forgotten, digest.",
        example="enters",
    ),
    Setting("alerts.*.ladder", "text", "Only of this ladder; by default all.", example="band"),
    Setting("alerts.*.bands", "texts", "Bands that are entered or left.", example="sales"),
    Setting(
        "alerts.*.match",
        "texts",
        "What fields must be, all of these.",
        example="account.target = true",
    ),
    Setting("alerts.*.to", "texts", "Destinations that are told.", example="crm"),
    Setting(
        "alerts.*.cool_down", "duration", "So long a lead alerts no second time; a surge 7d.", "1d"
    ),
    Setting(
        "alerts.*.events", "texts", "Of a response: kinds of events.", example="form_submitted"
    ),
    Setting("alerts.*.score", "text", "Of a jump: the score; by default the first ladder's."),
    Setting("alerts.*.by", "whole", "Of a jump: so many points.", example="20"),
    Setting("alerts.*.within", "duration", "Of a jump: in so long.", "1d"),
    Setting(
        "alerts.*.after", "duration", "Of a forgotten lead: nothing said so long.", example="7d"
    ),
    Setting("alerts.*.every", "text", "Of a digest: day or week.", "day"),
    Setting("alerts.*.at_least", "whole", "Of a surge: so many events in the week.", 5),
    Setting("alerts.*.keep_hours", "flag", "It waits for the working hours of who is told.", False),
)
"""All of them, in the order in which a file has them."""


def setting_of(path: tuple[str, ...]) -> Setting | None:
    """Return the setting that a path in the file is of; None where there is none."""
    return next((each for each in SETTINGS if each.covers(path)), None)


def is_section(path: tuple[str, ...]) -> bool:
    """Say whether a path in the file holds settings, such as ``tables`` and ``keys.web``."""
    return any(
        len(each.parts) > len(path)
        and all(own in (ANY, given) for own, given in zip(each.parts, path, strict=False))
        for each in SETTINGS
    )


def nearest_to(path: tuple[str, ...]) -> str:
    """Return the name of the setting, or of the section, that is nearest to a path."""
    known = [".".join(list(_chosen(each.parts, path))[: len(path)]) for each in SETTINGS]
    return closest(".".join(path), known)


def _chosen(parts: tuple[str, ...], path: tuple[str, ...]) -> Iterator[str]:
    """Yield the parts of a name with what the user chose in the place of any."""
    for number, part in enumerate(parts):
        yield path[number] if part == ANY and number < len(path) else part


def from_text(setting: Setting, text: str) -> Any:
    """Return the value that an environment variable holds; what is none stays text."""
    if setting.kind == "whole" and text.isdecimal():
        return int(text)
    if setting.kind == "flag":
        return {"true": True, "1": True, "false": False, "0": False}.get(text.lower(), text)
    return [each.strip() for each in text.split(",")] if setting.kind == "texts" else text


def _text(value: Any) -> str:
    return "" if isinstance(value, str) and value else "must be a text"


def _texts(value: Any) -> str:
    is_list = isinstance(value, list) and all(isinstance(each, str) for each in value)
    return "" if is_list and value else "must be a list of texts"


def _table(value: Any) -> str:
    is_one = isinstance(value, str) and value
    return "" if is_one or not _texts(value) else "must be a file, a pattern or a list of files"


def _moment(value: Any) -> str:
    if isinstance(value, datetime):
        return "" if value.tzinfo else "must have a zone"
    if isinstance(value, date) or value == NOW:
        return ""
    try:
        return "" if isinstance(value, str) and moment(value) else "must be a time, a date or now"
    except InputError:
        return "must be a time such as 2026-11-01T12:00:00Z, a date or now"


_PASSWORD = re.compile(r"^[\w+.-]+:(//)?[^/@\s]*:[^/@\s]+@")


def without_password(address: str) -> str:
    """Return an address that can be shown.

    >>> without_password("postgresql://me:hush@host/leads")
    'postgresql://me:***@host/leads'
    """
    if not _PASSWORD.match(address):
        return address
    head, _, tail = address.partition("@")
    return f"{head[: head.rindex(':')]}:***@{tail}"


def _address(value: Any) -> str:
    return "must not hold a password" if _PASSWORD.match(str(value)) else _text(value)


def _variable(value: Any) -> str:
    is_name = isinstance(value, str) and re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", value)
    return "" if is_name else "must name an environment variable"


def _flag(value: Any) -> str:
    return "" if isinstance(value, bool) else "must be true or false"


def _whole(value: Any) -> str:
    is_whole = isinstance(value, int) and not isinstance(value, bool) and value > 0
    return "" if is_whole else "must be a whole number"


def _duration(value: Any) -> str:
    try:
        return "" if Duration(str(value)).microseconds else "must be longer than nothing"
    except ValueError as fault:
        return str(fault)


def _share(value: Any) -> str:
    is_share = re.fullmatch(r"\d{1,2}(\.\d+)?%|100%", str(value))
    return "" if is_share else "must be a share such as 5%"


_CHECKS: Mapping[Kind, Callable[[Any], str]] = {
    "text": _text,
    "document": _text,
    "table": _table,
    "moment": _moment,
    "address": _address,
    "variable": _variable,
    "file": _text,
    "flag": _flag,
    "texts": _texts,
    "whole": _whole,
    "duration": _duration,
    "share": _share,
}
