"""Where a Cloud Run command works: the region, which gcloud asks for in words of its own, and the
platform."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from runbook.commands.base import NotRunnable
from runbook.commands.grammar.flag_values import Flag
from runbook.commands.grammar.gcloud_grammar import Arguments, Grammar, read_arguments

OPTIONAL_REGION = Flag("region", pattern=r"[a-z]+-[a-z]+\d{1,2}")
"""For lists, which without a region are those of all regions."""
PLATFORM = Flag("platform", "choice", choices=("managed", "gke", "kubernetes"))


def check_platform(arguments: Arguments) -> None:
    """Raises NotRunnable for clusters of one's own; `managed` is what gcloud takes anyway."""
    if arguments.text("platform") not in ("", "managed"):
        raise NotRunnable("Only Cloud Run itself is asked from here: --platform=managed.")


def check_region(grammar: Grammar, words: Sequence[str]) -> None:
    """Raises NotRunnable where the words after a command give no region, and for what gcloud's
    parser says before it misses one."""
    if any(word == "--region" or word.startswith("--region=") for word in words):
        return
    try:
        read_arguments(["--region=us-central1", *words], grammar)
    except NotRunnable as refusal:
        if refusal.gcloud_exit == 2:
            raise NotRunnable(refusal.reason, gcloud_exit=2) from refusal
    raise NotRunnable(
        "You must specify a region. Either use the `--region` flag or set the run/region property.",
        instead=shlex.join(["gcloud", *grammar.name.split(), *words, "--region=REGION"]),
        gcloud_exit=1,
    )
