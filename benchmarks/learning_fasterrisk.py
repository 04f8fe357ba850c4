"""One fit of FasterRisk, in an environment of its own: it pins pandas 1.5.

    PYTHON learning_fasterrisk.py ROWS.npz ENTRIES OUT.npz

``ROWS.npz`` holds ``fitted`` and ``judged``, tables of 0 and 1, and ``outcome`` of the fitted rows.
"""

from __future__ import annotations

import sys
import time

import numpy as np


def main() -> None:
    """Fit, and write the chances of the judged rows with the seconds of the fit."""
    from fasterrisk.fasterrisk import (  # noqa: PLC0415 - only its own environment has it
        RiskScoreClassifier,
        RiskScoreOptimizer,
    )

    rows = np.load(sys.argv[1])
    wall, cpu = time.perf_counter(), time.process_time()
    signs = np.where(rows["outcome"], 1.0, -1.0)
    search = RiskScoreOptimizer(rows["fitted"].astype(float), signs, k=int(sys.argv[2]))
    search.optimize()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    found = search.get_models(model_index=0)
    chances = RiskScoreClassifier(*found).predict_prob(rows["judged"].astype(float))
    np.savez(sys.argv[3], chances=chances, wall=wall, cpu=cpu)


if __name__ == "__main__":
    main()
