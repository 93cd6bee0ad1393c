"""Sets a report in type: JSON on standard input, a PDF on standard output.

Runs as a process of its own, so that whoever waits can end it, no page waits while it works, and
whatever memory it took is given back. `report.typ` beside this file says how a report looks; it
gets values and never markup.
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typst

from incidents.queries.report.prose import Node, blocks

TEMPLATE = Path(__file__).with_name("report.typ")
MOST_MEMORY = 1536 * 1024**2


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    given = json.load(sys.stdin.buffer)
    data = {name: given[name] for name in ("name", "title", "standing")}
    data["blocks"] = list(_blocks(given))
    pdf = typst.compile(
        TEMPLATE.read_bytes(),
        format="pdf",
        font_paths=typst.Fonts(),
        sys_inputs={"data": json.dumps(data)},
        timestamp=0,
    )
    sys.stdout.buffer.write(pdf)


def _blocks(given: dict[str, Any]) -> Iterator[Node]:  # Any: JSON
    """The phases are drawn below their heading."""
    below = [{"kind": "text", "text": given["gantt_below"]}]
    for node in blocks(given["markdown"]):
        yield node
        if node["kind"] == "heading" and node["parts"] == below:
            yield given["gantt"]


if __name__ == "__main__":
    main()
