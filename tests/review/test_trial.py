"""A trial run counts what scoring gives, and finds the faults that were put into a model."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pyarrow as pa
import pytest

import invented
import leadline
from invented import AS_OF, MODEL
from leadline.errors import InputError
from leadline.review.trial.coverage import FEW_LEADS, MOST_SHARE
from leadline.review.trial.findings import findings
from leadline.review.trial.trial import Trial, spaced, trial

LEADS = 400
TABLES = invented.tables(LEADS)
EVENT = {"event_id": "e", "lead_id": "a", "type": "visit", "path": "/x", "occurred_at": AS_OF}


@pytest.fixture(scope="module")
def found() -> Trial:
    """Return a trial run at one moment."""
    return trial(MODEL, as_of=AS_OF, **TABLES)


@pytest.fixture(scope="module")
def scored() -> leadline.Scored:
    """Return the same leads, scored."""
    return leadline.score(MODEL, as_of=AS_OF, **TABLES)


@pytest.fixture(scope="module")
def over_time() -> Trial:
    """Return a trial run at three moments."""
    return trial(MODEL, moments=spaced(AS_OF, 3, timedelta(days=60)), **TABLES)


def small(
    rules: dict[str, Any], events: list[dict[str, Any]] | None = None, who: str = "true"
) -> Trial:
    """Return a trial run of one score over two leads."""
    model = {"leadline": 1, "model": "m", "scores": {"s": {"rules": rules, "for": who}}}
    leads = pa.table({"lead_id": ["a", "b"], "size": [1, None], "kind": ["big", "small"]})
    tables = {} if events is None else {"events": pa.Table.from_pylist(events)}
    return trial(model, leads=leads, as_of=AS_OF + timedelta(days=1), **tables)


# --- what is counted


def test_rules_are_counted_as_the_ledger_has_them(found: Trial, scored: leadline.Scored) -> None:
    """Fired, missing and mean points of every rule are those of the ledger's rows."""
    rows = [row for row in scored.points.to_pylist() if not row["rule"].startswith("limit:")]
    fired = Counter((row["score"], row["rule"]) for row in rows if row["state"] == "fired")
    missing = Counter((row["score"], row["rule"]) for row in rows if row["state"] == "missing")
    total = sum(abs(row["points"]) for row in rows if row["state"] == "fired")
    for each in found.rules:
        key = each.score, each.rule
        points = [r["points"] for r in rows if (r["score"], r["rule"]) == key and r["points"]]
        assert each.fired == fired[key]
        assert each.share == pytest.approx(fired[key] / LEADS)
        assert each.missing == pytest.approx(missing[key] / LEADS)
        assert each.weight == pytest.approx(sum(map(abs, points)) / total)
        if each.fired:
            assert each.mean == pytest.approx(sum(points) / each.fired)
    assert [(each.score, each.rule) for each in found.rules if not each.fired] == [
        tuple(name.split(".")) for name in found.never
    ]


def test_rules_at_their_limit_are_counted(found: Trial, scored: leadline.Scored) -> None:
    """A rule with a limit says how often it is reached, and a range how often it cuts."""
    rows = scored.points.to_pylist()
    for name, limit in (("mail", 9), ("guide", 20), ("pricing", 30)):
        points = [row["points"] for row in rows if row["rule"] == name]
        [each] = [each for each in found.rules if each.rule == name]
        assert each.limited == pytest.approx(sum(p >= limit for p in points) / len(points))
    ranges = Counter(row["score"] for row in rows if row["rule"] == "limit:range")
    assert ranges
    assert {each.score: each.leads for each in found.limits} == ranges


