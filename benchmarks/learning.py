"""How good, how calibrated and how fast learning is, beside other ways to learn, on real sets.

    python -m pip install . -r benchmarks/requirements-learning.txt
    python benchmarks/learning.py --data DIR --results FILE

``DIR`` holds the sets that ``learning_sets`` describes; a set that is not there is passed over.
``FILE`` (JSON) keeps each figure once it is measured, so that a run can be ended and gone on with;
``--sets`` and ``--candidates`` measure a part. All candidates have the same folds. Ours are judged
by what the written document says through ``leadline score``. FasterRisk runs in an environment of
its own, made for the run. What takes longer than ``--patience`` seconds for a fold is measured in
the first fold alone, and FasterRisk is given up after four times as long. Each core measures one
candidate at a time, on one thread.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from learning_ours import METHODS, learned
from learning_rivals import RIVALS, filled, numbers_of, texts_of
from learning_sets import SETS, Cut, Protocol
from sklearn.metrics import average_precision_score, roc_auc_score

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Figures = dict[str, float]
ENTRIES = 12
FASTERRISK = "FasterRisk"
OURS = [*METHODS]
AUTO, CARD = "ours: auto", "ours: scorecard"
LOGISTIC = "scikit-learn logistic"
NOTHING = "nothing to learn"
HERE = Path(__file__).parent


def figures(outcome: Flags, chances: Floats) -> Figures:
    """Return ROC-AUC, PR-AUC, Brier score, log-loss and lift in the top tenth."""
    top = np.argsort(-chances, kind="stable")[: max(1, len(outcome) // 10)]
    bounded = np.clip(chances, 0.001, 0.999)
    return {
        "auc": float(roc_auc_score(outcome, chances)),
        "pr": float(average_precision_score(outcome, chances)),
        "brier": float(((chances - outcome) ** 2).mean()),
        "ll": float(-np.log(np.where(outcome, bounded, 1 - bounded)).mean()),
        "lift": float(outcome[top].mean() / outcome.mean()),
    }


Candidate = Callable[[Protocol, Cut], tuple[Floats, Figures]]
"""Chances of the judged rows, with whatever else was measured; seconds unless timed outside."""


def _rival(name: str, protocol: Protocol, cut: Cut) -> tuple[Floats, Figures]:
    table = protocol.fields
    chances = RIVALS[name](table.iloc[cut.fitted], protocol.outcome[cut.fitted])
    return chances(table.iloc[cut.judged]), {}


def _ours(name: str, protocol: Protocol, cut: Cut) -> tuple[Floats, Figures]:
    said = learned(protocol, cut, METHODS[name])
    more = {"gap": said.gap, "fit": said.fit_seconds, "wall": said.learn_seconds}
    if said.entries is not None:
        more["entries"] = float(said.entries)
    more["nothing"] = float(said.method == NOTHING)
    print(f"    {protocol.name}: {name} is {said.method}", flush=True)
    return said.chances, more


@dataclass(frozen=True)
class FasterRisk:
    """FasterRisk behind a Python of its own.

    Attributes:
        python: That has it installed.
        limit: Seconds after which a fit is given up.
    """

    python: Path
    limit: float

    def __call__(self, protocol: Protocol, cut: Cut) -> tuple[Floats, Figures]:
        """Fit numbers cut at tenths, and levels."""
        table = filled(protocol.fields)
        fitted = table.iloc[cut.fitted]
        with tempfile.TemporaryDirectory() as folder:
            given, found = Path(folder) / "rows.npz", Path(folder) / "said.npz"
            np.savez(
                given,
                fitted=_flags(fitted, fitted),
                judged=_flags(fitted, table.iloc[cut.judged]),
                outcome=protocol.outcome[cut.fitted],
            )
            script = HERE / "learning_fasterrisk.py"
            command = [str(each) for each in (self.python, script, given, ENTRIES, found)]
            subprocess.run(command, check=True, timeout=self.limit)  # noqa: S603 - own script
            said = np.load(found)
            return said["chances"], {"wall": float(said["wall"]), "cpu": float(said["cpu"])}


_TENTHS = np.linspace(0, 1, 11)[1:-1]
_LEVELS, _RARE = 60, 5


def _flags(fitted: pd.DataFrame, table: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Return columns of 0 and 1: from an edge on, missing, or a level that is not rare."""
    found = []
    for column in numbers_of(fitted):
        edges = np.unique(np.nanquantile(fitted[column], _TENTHS))
        found += [table[column] >= edge for edge in edges]
        if fitted[column].isna().any():
            found.append(table[column].isna())
    for column in texts_of(fitted):
        counts = fitted[column].value_counts()[:_LEVELS]
        found += [table[column] == level for level, rows in counts.items() if rows >= _RARE]
    return np.stack([each.to_numpy(bool) for each in found], axis=1)


