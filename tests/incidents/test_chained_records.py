"""`timeline.record` and `administration.record` keep their chains whole, whoever writes when."""

import pytest
from django.contrib.auth.models import User
from django.db import transaction

from incidents import administration, clock, ledger, source, timeline
from incidents.actions.moves import hold
from incidents.models import AdministrationEntry, Incident, LedgerHead, TimelineEntry
from incidents.models.audit import Entry
from tests.incidents.conftest import at_once


def chain(entries: list[Entry], name: str) -> list[str]:
    """The digests as they must be; fails where one does not follow from the one before."""
    previous, found = ledger.FIRST, []
    for number, entry in enumerate(entries, start=1):
        facts = ledger.facts_of(
            ledger=name,
            number=number,
            at=entry.at,
            actor=entry.actor_name,
            source=entry.source,
            kind=entry.kind,
            text=entry.text,
            data=entry.data,
        )
        assert entry.number == number
        assert entry.previous == previous
        previous = ledger.digest_of(previous, facts)
        assert entry.digest == previous
        assert ledger.is_sealed(entry.digest, entry.seal)
        found.append(previous)
    return found


def record(incident: Incident, text: str, **more: object) -> TimelineEntry:
    with transaction.atomic():
        hold(pk=incident.pk)
        return timeline.record(
            incident_id=incident.pk,
            actor=None,
            kind="step.ticked",
            text=text,
            panels=[],
            **more,  # type: ignore[arg-type]
        )


def test_entries_follow_each_other_and_the_incident_knows_the_last(
    incident: Incident, commander: User
) -> None:
    for count in range(3):
        record(incident, f"entry {count}", data={"before": 1e16, "after": {"b": [None, 2.5]}})
    digests = chain(list(incident.timeline.order_by("number")), incident.name)
    incident.refresh_from_db()
    assert (incident.timeline_count, incident.timeline_head) == (3, digests[-1])
    assert incident.timeline_seal == ledger.seal_of_head(incident.name, 3, digests[-1])


def test_entry_keeps_name_and_source_as_they_were(incident: Incident, commander: User) -> None:
    with source.acting_from("api, public network"), transaction.atomic():
        timeline.record(
            incident_id=incident.pk, actor=commander, kind="step.ticked", text="a", panels=[]
        )
    User.objects.filter(pk=commander.pk).update(username="renamed")
    entry = incident.timeline.get()
    assert (entry.actor_name, entry.source) == ("commander", "api, public network")
    chain([entry], incident.name)


@pytest.mark.django_db(transaction=True)
def test_timeline_of_eight_writers_at_once_is_one_chain(incident: Incident) -> None:
    calls = [lambda name=name: record(incident, f"entry {name}") for name in range(24)]
    at_once(*calls[:8])
    at_once(*calls[8:16])
    at_once(*calls[16:])
    entries = list(incident.timeline.order_by("number"))
    assert {entry.text for entry in entries} == {f"entry {name}" for name in range(24)}
    digests = chain(entries, incident.name)
    incident.refresh_from_db()
    assert (incident.timeline_count, incident.timeline_head) == (24, digests[-1])


@pytest.mark.django_db(transaction=True)
def test_administration_of_eight_writers_at_once_is_one_chain() -> None:
    def write(name: int) -> None:
        with transaction.atomic():
            administration.record(actor=None, kind="role.granted", text=f"entry {name}")

    at_once(*[lambda name=name: write(name) for name in range(8)])
    entries = list(AdministrationEntry.objects.order_by("number"))
    assert len(entries) == 8
    digests = chain(entries, administration.LEDGER)
    head = LedgerHead.objects.get()
    assert (head.count, head.head) == (8, digests[-1])
    assert head.seal == ledger.seal_of_head("administration", 8, digests[-1])


@pytest.mark.django_db
def test_writer_that_does_not_hold_the_incident_is_a_fault(
    incident: Incident, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody else's entry comes between reading the head and moving it."""

    def meanwhile() -> str:
        Incident.objects.filter(pk=incident.pk).update(timeline_count=5)
        return "system"

    monkeypatch.setattr(source, "current", meanwhile)
    with pytest.raises(ledger.NotHeld, match="it was not held"):
        timeline.record(incident_id=incident.pk, actor=None, kind="a.b", text="", panels=[])


def test_moment_is_kept_to_the_microsecond(incident: Incident) -> None:
    before = clock.now()
    entry = record(incident, "now")
    entry.refresh_from_db()
    assert entry.at >= before
    chain([entry], incident.name)
