"""What the statement says of leads at moments: rules of a task's own, computed as scores are.

So merges, marks, late rows and the past of fields count for outcomes exactly as they do for
scores: there is one meaning of what was visible at a moment.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlglot import exp

from leadline.history.outcomes import Rules
from leadline.model.document import Model, Score
from leadline.query.touched import touched
from leadline.scoring import Run
from leadline.sql.text import Sql, name, sql_text
from leadline.sql.trees import Tree, sql_tree, text


def ask(run: Run, made: Sql, pairs: Sql, rules: Rules, *, of_account: bool = False) -> None:
    """Make a table of each pair ``lead_id, as_of`` with what some rules say of it.

    It has ``merged`` (whether the lead was merged away by then) and, of each rule, ``NAME``
    (whether it fired), ``NAME_at`` (the time of its latest unit), ``NAME_points`` (null where it
    did not fire) and ``NAME_missing`` (whether a field that it reads is null).

    Args:
        run: Any run over the tables.
        made: The table.
        pairs: Query for ``lead_id, as_of``, each pair once.
        rules: What is asked.
        of_account: Whether events and outcomes are those of the account; fields are the lead's.

    Raises ModelError where a rule does not fit the tables.
    """
    model = of_rules(run.model, rules, of_account=of_account)
    asking = run.with_model(model).over_query(_with_rows(run, model, pairs, rules))
    run.engine.run(
        sql_text(
            "create temp table {made} as select s.lead_id, s.as_of, {merged} as merged, {columns} "
            "from ({pairs}) as s {facts} left join {points} as p "
            "on p.lead_id = s.lead_id and p.as_of = s.as_of group by all",
            made=made,
            merged=_merged(run),
            columns=[part for rule in rules for part in _columns(rule)],
            pairs=pairs,
            facts=_facts(asking),
            points=name(asking.table("points")),
        )
    )


def _with_rows(run: Run, model: Model, pairs: Sql, rules: Rules) -> Sql:
    """Return the pairs of leads that any row can count for: of others nothing has to be asked."""
    if any("when" in each for each in rules.values()):
        return pairs
    schema = run.loaded.schema
    new = {
        f"{kind}s": _rows_of(kind, rules)
        for kind in ("event", "outcome")
        if f"{kind}s" in schema and any(kind in each for each in rules.values())
    }
    new |= {each: exp.to_table(each) for each in ("lead_merges",) if each in schema}
    leads = touched(model, schema, new).text("touched", "duckdb")
    return sql_text(
        "select p.* from ({pairs}) as p semi join ({leads}) as t on t.lead_id = p.lead_id",
        pairs=pairs,
        leads=Sql(leads),
    )


def _rows_of(kind: str, rules: Rules) -> Tree:
    """Return the rows of a table that rules count."""
    kinds = {each: None for rule in rules.values() for each in rule.get(kind, ())}
    column = "type" if kind == "event" else "outcome"
    return sql_tree(
        f"(select * from {kind}s as t where t.{column} in (:kinds))",
        kinds=[text(each) for each in kinds],
    )


def of_rules(model: Model, rules: Rules, *, of_account: bool = False) -> Model:
    """Return a model of these rules alone, with what the given one says of columns."""
    shared = {each: rule for each, rule in rules.items() if of_account and "when" not in rule}
    own = {each: rule for each, rule in rules.items() if each not in shared}
    scores: dict[str, Any] = {"asked": {"rules": own}} if own else {}
    if shared:
        scores["asked_of_account"] = {"of": "account", "rules": shared}
    return model.model_copy(
        update={
            "scores": {each: Score.model_validate(score) for each, score in scores.items()},
            **{key: {} for key in ("grades", "bands", "overrides")},
            "examples": (),
        }
    )


def _columns(rule: str) -> Iterator[Sql]:
    fired = sql_text("p.rule = {rule} and p.state = 'fired'", rule=rule)
    missing = sql_text("p.rule = {rule} and p.state = 'missing'", rule=rule)
    yield sql_text("coalesce(bool_or({f}), false) as {n}", f=fired, n=name(rule))
    yield sql_text("max(p.last_at) filter (where {f}) as {n}", f=fired, n=name(f"{rule}_at"))
    yield sql_text(
        "max(p.points) filter (where {f})::double as {n}", f=fired, n=name(f"{rule}_points")
    )
    yield sql_text("coalesce(bool_or({m}), false) as {n}", m=missing, n=name(f"{rule}_missing"))


def _merged(run: Run) -> Sql:
    """Return whether a lead is there no more; nobody is where there are no merges."""
    return Sql("coalesce(f.merged_away, false)" if "lead_merges" in run.loaded.schema else "false")


def _facts(asking: Run) -> Sql:
    if "lead_merges" not in asking.loaded.schema:
        return Sql("")
    return sql_text(
        "left join ({facts}) as f on f.lead_id = s.lead_id and f.as_of = s.as_of",
        facts=Sql(asking.sql("lead_facts")),
    )
