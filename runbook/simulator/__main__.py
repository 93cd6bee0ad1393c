"""`python -m runbook.simulator --port N --scenario NAME`."""

from __future__ import annotations

import argparse

from runbook.simulator.arguments import add_arguments
from runbook.simulator.serve import serve

if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m runbook.simulator", description=__doc__)
    add_arguments(parser)
    serve(**vars(parser.parse_args()))
