"""Pages of output from the database."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from incidents import clock
from incidents.models import Incident, OutputChunk, Run
from incidents.queries.output import find_lines, read_page, whole_output
from incidents.queries.step import read_step
from incidents.states import RunState
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(incident: Incident, commander: User) -> Run:
    command = factories.make_command(factories.make_step(factories.make_phase(incident)))
    run = factories.make_run(command, commander, RunState.SUCCEEDED, last_line=1203)
    for first, last in ((1, 400), (401, 401), (402, 1203)):
        text = "\n".join(f"line {number}" for number in range(first, last + 1))
        OutputChunk.objects.create(run=run, first=first, last=last, text=text, at=run.requested_at)
    return run


def test_page_is_the_last_lines_without_an_edge(run: Run) -> None:
    page = read_page(run)

    assert (page.lines[0].number, page.lines[-1].number) == (704, 1203)
    assert (page.before, page.after) == (704, None)


def test_pages_before_join_without_gap_or_double(run: Run) -> None:
    numbers, edge = [], None
    while True:
        page = read_page(run, before=edge)
        numbers = [line.number for line in page.lines] + numbers
        if page.before is None:
            break
        edge = page.before

    assert numbers == list(range(1, 1204))


def test_pages_after_join_without_gap_or_double(run: Run) -> None:
    numbers: list[int] = []
    edge: int | None = 0
    while edge is not None:
        page = read_page(run, after=edge)
        numbers += [line.number for line in page.lines]
        edge = page.after

    assert numbers == list(range(1, 1204))


def test_page_of_a_run_that_printed_nothing_is_empty(incident: Incident, commander: User) -> None:
    command = factories.make_command(factories.make_step(factories.make_phase(incident)))
    page = read_page(factories.make_run(command, commander, RunState.QUEUED))

    assert (page.lines, page.before, page.after) == ((), None, None)


def test_find_gives_lines_with_their_numbers(run: Run) -> None:
    assert [line.number for line in find_lines(run, "LINE 120")] == [120, 1200, 1201, 1202, 1203]


def test_whole_output_is_every_line_once(run: Run) -> None:
    assert "".join(whole_output(run)).splitlines() == [f"line {n}" for n in range(1, 1204)]


def test_step_shows_the_tail_of_the_newest_run(run: Run, commander: User) -> None:
    view = read_step(
        incident=run.incident,
        step_id=run.command.step_id,
        person=commander,
        now=clock.now(),
        visible=Incident.objects.all(),
    )

    assert view is not None
    current = view.commands[0].current
    assert current is not None
    assert [current.first_line, current.last_shown] == [1004, 1203]
