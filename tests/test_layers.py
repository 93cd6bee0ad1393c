"""Imports flow down only: the contracts of `[tool.importlinter]` in pyproject.toml."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def test_layers_are_kept() -> None:
    program = Path(sys.executable).with_name("lint-imports")
    answer = subprocess.run(
        [program, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert answer.returncode == 0, answer.stdout
