"""Reading what a run printed."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from incidents.models import Incident, OutputChunk, Run
from incidents.states import RunState
from tests import factories
from tests.incidents.views.conftest import SignIn


@pytest.fixture
def run(incident: Incident, commander: User) -> Run:
    command = factories.make_command(factories.make_step(factories.make_phase(incident)))
    run = factories.make_run(command, commander, RunState.SUCCEEDED, last_line=1200)
    for first in range(1, 1201, 100):
        lines = [f"line {number} <b>" for number in range(first, first + 100)]
        OutputChunk.objects.create(
            run=run, first=first, last=first + 99, text="\n".join(lines), at=run.requested_at
        )
    return run


def test_output_page_shows_the_last_lines_escaped(run: Run, sign_in: SignIn, leader: User) -> None:
    page = sign_in(leader).get(f"/runs/{run.pk}/output/").content.decode()

    assert "line 701 &lt;b&gt;" in page
    assert "line 1200 &lt;b&gt;" in page
    assert "line 700 " not in page
    assert 'href="?before=701"' in page


def test_output_page_finds_words_in_all_lines(run: Run, sign_in: SignIn, leader: User) -> None:
    page = sign_in(leader).get(f"/runs/{run.pk}/output/?q=LINE+77+%3Cb").content.decode()

    assert "1 line with" in page


def test_output_download_is_every_line_as_text(run: Run, sign_in: SignIn, leader: User) -> None:
    answer = sign_in(leader).get(f"/runs/{run.pk}/output/?download=1")
    text = b"".join(answer).decode()

    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert len(text.splitlines()) == 1200


@pytest.mark.parametrize("query", ["before=x", "after=-1", "before=99999999999"])
def test_output_page_knows_no_such_line(
    query: str, run: Run, sign_in: SignIn, leader: User
) -> None:
    assert sign_in(leader).get(f"/runs/{run.pk}/output/?{query}").status_code == 404


def test_output_page_survives_a_zero_byte_in_the_search(
    run: Run, sign_in: SignIn, leader: User
) -> None:
    page = sign_in(leader).get(f"/runs/{run.pk}/output/?q=line%00+77+%3Cb")

    assert "1 line with" in page.content.decode()
