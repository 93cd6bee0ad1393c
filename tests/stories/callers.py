"""People who press the same forms as a browser does, over HTTP and without waiting for pages.

For stories about what workers and databases do; what people see is for `people.py`.
"""

from __future__ import annotations

import re
import sqlite3
from typing import Any

import httpx
import psycopg

from tests.support.forms import post, sign_in, token_on
from tests.support.processes import Processes, wait_until

PATIENCE_SECONDS = 60.0
"""For one answer, on a machine that does other things too."""


def password_of(processes: Processes, username: str) -> str:
    for line in processes.demo.splitlines():
        words = line.split()
        if words[:1] == [username]:
            return words[1]
    raise AssertionError(f"no password for {username} in: {processes.demo}")


class Caller:
    """Somebody signed in, with the session of an earlier story where there is one: checking a
    password is slow by design. Every act is a form of a page, sent with that page's token."""

    def __init__(self, processes: Processes, username: str, session: str = "") -> None:
        self.username = username
        self.client = httpx.Client(
            base_url=processes.address, timeout=PATIENCE_SECONDS, trust_env=False
        )
        for cookie in processes.sessions.get(username, []):
            self.client.cookies.jar.set_cookie(cookie)
        if session:
            self.client.cookies.set("sessionid", session, domain="127.0.0.1")
        if self.client.get("/runbooks/").status_code != 200:
            sign_in(self.client, username, password_of(processes, username))
        processes.sessions[username] = list(self.client.cookies.jar)
        self.token = token_on(self.client, "/runbooks/")

    def post(self, path: str, **fields: str) -> httpx.Response:
        return post(self.client, path, self.token, **fields)

    def page(self, path: str) -> str:
        answer = self.client.get(path, follow_redirects=True)
        assert answer.status_code == 200, f"{path}: {answer.status_code}"
        return answer.text

    def close(self) -> None:
        self.client.close()


class Rows:
    """What stands in the database of a running instance, read beside it: a file, or the private
    server of `private_postgres.py`."""

    def __init__(self, processes: Processes) -> None:
        self._url = processes.environment["DATABASE_URL"]

    def all(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """`?` stands for a value, whatever the database."""
        if self._url.startswith("sqlite"):
            with sqlite3.connect(self._url.removeprefix("sqlite:///"), timeout=60) as database:
                return list(database.execute(query, values))
        folder = self._url.removeprefix("postgres://runbook@/").removesuffix("/postgres")
        with psycopg.connect(host=folder, user="runbook", dbname="postgres") as connection:
            found = connection.execute(query.replace("?", "%s"), values)  # type: ignore[arg-type]
            return list(found)

    def one(self, query: str, *values: object) -> Any:
        rows = self.all(query, *values)
        assert len(rows) == 1, f"{len(rows)} rows for {query} {values}"
        return rows[0][0] if len(rows[0]) == 1 else rows[0]


class Story:
    """A running instance with its people: one method per sentence."""

    def __init__(self, processes: Processes) -> None:
        self.processes = processes
        self.rows = Rows(processes)
        self.commander = Caller(processes, "commander")
        self.engineer = Caller(processes, "engineer")
        self._seen = len(processes.simulator.log())

    def close(self) -> None:
        """What nobody knows the outcome of keeps its resource: the next story needs that."""
        for (run,) in self.rows.all(
            "SELECT id FROM incidents_run WHERE state = 'unknown' AND left_at IS NULL"
        ):
            self.settles(run, "leave")
        self.commander.close()
        self.engineer.close()

    def settles(self, run: int, verdict: str) -> None:
        answer = self.commander.post(
            f"/runs/{run}/settle/", verdict=verdict, reason="Looked at the console."
        )
        assert answer.status_code == 302, answer.text

    def declares(self, slug: str = "staging-cannot-reach-cloud-sql") -> int:
        """The id of the new incident, by the commander."""
        environment = self.rows.one("SELECT id FROM incidents_environment WHERE name = 'staging'")
        answer = self.commander.post(
            f"/runbooks/{slug}/declare/",
            environment=str(environment),
            severity="P1",
            title="A story of faults",
            is_drill="on",
        )
        assert answer.status_code == 302, answer.text
        number = re.findall(r"INC-(\d+)", answer.headers["Location"])[0]
        return int(self.rows.one("SELECT id FROM incidents_incident WHERE number = ?", int(number)))

    def command(self, incident: int, words: str) -> int:
        """The id of the first command of the incident whose text holds these words."""
        found = self.rows.all(
            "SELECT c.id FROM incidents_stepcommand c JOIN incidents_step s ON s.id = c.step_id"
            " WHERE s.incident_id = ? AND c.text LIKE ? AND c.effect <> ''"
            " ORDER BY s.position, c.position",
            incident,
            f"%{words}%",
        )
        assert found, f"no command with {words!r}"
        return int(found[0][0])

    def asks(self, incident: int, words: str, *, who: Caller | None = None) -> int:
        """Press Run; the id of the run."""
        command = self.command(incident, words)
        answer = (who or self.commander).post(f"/commands/{command}/run/")
        assert answer.status_code in (200, 302), answer.text
        return int(self.rows.one("SELECT max(id) FROM incidents_run WHERE command_id = ?", command))

    def approves(self, run: int, *, who: Caller | None = None) -> httpx.Response:
        approval, digest = self.rows.one(
            "SELECT id, digest FROM incidents_approval WHERE run_id = ?", run
        )
        return (who or self.engineer).post(f"/approvals/{approval}/approve/", digest=digest)

    def state(self, run: int) -> str:
        return str(self.rows.one("SELECT state FROM incidents_run WHERE id = ?", run))

    def message(self, run: int) -> str:
        return str(self.rows.one("SELECT message FROM incidents_run WHERE id = ?", run))

    def waits_for(self, run: int, *states: str) -> str:
        wait_until(lambda: self.state(run) in states, f"run is {states}")
        return self.state(run)

    def step_page(self, run: int) -> str:
        """What the commander's page says of the run's step."""
        number, step = self.rows.one(
            "SELECT i.number, c.step_id FROM incidents_run r"
            " JOIN incidents_incident i ON i.id = r.incident_id"
            " JOIN incidents_stepcommand c ON c.id = r.command_id WHERE r.id = ?",
            run,
        )
        return self.commander.page(f"/incidents/INC-{number}/panels/step-{step}/")

    def output_is_whole(self, run: int) -> bool:
        """Every line from the first to the last, each once."""
        last = self.rows.one("SELECT last_line FROM incidents_run WHERE id = ?", run)
        chunks = self.rows.all(
            "SELECT first, last, text FROM incidents_outputchunk WHERE run_id = ? ORDER BY first",
            run,
        )
        expected = 1
        for first, end, text in chunks:
            if first != expected or len(text.split("\n")) != end - first + 1:
                return False
            expected = end + 1
        return bool(expected == last + 1)

    def timeline(self, run: int) -> str:
        """Everything that the timeline of the run's incident says."""
        rows = self.rows.all(
            "SELECT t.text FROM incidents_timelineentry t JOIN incidents_run r"
            " ON r.incident_id = t.incident_id WHERE r.id = ? ORDER BY t.number",
            run,
        )
        return "\n".join(text for (text,) in rows)

    def sent(self, method: str = "PATCH", path: str = "") -> int:
        """How many changes Google has been asked for in this story."""
        return sum(
            seen["method"] == method and path in seen["path"]
            for seen in self.processes.simulator.log()[self._seen :]
        )
