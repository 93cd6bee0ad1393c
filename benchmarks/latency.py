"""How long people wait: click to request at Google, click to the other page, line to page.

Starts a whole Runbook of its own (web, workers, clock, simulator, Redis, SQLite) and two real
Chromium pages. Prints milliseconds, minimum / median / maximum of ROUNDS rounds. Run it from the
project's folder: `.venv/bin/python -m benchmarks.latency [ROUNDS]`.
"""

from __future__ import annotations

import shutil
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Browser, Page

from tests.stories.callers import password_of
from tests.stories.people import Person
from tests.support.browsers import running_browser
from tests.support.processes import Processes, wait_until

SLUG = "staging-cannot-reach-cloud-sql"
WATCH = """selector => {
  window.seen = [];
  window.watcher?.disconnect();
  const look = () => { if (document.querySelector(selector)) window.seen.push(Date.now()); };
  window.watcher = new MutationObserver(look);
  window.watcher.observe(document.body,
    {subtree: true, childList: true, attributes: true, characterData: true});
}"""

LINES = """() => {
  window.lines = {};
  new MutationObserver(() => {
    for (const line of document.querySelectorAll("[data-terminal] [data-line]")) {
      const run = line.closest("[data-terminal]").dataset.terminal;
      window.lines[run + ":" + line.dataset.line] ??= Date.now();
    }
  }).observe(document.body, {subtree: true, childList: true});
}"""


def show(what: str, seconds: list[float]) -> None:
    low, middle, high = min(seconds), statistics.median(seconds), max(seconds)
    print(f"{what:<44} {low * 1000:7.0f} {middle * 1000:7.0f} {high * 1000:7.0f} ms")


def first_seen(page: Page) -> float:
    wait_until(lambda: bool(page.evaluate("window.seen.length")), "the change reached the page")
    return float(page.evaluate("window.seen[0]")) / 1000


def ticks(commander: Person, engineer: Person, rounds: int) -> list[float]:
    """From the click on one page to the tick on the other."""
    found = []
    rows = commander.page.locator("li.step-open:not(:has(.effect))")
    ids = [row.get_attribute("data-row") for row in rows.all()[:rounds]]
    for row in ids:
        engineer.page.evaluate(WATCH, f"#tick-{row}[aria-checked=true]")
        begun = time.time()
        commander.page.locator(f"#tick-{row}").click()
        found.append(first_seen(engineer.page) - begun)
    return found


def reached_google(processes: Processes, since: float, method: str) -> float:
    """When the first such request after `since` arrived."""

    def arrived() -> list[float]:
        return [
            seen["at"]
            for seen in processes.simulator.log()
            if seen["at"] > since and seen["method"] == method
        ]

    wait_until(lambda: bool(arrived()), f"{method} reached Google")
    return arrived()[0]


def reads(processes: Processes, commander: Person, rounds: int) -> tuple[list[float], list[float]]:
    """From the click on Run to the request at Google, and to the first line on the page."""
    to_google, to_line = [], []
    commander.choose("The database runs")
    for _ in range(rounds):
        shown = commander.step.locator("[data-terminal]")
        old = shown.first.get_attribute("data-terminal") if shown.count() else "none"
        fresh = f"[data-terminal]:not([data-terminal='{old}'])"
        commander.page.evaluate(WATCH, f"{fresh} [data-line]")
        begun = time.time()
        commander.run()
        to_google.append(reached_google(processes, begun, "GET") - begun)
        to_line.append(first_seen(commander.page) - begun)
        commander.step.locator(f".run:has({fresh})", has_text="took").wait_for()
    return to_google, to_line


def approvals(processes: Processes, commander: Person, engineer: Person) -> tuple[float, float]:
    """From the click on Approve to the change at Google, and to its first line on the page."""
    commander.choose("Scale the connector")
    commander.run()
    commander.sees_in_step("Waiting for approval")
    engineer.open("/approvals/")
    commander.page.evaluate(WATCH, "[data-terminal] [data-line]")
    begun = time.time()
    engineer.page.locator("[data-approve]").first.click()
    changed = reached_google(processes, begun, "PATCH") - begun
    return changed, first_seen(commander.page) - begun


def stored_to_shown(processes: Processes, page: Page) -> list[float]:
    """From the moment a line was stored to the moment it stood on the page."""
    shown: dict[str, float] = page.evaluate("window.lines")
    with closing(sqlite3.connect(processes.data / "runbook.sqlite3")) as database:
        chunks = database.execute("SELECT run_id, first, last, at FROM incidents_outputchunk")
        stored = {
            f"{run}:{line}": datetime.fromisoformat(at).replace(tzinfo=UTC).timestamp()
            for run, first, last, at in chunks
            for line in range(first, last + 1)
        }
    return [at / 1000 - stored[key] for key, at in shown.items() if key in stored]


def measure(processes: Processes, browser: Browser, rounds: int) -> None:
    def person(name: str) -> Person:
        somebody = Person(browser, processes.address)
        somebody.sign_in(name, password_of(processes, name))
        return somebody

    commander, engineer = person("commander"), person("engineer")
    to_change, to_output, to_page = [], [], []
    for _ in range(max(rounds // 3, 1)):
        processes.simulator.reset()
        room = commander.start_incident(SLUG)
        commander.wait_until_live()
        commander.page.evaluate(LINES)
        changed, line = approvals(processes, commander, engineer)
        commander.sees_in_step("succeeded")
        to_page += stored_to_shown(processes, commander.page)
        to_change.append(changed)
        to_output.append(line)
    engineer.open(room)
    engineer.wait_until_live()
    show("tick on one page, seen on the other", ticks(commander, engineer, rounds))
    to_google, to_line = reads(processes, commander, rounds)
    show("Run, request of a read at Google", to_google)
    show("Run, first line on the page", to_line)
    show("Approve, change at Google", to_change)
    show("Approve, first line on the other's page", to_output)
    show("a line, from stored to shown", to_page)


def main(rounds: int) -> None:
    folder = Path(tempfile.mkdtemp(prefix="rb-"))
    processes = Processes(folder / "latency", environment={})
    stop: Callable[[], None] = processes.close
    try:
        processes.wait_until_ready()
        with running_browser() as browser:
            print(f"{'':<44}     min  median     max")
            measure(processes, browser, rounds)
    finally:
        stop()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 9)
