"""Reports and follow-ups through the client: who gets which page, and what forms do."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client

from incidents import clock
from incidents.actions import follow_ups, report
from incidents.actions.follow_ups import Wanted
from incidents.actions.resolve import resolve
from incidents.models import FollowUp, Incident, ReportRevision
from incidents.queries.report.sections import newest_revision
from tests.incidents.views.conftest import SignIn

HTMX = {"HX-Request": "true"}


@pytest.fixture
def ended(busy_incident: Incident, commander: User) -> Incident:
    resolve(actor=commander, incident_id=busy_incident.pk, words="Scaled **it** <script>.")
    busy_incident.refresh_from_db()
    return busy_incident


def path_of(incident: Incident) -> str:
    return f"/incidents/INC-{incident.number}/report/"


def page_of(client: Client, path: str, **more: object) -> str:
    answer = client.get(path, **more)  # type: ignore[arg-type]  # passed through
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_everybody_who_sees_the_incident_reads_its_report(
    ended: Incident, sign_in: SignIn, leader: User
) -> None:
    page = page_of(sign_in(leader), path_of(ended))

    for words in ("Scale the connector", "cancelled", "Scaled **it** &lt;script&gt;.", "Due"):
        assert words in page
    assert "Frontend</strong> was offline" in page
    assert page.count('method="post"') == 1  # signing out
    assert "?edit" not in page


def test_report_of_an_open_incident_tells_so_far(
    busy_incident: Incident, sign_in: SignIn, commander: User
) -> None:
    page = page_of(sign_in(commander), path_of(busy_incident))

    assert "this is what is known so far" in page
    assert "Mark as final" not in page


def test_outsider_finds_no_report_and_no_follow_up(
    ended: Incident, sign_in: SignIn, outsider: User, commander: User
) -> None:
    found = follow_ups.add(actor=commander, incident_id=ended.pk, wanted=Wanted("Secret plan"))
    client, path = sign_in(outsider), path_of(ended)

    for tail in ("", "standing/", "revisions/", "issue/", "sections/causes/"):
        assert (tail, client.get(f"{path}{tail}").status_code) == (tail, 404)
    for ending in (".md", ".pdf"):
        assert client.get(f"{path[:-1]}{ending}").status_code == 404
    for tail in ("done", "drop", "change", "reopen"):
        assert client.post(f"/follow-ups/{found.pk}/{tail}/").status_code == 404
    for tail in ("sections/causes/save/", "finish/", "reopen/", "restore/"):
        assert client.post(f"{path}{tail}").status_code == 404
    assert "Secret plan" not in page_of(client, "/follow-ups/")


def test_viewer_saves_nothing(ended: Incident, sign_in: SignIn, leader: User) -> None:
    client, path = sign_in(leader), path_of(ended)

    for tail, data in (
        ("sections/causes/save/", {"text": "Mine.", "seen": "0"}),
        ("finish/", {"seen": "0"}),
        ("../follow-ups/add/", {"title": "Mine."}),
    ):
        address = f"/incidents/INC-{ended.number}/follow-ups/add/" if ".." in tail else path + tail
        assert client.post(address, data).status_code == 403
    assert (ReportRevision.objects.count(), FollowUp.objects.count()) == (0, 0)
    assert "<textarea" not in page_of(client, f"{path}sections/causes/?edit")


def test_section_is_edited_in_place(ended: Incident, sign_in: SignIn, engineer: User) -> None:
    client, path = sign_in(engineer), f"{path_of(ended)}sections/causes/"
    assert "<textarea" in page_of(client, f"{path}?edit", headers=HTMX)

    answer = client.post(f"{path}save/", {"text": "The **subnet** <b>.", "seen": "0"}, headers=HTMX)

    section = answer.content.decode()
    assert "The <strong>subnet</strong> &lt;b&gt;." in section
    assert section.count('id="section-causes"') == 1
    assert "drafted from facts" not in section


def test_second_of_two_sees_what_differs_and_keeps_their_words(
    ended: Incident, sign_in: SignIn, engineer: User, commander: User
) -> None:
    report.save_section(
        actor=commander, incident_id=ended.pk, section="causes", text="The subnet.", seen=0
    )
    path = f"{path_of(ended)}sections/causes/save/"
    data = {"text": "The pool.", "seen": "0"}

    answer = sign_in(engineer).post(path, data, headers=HTMX)
    page = sign_in(engineer).post(path, data)

    assert (answer.status_code, page.status_code) == (409, 409)
    assert answer.headers["HX-Retarget"] == "#section-causes"
    for content in (answer.content.decode(), page.content.decode()):
        assert "commander saved this section" in content
        assert '<td class="hunk-text">The subnet.</td>' in content
        assert ">The pool.</textarea>" in content
        assert 'name="seen" value="1"' in content


def test_without_scripts_a_section_opens_and_saves(
    ended: Incident, sign_in: SignIn, engineer: User
) -> None:
    client, path = sign_in(engineer), path_of(ended)
    assert page_of(client, f"{path}?edit=lessons").count("<textarea") == 1

    answer = client.post(f"{path}sections/lessons/save/", {"text": "More room.", "seen": "0"})

    assert answer.headers["Location"] == f"{path}#section-lessons"


def test_final_mark_restore_and_revisions(ended: Incident, sign_in: SignIn, engineer: User) -> None:
    client, path = sign_in(engineer), path_of(ended)
    for number, text in enumerate(("One.", "Two.")):
        client.post(f"{path}sections/causes/save/", {"text": text, "seen": str(number)})

    assert "From revision 1 to 2" in page_of(client, f"{path}revisions/")
    assert client.post(f"{path}restore/", {"number": "1", "seen": "2"}).status_code == 302
    assert client.post(f"{path}finish/", {"seen": "3"}).status_code == 302
    final = newest_revision(ended)
    assert final is not None
    assert (final.number, final.is_final, final.text["causes"]) == (4, True, "One.")
    assert "?edit" not in page_of(client, path)
    assert "Its report is final" in page_of(client, f"/incidents/INC-{ended.number}/")


@pytest.mark.parametrize(
    ("ending", "kind", "start"),
    [(".md", "text/markdown; charset=utf-8", b"# INC-"), (".pdf", "application/pdf", b"%PDF-")],
)
def test_report_is_downloaded(
    ending: str, kind: str, start: bytes, ended: Incident, sign_in: SignIn, leader: User
) -> None:
    answer = sign_in(leader).get(f"{path_of(ended)[:-1]}{ending}")

    assert (answer.status_code, answer.headers["Content-Type"]) == (200, kind)
    assert answer.content.startswith(start)
    assert f"inc-{ended.number}-report{ending}" in answer.headers["Content-Disposition"]
    assert "no-store" in answer.headers["Cache-Control"]


def test_issue_text_is_there_to_copy(ended: Incident, sign_in: SignIn, leader: User) -> None:
    page = page_of(sign_in(leader), f"{path_of(ended)}issue/")

    assert "## What caused it" in page
    assert "data-copy=" in page


def test_follow_up_is_added_changed_and_ended(
    ended: Incident, sign_in: SignIn, commander: User, engineer: User
) -> None:
    client, room = sign_in(commander), f"/incidents/INC-{ended.number}"
    day = (clock.now() + timedelta(days=3)).date().isoformat()
    data = {"title": "Widen it <b>", "owner": engineer.pk, "due_on": day, "link": "https://x.org/1"}

    added = client.post(f"{room}/follow-ups/add/", data, headers=HTMX).content.decode()
    assert "Widen it &lt;b&gt;" in added
    found = FollowUp.objects.get()
    assert (found.owner, found.link, found.made_by) == (engineer, "https://x.org/1", commander)

    bad = client.post(
        f"/follow-ups/{found.pk}/change/", {**data, "link": "javascript:alert(1)"}, headers=HTMX
    )
    assert (bad.status_code, bad.headers["HX-Retarget"]) == (422, "find [data-refusal]")
    client.post(f"/follow-ups/{found.pk}/change/", {**data, "title": "Widen both"})
    mine = page_of(sign_in(engineer), "/follow-ups/")
    assert "Widen both" in mine
    ended_list = sign_in(engineer).post(
        f"/follow-ups/{found.pk}/done/", {"list": "all"}, headers=HTMX
    )
    assert 'id="all-follow-ups"' in ended_list.content.decode()
    found.refresh_from_db()
    assert (found.state, found.ended_by) == ("done", engineer)


def test_now_names_reports_that_are_wanted_and_what_i_owe(
    ended: Incident, sign_in: SignIn, commander: User
) -> None:
    wanted = Wanted("Widen it", owner_id=commander.pk)
    follow_ups.add(actor=commander, incident_id=ended.pk, wanted=wanted)
    client = sign_in(commander)

    page = page_of(client, "/")
    assert f"Report of {ended.name}" in page
    assert "1 follow-up of yours" in page
    report.finish(actor=commander, incident_id=ended.pk, seen=0)
    assert f"Report of {ended.name}," not in page_of(client, "/")
