"""Keeps the children of a plan running, and stops them in order.

One thread, one loop: it reads what children print, notices ends, starts what is due and asks those
that are not ready yet. `run` belongs to one thread; `want`, `stop` and the questions may be used
from any other thread or from a signal handler.
"""

from __future__ import annotations

import os
import re
import selectors
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

from runbook.processes.plan import Plan
from runbook.processes.readiness import answers
from runbook.processes.running import Running
from runbook.processes.sentinel import Sentinel
from runbook.processes.slot import Slot
from runbook.processes.terminal import say_on_terminal

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
STEADY_AFTER, SETTLED_AFTER = 30.0, 3.0
TRIES_BEFORE_FIRST_READY = 5
SLOW_START, SLOW_STOP = 60.0, 5.0
_BUSY_TICK, _CALM_TICK = 0.05, 0.5
_WORTH_SAYING = re.compile(r"^(\S+ \S+ )?(WARNING|ERROR|CRITICAL)\b")
_SHOWN_LINES, _SHOWN_WIDTH = 3, 160


class Supervisor:
    """After `run` has returned, `fault` is empty or says why it gave up."""

    def __init__(self, plan: Plan, *, say: Callable[[str], None] = say_on_terminal) -> None:
        self._plan = plan
        self._say = say
        self._slots = {child.name: Slot(child, Path(plan.logs)) for child in plan.children}
        self._environment = {**os.environ, **plan.environment}
        self._selector = selectors.DefaultSelector()
        self._wake_read, self._wake_write = os.pipe()
        os.set_blocking(self._wake_read, False)
        os.set_blocking(self._wake_write, False)
        self._stops = 0
        self._groups: deque[tuple[str, ...]] | None = None
        self._greeted = False
        self.fault = ""

    # From any thread ------------------------------------------------------------------------
    def stop(self) -> None:
        """Stop everything in order; asked a second time, at once."""
        self._stops += 1
        self._wake()

    def want(self, name: str, *, running: bool) -> None:
        self._slots[name].is_wanted = running
        self._slots[name].start_at = 0.0
        self._wake()

    def pid(self, name: str) -> int | None:
        running = self._slots[name].running
        return running.pid if running else None

    def is_ready(self, name: str) -> bool:
        return self._slots[name].is_ready

    def run(self) -> None:
        sentinel = Sentinel()
        self._selector.register(self._wake_read, selectors.EVENT_READ)
        try:
            while self._tick():
                sentinel.tell(slot.running.pid for slot in self._slots.values() if slot.running)
                self._wait()
        finally:
            for slot in self._slots.values():
                if slot.running:
                    slot.running.kill()
                    self._bury(slot, slot.running)
                slot.log.close()
            sentinel.dismiss()
            self._selector.close()
            os.close(self._wake_read)
            closed, self._wake_write = self._wake_write, -1  # its number may soon be another file's
            os.close(closed)

    def _tick(self) -> bool:
        """One look at everything. False when all is done."""
        for slot in self._slots.values():
            self._read(slot)
            self._notice_end(slot)
        if self._stops:
            return self._stop_in_order()
        for slot in self._slots.values():
            self._start_or_stop(slot)
            self._ask(slot)
        self._greet()
        return True

    def _wait(self) -> None:
        calm = all(slot.is_ready == slot.is_wanted for slot in self._slots.values())
        tick = _CALM_TICK if calm and not self._stops else _BUSY_TICK
        for key, _ in self._selector.select(tick):
            if key.fd == self._wake_read:
                os.read(self._wake_read, 512)
        if not calm:
            time.sleep(0.01)

    def _wake(self) -> None:
        try:
            os.write(self._wake_write, b".")
        except OSError:
            return  # full: it is awake already; closed: it has ended

    # One child ------------------------------------------------------------------------------
    def _read(self, slot: Slot) -> None:
        if slot.running is None:
            return
        had_fault = slot.log.fault
        for line in slot.running.lines(slot.log):
            slot.last_lines.append(line)
            if _WORTH_SAYING.match(line):
                self._tell(slot, line[:_SHOWN_WIDTH])
        if slot.log.fault and not had_fault:
            self._tell(slot, f"its log {slot.log.path} cannot be written: {slot.log.fault}")

    def _notice_end(self, slot: Slot) -> None:
        running = slot.running
        if running is None:
            return
        code = running.exit_code()
        if code is None:
            self._see_it_stop(slot, running)
            return
        self._read(slot)
        self._bury(slot, running)
        if slot.is_wanted and not self._stops:
            self._plan_restart(slot, code, lived=time.monotonic() - running.started)

    def _see_it_stop(self, slot: Slot, running: Running) -> None:
        if slot.kill_at is None:
            return
        left = slot.kill_at - time.monotonic()
        if left <= 0:
            running.kill()
        elif left < slot.child.patience - SLOW_STOP and slot.farewell:
            self._tell(slot, slot.farewell)
            slot.farewell = ""

    def _bury(self, slot: Slot, running: Running) -> None:
        self._selector.unregister(running.output)
        running.close()
        slot.is_ready = False
        slot.kill_at = None
        slot.running = None  # last: nobody may see from a thread beside that it ended and is ready

    def _plan_restart(self, slot: Slot, code: int, *, lived: float) -> None:
        slot.failures = 1 if lived > STEADY_AFTER else slot.failures + 1
        how = f"was ended by signal {-code}" if code < 0 else f"ended with code {code}"
        if not slot.was_ready and slot.failures >= TRIES_BEFORE_FIRST_READY:
            self._give_up(slot, how)
            return
        pause = min(FIRST_PAUSE * 2 ** (slot.failures - 1), LONGEST_PAUSE)
        slot.start_at = time.monotonic() + pause
        self._tell(slot, f"{how}; starting it again in {pause:g} s (log: {slot.log.path})")

    def _give_up(self, slot: Slot, how: str) -> None:
        self.fault = (
            f"{slot.child.name} {how} {slot.failures} times before it was ready, so everything "
            f"is stopped. Its log is {slot.log.path}."
        )
        for line in list(slot.last_lines)[-_SHOWN_LINES:]:
            self._tell(slot, line[:_SHOWN_WIDTH])
        self._say(self.fault)
        self._stops = 1

    def _start_or_stop(self, slot: Slot) -> None:
        if slot.running is not None and not slot.is_wanted and slot.kill_at is None:
            self._ask_to_stop(slot, slot.running)
        due = slot.is_wanted and slot.running is None and time.monotonic() >= slot.start_at
        if due and all(self._slots[name].was_ready for name in slot.child.after):
            self._start(slot)

    def _start(self, slot: Slot) -> None:
        try:
            slot.running = Running(
                slot.child, folder=self._plan.folder, environment=self._environment
            )
        except OSError as error:
            slot.last_lines.append(str(error))
            self._plan_restart(slot, error.errno or 1, lived=0.0)
            return
        slot.is_slow = False
        self._selector.register(slot.running.output, selectors.EVENT_READ)

    def _ask(self, slot: Slot) -> None:
        running = slot.running
        if running is None or slot.is_ready or slot.kill_at is not None:
            return
        lived = time.monotonic() - running.started
        if slot.child.ready.kind == "started":
            is_ready = lived > SETTLED_AFTER
        else:
            is_ready = running.said_ready or answers(slot.child.ready)
        if is_ready:
            slot.is_ready = slot.was_ready = True
            self._tell(slot, f"ready after {lived:.1f} s")
        elif lived > SLOW_START and not slot.is_slow:
            slot.is_slow = True
            self._tell(slot, f"not ready after {SLOW_START:g} s (log: {slot.log.path})")

    def _greet(self) -> None:
        front = self._plan.front
        if front and not self._greeted and self._slots[front].is_ready:
            self._greeted = True
            self._say(self._plan.greeting)

    def _tell(self, slot: Slot, text: str) -> None:
        self._say(f"{slot.child.name:<10}| {text}")

    # Stopping -------------------------------------------------------------------------------
    def _stop_in_order(self) -> bool:
        if self._groups is None:
            self._groups = deque(self._plan.stop_order)
            self._say("Stopping …")
        if self._stops > 1:
            self._hurry()
        while self._groups:
            living = [(s, s.running) for n in self._groups[0] if (s := self._slots[n]).running]
            for slot, running in living:
                if running is not None and slot.kill_at is None:
                    self._ask_to_stop(slot, running)
            if living:
                return True
            self._groups.popleft()
        return any(slot.running for slot in self._slots.values())

    def _ask_to_stop(self, slot: Slot, running: Running) -> None:
        slot.kill_at = time.monotonic() + slot.child.patience
        slot.farewell = slot.child.farewell
        slot.is_ready = False
        running.ask_to_stop()

    def _hurry(self) -> None:
        """The last group (the queue's server) still gets its short time to write its file."""
        for name in [n for names in self._plan.stop_order[:-1] for n in names]:
            if running := self._slots[name].running:
                running.kill()
