"""Packages of Node that tests run, installed by npm from a list of their own."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path


def installed(listed: Path, folder: Path, seconds: float = 180) -> Path:
    """Install in a folder what the ``package.json`` of another one lists; return where it is."""
    shutil.copy(listed / "package.json", folder)
    install = ["npm", "install", "--silent", "--no-audit", "--no-fund"]
    subprocess.run(install, cwd=folder, check=True, timeout=seconds)
    return folder / "node_modules"
