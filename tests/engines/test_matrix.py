"""The support matrix in the docs is what the marks of the tests say."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_matrix_is_up_to_date() -> None:
    """It is what ``docs/generate_engines.py`` writes."""
    script = ROOT / "docs" / "generate_engines.py"
    made = subprocess.run([sys.executable, str(script)], capture_output=True, check=True, cwd=ROOT)
    page = ROOT / "docs" / "reference" / "engines.md"
    assert page.read_text(encoding="utf-8") == made.stdout.decode()
