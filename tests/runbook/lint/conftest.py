"""Documents to look at: the seeds beside the checkout, and small ones made here."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def shared() -> Path:
    folder = ROOT.parent / "shared"
    if not (folder / "seeds").is_dir():
        pytest.skip("the seeds are not beside this checkout")
    return folder
