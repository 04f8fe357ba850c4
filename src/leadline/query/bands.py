"""Grades, bands with hysteresis and requirements, overrides, and transitions between bands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sqlglot import exp

from leadline.model.document import Grade, Ladder
from leadline.model.expressions import Expression
from leadline.model.names import place_of_formula
from leadline.model.types import Type
from leadline.query.attributes import renderer
from leadline.query.context import Context, Level, decides
from leadline.query.subjects import Step, field, shown
from leadline.query.totals import millionths, score_column
from leadline.sql.trees import (
    Tree,
    case,
    column,
    integer,
    named,
    null,
    number,
    sql_tree,
    text,
    total,
    union,
)

PREVIOUS: Mapping[Level, str] = {"lead": "previous", "account": "previous_accounts"}
"""Where the bands of the preceding run stand."""


def steps(context: Context, levels: Sequence[Level]) -> Iterator[Step]:
    """Yield ``LEVEL_banded``: what is in the spine, with scores, grades and bands.

    ``grade.G`` is a grade, ``edge.L`` the band of ladder L before overrides, ``band.L`` the band.
    Accounts have it where they stand on a ladder.
    """
    for level in levels:
        if level == "lead" or context.ladders(level):
            yield from _of_level(context, level)


def _of_level(context: Context, level: Level) -> Iterator[Step]:
    source = f"{level}_graded"
    columns = [named(_grade(grade), grade_column(name)) for name, grade in _grades(context, level)]
    columns += _exact(context, level)
    if level == "lead":
        columns.append(_missing(context))
    yield (
        source,
        sql_tree(
            "select f.*, :columns from :scored as f where f.in_spine",
            columns=columns,
            scored=exp.to_table(f"{level}_scored"),
        ),
    )
    for name, ladder in context.ladders(level).items():
        if ladder.leave:
            step = f"switched_{name}"
            yield step, _switched(context, name, ladder, source)
            source = step
    edges = [
        named(_edge_band(context, name, each), f"edge.{name}")
        for name, each in context.ladders(level).items()
    ]
    yield (
        f"{level}_edged",
        sql_tree(
            "select f.*, :columns from :source as f", columns=edges, source=exp.to_table(source)
        ),
    )
    yield f"{level}_banded", _overridden(context, level)


def _grades(context: Context, level: Level) -> Iterator[tuple[str, Grade]]:
    """Yield the grades that a level has: accounts those of their own scores."""
    for name, grade in context.model.grades.items():
        if level == "lead" or context.model.scores[grade.by].is_account:
            yield name, grade


def _exact(context: Context, level: Level) -> Iterator[Tree]:
    """Yield the scores by whose edges ladders go, in whole millionths: once for all edges."""
    ladders = context.ladders(level).values()
    for name in dict.fromkeys(each.by for each in ladders if isinstance(each.by, str)):
        value = column(score_column(name), "f")
        yield named(sql_tree("millionths(:v)", v=value), f"exact.{name}")


def _missing(context: Context) -> Tree:
    """Return how many distinct fields that the model reads are null for the lead."""
    tests = [
        sql_tree("case when :c is null then 1 else 0 end", c=column(field(*each), "f"))
        for each in context.fields
    ]
    return named(
        sql_tree("cast(:n as bigint)", n=exp.paren(total(tests)) if tests else integer(0)),
        "missing",
    )


def grade_column(name: str) -> str:
    """Return the column that holds a grade."""
    return f"grade.{name}"


def _grade(grade: Grade) -> Tree:
    return by_edges(column(score_column(grade.by), "f"), grade.edges)


def by_edges(value: Tree, edges: Mapping[str, float]) -> Tree:
    """Return the name of the greatest edge at or below a value, else of the lowest edge."""
    falling = sorted(edges.items(), key=lambda item: item[1], reverse=True)
    branches = [(sql_tree(":v is null", v=value), null("text"))]
    branches += [(_reaches(value, edge), text(name)) for name, edge in falling[:-1]]
    return case(branches, text(falling[-1][0]))


def _reaches(value: Tree, edge: float) -> Tree:
    """Compare in whole millionths: scores are decimals, and edges are read as such."""
    return _is_from(sql_tree("millionths(:v)", v=value), edge)


def _is_from(exact: Tree, edge: float) -> Tree:
    return sql_tree(":v >= :e", v=exact, e=number(millionths(edge)))


def _level(ladder: Ladder) -> Level:
    return "account" if ladder.is_account else "lead"


def _condition(context: Context, condition: Expression, level: Level) -> Tree:
    place = place_of_formula(account=level == "account")
    render = renderer(context, place, "f", lambda name: column(score_column(name), "f"))
    return sql_tree("coalesce(:c, false)", c=render(condition.tree, Type.BOOLEAN))


def _switched(context: Context, name: str, ladder: Ladder, source: str) -> Tree:
    """Return the state of each switch: that of the last moment that decided it, else as before."""
    exact = column(f"exact.{ladder.by}", "f")
    key = f"{_level(ladder)}_id"
    columns = []
    for band, leave in ladder.leave.items():
        on = _is_from(exact, (ladder.edges or {})[band])
        off = sql_tree("not (:stays)", stays=_is_from(exact, leave))
        columns.append(named(_last_moment(context, key, on), f"on_at.{name}.{band}"))
        columns.append(named(_last_moment(context, key, off), f"off_at.{name}.{band}"))
    before = _previous(context, name, ladder)
    switches = []
    for band in ladder.leave:
        state = sql_tree(
            "case when :on is null and :off is null then coalesce(:was, false) "
            "else :on is not null and (:off is null or :on > :off) end",
            on=column(f"on_at.{name}.{band}", "f"),
            off=column(f"off_at.{name}.{band}", "f"),
            was=column(f"was.{band}", "p") if before is not None else exp.false(),
        )
        switches.append(named(state, f"on.{name}.{band}"))
    join = f"left join :previous as p on p.{key} = f.{key}" if before is not None else ""
    return sql_tree(
        f"select f.*, :switches from (select f.*, :columns from :source as f) as f {join}",
        switches=switches,
        columns=columns,
        source=exp.to_table(source),
        previous=before if before is not None else exp.null(),
    )


def _last_moment(context: Context, key: str, decided: Tree) -> Tree:
    """Return the last of a lead's or an account's moments so far at which something was so."""
    found = sql_tree("case when :decided then f.as_of end", decided=decided)
    if context.profile.one_moment:
        return found
    return sql_tree(f"max(:found) over (partition by f.{key} order by f.as_of)", found=found)


def _previous(context: Context, name: str, ladder: Ladder) -> Tree | None:
    """Return whose switches the preceding run left on: those of its band, and below."""
    level = _level(ladder)
    if not context.has(PREVIOUS[level]):
        return None
    bands = list(ladder.edges or {})
    columns = [
        named(
            sql_tree(
                "bool_or(edge_band in (:above))",
                above=[text(each) for each in bands[bands.index(band) :]],
            ),
            f"was.{band}",
        )
        for band in ladder.leave
    ]
    tree = sql_tree(
        f"select {level}_id, :columns from :before as b group by {level}_id",
        columns=columns,
        before=_before(context, name, level),
    )
    return exp.Subquery(this=tree)


def _before(context: Context, ladder: str, level: Level) -> Tree:
    """Return the bands of the preceding run on a ladder, as rows or as columns of its own."""
    table = PREVIOUS[level]
    given = context.schema[table]
    rows = sql_tree(
        f"select {level}_id, band, coalesce(edge_band, band) as edge_band from {table} "
        "where coalesce(ladder, 'band') = :ladder",
        ladder=text(ladder),
    )
    band, edge = f"band_{ladder}", f"edge_band_{ladder}"
    if band not in given:
        return rows
    columns = sql_tree(
        f"select {level}_id, :band as band, :edge as edge_band from {table} "
        "where :band is not null",
        band=column(band),
        edge=sql_tree("coalesce(:e, :b)", e=column(edge), b=column(band))
        if edge in given
        else column(band),
    )
    return union([rows, columns])


def _edge_band(context: Context, name: str, ladder: Ladder) -> Tree:
    if ladder.edges is None:
        return _cell_band(context, ladder)
    value = column(score_column(str(ladder.by)), "f")
    exact = column(f"exact.{ladder.by}", "f")
    falling = sorted(ladder.edges.items(), key=lambda item: item[1], reverse=True)
    branches = [(sql_tree(":v is null", v=value), null("text"))]
    for band, edge in falling[:-1]:
        on = column(f"on.{name}.{band}", "f") if band in ladder.leave else _is_from(exact, edge)
        if band in ladder.require:
            on = sql_tree("(:on) and (:required)", on=on, required=_required(context, ladder, band))
        branches.append((on, text(band)))
    return case(branches, text(falling[-1][0]))


def _required(context: Context, ladder: Ladder, band: str) -> Tree:
    return _condition(context, ladder.require[band], _level(ladder))


def _cell_band(context: Context, ladder: Ladder) -> Tree:
    """Return the band of the cell that the grades make; one not permitted gives the default."""
    grades = [column(grade_column(name), "f") for name in ladder.by]
    cell = grades[0]
    for each in grades[1:]:
        cell = sql_tree(":a || :b", a=cell, b=each)
    branches = [(sql_tree(":cell is null", cell=cell), null("text"))]
    for band, cells in (ladder.cells or {}).items():
        inside = sql_tree("(:cell) in (:cells)", cell=cell, cells=[text(each) for each in cells])
        if band in ladder.require:
            inside = sql_tree("(:i) and (:r)", i=inside, r=_required(context, ladder, band))
        branches.append((inside, text(band)))
    return case(branches, text(str(ladder.default)))


def _overridden(context: Context, level: Level) -> Tree:
    """Return bands after overrides, and the first override that decided one."""
    overrides = context.overrides(level)
    flags = [
        named(_condition(context, each.when, level), f"override.{name}")
        for name, each in overrides.items()
    ]
    columns = []
    for ladder in context.ladders(level):
        branches = [
            (column(f"override.{name}", "f"), text(each.band))
            for name, each in overrides.items()
            if decides(each, ladder)
        ]
        columns.append(named(case(branches, column(f"edge.{ladder}", "f")), f"band.{ladder}"))
    first = case(
        [(column(f"override.{name}", "f"), text(name)) for name in overrides], null("text")
    )
    columns.append(named(first, "override"))
    return sql_tree(
        "select f.*, :columns from (select f.*, :flags from :edged as f) as f",
        columns=columns,
        flags=flags,
        edged=exp.to_table(f"{level}_edged"),
    )


def transitions(context: Context, fingerprint: str, level: Level) -> Tree | None:
    """Return every change of a band, from the preceding run and from moment to moment."""
    ladders = context.ladders(level)
    if not ladders:
        return None
    return union(_changes(context, name, each, fingerprint) for name, each in ladders.items())


def _changes(context: Context, name: str, ladder: Ladder, fingerprint: str) -> Tree:
    value = null("double")
    if isinstance(ladder.by, str):
        value = column(score_column(ladder.by), "f")
    level = _level(ladder)
    key, has_before = f"{level}_id", context.has(PREVIOUS[level])
    before: Tree = null("text")
    join = ""
    if has_before:
        before = sql_tree("p.band")
        join = (
            f"left join (select {key}, max(band) as band from :previous as b group by {key}) "
            f"as p on p.{key} = f.{key}"
        )
    return sql_tree(
        f"select {key}, :names, ladder, at, from_band, to_band, value, override, model from ("
        f"select f.{key}, :shown, :ladder as ladder, f.as_of as at, "
        f"case when row_number() over (partition by f.{key} order by f.as_of) = 1 then :before "
        f"else lag(:band) over (partition by f.{key} order by f.as_of) end as from_band, "
        ":band as to_band, :value as value, f.override, :model as model "
        f"from {level}_banded as f {join}"
        ") as c where from_band is distinct from to_band",
        ladder=text(name),
        before=before,
        band=column(f"band.{name}", "f"),
        value=value,
        model=text(fingerprint),
        shown=shown(context, level),
        names=[column(each.alias) for each in shown(context, level)],
        previous=_before(context, name, level) if has_before else null("text"),
    )
