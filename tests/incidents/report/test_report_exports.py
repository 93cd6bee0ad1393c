"""A report to take away: Markdown by its structure, a PDF by what can be read in it."""

from __future__ import annotations

import io
from threading import Semaphore

import pypdf
import pytest
from django.contrib.auth.models import User

from incidents import clock
from incidents.actions import follow_ups, report
from incidents.actions.follow_ups import Wanted
from incidents.models import Incident, Plan, Run
from incidents.queries.report import as_pdf as pdf
from incidents.queries.report.as_markdown import as_issue, as_markdown
from incidents.queries.report.prose import BREAK, blocks, unmarked
from incidents.queries.report.whole import Report, read_report
from tests.incidents.conftest import SetClock
from tests.incidents.report.conftest import HOSTILE, record

HEADINGS = [
    "Summary",
    "Impact",
    "What caused it",
    "What went well",
    "What went badly",
    "What we learned",
    "Times",
    "Phases against the plan",
    "Components",
    "Changes",
    "Checks before and after",
    "Escalation",
    "Who had it",
    "Updates",
    "Follow-ups",
    "What happened",
    "The whole timeline",
]


def report_of(incident: Incident) -> Report:
    found = Incident.objects.select_related("environment", "commander", "revision__runbook").get(
        pk=incident.pk
    )
    return read_report(found, now=clock.now())


def test_markdown_has_every_part_once(over: Incident) -> None:
    nodes = blocks(as_markdown(report_of(over)))
    headings = [node for node in nodes if node["kind"] == "heading"]

    assert [_words(node) for node in headings if node["level"] == 2] == HEADINGS
    assert [_words(node) for node in headings if node["level"] != 2] == [
        f"{over.name}: {over.title}",
        "Run 3: Scale the connector",
        "Run 4: Scale the connector",
    ]
    tables = [node for node in nodes if node["kind"] == "table"]
    assert {len(row) == len(table["head"]) for table in tables for row in table["rows"]} == {True}
    assert len(tables) == 8


def _words(node: dict[str, object]) -> str:
    assert isinstance(node["parts"], list)
    return "".join(part["text"] for part in node["parts"])


def test_text_of_others_opens_nothing_in_markdown(over: Incident, engineer: User) -> None:
    record(over, engineer, "incident.noted", f"# {HOSTILE}\n## More\n\n- [ ] ![x](http://y) | a |")

    nodes = blocks(as_markdown(report_of(over)))

    assert "More" not in [_words(node) for node in nodes if node["kind"] == "heading"]
    assert HOSTILE in _words(nodes[0])


def test_commands_of_the_timeline_are_code(over: Incident, engineer: User) -> None:
    record(over, engineer, "run.succeeded", "run 9 succeeded: `gcloud a --b=*`: *done*")

    assert "run 9 succeeded: `gcloud a --b=*`: \\*done\\*\n" in as_markdown(report_of(over))


def test_checks_that_always_passed_are_one_line_each(over: Incident) -> None:
    for run in over.runs.filter(effect="reads"):
        Run.objects.filter(pk=run.pk).update(checks=[{**run.checks[0], "passed": True}])

    text = as_markdown(report_of(over))

    assert "1 passed whenever they were looked at. Found at last:" in text
    assert "- The connector is ready, `connectors/staging-connector`: `READY`" in text


def test_markdown_is_the_same_bytes_each_time(
    over: Incident, engineer: User, set_clock: SetClock
) -> None:
    follow_ups.add(actor=engineer, incident_id=over.pk, wanted=Wanted("Widen the subnet"))
    once = as_markdown(report_of(over))
    set_clock.advance(86_400)

    assert as_markdown(report_of(over)) == once
    assert "- [ ] Widen the subnet (nobody yet)" in once


def test_words_of_people_take_the_place_of_drafts(over: Incident, engineer: User) -> None:
    report.save_section(
        actor=engineer, incident_id=over.pk, section="causes", text="The **subnet**.", seen=0
    )
    text = as_markdown(report_of(over))

    assert "## What caused it\n\nThe **subnet**.\n" in text
    assert "has not been written down yet" not in text


def test_issue_names_nobody_and_fits(over: Incident, engineer: User) -> None:
    report.save_section(
        actor=engineer,
        incident_id=over.pk,
        section="causes",
        text="Ask @infrastructure, `@code` and a@example.org.\n" + "word " * 3900,
        seen=0,
    )
    text = as_issue(report_of(over))

    assert "Ask @<!-- -->infrastructure, `@code` and a@example.org." in text
    assert "The whole timeline" not in text
    assert len(text) <= 65_536


def test_pdf_holds_the_facts_and_hostile_text_as_it_is(over: Incident) -> None:
    content = pdf.as_pdf(report_of(over))

    read = pypdf.PdfReader(io.BytesIO(content))
    lines = [line for page in read.pages for line in page.extract_text().splitlines()]
    text = " ".join(" ".join(lines).split())
    for words in (
        "To acknowledge 1 min",
        "offline for 1 h 50 min",
        "--max-instances=10",
        "engineer approved at",
        "10 min over",
        f"1 of {len(read.pages)}",
        "#x $y$ \\z @w `k` |p| _u_ *b* <i>",
    ):
        assert words in text
    assert [line for line in lines if line.endswith("-")] == []
    assert read.metadata is not None
    assert read.metadata.title == f"{over.name}: {over.title}"


@pytest.mark.parametrize(
    ("name", "limit", "words"),
    [
        ("MOST_BYTES", 10, "too long"),
        ("SECONDS", 0.001, "takes longer"),
    ],
)
def test_pdf_is_bounded(
    name: str, limit: float, words: str, over: Incident, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, name, limit)

    with pytest.raises(pdf.NotSet, match=words):
        pdf.as_pdf(report_of(over))


def test_pdfs_are_not_made_all_at_once(over: Incident, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "_free", Semaphore(0))

    with pytest.raises(pdf.NotSet, match="Try again"):
        pdf.as_pdf(report_of(over))


def test_undo_in_parts_is_not_read_as_one_command(over: Incident) -> None:
    Plan.objects.update(undo="gcloud sql a\ngcloud sql b", why_no_undo="")

    assert "To take it back: `gcloud sql a`, then `gcloud sql b`" in as_markdown(report_of(over))


@pytest.mark.parametrize(
    ("cells", "widths"), [(["a", "y" * 30, "b"], [0, 30, 0]), (["a", "b"], [0, 1])]
)
def test_short_columns_are_as_wide_as_they_are(cells: list[str], widths: list[int]) -> None:
    rows = [["h"] * len(cells), ["---"] * len(cells), cells]
    (table,) = blocks("\n".join(f"| {' | '.join(row)} |" for row in rows))

    assert table["widths"] == widths


def test_titles_lose_their_marks_and_long_words_may_break() -> None:
    assert unmarked("Run `a --b` *now* [here](http://x)") == "Run a --b now here (http://x)"
    (node,) = blocks("x" * 90)
    assert node["parts"][0]["text"].split(BREAK) == ["x" * 40, "x" * 40, "x" * 10]
