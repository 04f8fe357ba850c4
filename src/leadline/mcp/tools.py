"""The tools: each asks a desk, and says what it may not show of strangers' words apart."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field

from leadline.errors import ModelError
from leadline.mcp import forms
from leadline.mcp.desk import MOST_LEADS, Desk, Wanted
from leadline.mcp.fitting import fitted
from leadline.mcp.record_text import cleaned, of_fields, record_text
from leadline.mcp.resources import readable
from leadline.questions.backtest import Backtest
from leadline.questions.check import Check
from leadline.questions.diff import WEEKS, Diff
from leadline.questions.explain import Explain
from leadline.questions.history import History
from leadline.questions.option import options_of
from leadline.questions.question import Question

MOST_DAYS = 365
MOST_DOCUMENT = 100_000
MOST_MOMENTS = 40
PART = 3500
"""Characters of a part of a text: with every character escaped it fits still."""


def _help(question: type[Question[Any]], option: str) -> str:
    """Return what an option of a question means, as every face says it."""
    return next(each.option.help for each in options_of(question) if each.name == option)


Lead = Annotated[str, Field(description=_help(Explain, "lead"), min_length=1, max_length=512)]
PastLead = Annotated[str, Field(description=_help(History, "lead"), min_length=1, max_length=512)]
Document = Annotated[
    str, Field(description="The whole model, as YAML.", min_length=1, max_length=MOST_DOCUMENT)
]
Weeks = Annotated[int, Field(description=_help(Diff, "weeks"), ge=0, le=26)]
Name = Annotated[str, Field(description="Name of a field.", min_length=1, max_length=200)]


class Tools:
    """What an agent can ask of a desk."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def find_leads(  # noqa: PLR0913, PLR0917 - one argument a filter
        self,
        band: Annotated[str, Field(description="Only this band; empty for all.")] = "",
        sort: Annotated[str, Field(description="A score; empty for the main score.")] = "",
        order: Annotated[
            Literal["falling", "rising"], Field(description="The greatest first, or the least.")
        ] = "falling",
        least: Annotated[float | None, Field(description="Least value of the score.")] = None,
        most: Annotated[float | None, Field(description="Greatest value of the score.")] = None,
        account_id: Annotated[str, Field(description="Only leads of this account.")] = "",
        field: Annotated[str, Field(description="Only where this field is what equals says.")] = "",
        equals: Annotated[str, Field(description="What the field must be, exactly.")] = "",
        fields: Annotated[
            Sequence[Name],
            Field(
                description="Fields to show; none by default: they may be personal.", max_length=10
            ),
        ] = (),
        after: Annotated[str, Field(description="What the page before gave as next.")] = "",
        limit: Annotated[int, Field(description="Leads of a page.", ge=1, le=MOST_LEADS)] = 10,
    ) -> forms.FoundLeads:
        """List leads by band, score, account or a field. Use it first, to learn their lead_id."""
        wanted = Wanted(
            band, sort, order, least, most, account_id, field, equals, fields, after, limit
        )
        found, on = self._desk.leads(wanted)
        leads = [
            {
                "record_text": {
                    **of_fields(each.fields),
                    **record_text(lead_id=each.lead_id, account_id=each.account_id),
                },
                "as_of": each.as_of,
                "scores": each.scores,
                "bands": each.bands,
                "effective_band": each.effective_band,
            }
            for each in found
        ]
        return fitted(forms.FoundLeads, {"leads": leads, "next": on})

    def score(self, lead: Lead) -> forms.LeadScores:
        """Get the scores and bands of one lead. Use explain to learn why it has them."""
        found = self._desk.explained(lead, moves=False)
        return {
            "record_text": record_text(lead_id=found["lead"]),
            "as_of": found["as_of"],
            "scores": found["scores"],
            "bands": found["bands"],
        }

    def explain(self, lead: Lead) -> forms.Explained:
        """Get the ledger of one lead: every rule's points, what is missing, the reasons."""
        found = self._desk.explained(lead, moves=False)
        kept = ("as_of", "model", "model_name", "main_score", "scores", "grades", "bands")
        return fitted(
            forms.Explained,
            {
                "record_text": record_text(lead_id=found["lead"]),
                **{name: found[name] for name in (*kept, "override", "missing", "reasons")},
                "ledger": [_ledger_row(each) for each in found["ledger"]],
            },
        )

    def what_would_move(self, lead: Lead) -> forms.Moves:
        """Get what could happen next that moves a lead, and the fewest steps to the next band."""
        found = self._desk.explained(lead, moves=True)
        kept = ("step", "after", "change", "band")
        return fitted(
            forms.Moves,
            {
                "record_text": record_text(lead_id=found["lead"]),
                "as_of": found["as_of"],
                "main_score": found["main_score"],
                "score": found["scores"][found["main_score"]],
                "bands": found["bands"],
                "moves": [{name: each[name] for name in kept} for each in found["moves"]],
                "ways": found["ways"],
            },
        )

    def history(
        self,
        lead: PastLead,
        limit: Annotated[int, Field(description="Moments.", ge=1, le=MOST_MOMENTS)] = MOST_LEADS,
    ) -> forms.Past:
        """Get how the score of one lead came to be: its moments, and what moved it at each."""
        found = self._desk.moments(lead)
        latest = list(reversed(found))[:limit]
        kept = ("at", "value", "change", "band", "rule", "points", "model")
        made = fitted(
            forms.Past,
            {
                "record_text": record_text(lead_id=lead),
                "moments": [
                    {
                        **{name: each[name] for name in kept},
                        "record_text": record_text(what=each["what"]),
                    }
                    for each in latest
                ],
            },
        )
        made["left_out"] += len(found) - len(latest)
        return made

    def transitions_open(
        self,
        band: Annotated[str, Field(description="Into this band; empty for the highest.")] = "",
        days: Annotated[int, Field(description="Since so many days.", ge=1, le=MOST_DAYS)] = 7,
        limit: Annotated[int, Field(description="Leads.", ge=1, le=MOST_LEADS)] = MOST_LEADS,
    ) -> forms.OpenTransitions:
        """List leads that came into a band and have had no answer or outcome since: they wait."""
        into, since, found = self._desk.entered(band, days, limit)
        rows = [
            {
                "record_text": record_text(lead_id=each.lead_id),
                "at": each.at,
                "from_band": each.from_band,
                "to_band": each.to_band,
                "value": each.value,
            }
            for each in found
        ]
        return fitted(forms.OpenTransitions, {"band": into, "since": since, "transitions": rows})

    def check_model(self, document: Document) -> forms.Checked:
        """Find every fault of a model."""
        found = self._checked(document)
        faults = [str(cleaned(each["says"], 500)) for each in found["faults"]]
        return fitted(
            forms.Checked,
            {
                "is_sound": not faults,
                "faults": faults,
                "warnings": [str(cleaned(each, 500)) for each in found["warnings"]],
                "counts": found["counts"],
                "fingerprint": found["fingerprint"],
            },
        )

    def _checked(self, document: str) -> Mapping[str, Any]:
        """Return what is wrong with a text, also where it cannot be read at all."""
        try:
            return self._desk.checked(document)
        except ModelError as error:
            faults = [{"says": str(each)} for each in error.faults]
            return {"faults": faults, "warnings": [], "counts": {}, "fingerprint": None}

    def preview(self, document: Document, weeks: Weeks = WEEKS) -> forms.Previewed:
        """Compare a draft with the live model on all leads: who changes band, the load a week."""
        found = self._desk.previewed(document, weeks)
        impact = found["impact"]
        return fitted(
            forms.Previewed,
            {
                "leads": impact["leads"],
                "as_of": impact["as_of"],
                "weeks": impact["weeks"],
                "changes": [each["sentence"] for each in found["difference"]["changes"]],
                "ladders": [_ladder(each) for each in impact["ladders"]],
            },
        )

    def backtest(self, document: Document) -> forms.Backtested:
        """Judge a model on history."""
        found = self._desk.backtested(document)
        figures = {
            name: value
            for name, value in found.items()
            if isinstance(value, float | None) or name in found["intervals"]
        }
        return fitted(
            forms.Backtested,
            {
                "says": found["says"],
                "verdict": found["verdict"],
                "score": found["score"],
                "figures": figures,
                "intervals": found["intervals"],
                "judged": found["n"],
                "positives": found["positives"],
                "split": found["split"],
                "doubts": [str(cleaned(each, 500)) for each in found["doubts"]],
            },
        )

    def write_draft(
        self,
        name: Annotated[
            str,
            Field(
                description="A word for it, of small letters, digits and hyphens.",
                pattern=r"^[a-z0-9][a-z0-9-]{0,39}$",
            ),
        ],
        document: Document,
    ) -> forms.Drafted:
        """Keep a sound model as a draft, which scores nobody. Only a person can publish it."""
        found = self._checked(document)
        if found["faults"]:
            raise Unsound([each["says"] for each in found["faults"]])
        place = self._desk.keep_draft(name, document)
        says = f"kept as {place}; a person looks at it and publishes it"
        return {"draft": place, "fingerprint": found["fingerprint"], "says": says}

    def list_models(self) -> forms.ModelVersions:
        """List the versions of the model: drafts, the one that is live, and those before it."""
        return fitted(
            forms.ModelVersions, {"models": [vars(each) for each in self._desk.versions()]}
        )

    def read_about(
        self,
        what: Annotated[
            Literal["language", "glossary", "model", "fields"],
            Field(description="The resource of this name, for clients that read none."),
        ],
        part: Annotated[int, Field(description="Of a long text, from 0.", ge=0, le=1000)] = 0,
    ) -> forms.Part:
        """Read the language card, the glossary, the live model, or fields and counts."""
        text = readable(self._desk)[what].read()
        start = part * PART
        parts = max(1, -(-len(text) // PART))
        return {"text": text[start : start + PART], "part": part, "parts": parts}


class Unsound(Exception):  # noqa: N818 - an answer, no error of ours
    """A document that is not kept, as it has faults."""


def _ledger_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row of the ledger, with the values that a limit cut as a stranger's words."""
    kept = ("score", "rule", "state", "points", "unit", "count", "last_at", "weight")
    cuts = [
        {
            "record_text": record_text(value=each["value"]),
            **{name: each[name] for name in ("count", "before", "after")},
        }
        for each in row["cuts"]
    ]
    return {**{name: row[name] for name in kept}, "cuts": cuts}


def _ladder(found: Mapping[str, Any]) -> dict[str, Any]:
    """Return what happens in a ladder: counts before and after, and some of who changes."""
    unit, cells = found["unit"], found["cells"]
    both = {
        band: [
            sum(each["leads"] for each in cells if each[side] == band)
            for side in ("from_band", "to_band")
        ]
        for band in found["bands"]
    }
    entered = {
        each["band"]: [
            None if each[side] is None else each[side]["mean"] for side in ("before", "after")
        ]
        for each in found["load"]
    }
    changing = [
        {
            "record_text": record_text(**{f"{unit}_id": each[f"{unit}_id"]}),
            **{name: each[name] for name in ("from_band", "to_band", "cause")},
        }
        for each in found["listed"]
    ]
    return {
        **{name: found[name] for name in ("ladder", "unit", "up", "down", "causes")},
        "leads": both,
        "entered_a_week": entered,
        "changing": changing,
    }


@dataclass(frozen=True)
class Offered:
    """A tool as it is offered.

    Attributes:
        call: The method of ``Tools`` that answers.
        says: When to use it, in one sentence; the method's own by default.
        scope: What a token must be allowed.
    """

    call: Callable[..., Any]
    says: str = ""
    scope: Literal["read", "draft"] = "read"


OFFERED: Sequence[Offered] = (
    Offered(Tools.find_leads),
    Offered(Tools.score),
    Offered(Tools.explain),
    Offered(Tools.what_would_move),
    Offered(Tools.history),
    Offered(Tools.transitions_open),
    Offered(Tools.check_model, f"{Check.__doc__} Use it after every change of a draft."),
    Offered(Tools.preview),
    Offered(Tools.backtest, f"{Backtest.__doc__} It may take a minute."),
    Offered(Tools.list_models),
    Offered(Tools.read_about),
    Offered(Tools.write_draft, scope="draft"),
)
"""Every tool, in the order in which they are listed; none publishes, none takes SQL, a path or
an address."""
