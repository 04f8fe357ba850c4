"""Whom new rows can change, and whose rows can change a lead: the same ties, followed both ways.

An event counts for its lead, for the lead that this one was ever merged into, and, through an
account, for all who ever shared it. More leads than those whose scores change may be named, never
fewer. Tables hold the new rows already.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from sqlglot import exp

from leadline.model.document import Model
from leadline.model.types import Columns, Schema
from leadline.query.context import Context
from leadline.query.statement import Statement
from leadline.query.subjects import links, merge_steps
from leadline.sql.trees import Tree, null, sql_tree, union

_NOBODY = sql_tree("select cast(null as text) as account_id where false")


def touched(model: Model, schema: Schema, new: Mapping[str, Tree]) -> Statement:
    """Return the statement of whom new rows touch, with ``touched`` (``lead_id``, each once).

    Args:
        model: What is computed.
        schema: The tables.
        new: Table to the relation of its new rows.
    """
    context = Context(model, schema)
    steps = {**dict(_new_steps(context, new)), **dict(merge_steps(context))}
    steps["touched_lead"] = _distinct(_following(context, "new_row"))
    steps["touched_account"] = _distinct(_accounts(context))
    own = sql_tree("select lead_id from touched_lead")
    return Statement(steps, {"touched": _distinct([own, *_sharing(context, "touched_account")])})


def touches(model: Model, schema: Schema, new: Mapping[str, Tree]) -> Statement:
    """Return the statement of when rows touch a lead itself, apart from its account.

    ``touches`` has ``lead_id`` and ``known_at``, each pair once: all moments at which what the
    statement counts for the lead can change by these rows.
    """
    context = Context(model, schema)
    steps = {**dict(_new_steps(context, new)), **dict(merge_steps(context))}
    return Statement(steps, {"touches": _distinct(_following(context, "new_row", "known_at"))})


def around(model: Model, schema: Schema) -> Statement:
    """Return the statement of whose rows can change the scores of leads in ``asked``.

    ``around_lead`` has ``lead_id``: they, those with whom the model has them share an account, and
    those who were merged into any of these. ``around_account`` has ``account_id``.
    """
    context = Context(model, schema)
    steps = dict(merge_steps(context))
    steps["asked_account"] = _distinct([*_held_by(context, "asked"), _NOBODY])
    mates = _sharing(context, "asked_account") if context.has_accounts else ()
    steps["together"] = _distinct([sql_tree("select lead_id from asked"), *mates])
    sources = [sql_tree("select lead_id from together")]
    if context.has("lead_merges"):
        sources.append(
            sql_tree(
                "select m.from_id as lead_id from merge_ever as m "
                "join together as t on t.lead_id = m.into_id"
            )
        )
    accounts = sql_tree("select account_id from asked_account")
    return Statement(steps, {"around_lead": _distinct(sources), "around_account": accounts})


def _new_steps(context: Context, new: Mapping[str, Tree]) -> Iterator[tuple[str, Tree]]:
    """Yield ``new_TABLE``, and ``new_row``: lead and account of each row, and when it was known."""
    for table, rows in new.items():
        yield f"new_{table}", sql_tree("select * from :rows as r", rows=rows)
    found = [row for table in new for row in _rows(context, table, f"new_{table}")]
    yield "new_row", union([*found, _row(null("text"), null("text"), null("timestamp"), "")])


def _rows(context: Context, table: str, relation: str) -> Iterator[Tree]:
    """Yield the rows ``lead_id, account_id, known_at`` of a table."""
    lead, account = sql_tree("t.lead_id"), sql_tree("t.account_id")
    nobody, never = null("text"), null("timestamp")
    match table:
        case "events" | "outcomes":
            of = account if _has_account(context, table) else nobody
            known = _known_at(context.schema.get(table, {}))
            yield _row(lead, of, known, f"{relation} as t")
        case "leads" | "previous":
            yield _row(lead, nobody, never, f"{relation} as t")
        case "accounts" | "previous_accounts":
            yield _row(nobody, account, never, f"{relation} as t")
        case "field_history":
            rows, since = f"{relation} as t where t.entity = ", _since(context)
            yield _row(sql_tree("t.id"), nobody, since, f"{rows} 'lead'")
            yield _row(nobody, sql_tree("t.id"), since, f"{rows} 'account'")
        case "lead_merges":
            for side in ("t.from_id", "t.into_id"):
                yield _row(sql_tree(side), nobody, sql_tree("t.recorded_at"), f"{relation} as t")
        case "event_marks":
            yield _row(
                sql_tree("e.lead_id"),
                sql_tree("e.account_id") if _has_account(context, "events") else nobody,
                sql_tree("t.recorded_at"),
                f"{relation} as t join events as e on e.event_id = t.event_id",
            )


def _has_account(context: Context, table: str) -> bool:
    """Say whether rows of a table may count for an account by themselves."""
    return context.has_accounts and "account_id" in context.schema.get(table, {})


def _known_at(known: Columns) -> Tree:
    if "recorded_at" not in known:
        return sql_tree("t.occurred_at")
    return sql_tree("greatest(t.occurred_at, coalesce(t.recorded_at, t.occurred_at))")


def _since(context: Context) -> Tree:
    if "recorded_at" not in context.schema.get("field_history", {}):
        return sql_tree("t.valid_from")
    return sql_tree("greatest(t.valid_from, coalesce(t.recorded_at, t.valid_from))")


def _row(lead: Tree, account: Tree, at: Tree, source: str) -> Tree:
    return sql_tree(
        "select :lead as lead_id, :account as account_id, :at as known_at "
        + (f"from {source}" if source else "where false"),
        lead=lead,
        account=account,
        at=at,
    )


def _following(context: Context, rows: str, *more: str) -> Iterator[Tree]:
    """Yield the leads of rows, and those whom they were merged into."""
    columns = "".join(f", r.{each}" for each in more)
    yield sql_tree(f"select r.lead_id{columns} from {rows} as r")
    if context.has("lead_merges"):
        yield sql_tree(
            f"select m.into_id as lead_id{columns} from {rows} as r "
            "join merge_ever as m on m.from_id = r.lead_id"
        )


def _accounts(context: Context) -> Iterator[Tree]:
    """Yield the accounts whose leads are touched: their own rows, and those of their leads."""
    yield sql_tree("select account_id from new_row")
    if context.has_accounts:
        yield from _held_by(context, "touched_lead")


def _held_by(context: Context, leads: str) -> Iterator[Tree]:
    """Yield the accounts that leads ever belonged to."""
    if _has_links(context):
        yield sql_tree(
            f"select l.account_id from (:links) as l join {leads} as t on t.lead_id = l.lead_id",
            links=links(context),
        )


def _sharing(context: Context, accounts: str) -> Iterator[Tree]:
    """Yield the leads that ever belonged to accounts."""
    if _has_links(context):
        yield sql_tree(
            f"select l.lead_id from (:links) as l join {accounts} as a "
            "on a.account_id = l.account_id",
            links=links(context),
        )


def _has_links(context: Context) -> bool:
    return "account_id" in context.schema.get("leads", {})


def _distinct(parts: Collection[Tree] | Iterator[Tree]) -> Tree:
    """Return the rows of several relations, each once, without those of nobody."""
    rows = union(parts)
    assert isinstance(rows, exp.Query)  # noqa: S101 - narrows the type
    columns = [exp.column(each) for each in rows.named_selects]
    return sql_tree(
        "select distinct :columns from (:rows) as r where :first is not null",
        columns=columns,
        rows=rows,
        first=columns[0].copy(),
    )
