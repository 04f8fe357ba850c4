"""Why a rule never fires: what is in its way, found by scoring it again without that."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from leadline.model.document import (
    EventRule,
    Model,
    OutcomeRule,
    Rule,
    Score,
    SilenceRule,
    UnitRule,
)
from leadline.review.trial.coverage import RuleCoverage
from leadline.review.trial.fields import FieldUse, read_by
from leadline.review.trial.names_seen import Unseen
from leadline.scoring import Run
from leadline.sql.text import name as quoted
from leadline.sql.text import sql_text

_DROPPED: Mapping[str, Any] = {"within": None, "where": None, "at_least": None}
"""Keys of a rule that can keep it from firing, and what they are without effect."""
_PLAIN: Mapping[str, Any] = {
    "points": 0.0,
    "count": "each",
    "pick": "latest",
    "at_most": None,
    "decay": "none",
    "by": None,
    "limit_each": None,
    "limit": None,
    "group": None,
}
"""Keys of a rule that do not matter for whether it fires."""
_TABLES: Mapping[type[Rule], str] = {EventRule: "events", OutcomeRule: "outcomes"}


@dataclass(frozen=True)
class Reason:
    """Why a rule never fires, and what to do; whole sentences."""

    says: str
    remedy: str = ""


def reasons(
    run: Run, rules: Iterable[RuleCoverage], unseen: Sequence[Unseen], uses: Sequence[FieldUse]
) -> dict[str, Reason]:
    """Return the nearest reason for every rule that never fires, by score and rule."""
    silent = [each for each in rules if not each.fired]
    found = {each.name: _without_trying(run, each, unseen, uses) for each in silent}
    tried = [each for each in silent if found[each.name] is None]
    found |= _by_trying(run, tried)
    return {name: reason or Reason("No lead meets it.") for name, reason in found.items()}


def _without_trying(
    run: Run, each: RuleCoverage, unseen: Sequence[Unseen], uses: Sequence[FieldUse]
) -> Reason | None:
    """Return a reason that can be seen in the data itself; nothing for a rule to be tried."""
    rule = (run.model.scores[each.score].rules or {})[each.rule]
    if not each.leads:
        return Reason(f"No lead has the score {each.score}.", "Look at its `for`.")
    if run.model.scores[each.score].is_account and (found := _of_accounts(run, each)):
        return found
    if isinstance(rule, UnitRule):
        return _no_type(run, each, rule, unseen) or _of_nobody(run, each, rule)
    if isinstance(rule, SilenceRule):
        return Reason(f"No lead was known and silent for {rule.silent_for}.")
    empty = [use.field for use in uses if use.share == 1 and use.field in _fields(run, each)]
    if empty:
        return Reason(
            f"{' and '.join(empty)} is empty for every lead.", "Fill it, or leave the rule out."
        )
    values = [miss for miss in unseen if miss.place == each.name]
    return _of_unseen(values) if values else None


def _of_accounts(run: Run, each: RuleCoverage) -> Reason | None:
    """Return the reason of a rule of accounts that fires for some without leads."""
    if "account_points" not in run.statement.steps:
        return None
    query = (
        f"select count(distinct account_id) from {run.table('account_points')} "
        "where state = 'fired' and score = ? and rule = ?"
    )
    [(count,)] = run.engine.rows(query, [each.score, each.rule])
    accounts = "1 account" if count == 1 else f"{count:,} accounts"
    return Reason(f"It fires for {accounts} without leads alone.") if count else None


def _of_nobody(run: Run, each: RuleCoverage, rule: UnitRule) -> Reason | None:
    """Return the reason of a rule whose rows name leads that are in no leads."""
    table = next(name for kind, name in _TABLES.items() if isinstance(rule, kind))
    columns = run.loaded.schema[table]
    if run.model.scores[each.score].is_account or "lead_id" not in columns:
        return None
    kind, types = ("type", rule.event) if isinstance(rule, EventRule) else ("outcome", _kinds(rule))
    query = sql_text(
        "select count(*) filter (lead_id in (select lead_id from leads)), count(*) "
        "from {table} where {kind} in ({types})",
        table=quoted(table),
        kind=quoted(kind),
        types=list(types),
    )
    [(known, count)] = run.engine.rows(query)
    if known or not count or "lead_merges" in run.loaded.schema:
        return None
    return Reason(f"Its {count:,} {table} name leads that are not in leads.", "See the warnings.")


def _fields(run: Run, each: RuleCoverage) -> set[str]:
    return {".".join(name) for name in read_by(run, each)}


def _no_type(
    run: Run, each: RuleCoverage, rule: UnitRule, unseen: Sequence[Unseen]
) -> Reason | None:
    """Return the reason of a rule whose types of events the data does not have at all."""
    table = next(name for kind, name in _TABLES.items() if isinstance(rule, kind))
    if table not in run.loaded.schema:
        return Reason(f"No table of {table} was given.", f"Give it with --{table}.")
    types = rule.event if isinstance(rule, EventRule) else _kinds(rule)
    missing = [
        miss for miss in unseen if miss.place == each.name and miss.column.startswith(f"{table}.")
    ]
    absent = [miss for miss in missing if miss.value in types]
    others = [miss for miss in missing if miss.value not in types]
    if len(absent) == len(types):
        return _of_unseen(absent)
    return _of_unseen(others) if others else None


def _kinds(rule: UnitRule) -> Sequence[str]:
    return rule.outcome if isinstance(rule, OutcomeRule) else ()


def _of_unseen(missing: Sequence[Unseen]) -> Reason:
    values = ", ".join(f"'{miss.value}'" for miss in missing)
    remedy = " ".join(dict.fromkeys(miss.remedy for miss in missing if miss.remedy))
    return Reason(f"{missing[0].column} is never {values}.", remedy)


def _by_trying(run: Run, rules: Sequence[RuleCoverage]) -> dict[str, Reason | None]:
    """Score the rules again, each without one of the keys that can be in its way."""
    trials = {f"{score}_{key}": (covered, key) for score, covered, key in _trials(run.model, rules)}
    if not trials:
        return {}
    scores = {
        name: _trial(run.model.scores[covered.score], covered.rule, key)
        for name, (covered, key) in trials.items()
    }
    model = run.model.model_copy(
        update={"scores": scores, "grades": {}, "bands": {}, "overrides": {}, "examples": ()}
    )
    points = run.with_model(model).table("points")
    counts = dict(
        run.engine.rows(f"select score, count(*) from {points} where state = 'fired' group by 1")
    )
    found: dict[str, Reason | None] = {}
    for name, (covered, key) in trials.items():
        if counts.get(name) and covered.name not in found:
            found[covered.name] = _in_the_way(run.model, covered, key, counts[name])
    return found


def _trials(model: Model, rules: Sequence[RuleCoverage]) -> Iterator[tuple[str, RuleCoverage, str]]:
    """Yield name, rule and key of every trial."""
    for number, each in enumerate(rules):
        score = model.scores[each.score]
        rule = (score.rules or {})[each.rule]
        keys = [key for key in _DROPPED if getattr(rule, key, None) is not None]
        if isinstance(rule, UnitRule):
            yield from ((f"t{number}", each, key) for key in keys)
            if score.reset_on:
                yield f"t{number}", each, "reset_on"


def _trial(score: Score, name: str, key: str) -> Score:
    """Return a score with one rule that only counts, without a key."""
    rule = (score.rules or {})[name]
    counted = rule.model_copy(update={**_PLAIN, **({key: None} if key in _DROPPED else {})})
    neutral = {"rules": {name: counted}, "limits": {}, "range": None, "decay": None}
    return score.model_copy(update={**neutral, **({key: None} if key == "reset_on" else {})})


def _in_the_way(model: Model, covered: RuleCoverage, key: str, leads: int) -> Reason:
    score = model.scores[covered.score]
    owner: Any = score if key == "reset_on" else (score.rules or {})[covered.rule]
    value = getattr(owner, key)
    shown = ", ".join(value) if isinstance(value, tuple) else str(value)
    return Reason(f"It would without `{key}: {shown}`, {leads:,} times.")
