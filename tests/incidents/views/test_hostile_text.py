"""Whatever others wrote, a page stays a page: no tag, handler, script or link of theirs in it, and
nothing that turns its text around."""

from __future__ import annotations

from datetime import time
from html.parser import HTMLParser

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from incidents import administration, clock, timeline
from incidents.models import Approval, Environment, Incident, OutputChunk, Run, StepCommand
from incidents.states import HandoffSide, HandoffState, Role, RunState
from incidents.views.panels import PANELS
from tests import factories
from tests.incidents.views.conftest import SignIn
from tests.support.hostile_rows import HOSTILE, poison

OURS = ("/static/", "/admin/jsi18n/")


class Seen(HTMLParser):
    """What a browser would make of a page, as far as it matters here."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.wrong: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if tag in ("x-hostile", "style", "iframe", "object", "embed", "base"):
            self.wrong.append(f"<{tag}>")
        if tag == "script" and not (named.get("src") or "").startswith(OURS):
            self.wrong.append(f"<script {attrs}>")
        for name, value in attrs:
            is_link = name in ("href", "src", "action", "hx-get", "hx-post", "formaction")
            if name.startswith("on") or name == "style":
                self.wrong.append(f"<{tag} {name}={value!r}>")
            if is_link and (value or "").strip().lower().startswith(("javascript:", "data:", "x")):
                self.wrong.append(f"<{tag} {name}={value!r}>")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)


def wrong_in(page: str) -> list[str]:
    found = Seen(page).wrong
    found += [f"U+{ord(c):04X}" for c in "\u202e\u2066\x1b\x07\x9b" if c in page]
    return found + (["a template was run"] if "1522756" in page else [])


@pytest.fixture
def hostile(busy_incident: Incident, commander: User, engineer: User, leader: User) -> Incident:
    """A room where every kind of row is there, and all of its words are an attacker's."""
    incident, now = busy_incident, clock.now()
    environment = incident.environment
    User.objects.filter(pk=commander.pk).update(is_superuser=True, is_staff=True)
    incident.environment.memberships.create(person=commander, role=Role.ADMINISTRATOR)
    group = Group.objects.create(name="databases")
    engineer.groups.add(group)
    environment.memberships.create(group=group, role=Role.APPROVER)
    environment.windows.create(opens=time(1), closes=time(2), weekdays=[1])
    environment.freezes.create(starts_at=now, declared_by=commander, reason="x")
    incident.handovers.create(offered_by=commander, offered_to=engineer, words="x", offered_at=now)
    for state in (HandoffState.ACCEPTED, HandoffState.OFFERED):
        handoff = incident.handoffs.create(
            given_by="x", taken_by="y", done="x", asked="x", reason="x", state=state,
            offered_by=commander, offered_at=now, decided_by=commander, decided_at=now,
        )  # fmt: skip
        handoff.items.create(side=HandoffSide.ASKED, position=1, text="x")
    update = incident.updates.create(
        audience="engineering", text="x", subject="x", recipients=["x"], template="github-issue",
        issue="x", labels=["x"], author=commander, at=now,
    )  # fmt: skip
    incident.notifications.create(
        key="x", topic=f"{incident.name} update {update.pk}", kind="github comment", shown="x",
        subject="x", body="x", state="sent", receipt="x", error="x", due_at=now, created_at=now,
    )  # fmt: skip
    commander.api_tokens.create(
        name="x", prefix="rb_x", digest="x", scopes=["read"], created_at=now, expires_at=now
    )
    step = incident.steps.order_by("position").last()
    assert step is not None
    factories.make_command(step, effect="", reason="x", instead="x", example="x", pasted="x",
                           pasted_by=engineer, pasted_at=now)  # fmt: skip
    read = StepCommand.objects.filter(step__incident=incident, effect="reads")[0]
    for state in (RunState.UNKNOWN, RunState.FAILED):
        run = factories.make_run(
            factories.make_command(read.step), commander, state, message="x", result={"a": ["x"]}
        )
        OutputChunk.objects.create(run=run, first=1, last=2, text="a\nb", at=now)
        Run.objects.filter(pk=run.pk).update(last_line=2)
    approval = Approval.objects.get(run__incident=incident)
    approval.evidence = [
        {"id": run.pk, "run": 1, "text": "x", "state": "failed", "failed_checks": 1, "digest": "0"}
    ]
    approval.moved = [{"what": "x", "before": "x", "after": ["x"]}]
    approval.named, approval.words = {"command": "x"}, "x"
    approval.save()
    approval.decisions.create(person=leader, verdict="approved", digest="0", words="x", at=now)
    for kind in ("step.ticked", "run.failed", "handoff.accepted", "approval.asked"):
        timeline.record(
            incident_id=incident.pk, actor=engineer, kind=kind, text="x", panels=[],
            data={"before": {"x": "x"}, "after": {"x": "y"}},
        )  # fmt: skip
    administration.record(
        actor=commander, kind="role.granted", text="x", environment=environment, data={"after": "x"}
    )
    StepCommand.objects.update(pasted_at=now, pasted_by=engineer)
    poison()
    OutputChunk.objects.update(text=f"{HOSTILE}\n{'x' * 16_384}")
    incident.refresh_from_db()
    return incident


