"""Where a supervisor says what happens."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def say_on_terminal(text: str) -> None:
    """A terminal that is gone must not end the supervisor before it has stopped its children."""
    try:
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()
    except OSError:
        sys.stdout = Path(os.devnull).open("w")  # noqa: SIM115  (kept for the process's life)