def test_scores_are_spread_as_they_are(found: Trial, scored: leadline.Scored) -> None:
    """Quartiles, mean, zeros and bins are those of the scores."""
    for each in found.scores:
        values = sorted(scored.scores[each.score].to_pylist())
        assert (each.minimum, each.maximum) == (values[0], values[-1])
        assert each.mean == pytest.approx(sum(values) / LEADS)
        assert sum(value < (each.lower_quartile or 0) for value in values) <= LEADS / 4
        assert sum(value > (each.upper_quartile or 0) for value in values) <= LEADS / 4
        assert each.zeros == values.count(0)
        assert (each.leads, each.nulls) == (LEADS, 0)
        for one in each.bins:
            assert one.leads == sum(one.low <= value < one.high for value in values)
        assert sum(one.leads for one in each.bins) == LEADS


def test_bands_are_counted_before_and_after_overrides(
    found: Trial, scored: leadline.Scored
) -> None:
    """Bands stand from the lowest to the highest, also those without a lead."""
    after, before = (Counter(scored.scores[each].to_pylist()) for each in ("band", "edge_band"))
    assert [each.band for each in found.bands] == ["discard", "nurture", "follow_up", "sales"]
    for each in found.bands:
        assert (each.leads, each.before) == (after[each.band], before[each.band])
        assert each.share == pytest.approx(after[each.band] / LEADS)
    assert after != before
    uses = Counter(scored.scores["override"].to_pylist())
    assert {each.override: each.leads for each in found.overrides} == {
        "target_account": uses["target_account"],
        "competitor": 0,
    }


def test_rules_that_go_together_are_those_of_all_pairs(
    found: Trial, scored: leadline.Scored
) -> None:
    """The sample that spares most of the counting loses no pair and adds none."""
    leads: dict[str, set[str]] = {}
    for row in scored.points.to_pylist():
        if row["state"] == "fired":
            leads.setdefault(f"{row['score']}.{row['rule']}", set()).add(row["lead_id"])
    kept = {n: e for n, e in leads.items() if FEW_LEADS <= len(e) <= MOST_SHARE * LEADS}
    subsets = {(a, b) for a, b in permutations(kept, 2) if kept[a] <= kept[b]}
    identical = {(a, b) for a, b in subsets if (b, a) in subsets}
    order = [each.name for each in found.rules]
    expected = {(a, b) for a, b in subsets - identical} | {
        (a, b) for a, b in identical if order.index(a) > order.index(b)
    }
    assert {(each.rule, each.other) for each in found.always} == expected
    assert {(e.rule, e.other) for e in found.always if e.identical} == {
        ("person.mail_again", "person.mail"),
        ("person.follow_up", "person.webinar"),
    }


def test_moments_count_only_leads_that_were_known(over_time: Trial) -> None:
    """A row is a lead at a moment; bands at each moment sum to the leads known by then."""
    assert over_time.moments == spaced(AS_OF, 3, timedelta(days=60))
    created = TABLES["leads"]["created_at"].to_pylist()
    for at in over_time.moments:
        known = sum(each <= at for each in created)
        assert sum(each.leads for each in over_time.bands_at if each.at == at) == known
    assert sum(each.leads for each in over_time.bands_at) == over_time.rows
    assert LEADS < over_time.rows < 3 * LEADS


def test_a_spine_says_which_leads_and_when() -> None:
    """Moments of a spine are those of its rows."""
    spine = pa.table({"lead_id": ["l1", "l2"], "as_of": [AS_OF, AS_OF - timedelta(days=9)]})
    found = trial(MODEL, spine=spine, **TABLES)
    assert (found.rows, found.leads) == (2, 2)
    assert found.moments == (AS_OF - timedelta(days=9), AS_OF)


def test_one_way_to_give_moments_is_needed() -> None:
    """Neither none nor two."""
    with pytest.raises(InputError, match="one of as_of, moments and spine"):
        trial(MODEL, **TABLES)
    with pytest.raises(InputError, match="one of as_of, moments and spine"):
        trial(MODEL, as_of=AS_OF, moments=[AS_OF], **TABLES)


def test_a_run_without_leads_says_so() -> None:
    """Before the first lead nothing is counted, and nothing fails."""
    found = trial(MODEL, moments=[datetime(2020, 1, 1, tzinfo=UTC)], **TABLES)
    assert [each.kind for each in findings(found)] == ["no_leads"]


