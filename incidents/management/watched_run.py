"""Watching a run from a terminal until it has ended."""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic, sleep

from django.conf import settings
from django.contrib.auth.models import User
from django.urls import reverse

from incidents.management.by_hand import INTERRUPTED, not_run
from incidents.models import Approval, Run
from incidents.queries.output import whole_output
from incidents.quorum import who_may_decide
from incidents.states import ENDED_RUN_STATES, RunState
from runbook.commands.base import Emit
from runbook.commands.trial import FAILED, UNKNOWN

PATIENCE = 30.0
_PAUSE = 0.5


@dataclass(frozen=True, slots=True)
class WatchedRun:
    run: Run
    emit: Emit

    def status(self) -> int:
        """0 when it succeeded and its checks hold, 1 when not, 4 when nobody knows. Says once who
        may approve it and where. Interrupting leaves the run as it is."""
        self._say(f"{self.run.incident.name}, run {self.run.number}: {self.run.shown}")
        try:
            return self._told(self._ended())
        except KeyboardInterrupt:
            self._say(f"Left. Run {self.run.number} goes on: {self._address()}")
            return INTERRUPTED

    def _ended(self) -> Run:
        begun, shown = monotonic(), ""
        while True:
            run = Run.objects.select_related("incident", "command__step").get(pk=self.run.pk)
            if run.state in ENDED_RUN_STATES or run.state == RunState.UNKNOWN:
                return run
            if run.state != shown:
                shown = run.state
                self._say(self._words(run))
            is_idle = run.state == RunState.PLANNING and run.lease_until is None
            if is_idle and monotonic() - begun > PATIENCE:
                raise not_run(
                    f"No worker has taken it up for {PATIENCE:g} s. Is one running? It stays asked"
                    f" for: {self._address()}"
                )
            sleep(_PAUSE)

    def _words(self, run: Run) -> str:
        if run.state != RunState.WAITING:
            return f"It is {RunState(run.state).label}."
        approval = Approval.objects.select_related("run__incident").get(run=run)
        people = ", ".join(_name(person) for person in who_may_decide(approval)) or "nobody here"
        address = settings.PUBLIC_URL + reverse("approval", args=[approval.pk])
        return f"It waits for approval. Who may approve: {people}. Where: {address}"

    def _told(self, run: Run) -> int:
        for text in whole_output(run):
            self.emit(text.rstrip("\n"), "stdout")
        self._say(run.message)
        failed = [one for one in run.checks if one["passed"] is not True]
        for one in failed:
            self._say(f"Expected {one['expression']}, found {one.get('found')}.")
        if run.state == RunState.UNKNOWN:
            return UNKNOWN
        return FAILED if failed or run.state != RunState.SUCCEEDED else 0

    def _address(self) -> str:
        page = reverse("incident", kwargs={"number": self.run.incident.number})
        return settings.PUBLIC_URL + page

    def _say(self, text: str) -> None:
        self.emit(text, "stderr")


def _name(person: User) -> str:
    return person.get_full_name() or person.get_username()