def measured(protocol: Protocol, candidate: Candidate, patience: float) -> Figures:
    """Return means over the folds, and the deviation of the ROC-AUC; the first fold if it is slow.

    Raises subprocess.TimeoutExpired where the candidate was given up.
    """
    found: list[Figures] = []
    for cut in protocol.cuts:
        wall, cpu = time.perf_counter(), time.process_time()
        chances, more = candidate(protocol, cut)
        took = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
        found.append(figures(protocol.outcome[cut.judged], chances) | took | more)
        if found[0]["wall"] > patience:
            break
    keys = {key for each in found for key in each}
    means = {key: float(np.mean([each[key] for each in found if key in each])) for key in keys}
    means["gap"] = max((each["gap"] for each in found if "gap" in each), default=0.0)
    spread = {"sd": float(np.std([each["auc"] for each in found]))}
    return means | spread | {"folds": float(len(found)), "of": float(len(protocol.cuts))}


def protocols(folder: Path, names: list[str]) -> Iterator[Protocol]:
    """Yield the protocols of the sets that are there."""
    for name in names:
        try:
            yield from SETS[name](folder)
        except FileNotFoundError as error:
            print(f"{name} is passed over: {error}")


def candidates(options: argparse.Namespace) -> dict[str, Candidate]:
    """Return what is compared, by name."""
    found: dict[str, Candidate] = {each: partial(_ours, each) for each in OURS}
    found |= {each: partial(_rival, each) for each in RIVALS}
    if options.fasterrisk is not None:
        found[FASTERRISK] = FasterRisk(options.fasterrisk, 4 * options.patience)
    wanted = options.candidates.split(",") if options.candidates else [*found, FASTERRISK]
    return {name: each for name, each in found.items() if name in wanted}


def make_fasterrisk(folder: str) -> Path:
    """Make an environment with FasterRisk and return its Python."""
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)  # noqa: S603
    python = Path(folder) / "bin" / "python"
    install = [str(python), "-m", "pip", "install", "--quiet", "fasterrisk==0.1.10"]
    subprocess.run(install, check=True)  # noqa: S603
    return python


def run(
    options: argparse.Namespace, found: list[Protocol], results: dict[str, dict[str, Figures]]
) -> None:
    """Measure what is wanted and not yet in the results, one candidate a core."""
    tried = candidates(options)
    wanted = [
        (protocol, name)
        for name in tried
        for protocol in found
        if name not in results.setdefault(protocol.name, {})
    ]
    os.environ["OMP_NUM_THREADS"] = "1"  # of the processes to come
    with ProcessPoolExecutor(options.cores, get_context("spawn")) as pool:
        jobs = {
            pool.submit(_job, protocol, tried[name], options.patience): (protocol.name, name)
            for protocol, name in wanted
        }
        for job in as_completed(jobs):
            protocol_name, name = jobs[job]
            results[protocol_name][name] = job.result()
            print(f"{protocol_name}: {name} {_line(job.result())}", flush=True)
            options.results.write_text(json.dumps(results, indent=1))


def _job(protocol: Protocol, candidate: Candidate, patience: float) -> Figures:
    try:
        return measured(protocol, candidate, patience)
    except subprocess.TimeoutExpired as error:
        return {"gave_up": float(error.timeout)}


def _line(row: Mapping[str, float]) -> str:
    if "gave_up" in row:
        return f"not within {row['gave_up']:.0f} s"
    return (
        f"{row['auc']:.3f} ± {row['sd']:.3f} | {row['pr']:.3f} | {row['brier']:.3f} | "
        f"{row['ll']:.3f} | {row['lift']:.2f} | {row['wall']:.1f} | {row['cpu']:.1f}"
    )