def addresses(incident: Incident) -> list[str]:
    """Every address, with ids of this incident's rows in its gaps; panels of every row."""
    run = incident.runs.order_by("-number")[0]
    gaps = {
        "number": incident.number, "slug": incident.revision.runbook.slug, "run_id": run.pk,
        "name": incident.environment.name, "approval_id": Approval.objects.get().pk,
    }  # fmt: skip
    found = [_filled(place, gaps) for place in _places(get_resolver())]
    room = f"/incidents/INC-{incident.number}/"
    panels = [f"{room}panels/{name}/" for name in PANELS]
    panels += [f"{room}panels/step-{step.pk}/" for step in incident.steps.all()]
    panels += [f"{room}panels/phase-{phase.pk}/" for phase in incident.phases.all()]
    panels += [
        f"{room}panels/approval-{gaps['approval_id']}/",
        f"{room}panels/timeline/?timeline=proof",
    ]
    steps = [f"{room}?step={step.pk}" for step in incident.steps.all()]
    return [
        *found,
        *panels,
        *steps,
        f"/runs/{run.pk}/output/?q=hostile",
        "/admin/incidents/runbook/",
    ]


def _places(resolver: URLResolver, prefix: str = "/") -> list[str]:
    found: list[str] = []
    for pattern in resolver.url_patterns:
        place = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            found += [] if "admin" in place else _places(pattern, place)
        elif isinstance(pattern, URLPattern) and pattern.name != "export":  # no page, a zip
            found.append(place)
    return found


def _filled(place: str, gaps: dict[str, object]) -> str:
    while "<" in place:
        before, _, rest = place.partition("<")
        gap, _, after = rest.partition(">")
        place = f"{before}{gaps.get(gap.partition(':')[2], 1)}{after}"
    return place


def test_no_page_carries_what_others_wrote_as_anything_but_text(
    hostile: Incident, commander: User, sign_in: SignIn
) -> None:
    client: Client = sign_in(commander)
    client.raise_request_exception = True
    wrong, read = {}, []
    for address in dict.fromkeys(addresses(hostile)):
        answer = client.get(address)
        if answer.status_code != 200 or not answer["Content-Type"].startswith("text/html"):
            continue
        page = answer.content.decode()
        if "hostile" in page:
            read.append(address)
        if found := wrong_in(page):
            wrong[address] = found[:5]
    assert wrong == {}
    assert len(read) >= 25, read
    room = f"/incidents/INC-{hostile.number}/"
    assert {room, f"{room}board/", "/", "/approvals/", "/status/", "/runbooks/"} <= set(read)


def test_refusals_and_errors_carry_it_as_text(
    hostile: Incident, commander: User, sign_in: SignIn
) -> None:
    client = sign_in(commander)
    approval = Approval.objects.get()
    for address, words in (
        (f"/approvals/{approval.pk}/approve/", {"digest": "x", "words": HOSTILE}),
        (f"/incidents/INC-{hostile.number}/updates/", {"audience": HOSTILE, "text": HOSTILE}),
        (f"/runbooks/{hostile.revision.runbook.slug}/declare/", {"severity": HOSTILE}),
        ("/library/add/", {"text": HOSTILE}),
        ("/sign-in/", {"login": HOSTILE, "password": HOSTILE}),
    ):
        answer = client.post(address, {n: v.replace("\x00", "") for n, v in words.items()})
        assert wrong_in(answer.content.decode()) == [], address
    lost = client.get("/nowhere/%3Cx-hostile%3E/")
    assert wrong_in(lost.content.decode()) == []


def test_environment_stays_reachable_by_its_name(hostile: Incident) -> None:
    """Its name is part of addresses, so no row may have another than a slug."""
    assert Environment.objects.get(name="staging").incidents.get() == hostile