# --- what is found


@pytest.mark.parametrize(
    ("rule", "says", "remedy"),
    [
        ("company.reachable", "lead.phone is empty for every lead.", "Fill it"),
        ("person.demo", "events.type is never 'demo_request'.", "Did you mean demo_requested?"),
        ("person.old_guide", "events.path is never '/guide-2019'.", ""),
        ("person.recent", "It would without `within: 1h`", ""),
        ("person.binge", "It would without `at_least: 500`", ""),
    ],
)
def test_a_rule_that_never_fires_says_why(found: Trial, rule: str, says: str, remedy: str) -> None:
    """The nearest reason is told, with what may have been meant."""
    assert found.never[rule].says.startswith(says)
    assert found.never[rule].remedy.startswith(remedy)


def test_the_count_of_what_is_in_the_way_is_that_of_scoring(found: Trial) -> None:
    """Without the key, the rule fires as often as one that was written without it."""
    webinars = next(each.fired for each in found.rules if each.rule == "webinar")
    assert f", {webinars:,} times" in found.never["person.recent"].says


def test_a_reset_can_be_in_the_way() -> None:
    """What starts a score again is tried like the keys of a rule."""
    outcomes = pa.Table.from_pylist(
        [{"lead_id": "a", "outcome": "rejected", "occurred_at": AS_OF + timedelta(hours=1)}]
    )
    rules = {"visit": {"event": "visit", "points": 5}}
    model = {
        "leadline": 1,
        "model": "m",
        "scores": {"s": {"rules": rules, "reset_on": ["rejected"]}},
    }
    found = trial(
        model,
        leads=pa.table({"lead_id": ["a"]}),
        events=pa.Table.from_pylist([EVENT]),
        outcomes=outcomes,
        as_of=AS_OF + timedelta(days=1),
    )
    assert found.never["s.visit"].says == "It would without `reset_on: rejected`, 1 times."


def test_a_table_that_was_not_given_is_named() -> None:
    """Event rules without events have no deeper reason."""
    found = small({"visit": {"event": "visit", "points": 5}})
    assert found.never["s.visit"].remedy == "Give it with --events."


def test_a_score_for_nobody_is_named() -> None:
    """Rules of a score that no lead has cannot fire."""
    found = small({"any": {"when": "lead.size > 0", "points": 5}}, who="lead.size > 9")
    assert found.never["s.any"].says == "No lead has the score s."


def test_silence_that_nobody_keeps_is_named() -> None:
    """A lead without a first moment is not silent."""
    found = small({"cold": {"silent_for": "30d", "points": -5}}, [EVENT])
    assert found.never["s.cold"].says == "No lead was known and silent for 30d."


def test_a_rule_that_just_does_not_happen_has_the_plain_reason() -> None:
    """Where nothing special is in the way, the condition is true for nobody."""
    found = small({"huge": {"when": "lead.size > 9", "points": 5}})
    assert found.never["s.huge"].says == "No lead meets it."


def test_values_that_are_never_seen_are_named_though_the_rule_fires(found: Trial) -> None:
    """A key of ``values`` in other letters is a slip."""
    [miss] = [each for each in found.unseen if each.place == "company.sector"]
    assert (miss.column, miss.value) == ("accounts.industry", "Finance")
    assert miss.remedy == "Did you mean finance?"


def test_values_with_a_history_are_not_called_unseen() -> None:
    """A value of the past may be in the history alone."""
    history = pa.Table.from_pylist(
        [{"entity": "account", "id": "a1", "field": "industry", "value": "x", "valid_from": AS_OF}]
    )
    found = trial(MODEL, as_of=AS_OF, field_history=history, **TABLES)
    assert not [each for each in found.unseen if each.column == "accounts.industry"]


def test_few_leads_prove_nothing() -> None:
    """On two leads no rule is said to fire always with another."""
    found = small(
        {
            "one": {"when": "lead.kind = 'big'", "points": 5},
            "two": {"when": "lead.kind = 'big'", "points": 5},
        }
    )
    assert found.always == ()