def show(found: list[Protocol], results: Mapping[str, Mapping[str, Figures]]) -> None:
    """Print a table of each protocol, as Markdown."""
    for protocol in found:
        fold, rows = protocol.cuts[0], results[protocol.name]
        honest = "" if protocol.honest else "; looks fine, is not honest"
        print(f"\n### {protocol.name}\n")
        print(f"{len(fold.fitted):,} rows fitted, {len(fold.judged):,} judged", end="")
        print(f", {len(protocol.cuts)} times{honest}.\n")
        print("| candidate | ROC-AUC | PR-AUC | Brier | log-loss | lift 10 % | s | CPU s | known |")
        print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
        for name in [*OURS, *RIVALS, FASTERRISK]:
            if name in rows:
                known = protocol.reference.get(name, "")
                print(f"| {name} | {_line(rows[name])} | {known} |")
        if "naive card" in protocol.reference:
            print(f"| naive card of 10 | | | | | | | | {protocol.reference['naive card']} |")


def summary(found: list[Protocol], results: Mapping[str, Mapping[str, Figures]]) -> None:
    """Print ROC-AUC with its deviation over the folds, and Brier score, of all on one page."""
    names = [AUTO, *(each for each in OURS if each != AUTO), *RIVALS, FASTERRISK]
    titles = [name.removeprefix("ours: ") for name in names]
    print(f"\n| set | {' | '.join(titles)} |")
    print("| --- |" + " --- |" * len(names))
    for protocol in found:
        cells = [_cell(results[protocol.name].get(name)) for name in names]
        print(f"| {protocol.name} | {' | '.join(cells)} |")


def _cell(row: Figures | None) -> str:
    if row is None:
        return ""
    if "gave_up" in row:
        return f"> {row['gave_up']:.0f} s"
    if row.get("nothing") == 1:
        return NOTHING
    spread = f" ± {row['sd']:.3f}" if row["sd"] else ""
    part = " (1 fold)" if row["folds"] < row["of"] else ""
    return f"{row['auc']:.3f}{spread} / {row['brier']:.3f}{part}"


def goals(found: list[Protocol], results: Mapping[str, Mapping[str, Figures]]) -> None:
    """Print for each protocol what is asked of learning, and what came out."""
    print("\n| protocol | auto: AUC below the best | Brier above the best | ", end="")
    print("card: AUC below logistic regression | above FasterRisk | times faster | gap |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for protocol in found:
        rows = {k: v for k, v in results[protocol.name].items() if "auc" in v}
        if not {AUTO, CARD, LOGISTIC} <= set(rows):
            continue
        auc, brier = max(r["auc"] for r in rows.values()), min(r["brier"] for r in rows.values())
        auto, card = rows[AUTO], rows[CARD]
        cells = [
            f"{auc - auto['auc']:.4f}",
            f"{auto['brier'] - brier:.4f}",
            f"{rows[LOGISTIC]['auc'] - card['auc']:.4f}",
            *_against(card, results[protocol.name].get(FASTERRISK)),
            f"{max(rows[each]['gap'] for each in OURS if each in rows):.1e}",
        ]
        print(f"| {protocol.name} | {' | '.join(cells)} |")


def _against(card: Figures, other: Figures | None) -> tuple[str, str]:
    if other is None or "gave_up" in other:
        return "", "" if other is None else f"gave up after {other['gave_up']:.0f} s"
    times = other["wall"] / card["fit"] if card.get("fit") else float("nan")
    return f"{card['auc'] - other['auc']:.4f}", f"{times:.0f}"


def main() -> None:
    """Measure what is wanted, and print all that was measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--results", type=Path, required=True)
    parser.add_argument("--sets", default=",".join(SETS))
    parser.add_argument("--candidates", default="")
    parser.add_argument("--fasterrisk", type=Path, help="a Python that has FasterRisk")
    parser.add_argument("--patience", type=float, default=30.0, help="seconds of a fold")
    parser.add_argument("--cores", type=int, default=os.cpu_count())
    options = parser.parse_args()
    found: Any = json.loads(options.results.read_text()) if options.results.exists() else {}
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    with tempfile.TemporaryDirectory() as folder:
        wants = not options.candidates or FASTERRISK in options.candidates
        if wants and options.fasterrisk is None:
            options.fasterrisk = make_fasterrisk(folder)
        given = [*protocols(options.data, options.sets.split(","))]
        run(options, given, found)
    show(given, found)
    summary(given, found)
    goals(given, found)


if __name__ == "__main__":
    main()
