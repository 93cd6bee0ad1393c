"""Reads a status page with one of three programs that others wrote for Statuspage's API, in a
process of its own: `python read_statuspage.py READER ADDRESS` prints JSON of what it understood.

Their authors fixed whose page they read; here they read ours.
"""

import contextlib
import io
import json
import os
import sys
import tempfile
from importlib import import_module
from pathlib import Path
from unittest.mock import patch
from urllib.request import urlopen


def exporter(address: str) -> object:
    """statuspage-prometheus-exporter: what it would hand to Prometheus."""
    folder = Path(tempfile.mkdtemp())
    services = folder / "services.json"
    url = f"{address}/api/v2/summary.json"
    services.write_text(json.dumps({"ours": {"url": url, "name": "Ours"}}))
    os.environ["SERVICES_JSON_PATH"] = str(services)
    os.chdir(folder)
    checker = import_module("statuspage_prometheus_exporter.service_checker")
    return checker.check_status_page_service("ours", {"url": url, "name": "Ours"})


def whadup(address: str) -> object:
    """whadup: every address of the API, as it parses each."""
    package = import_module("whadup")
    package.API_BASE_URL, package.API_VERSION = f"{address}/api/", "v2"
    github = import_module("whadup.core").GithubStatus
    own = github()
    return {
        "summary": own.summary(),
        "status": own.status(),
        "components": own.components(),
        "incidents": github.Incidents(),
        "unresolved": github.Incidents.unresolved(),
        "maintenances": github.Maintenances(),
        "upcoming": github.Maintenances.upcoming(),
        "active": github.Maintenances.active(),
    }


def terminal(address: str) -> object:
    """github-status-cli: what it prints."""
    program = import_module("github_status.github_status")
    printed = io.StringIO()
    ours = lambda _: urlopen(f"{address}/api/v2/summary.json")  # noqa: E731, S310  (the test's own)
    with patch.object(program, "urlopen", ours), contextlib.redirect_stdout(printed):
        program.get_status()
    return printed.getvalue()


READERS = {"exporter": exporter, "whadup": whadup, "terminal": terminal}

if __name__ == "__main__":
    reader, place = sys.argv[1:]
    found = READERS[reader](place)
    sys.stdout.write("\n" + json.dumps(found) + "\n")
