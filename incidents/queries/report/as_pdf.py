"""A report as a PDF for people who keep paper: A4, with the phases drawn against their plan."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

from incidents.queries.report.as_markdown import as_markdown
from incidents.queries.report.evidence import PHASES
from incidents.queries.report.phases import Gantt
from incidents.queries.report.prose import Node, unmarked
from incidents.queries.report.whole import Report
from incidents.queries.report.wording import moment

SECONDS = 20
MOST_ENTRIES = 1_000
MOST_BYTES = 1024**2
TYPESET = "incidents.queries.report.typeset"
ROOT = Path(__file__).resolve().parents[3]

AT_ONCE = 2

_free = BoundedSemaphore(AT_ONCE)
logger = logging.getLogger(__name__)


class NotSet(Exception):
    """No PDF came of it; the sentence says what to do instead."""


def as_pdf(report: Report) -> bytes:
    """Takes `SECONDS` at most, and `AT_ONCE` of them run beside each other. Raises `NotSet`."""
    data = json.dumps(_data(report)).encode()
    if len(data) > MOST_BYTES:
        raise NotSet("This report is too long for a PDF. Take the Markdown instead.")
    if not _free.acquire(blocking=False):
        raise NotSet("Other PDFs are being made at this moment. Try again in a few seconds.")
    try:
        return _set(data)
    finally:
        _free.release()


def _set(data: bytes) -> bytes:
    try:
        # our own program; what others wrote goes in as data
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-m", TYPESET],
            cwd=ROOT,
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
        "standing": report.standing_words,
        "markdown": as_markdown(report, most=MOST_ENTRIES),
        "gantt_below": PHASES,
        "gantt": _gantt(report.facts.gantt),
    }


def _gantt(gantt: Gantt) -> Node:
    return {
        "kind": "gantt",
        "ends": [moment(gantt.start), moment(gantt.end)],
        "bars": [
            {
                "name": f"{bar.phase.position}. {unmarked(bar.phase.title)}",
                "planned": [gantt.percent(bar.planned_from), gantt.percent(bar.planned_until)],
                "actual": [gantt.percent(bar.began), gantt.percent(bar.ended)]
                if bar.began and bar.ended
                else None,
                "is_over": bool(bar.over),
            }
            for bar in gantt.bars
        ],
    }
