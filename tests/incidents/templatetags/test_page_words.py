"""Times, values and Markdown as pages write them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User

from incidents import clock
from incidents.templatetags.icons import timeline_look
from incidents.templatetags.pages import field_path, initials, person, short_resource, value
from incidents.templatetags.prose import inline_markdown, markdown
from incidents.templatetags.times import (
    clock_face,
    countdown,
    duration,
    elapsed,
    moment,
    planned,
)
from tests.incidents.conftest import SetClock


@pytest.mark.parametrize(
    ("seconds", "face"),
    [
        (0, "0:00"),
        (59.9, "0:59"),
        (247, "4:07"),
        (3847, "1:04:07"),
        (183_840, "2 d 03:04"),
        (-5, "0:00"),
    ],
)
def test_clock_face_has_fixed_places(seconds: float, face: str) -> None:
    assert clock_face(seconds) == face


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, ""),
        (0, "0 s"),
        (45, "45 s"),
        (7200, "2 h"),
        (5400, "1 h 30 min"),
        (90_000, "1 d 1 h"),
    ],
)
def test_duration_is_said_in_words(seconds: float | None, words: str) -> None:
    assert duration(seconds) == words


def test_planned_time_is_one_value_or_a_range() -> None:
    assert [planned(0, 0), planned(3600, 3600), planned(0, 3600), planned(7200, 14400)] == [
        "",
        "1 h",
        "1 h",
        "2 h to 4 h",
    ]


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (None, "not set"),
        (True, "true"),
        ("", "empty"),
        ("a", "a"),
        (3, "3"),
        ([1, "x"], '[1, "x"]'),
    ],
)
def test_value_is_json_as_people_read_it(found: object, words: str) -> None:
    assert value(found) == words  # type: ignore[arg-type]  # JSON, by parametrization


def test_times_carry_what_the_browser_ticks_from() -> None:
    at = clock.now()

    assert f'data-elapsed-since="{at.isoformat()}"' in elapsed(at)
    assert f'data-countdown-to="{at.isoformat()}"' in countdown(at)
    assert f'title="{at:%Y-%m-%d %H:%M:%S} UTC"' in moment(at)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (2 * 86400 + 3 * 3600 + 5, "in 2 d 3 h"),
        (3600 + 5, "in 1 h 00 min"),
        (3599, "in 59 min"),
        (599, "in 9 min 59 s"),
        (5, "in 5 s"),
        (-300, "5 min 00 s overdue"),
        (-7500, "2 h 05 min overdue"),
    ],
)
def test_countdown_cannot_be_read_as_a_time_of_day(
    seconds: int, words: str, set_clock: SetClock
) -> None:
    assert f">{words}</time>" in countdown(set_clock() + timedelta(seconds=seconds))


def test_timeline_look_marks_what_went_wrong_and_what_carries_a_command() -> None:
    assert timeline_look("run.failed") == "entry-bad entry-command"
    assert timeline_look("step.ticked") == ""


def test_elapsed_of_something_over_stands_still() -> None:
    start = clock.now()
    shown = elapsed(start, start + timedelta(seconds=90))

    assert (">1:30<" in shown, "data-elapsed-since" in shown) == (True, False)


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        '<img src=x onerror="alert(1)">',
        "<style>*{}</style>",
        "<form action=/x><button>go</button></form>",
        "<iframe src=//x></iframe>",
    ],
)
def test_markdown_carries_nothing_that_acts(text: str) -> None:
    for shown in (markdown(text), inline_markdown(text)):
        assert not any(
            f"<{tag}" in shown for tag in ("script", "style", "form", "iframe", "img", "button")
        )
        assert 'href="javascript' not in shown


def test_markdown_keeps_tables_and_code() -> None:
    shown = markdown("| a |\n|---|\n| `x` |\n")

    assert "<table>" in shown
    assert "<code>x</code>" in shown


def test_commands_in_a_sentence_are_not_broken_behind_a_hyphen() -> None:
    whole = '<code>gcloud <span class="whole">--vpc-connector</span></code>'

    assert inline_markdown("see `gcloud --vpc-connector`") == f"see {whole}"
    assert whole in markdown("see `gcloud --vpc-connector`")


def test_inline_markdown_has_no_link_inside_a_link() -> None:
    assert inline_markdown("see [this](https://a.example) `x`") == "see this <code>x</code>"


def test_people_are_named_and_the_system_too() -> None:
    ana = User(username="ana", first_name="Ana", last_name="Costa")

    assert [person(ana), initials(ana), person(None), person(User(username="bo"))] == [
        "Ana Costa",
        "AC",
        "Runbook",
        "bo",
    ]


def test_short_resource_is_what_tells_it_apart() -> None:
    assert [
        short_resource("projects/p/locations/r/connectors/c"),
        short_resource("https://a/b"),
        short_resource("projects/p/secrets/jwt/versions/latest"),
    ] == [
        "connectors/c",
        "https://a/b",
        "jwt/versions/latest",
    ]


def test_field_path_breaks_behind_dots_and_slashes() -> None:
    assert field_path('labels."a.com/<b>"') == ("labels.<wbr>&quot;a.<wbr>com/<wbr>&lt;b&gt;&quot;")
