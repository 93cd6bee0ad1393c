"""The options of the command lines that start a simulator."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from runbook.simulator.scenario import names

OPTIONS = ("host", "port", "scenario", "state_file", "saves", "speed", "latency")
_TIME = re.compile(r"(\d+(?:\.\d+)?)(ms|s)?")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `serve`: `--port --scenario --host --latency --speed --state --saves`."""
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--host", default="127.0.0.1", help="a loopback address")
    parser.add_argument("--scenario", choices=names(), default="healthy")
    parser.add_argument("--latency", type=seconds, default=0.0, help="added to answers: 50ms, 1s")
    parser.add_argument("--speed", type=speed, default=1.0, help="operations end so much sooner")
    parser.add_argument("--state", type=Path, dest="state_file", help="file that keeps the state")
    parser.add_argument("--saves", type=folder, help="folder for states saved by name")


def seconds(text: str) -> float:
    """`50ms`, `0.5s` or `0.5` as seconds."""
    found = _TIME.fullmatch(text)
    if not found:
        raise argparse.ArgumentTypeError(f"{text!r} is not a time such as 50ms or 1s")
    return float(found[1]) / (1000 if found[2] == "ms" else 1)


def folder(text: str) -> Path:
    if not Path(text).is_dir():
        raise argparse.ArgumentTypeError(f"{text!r} is not a folder")
    return Path(text)


def speed(text: str) -> float:
    value = seconds(text) if _TIME.fullmatch(text) and text[-1] != "s" else 0.0
    if value <= 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a speed such as 1 or 10")
    return value
