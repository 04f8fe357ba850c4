"""The statement as a whole."""

from leadline.model.document import Model
from leadline.model.given import read_model
from leadline.model.types import Schema, Type
from leadline.query.context import Profile
from leadline.query.statement import statement
from work import calls_of

SCHEMA: Schema = {
    "leads": {"lead_id": Type.TEXT, "country": Type.TEXT, "employees": Type.NUMBER},
    "events": {
        "event_id": Type.TEXT,
        "lead_id": Type.TEXT,
        "type": Type.TEXT,
        "path": Type.TEXT,
        "url": Type.TEXT,
        "minutes": Type.NUMBER,
        "occurred_at": Type.TIME,
        "recorded_at": Type.TIME,
    },
    "outcomes": {
        "outcome_id": Type.TEXT,
        "lead_id": Type.TEXT,
        "outcome": Type.TEXT,
        "occurred_at": Type.TIME,
        "recorded_at": Type.TIME,
    },
}
KINDS = (
    {"event": "viewed", "where": "path like '/a%'", "points": 5, "limit": 20, "within": "90d"},
    {"event": "viewed", "where": "url like '%a%'", "points": 5, "decay": {"half_life": "30d"}},
    {"event": "attended", "points": "least(minutes / 6, 10)", "count": "daily"},
    {"event": "viewed", "points": 1, "count": "per path", "by": "path", "limit_each": 3},
    {"outcome": "rejected", "points": -5, "count": "once"},
    {"silent_for": "60d", "points": -20},
    {"when": "lead.employees >= 100", "points": 5},
    {"of": "lead.country", "values": {"PL": 5, "DE": 3}},
    {"of": "lead.employees", "bins": {0: 0, 100: 5}},
    {"when": "hits.r0 > 0", "points": 2},
)
"""One rule of each kind."""


def model_of(times: int) -> Model:
    """Return a model with some rules of each kind."""
    rules = [rule for _ in range(times) for rule in KINDS]
    scores = {"person": {"rules": {f"r{at}": rule for at, rule in enumerate(rules)}}}
    return read_model({"leadline": 1, "model": "m", "scores": scores})[0]


def made(model: Model) -> str:
    """Return the text of the scores of a model."""
    few = frozenset({("events", "type"), ("events", "path")})
    return statement(model, SCHEMA, Profile(few, one_moment=True)).text("scores", "duckdb")


def test_the_work_of_writing_a_statement_grows_with_its_rules() -> None:
    """Four times the rules are less than four times the work, whatever kinds they are of."""
    few, many = model_of(4), model_of(16)
    made(few)  # reads the templates
    assert calls_of(lambda: made(many)) < 3.5 * calls_of(lambda: made(few))
