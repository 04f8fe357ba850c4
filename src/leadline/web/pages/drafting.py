"""The model: its drafts as rules and as text, what each would do, approval, and its versions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from starlette.responses import RedirectResponse, Response

from leadline.errors import InputError, LeadlineError, ModelError
from leadline.model.document import Model
from leadline.model.given import read_model
from leadline.model.labels import Labels
from leadline.model.reading.writer import edit
from leadline.review.preview.preview import LadderPreview
from leadline.service import clock, commands, drafting
from leadline.service.drafting import Drafted, NoDraftError, OvertakenError
from leadline.service.faces import face
from leadline.service.handover.saying import lead_of
from leadline.store import drafts
from leadline.store import scores as kept
from leadline.store.drafts import DraftRow
from leadline.store.session import Session
from leadline.web.pages.frame import Address, Lacking, Shown, Visit, to
from leadline.web.pages.telling import Teller

MOST_NUMBER = 2**31 - 1
NAMED = 8
LEAST_SPAN = 50
"""A slider goes so far to either side at the least."""
_NO_CONDITION = ("points", "label", "description", "owner", "group")


@dataclass(frozen=True)
class Ruled:
    """A rule as a row of a draft.

    Attributes:
        path: Where it stands: its score and its name.
        label: What it is called.
        says: Its condition, as it is written.
        points: Its points; None where they are no single number.
        span: How far its slider goes to either side.
    """

    path: str
    label: str
    says: str
    points: float | None
    span: int


def models(visit: Visit) -> Shown:
    """Return the drafts and the versions of the model."""
    with visit.service.store.reading() as session:
        found = [_stands(visit, each) for each in drafts.listed(session)]
        versions = kept.versions(session)
    former = [each for each in versions if each.state == "retired"]
    latest = max(former, key=lambda each: each.retired_at or 0, default=None)
    parts = {
        "drafts": found,
        "versions": [
            {
                "version": each.version,
                "name": each.name,
                "state": visit.words.t(f"state_{each.state}"),
                "since": "" if each.published_at is None else _when(visit, each.published_at),
                "is_back": latest is not None and each.version == latest.version,
            }
            for each in versions
        ],
    }
    return Shown("models.html", parts, here="model")


def draft(visit: Visit) -> Shown:
    """Return a draft: its rules or its text, its faults, and what may be done with it."""
    return _draft(visit, _number(visit.given("id")))


def _draft(
    visit: Visit, number: int, fault: str = "", mine: str | None = None, status: int = 200
) -> Shown:
    try:
        with visit.service.store.reading() as session:
            found = drafting.show(session, number)
    except NoDraftError:
        raise Lacking("no_such_draft") from None
    row, model = found.row, _model(found.text.document)
    parts = {
        "found": found,
        "draft": _stands(visit, row),
        "saved": visit.words.t(
            "draft_saved", who=found.text.saved_by, when=_when(visit, found.text.saved_at)
        ),
        "scores": [] if model is None else list(_scores(visit, model, found)),
        "document": found.text.document if mine is None else mine,
        "as_text": mine is not None or model is None or visit.given("as") == "text",
        "fault": fault,
        "is_open": row.state in {"open", "asked", "approved"},
        "is_behind": row.base != found.live,
        "may": _may(visit, found),
    }
    return Shown("draft.html", parts, status, here="model")


def _may(visit: Visit, found: Drafted) -> set[str]:
    """Return what who looks may do with a draft as it stands."""
    row, by = found.row, visit.signed.person.email
    if row.state in {"published", "dropped"}:
        return set()
    may = {"save", "drop"} | ({"give_back"} if row.state != "open" else set())
    if found.faults:
        return may
    if row.state == "open":
        may.add("ask")
    if row.state == "asked" and by not in {row.asked_by, found.text.saved_by}:
        may.add("approve")
    is_due = row.state == "approved" or visit.service.publishing.approval == "none"
    return may | ({"publish"} if is_due and row.base == found.live else set())


def begin(visit: Visit) -> Response:
    """Begin a draft of the model that is live."""
    with visit.service.store.writing() as session:
        row = drafting.begin(session, None, visit.signed.person.email, clock.micros(visit.now))
    return RedirectResponse(to("draft", id=str(row.draft_no)), 303)


def save(visit: Visit) -> Shown | Response:
    """Keep the text of a draft; where somebody else saved one, both sides are shown."""
    return _saved(visit, visit.form("document").replace("\r\n", "\n"), is_text=True)


def points(visit: Visit) -> Shown | Response:
    """Give a rule of a draft other points; nothing else of its text changes."""
    number = _number(visit.form("id"))
    score, _, rule = visit.form("rule").partition("/")
    try:
        with visit.service.store.reading() as session:
            text = drafting.show(session, number).text.document
        changed = edit(text, ("scores", score, "rules", rule, "points"), _points(visit))
    except NoDraftError:
        raise Lacking("no_such_draft") from None
    except (InputError, ModelError) as error:
        return _draft(visit, number, str(error), status=400)
    return _saved(visit, changed)


def _points(visit: Visit) -> int | float:
    """Return points as they were typed. Raises InputError."""
    try:
        given = round(float(visit.form("points")), 6)
    except ValueError:
        raise InputError(visit.words.t("points_are_no_number")) from None
    if not abs(given) <= 1_000_000:  # noqa: PLR2004 - also what is no number
        raise InputError(visit.words.t("points_are_no_number"))
    return int(given) if given == int(given) else given


def _saved(visit: Visit, document: str, *, is_text: bool = False) -> Shown | Response:
    number, revision = _number(visit.form("id")), _number(visit.form("revision"))
    by, at = visit.signed.person.email, clock.micros(visit.now)
    try:
        with visit.service.store.writing() as session:
            drafting.save(session, number, revision, document, by, at)
    except NoDraftError:
        raise Lacking("no_such_draft") from None
    except InputError as error:
        status = 409 if isinstance(error, OvertakenError) else 400
        return _draft(visit, number, str(error), document if is_text else None, status)
    return _again(visit, number, "text" if is_text else "")


def step(visit: Visit) -> Shown | Response:
    """Ask for approval of a draft, approve it, or what else may be done with it."""
    number, revision = _number(visit.form("id")), _number(visit.form("revision"))
    by, at, do = visit.signed.person.email, clock.micros(visit.now), visit.form("do")
    try:
        if do == "publish":
            alerts = visit.form("alerts") == "1"
            visit.service.publishing.publish(number, revision, by, alerts=alerts)
        elif do in drafting.STEPS:
            drafting.step(visit.service.store, do, number, revision, by, at)
    except NoDraftError:
        raise Lacking("no_such_draft") from None
    except (InputError, ModelError) as error:
        status = 409 if isinstance(error, OvertakenError) else 400
        return _draft(visit, number, str(error), status=status)
    return RedirectResponse("model" if do == "drop" else to("draft", id=str(number)), 303)


def _again(visit: Visit, number: int, shown_as: str) -> Shown | Response:
    """Return the draft as it is now; a script gets it at once."""
    if "hx-request" in visit.request.headers:
        return replace(_draft(visit, number), then="draftchanged")
    more = {"as": shown_as} if shown_as else {}
    return RedirectResponse(to("draft", id=str(number), **more), 303)


def preview(visit: Visit) -> Shown:
    """Return what a draft would do to all leads."""
    number = _number(visit.given("id"))
    with visit.service.store.reading() as session:
        row = drafts.find(session, number)
        text = None if row is None else drafts.text(session, number, row.revision)
    if text is None:
        raise Lacking("no_such_draft")
    try:
        _, found = visit.service.previewing.of(text.document, NAMED)
        model = read_model(f"{text.document.rstrip()}\n")[0]
    except (InputError, ModelError) as error:
        return Shown("draft_preview.html", {"fault": str(error).split("\n", 1)[0], "ladders": []})
    with visit.service.store.reading() as session:
        ladders = [
            _ladder(session, Teller(model, each.ladder, visit.words), each)
            for each in found.ladders
        ]
    parts = {"fault": "", "ladders": ladders, "leads": found.leads, "notes": found.notes}
    return Shown("draft_preview.html", parts)


def _ladder(session: Session, tell: Teller, found: LadderPreview) -> dict[str, Any]:
    bands = [
        {
            "name": tell.band(band),
            "place": tell.place(band),
            "before": sum(cell.leads for cell in found.cells if cell.from_band == band),
            "after": sum(cell.leads for cell in found.cells if cell.to_band == band),
        }
        for band in reversed(found.bands)
    ]
    moves = [_move(session, tell, each) for each in found.moves]
    return {"bands": bands, "moves": moves, "height": tell.height, "changed": found.changed}


def _move(session: Session, tell: Teller, move: Mapping[str, Any]) -> dict[str, str]:
    return {
        "lead": move["lead_id"],
        "name": move["who"] or face(lead_of(session, move["lead_id"])).name,
        "from": tell.band(move["from_band"]),
        "to": tell.band(move["to_band"]),
        "reason": move["reason"],
    }


def roll_back(visit: Visit) -> Response:
    """Score everybody anew by the version that was live before, and make it live again."""
    by, version = visit.signed.person.email, _number(visit.form("version"))
    with visit.service.store.reading() as session:
        commands.former(session, version)  # refused at once, not once the loop comes to it
    visit.service.ask(commands.RollBack(version, by=by))
    return RedirectResponse("model", 303)


def _model(document: str) -> Model | None:
    with suppress(LeadlineError):
        return read_model(f"{document.rstrip()}\n")[0]
    return None


def _scores(visit: Visit, model: Model, found: Drafted) -> Iterator[tuple[str, list[Ruled]]]:
    """Yield each score that has rules, with them."""
    labels = Labels(model, visit.words.language)
    written = read_model(f"{found.text.document.rstrip()}\n")[1].values["scores"]
    for name, score in written.items():
        rules = score.get("rules") if isinstance(score, dict) else None
        if rules:
            rows = [_ruled(labels, name, rule, said) for rule, said in rules.items()]
            yield labels.score(name), rows


def _ruled(labels: Labels, score: str, rule: str, said: Mapping[str, Any]) -> Ruled:
    given = said.get("points")
    number = given if isinstance(given, int | float) and not isinstance(given, bool) else None
    condition = "; ".join(
        f"{key} {_shown(value)}" for key, value in said.items() if key not in _NO_CONDITION
    )
    return Ruled(
        f"{score}/{rule}",
        labels.rule(score, rule),
        condition,
        number,
        max(LEAST_SPAN, 2 * round(abs(number or 0))),
    )


def _shown(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {each}" for key, each in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _stands(visit: Visit, row: DraftRow) -> dict[str, Any]:
    return {
        "number": row.draft_no,
        "base": row.base,
        "revision": row.revision,
        "state": row.state,
        "state_says": visit.words.t(f"draft_{row.state}"),
        "by": row.made_by,
        "when": _when(visit, row.made_at),
        "asked_by": row.asked_by,
        "approved_by": row.approved_by,
        "version": row.version,
    }


def _when(visit: Visit, at: int) -> str:
    return visit.words.when(clock.at(at), visit.now)


def _number(given: str) -> int:
    """Return a number of an address; 0, which nothing has, where it is none."""
    is_one = given.isascii() and given.isdecimal() and len(given) <= len(str(MOST_NUMBER))
    return min(int(given), MOST_NUMBER) if is_one else 0


ADDRESSES = (
    Address("/model", models, needs="try"),
    Address("/draft", draft, needs="try"),
    Address("/draft-preview", preview, needs="try"),
    Address("/draft-begin", begin, ("POST",), needs="draft"),
    Address("/draft-save", save, ("POST",), needs="draft"),
    Address("/draft-points", points, ("POST",), needs="draft"),
    Address("/draft-step", step, ("POST",), needs="publish"),
    Address("/roll-back", roll_back, ("POST",), needs="publish"),
)
"""The model."""
