"""A report as a PDF for people who keep paper: A4, with the phases drawn against their plan."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from pathlib import Path
from typing import Any

from incidents.queries.report.as_markdown import as_markdown
from incidents.queries.report.evidence import PHASES
from incidents.queries.report.phases import Gantt
from incidents.queries.report.prose import Node, blocks
from incidents.queries.report.whole import Report

SECONDS = 20
MOST_ENTRIES = 2_000
MOST_BYTES = 4 * 1024**2
TYPESET = Path(__file__).with_name("typeset.py")

logger = logging.getLogger(__name__)


class NotSet(Exception):
    """No PDF came of it; the sentence says what to do instead."""


def as_pdf(report: Report) -> bytes:
    """Takes `SECONDS` at most. Raises `NotSet`."""
    data = json.dumps(_data(report)).encode()
    if len(data) > MOST_BYTES:
        raise NotSet("This report is too long for a PDF. Take the Markdown instead.")
    try:
        # our own program; what others wrote goes in as data
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-I", str(TYPESET)],
            input=data,
            capture_output=True,
            timeout=SECONDS,
            check=True,
        )
    except subprocess.TimeoutExpired as error:
        raise NotSet(f"A PDF of it takes longer than {SECONDS} s. Take the Markdown.") from error
    except subprocess.CalledProcessError as error:
        logger.exception("typesetting failed: %s", error.stderr.decode(errors="replace")[-2000:])
        raise NotSet("It could not be set in type. Take the Markdown instead.") from error
    return done.stdout


def _data(report: Report) -> dict[str, Any]:  # Any: JSON
    incident = report.incident
    return {
        "name": incident.name,
        "title": incident.title,
        "standing": report.standing,
        "blocks": list(_with_gantt(blocks(as_markdown(report, most=MOST_ENTRIES)), report)),
    }


def _with_gantt(found: list[Node], report: Report) -> list[Node]:
    """Drawn below the heading of the phases."""
    drawn: list[Node] = []
    for node in found:
        drawn.append(node)
        if node["kind"] == "heading" and node["parts"] == [{"kind": "text", "text": PHASES}]:
            drawn.append(_gantt(report.facts.gantt))
    return drawn


def _gantt(gantt: Gantt) -> Node:
    return {
        "kind": "gantt",
        "bars": [
            {
                "name": f"{bar.phase.position}. {bar.phase.title}",
                "planned": [gantt.percent(bar.planned_from), gantt.percent(bar.planned_until)],
                "actual": [gantt.percent(bar.began), gantt.percent(bar.ended)]
                if bar.began and bar.ended
                else None,
                "is_over": bool(bar.over),
            }
            for bar in gantt.bars
        ],
    }
