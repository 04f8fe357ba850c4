"""Outputs of a run where others read them: in files, and in tables of the engine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from leadline.engines.engine import Engine, Handing, Publication, Publisher
from leadline.errors import Fault, InputError
from leadline.model.contract import RESULTS
from leadline.sql.dialects import identifier

if TYPE_CHECKING:
    import pyarrow as pa

    from leadline.scoring.run import Run


def publish(run: Run, targets: Mapping[str, str]) -> None:
    """Write outputs to tables of the engine: all of them at one moment, or none.

    Args:
        run: Computes them.
        targets: Output, such as ``scores``, to the name of its table, such as ``crm.scores``.

    Raises InputError, EngineError.
    """
    engine = publisher(run.engine)
    for output in targets:
        run.table(output)
    engine.publish([_publication(run, output, address) for output, address in targets.items()])


def check_targets(run: Run, targets: Mapping[str, str]) -> None:
    """Check that tables can be written, before anything is computed; errors as above."""
    engine = publisher(run.engine)
    for output, address in targets.items():
        engine.check_target(_publication(run, output, address))


def _publication(run: Run, output: str, address: str) -> Publication:
    """Return an output as a table that others read, before it is computed."""
    columns = [identifier(each, run.engine.dialect) for each in run.columns(output)]
    return Publication(address, columns, RESULTS[output], run.result(output), run.text(output))


def publisher(engine: Engine) -> Publisher:
    """Return an engine that has tables which others read; raises InputError for another one."""
    if not isinstance(engine, Publisher):
        expected = (
            "needs an engine that has tables, such as --engine postgresql://host/database or spark"
        )
        raise InputError(Fault("table:", "", expected, engine.dialect))
    return engine


def ordered(run: Run, output: str) -> str | pa.Table:
    """Return an output in the order of its keys, for the embedded engine to write.

    It is SQL where the embedded engine has the rows, else the rows themselves.
    """
    if run.engine.embedded is run.engine:
        return ordered_sql(run, output)
    query = f"select * from {run.table(output)}"
    if isinstance(run.engine, Handing):
        return f"select * from {run.engine.handed(query)} order by {_listed(output)}"
    rows = run.engine.arrow(query).rename_columns(run.columns(output))
    return rows.sort_by([(key, "ascending") for key in RESULTS[output]])


def ordered_sql(run: Run, output: str) -> str:
    """Return the SQL of an output in the order of its keys, so that files compare."""
    return f"select * from {run.source(output)} order by {_listed(output)}"


def _listed(output: str) -> str:
    return ", ".join(f'"{key}"' for key in RESULTS[output])
