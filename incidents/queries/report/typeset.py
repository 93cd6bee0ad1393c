"""Sets a report in type: JSON on standard input, a PDF on standard output.

A process of its own, so that whoever waits can end it, and whatever memory it took is given back.
`report.typ` beside this file says how a report looks; it gets values and never markup.
"""

from __future__ import annotations

import resource
import sys
from pathlib import Path

import typst

TEMPLATE = Path(__file__).with_name("report.typ")
MOST_MEMORY = 1536 * 1024**2


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    data = sys.stdin.buffer.read()
    pdf = typst.compile(
        TEMPLATE.read_bytes(),
        format="pdf",
        font_paths=typst.Fonts(),
        sys_inputs={"data": data.decode()},
        timestamp=0,
    )
    sys.stdout.buffer.write(pdf)


if __name__ == "__main__":
    main()
