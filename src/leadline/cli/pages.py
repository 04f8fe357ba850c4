"""What the command line prints for people: the best leads, bands, and the page about one lead."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from rich.console import Console
from rich.table import Table
from rich.text import Text

from leadline.explain.explain import Explanation, Move
from leadline.explain.spoken import grouped, is_start
from leadline.explain.what_if import Step
from leadline.model.document import Model
from leadline.reports.terminal import print_whole
from leadline.scoring import Run

BEST_LEADS = 20
REASONS = 3


def time(at: datetime) -> str:
    """Return a moment as people read it.

    >>> from datetime import UTC
    >>> time(datetime(2026, 11, 1, 12, tzinfo=UTC))
    '2026-11-01T12:00:00Z'
    """
    return at.isoformat().replace("+00:00", "Z")


def amount(value: float | None, *, sign: bool = False) -> str:
    """Return points without needless digits.

    >>> amount(7.071068), amount(10.0, sign=True), amount(None)
    ('7.07', '+10', '-')
    """
    if value is None:
        return "-"
    text = f"{value:+.2f}" if sign else f"{value:.2f}"
    return text.rstrip("0").rstrip(".")


def explain_hint(model: Path, tables: Mapping[str, str], as_of: str | None) -> Sequence[str]:
    """Return the command that explains a lead, without the lead, as ``shlex`` joins it."""
    options = [
        word
        for name, path in tables.items()
        for word in (f"--{name.replace('_', '-')}", path)
        if name != "spine"
    ]
    moment = ["--as-of", as_of] if as_of else []
    return ["leadline", "explain", str(model), *options, *moment]


def best(console: Console, run: Run, hint: Sequence[str]) -> None:
    """Print the leads with the highest scores, with band and strongest reasons."""
    spine = run.moments.table
    [(count, moments)] = run.rows(f"select count(*), count(distinct as_of) from {spine}")
    top = _best(run)
    print_whole(console, _best_table(run, top, has_moments=moments > 1))
    if count > len(top):
        what = "leads" if moments == 1 else "leads and moments"
        console.print(f"{len(top)} of {count} {what}; --out FILE writes all of them")
    for name in run.model.bands:
        _band_counts(console, run, run.model.column(name))
    if top:
        at = ["--as-of", time(top[0].as_of)] if moments > 1 else []
        command = shlex.join([*hint[:3], top[0].lead_id, *hint[3:], *at])
        console.print(f"next, every point of a lead: {command}")


class _Best(NamedTuple):
    lead_id: str
    as_of: datetime
    score: float
    bands: Sequence[str | None]


def _best(run: Run) -> list[_Best]:
    """Return the leads with the highest scores; whom an override excludes is left out."""
    name = run.model.main_score
    bands = [run.model.column(each) for each in run.model.bands]
    wanted = f"""and "{bands[0]}" is distinct from 'excluded'""" if bands else ""
    shown = ", ".join(f'"{each}"' for each in (name, *bands))
    rows = run.rows(
        f'select lead_id, as_of, {shown} from {run.table("scores")} where "{name}" is not null '
        f'{wanted} order by "{name}" desc, lead_id, as_of limit {BEST_LEADS}'
    )
    return [_Best(lead, at.replace(tzinfo=UTC), value, rest) for lead, at, value, *rest in rows]


def _best_table(run: Run, top: Sequence[_Best], *, has_moments: bool) -> Table:
    reasons = _reasons(run, [(each.lead_id, each.as_of) for each in top])
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("lead")
    if has_moments:
        table.add_column("as of")
    table.add_column(run.model.main_score, justify="right")
    for name in run.model.bands:
        table.add_column(run.model.column(name))
    table.add_column("strongest reasons")
    for each in top:
        why = "; ".join(map(_reason, reasons.get((each.lead_id, each.as_of), [])[:REASONS]))
        at = [time(each.as_of)] if has_moments else []
        bands = (band or "-" for band in each.bands)
        table.add_row(each.lead_id, *at, amount(each.score), *bands, why)
    return table


def _reasons(run: Run, leads: Sequence[tuple[str, datetime]]) -> dict[Any, list[dict[str, Any]]]:
    """Return the rows of the ledger of some leads, the largest first."""
    if not leads:
        return {}
    found: dict[Any, list[dict[str, Any]]] = {}
    for row in run.over(leads).arrow("points").to_pylist():
        if row["points"] and row["state"] == "fired" and not is_start(run.model, row):
            found.setdefault((row["lead_id"], row["as_of"]), []).append(row)
    return {
        lead: sorted(
            grouped(run.model, rows),
            key=lambda row: (-abs(row["points"]), row["score"], row["rule"]),
        )
        for lead, rows in found.items()
    }


def _reason(row: Mapping[str, Any]) -> str:
    times = f" x{row['count']}" if (row["count"] or 1) > 1 else ""
    return f"{row['rule']}{times} {amount(row['points'], sign=True)}"


def contents(model: Model) -> str:
    """Return how much a model holds, in words."""
    counts = {
        "score": len(model.scores),
        "rule": sum(1 for _ in model.rules()),
        "example": len(model.examples),
    }
    words = [
        f"{count} {name}{'' if count == 1 else 's'}" for name, count in counts.items() if count
    ]
    return ", ".join(words) + (" that hold" if model.examples else "")


def written(console: Console, run: Run, path: str) -> None:
    """Print where the scores are, and how many leads are in each band."""
    console.print(f"scores written to {path}")
    for name in run.model.bands:
        _band_counts(console, run, run.model.column(name))


def _band_counts(console: Console, run: Run, column: str) -> None:
    rows = run.rows(
        f'select "{column}", count(*) from {run.table("scores")} group by 1 order by 2 desc, 1'
    )
    counts = ", ".join(f"{band or 'none'} {count}" for band, count in rows)
    console.print(f"{column}: {counts or 'no leads'}")


def explanation(console: Console, model: Model, found: Explanation) -> None:
    """Print everything about one lead."""
    _head(console, model, found)
    _ledger(console, model, found)
    if found.missing:
        _titled(console, "Missing", f"  {', '.join(found.missing)}")
    if found.before is not None:
        _changes(console, model, found.before, found)
    _moves(console, model, found.moves)
    _ways(console, found)


def _titled(console: Console, title: str, text: str) -> None:
    console.print()
    console.print(Text.assemble((title, "bold"), text))


def _head(console: Console, model: Model, found: Explanation) -> None:
    row = found.scores
    console.print(Text.assemble((found.lead_id, "bold"), f"  as of {time(row['as_of'])}"))
    parts = [(name, amount(row[name])) for name in model.scores]
    parts += [(name, row[name] or "-") for name in model.grades]
    parts += [(model.column(each), row[model.column(each)] or "-") for each in model.bands]
    if row["override"]:
        parts.append(("by override", row["override"]))
    console.print(Text("  ").join(Text.assemble(f"{k} ", (v, "bold")) for k, v in parts))


def _ledger(console: Console, model: Model, found: Explanation) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("rule")
    for title in ("points", "count", "weight"):
        table.add_column(title, justify="right")
    table.add_column("last")
    table.add_column("")
    points = grouped(model, found.points)
    for name in model.scores:
        rows = [row for row in points if row["score"] == name]
        order = {"fired": 0, "limit": 1, "missing": 2}
        rows.sort(key=lambda row: (order[row["state"]], -abs(row["points"] or 0), row["rule"]))
        if rows:
            table.add_row(Text(name, style="bold"), Text(amount(found.scores[name]), style="bold"))
        for row in rows:
            table.add_row(*_cells(model, row))
    console.print()
    print_whole(console, table)


def _cells(model: Model, row: Mapping[str, Any]) -> list[str]:
    limit = _limit(model, row)
    weight = "" if row["weight"] is None or row["weight"] == 1 else f"{row['weight']:.3f}"
    points = "" if row["state"] == "missing" else amount(row["points"], sign=True)
    count = "" if row["count"] is None else str(row["count"])
    last = "" if row["last_at"] is None else time(row["last_at"].replace(microsecond=0))
    note = {"missing": "missing: a field is empty", "limit": "a limit took effect"}.get(
        row["state"], limit
    )
    return [f"  {row['rule']}", points, count, weight, last, note]


def _limit(model: Model, row: Mapping[str, Any]) -> str:
    """Say where a rule has reached its own limit."""
    rule = (model.scores[row["score"]].rules or {}).get(row["rule"])
    limit = getattr(rule, "limit", None)
    reached = limit is not None and abs(row["points"]) >= limit > 0
    return f"limit {amount(limit)} reached" if reached else ""


def _changes(console: Console, model: Model, before: Mapping[str, Any], found: Explanation) -> None:
    names = [*model.scores, *model.grades, *(model.column(each) for each in model.bands)]
    moved = [
        f"  {name} {_shown(before[name])} to {_shown(found.scores[name])}"
        for name in names
        if before[name] != found.scores[name]
    ]
    text = "".join(moved) if found.changes or moved else "  nothing changed"
    _titled(console, f"Since {time(before['as_of'])}", text)
    table = Table(box=None, pad_edge=False, show_header=False)
    for change in found.changes:
        difference = amount(change.after - change.before, sign=True)
        span = f"{amount(change.before)} to {amount(change.after)}"
        table.add_row(f"  {change.kind}", f"{change.score}.{change.rule}", difference, span)
    if found.changes:
        print_whole(console, table)


def _shown(value: object) -> str:
    return value if isinstance(value, str) else amount(None if value is None else float(str(value)))


def _moves(console: Console, model: Model, moves: Sequence[Move]) -> None:
    if not moves:
        return
    _titled(console, f"What would move {model.main_score}", "  each step alone, now")
    table = Table(box=None, pad_edge=False, show_header=False)
    for move in moves:
        step = move.step.label if move.step.field else f"one more {move.step.label}"
        change = (move.after or 0) - (move.before or 0)
        table.add_row(f"  {step}", amount(move.after), amount(change, sign=True), move.band or "")
    print_whole(console, table)


def _ways(console: Console, found: Explanation) -> None:
    for ladder, (band, steps) in found.ladders.items():
        if steps is None:
            way = "no way found by a few single steps"
        else:
            way = f"{len(steps)} step{'s' if len(steps) > 1 else ''}: {_listed(steps)}"
        _titled(console, f"To {band}", f" ({ladder})  {way}")


def _listed(steps: Sequence[Step]) -> str:
    counts: dict[str, int] = {}
    for step in steps:
        counts[step.label] = counts.get(step.label, 0) + 1
    return ", ".join(f"{label} x{count}" if count > 1 else label for label, count in counts.items())