def test_a_rule_that_reads_another_is_meant_to_go_with_it() -> None:
    """A bonus for two things never fires without them, and that is no finding."""
    model = {
        "leadline": 1,
        "model": "m",
        "scores": {
            "s": {
                "rules": {
                    "visit": {"event": "page_viewed", "points": 5},
                    "bonus": {"when": "hits.visit > 2", "points": 5},
                }
            }
        },
    }
    assert trial(model, as_of=AS_OF, **TABLES).always == ()


# --- fields


def test_empty_fields_are_counted(found: Trial) -> None:
    """A field is empty for the leads of accounts that lack it."""
    fields = {each.field: each for each in found.fields}
    lacking = {
        row["account_id"] for row in TABLES["accounts"].to_pylist() if row["employees"] is None
    }
    leads = TABLES["leads"]["account_id"].to_pylist()
    assert fields["account.employees"].empty == sum(each in lacking for each in leads)
    assert fields["lead.phone"].share == 1
    assert found.empty == LEADS


def test_points_without_a_past_are_those_of_rules_that_read_such_fields(found: Trial) -> None:
    """An address says who a lead is; size and sector are those of today."""
    weights = {each.rule: each.weight for each in found.rules}
    expected = sum(weights[each] for each in ("size", "sector", "reachable", "consented"))
    assert found.without_past == pytest.approx(expected)
    assert sum(weights.values()) == pytest.approx(1)


def test_a_history_gives_a_field_its_past() -> None:
    """So does the word of the model that a field is known from the start."""
    history = pa.Table.from_pylist(
        [{"entity": "account", "id": "a1", "field": "industry", "value": "x", "valid_from": AS_OF}]
    )
    model = MODEL.replace(
        "scores:", "columns: {accounts: {employees: {known: created}}}\nscores:", 1
    )
    found = trial(model, as_of=AS_OF, field_history=history, **TABLES)
    assert {each.field for each in found.fields if each.has_past} == {
        "account.employees",
        "account.industry",
        "lead.email",
    }
    assert found.without_past == 0


def test_the_past_matters_only_for_the_past(found: Trial, over_time: Trial) -> None:
    """At the last moment that is known, today's values are right."""
    assert not found.looks_back
    assert "no_past" not in {each.kind for each in findings(found)}
    assert "no_past" in {each.kind for each in findings(over_time)}
    assert trial(MODEL, as_of=AS_OF - timedelta(days=30), **TABLES).looks_back


def test_findings_begin_with_what_weighs_most(found: Trial) -> None:
    """Rules that never fire stand before rules that always do."""
    kinds = list(dict.fromkeys(each.kind for each in findings(found)))
    assert kinds == [
        "never_fires",
        "unseen",
        "for_all",
        "always_with",
        "unused_override",
    ]


def test_a_field_that_is_mostly_empty_is_found() -> None:
    """Its rule fires for some, and cannot be decided for most."""
    model = {
        "leadline": 1,
        "model": "m",
        "scores": {"s": {"rules": {"large": {"when": "lead.size > 9", "points": 5}}}},
    }
    leads = pa.table({"lead_id": ["a", "b", "c"], "size": [10, None, None]})
    found = trial(model, leads=leads, as_of=AS_OF)
    assert [each.says for each in findings(found)] == [
        "lead.size is empty for 66.7 % of the leads."
    ]


def test_an_empty_band_is_found_first() -> None:
    """A ladder whose top nobody reaches is the first thing to know."""
    found = trial(MODEL.replace("sales: 65", "sales: 1000"), as_of=AS_OF, **TABLES)
    no_override = MODEL.replace("sales: 65", "sales: 1000").replace("band: sales", "band: nurture")
    assert findings(found)[0].kind != "empty_band", "an override still fills it"
    found = trial(no_override, as_of=AS_OF, **TABLES)
    assert findings(found)[0].says == "No lead would be in sales."
