"""What their actions are called in our events, and their properties in our fields."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from leadline.engines.duckdb.engine import DuckDB
from leadline.errors import Fault, InputError
from leadline.importers.points.conditions import condition, folded, is_criterion, quoted
from leadline.importers.points.wording import NotCarried
from leadline.model.expressions import Expression, ExpressionError, names
from leadline.model.types import Schema, Type
from leadline.sql.text import Sql, sql_text
from leadline.tables.places.csv_files import read_csv
from leadline.tables.places.files import given_files
from leadline.tables.places.raw import ROW, prepare

_SAME: Mapping[str, str] = {
    "email": "emails e-mail e-mails mail mails",
    "open": "opens opened",
    "click": "clicks clicked clicking",
    "submit": "submits submitted submission submissions fills filled completes completed",
    "view": "views viewed visit visits visited",
    "page": "pages webpage webpages",
    "form": "forms",
    "download": "downloads downloaded accessed access",
    "register": "registers registered registration",
    "attend": "attends attended attendance",
    "reply": "replies replied",
    "unsubscribe": "unsubscribes unsubscribed",
    "bounce": "bounces bounced",
    "watch": "watches watched played plays",
    "book": "books booked scheduled",
    "request": "requests requested",
    "deliver": "delivered delivers",
    "start": "started starts",
    "search": "searches searched",
    "content": "file files asset assets whitepaper ebook",
}
_ONE = {word: base for base, words in _SAME.items() for word in words.split()}
_SAY_NOTHING = frozenset(
    [
        "a",
        "an",
        "any",
        "the",
        "in",
        "on",
        "of",
        "to",
        "from",
        "has",
        "is",
        "was",
        "been",
        "marketing",
        "web",
        "website",
        "contact",
        "prospect",
        "person",
        "lead",
        "someone",
        "out",
        "up",
        "hubspot",
        "eloqua",
        "marketo",
        "pardot",
    ]
)

EVENTS: Mapping[str, str] = {
    "email open": "email_opened",
    "email click": "email_clicked",
    "email link click": "email_clicked",
    "email reply": "email_replied",
    "email unsubscribe": "email_unsubscribed",
    "unsubscribe": "email_unsubscribed",
    "email bounce": "email_bounced",
    "email deliver": "email_delivered",
    "email sent": "email_sent",
    "form submit": "form_submitted",
    "form handler submit": "form_submitted",
    "form success": "form_submitted",
    "form handler success": "form_submitted",
    "landing page success": "form_submitted",
    "landing page submit": "form_submitted",
    "form error": "form_failed",
    "form handler error": "form_failed",
    "landing page error": "form_failed",
    "page view": "page_viewed",
    "visitor page view": "page_viewed",
    "landing page view": "page_viewed",
    "site view": "session_started",
    "view": "session_started",
    "visitor session": "session_started",
    "session start": "session_started",
    "site search query": "site_searched",
    "site search": "site_searched",
    "content download": "content_downloaded",
    "download": "content_downloaded",
    "custom redirect click": "link_clicked",
    "tracker click": "link_clicked",
    "link click": "link_clicked",
    "cta click": "cta_clicked",
    "ad click": "ad_clicked",
    "webinar register": "webinar_registered",
    "webinar attend": "webinar_attended",
    "event register": "event_registered",
    "event attend": "event_attended",
    "event checked": "event_attended",
    "video watch": "video_watched",
    "video view": "video_watched",
    "demo request": "demo_requested",
    "trial start": "trial_started",
    "meeting book": "meeting_booked",
    "olark chat": "chat_started",
    "chat start": "chat_started",
    "opportunity created": "opportunity_created",
}
"""Their actions in bare words to our types of events."""

OUTCOMES: Mapping[str, str] = {
    "opportunity won": "won",
    "opportunity lost": "lost",
    "deal won": "won",
    "deal lost": "lost",
}

ASSETS: Mapping[str, str] = {
    "form_submitted": "form",
    "form_failed": "form",
    "page_viewed": "path",
    "email_opened": "email",
    "email_clicked": "email",
    "email_replied": "email",
    "content_downloaded": "asset_id",
    "webinar_attended": "webinar_id",
    "webinar_registered": "webinar_id",
    "link_clicked": "link",
    "cta_clicked": "cta",
    "video_watched": "video",
}
"""Type of event to the column that says which form, page or e-mail it was."""

_COLUMNS = {
    "path": ["page_url", "url", "page", "web_page", "page_path", "page_title", "link_url"],
    "form": ["form_name", "web_form", "form"],
    "email": ["email_name", "email", "marketing_email"],
}
_EVENT_COLUMNS = {word: column for column, words in _COLUMNS.items() for word in words}

_OF_COMPANY = frozenset(
    [
        "industry",
        "employees",
        "number_of_employees",
        "annual_revenue",
        "revenue",
        "company_size",
        "company_name",
        "company",
        "domain",
        "number_of_locations",
        "account_type",
        "account_name",
        "technology",
    ]
)
_ENTITIES = {
    "company": "account",
    "account": "account",
    "contact": "lead",
    "lead": "lead",
    "prospect": "lead",
    "person": "lead",
}


@dataclass(frozen=True)
class Event:
    """What happened: a type of event, or an outcome, and which of them count."""

    types: tuple[str, ...]
    where: str = ""
    is_outcome: bool = False
    assumed: str = ""


@dataclass(frozen=True)
class Types:
    """Their words to ours.

    Attributes:
        events: Their action in bare words to an event, from a file; it beats the table here.
        fields: Their property to a field such as ``account.employees``, from a file.
        schema: Columns of the tables that will be scored, where they are known.
    """

    events: Mapping[str, Event] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)
    schema: Schema = field(default_factory=dict)

    def event(self, text: str) -> Event | None:
        """Return what an action is, None where it is not known."""
        if text.lower() in self.events:
            return self.events[text.lower()]
        words = _bare(text)
        if words in OUTCOMES:
            return Event((OUTCOMES[words],), is_outcome=True)
        return Event((EVENTS[words],)) if words in EVENTS else None

    def action(self, text: str) -> Event | None:
        """Return what an action is that may name a form, page or e-mail behind a colon."""
        if found := self.event(text):
            return found
        split = re.fullmatch(r"(.+?)\s*(?::|\s[-–]\s|\()\s*(.+?)\)?", text)  # noqa: RUF001
        found = self.event(split[1]) if split else None
        return self.narrowed(found, split[2]) if found and split else None

    def narrowed(self, event: Event, text: str) -> Event:
        """Return an event that must also meet a condition, or be of the asset that is named."""
        if not is_criterion(text):
            column = ASSETS.get(event.types[0])
            if column is None:
                raise NotCarried(f"which of them is not understood: {text}")
            wanted = quoted(folded(text.strip("'\" ")))
            where = f"lower({column}) = {wanted}"
        else:
            where = condition(text, _event_column)
        both = f"({event.where}) and ({where})" if event.where else where
        return Event(event.types, both, event.is_outcome, self._assumed(both))

    def _assumed(self, where: str) -> str:
        """Return which columns of events a condition reads that nobody has seen yet."""
        known = self.schema.get("events", {})
        parts = [each.parts for each in names(Expression(where).tree) if len(each.parts) == 1]
        unseen = dict.fromkeys(name for (name,) in parts if name not in known)
        return f"it reads the column {', '.join(unseen)} of events" if unseen else ""

    def field(self, text: str) -> str:
        """Return what a property is called in conditions."""
        bare = _underscored(text)
        if not bare:
            raise NotCarried(f"there is no property in {text!r}")
        if bare in self.fields:
            return self.fields[bare]
        first, _, rest = bare.partition("_")
        named = _ENTITIES.get(first) if rest else None
        entity = "account" if bare in _OF_COMPANY else "lead"
        if named:
            return self._known(rest, named) or self._known(bare, named) or _written(named, rest)
        other = "lead" if entity == "account" else "account"
        return self._known(bare, entity) or self._known(bare, other) or _written(entity, bare)

    def is_number(self, name: str) -> bool:
        """Say whether a field is known to hold numbers."""
        entity, _, column = name.partition(".")
        found = self.schema.get(f"{entity}s", {}).get(column.strip('"'))
        return found is Type.NUMBER

    def _known(self, bare: str, entity: str) -> str:
        columns = {_underscored(each): each for each in self.schema.get(f"{entity}s", {})}
        return _written(entity, columns[bare]) if bare in columns else ""


def read_types(engine: DuckDB, path: str | Path) -> tuple[dict[str, Event], dict[str, str]]:
    """Read a file of their words and ours: columns ``action``, ``type`` and, if wanted, ``where``.

    A type such as ``account.employees`` is a field, and the action then a property.

    Raises:
        InputError: A column is lacking, or a row has no value or a condition that is none.
    """
    [file] = given_files(path)
    prepare(engine, ["types_table"])
    raw = read_csv(engine, "types_table", [file])
    columns = {title.strip().lower(): given.value for title, given in raw.columns.items()}
    for needed in ("action", "type"):
        if needed not in columns:
            raise InputError(Fault(f"{file}:1", "", f"must have a column {needed}"))
    wanted = [columns["action"], columns["type"], columns.get("where", Sql("null"))]
    rows = sql_text("select * from {rows}", rows=raw.located(wanted, Sql("true")))
    found = engine.rows(f"select * from ({rows}) order by {ROW}")
    return _split(file, [(row[-1], *(each or "" for each in row[:3])) for row in found])


def _split(
    file: str, rows: Sequence[tuple[int, str, str, str]]
) -> tuple[dict[str, Event], dict[str, str]]:
    events: dict[str, Event] = {}
    fields: dict[str, str] = {}
    faults = []
    for line, action, kind, where in rows:
        if not action.strip() or not kind.strip():
            faults.append(Fault(f"{file}:{line}", "", "must have an action and a type"))
        elif kind.startswith(("lead.", "account.")):
            fields[_underscored(action)] = kind.strip()
        else:
            events[action.strip().lower()] = Event((kind.strip(),), where.strip())
        for text in (where, kind if "." in kind else ""):
            faults += _unreadable(f"{file}:{line}", text.strip())
    if faults:
        raise InputError(*faults)
    return events, fields


def _unreadable(where: str, text: str) -> list[Fault]:
    try:
        Expression(text or "true")
    except ExpressionError as error:
        return [Fault(where, "", error.expected, error.found, error.remedy)]
    return []


def _bare(text: str) -> str:
    words = re.findall(r"[a-z-]+", text.lower().replace("check-in", "checked"))
    kept = [_ONE.get(word, word) for word in words if word not in _SAY_NOTHING]
    ordered = _ORDER.get(frozenset(kept))
    return ordered if ordered and len(set(kept)) == len(kept) else " ".join(kept)


_ORDER = {frozenset(each.split()): each for each in (*EVENTS, *OUTCOMES)}
"""Words in any order: "opens email" is "email open"."""


def _event_column(text: str) -> str:
    bare = _underscored(text)
    if not bare:
        raise NotCarried(f"there is no property in {text!r}")
    return Expression(_quoted_name(_EVENT_COLUMNS.get(bare, bare))).text


def _underscored(text: str) -> str:
    return re.sub(r"[\W_]+", "_", text).strip("_").lower()


def _quoted_name(text: str) -> str:
    try:
        Expression(text)
    except ExpressionError:
        return '"' + text.replace('"', '""') + '"'
    return text if text.isidentifier() and text not in ("true", "false", "null") else f'"{text}"'


def _written(entity: str, column: str) -> str:
    return f"{entity}.{_quoted_name(column)}"
