"""`python -m runbook.simulator --port N --scenario NAME`."""

from __future__ import annotations

import argparse

from runbook.simulator.arguments import add_arguments
from runbook.simulator.serve import serve

if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m runbook.simulator", description=__doc__)
    add_arguments(parser)
    arguments = parser.parse_args()
    try:
        serve(**vars(arguments))
    except ValueError as error:
        parser.error(str(error))
