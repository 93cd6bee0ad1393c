"""In which order files are tested, and which of them one process takes together.

Files that start a whole Runbook or a browser wait more than they compute, and short ones compute:
they are mixed, so that no process waits alone. Short files are last, so that none ends late.
"""

from __future__ import annotations

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

LONG = {
    "stories of people": [
        "stories/test_deploy_loses_nothing",
        "stories/test_first_incident",
        "stories/test_who_decides",
        "stories/test_ladder_climbs",
        "stories/test_strangers_read_it",
        "stories/test_plan_made_stale_by_gcloud",
        "stories/test_written_past_the_locks",
    ],
    "pages that are read": ["browser/test_accessible_rooms", "browser/test_accessible_pages"],
    "stories of faults": [
        "stories/test_faults_of_others",
        "stories/test_one_change_whatever_dies",
    ],
    "rooms": [
        "browser/test_live_room",
        "browser/test_wide_output",
        "browser/test_edit_while_others_watch",
        "browser/test_late_answers",
        "browser/test_paste",
    ],
    "forms": [
        "browser/test_accessible_forms",
        "browser/test_administration",
        "browser/test_add_runbook",
        "browser/test_account_in_browser",
    ],
    "the database": ["stories/test_database_restarts"],
    "the real gcloud": [
        "runbook/commands/test_judged_by_gcloud",
        "runbook/commands/test_stale_by_gcloud",
        "runbook/simulator/test_forked_gcloud",
        "runbook/simulator/test_sim_gcloud",
    ],
    "up": ["incidents/management/test_up"],
}
"""What shares a Runbook, a browser or a loaded gcloud is together."""
LAST_LONG = 0.7
"""The share of short files behind which nothing long may start."""

REST = {"tests/stories/": "stories of people", "tests/browser/": "rooms"}
"""Where a new file of the folder goes."""

_TOGETHER = {f"tests/{file}.py": name for name, files in LONG.items() for file in files}


def unit_of(nodeid: str) -> str:
    """What one process tests together: several long files, or a file."""
    path = nodeid.partition("::")[0]
    rest = next((name for folder, name in REST.items() if path.startswith(folder)), path)
    return _TOGETHER.get(path, rest)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    units: dict[str, list[pytest.Item]] = {}
    for item in items:
        units.setdefault(unit_of(item.nodeid), []).append(item)
    long = [name for name in LONG if name in units]
    short = [name for name in units if name not in LONG]
    places = {name: LAST_LONG * place / len(long) for place, name in enumerate(long)}
    places |= {name: place / len(short) for place, name in enumerate(short)}
    items[:] = [item for name in sorted(places, key=places.__getitem__) for item in units[name]]


class ByUnit(LoadFileScheduling):
    """Gives processes whole units, in order."""

    def _split_scope(self, nodeid: str) -> str:
        return unit_of(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByUnit | None:
    return ByUnit(config, log) if config.getvalue("dist") == "loadfile" else None
