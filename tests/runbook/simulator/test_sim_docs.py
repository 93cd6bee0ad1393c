"""docs/simulator.md names every option, scenario, fault and host there is, and tests that are."""

import argparse
import re
from pathlib import Path
from typing import get_args

from runbook.simulator.arguments import add_arguments
from runbook.simulator.catalogue import routes
from runbook.simulator.faults import Kind
from runbook.simulator.scenario import names

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "simulator.md").read_text()


def test_every_option_is_documented() -> None:
    parser = argparse.ArgumentParser(add_help=False)
    add_arguments(parser)
    options = [word for action in parser._actions for word in action.option_strings]

    assert [option for option in options if f"`{option}" not in PAGE] == []


def test_every_scenario_and_fault_is_documented() -> None:
    words = [*names(), *get_args(Kind)]

    assert [word for word in words if f"`{word}`" not in PAGE] == []


def test_every_page_of_the_application_is_documented() -> None:
    pages = [route.pattern for route in routes() if route.on_site]

    assert [page for page in pages if f"`{page}`" not in PAGE] == []


def test_every_test_that_the_page_names_is_there() -> None:
    here = "".join(path.read_text() for path in Path(__file__).parent.glob("test_sim_*.py"))
    named = set(re.findall(r"`(test_\w+)`", PAGE))

    assert {name for name in named if f"def {name}(" not in here} == set()
    assert len(named) > 50
