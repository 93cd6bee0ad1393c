"""Only workers know the clients of Google and Apprise: they take seconds and memory."""

from __future__ import annotations

import subprocess
import sys

SCRIPT = """
import sys
import django
django.setup()
import runbook.asgi
import runbook.urls
heavy = {"googleapiclient", "google.cloud.compute_v1", "google.auth", "apprise"}
print(*sorted(heavy & set(sys.modules)))
"""


def test_pages_bring_no_client_of_google_along() -> None:
    ended = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", SCRIPT],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (ended.stdout.strip(), ended.returncode) == ("", 0), ended.stderr
