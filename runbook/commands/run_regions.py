"""The region of a Cloud Run command, which gcloud asks for in words of its own."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from runbook.commands.base import NotRunnable
from runbook.commands.flag_values import Flag

OPTIONAL_REGION = Flag("region", pattern=r"[a-z]+-[a-z]+\d{1,2}")
"""For lists, which without a region are those of all regions."""


def check_region(name: str, words: Sequence[str]) -> None:
    """Raises NotRunnable where the words after command `name` give no region."""
    if any(word == "--region" or word.startswith("--region=") for word in words):
        return
    raise NotRunnable(
        "You must specify a region. Either use the `--region` flag or set the run/region property.",
        instead=shlex.join(["gcloud", *name.split(), *words, "--region=REGION"]),
        gcloud_exit=1,
    )
