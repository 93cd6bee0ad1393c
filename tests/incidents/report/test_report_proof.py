"""Nobody changes what stands in a report unseen."""

from __future__ import annotations

from django.contrib.auth.models import User

from incidents.actions import report
from incidents.models import Incident
from incidents.queries.proof.verification import verify_incident


def found(incident: Incident) -> list[tuple[str, str]]:
    problems = verify_incident(incident.number).problems
    return [(one.what, one.sentence) for one in problems if one.what.startswith("report")]


def test_changed_removed_and_added_revisions_are_named(over: Incident, engineer: User) -> None:
    for number, text in enumerate(("One.", "Two.", "Three.")):
        report.save_section(
            actor=engineer, incident_id=over.pk, section="causes", text=text, seen=number
        )
    assert found(over) == []

    over.reports.filter(number=1).update(text={"causes": "Nothing."})
    over.reports.filter(number=2).delete()
    over.reports.create(number=9, text={}, author=engineer, at=over.started_at)

    assert found(over) == [
        ("report, revision 1", "Changed: it is not what the timeline sealed when it was said."),
        ("report, revision 2", "Removed."),
        ("report, revision 1", "Changed: its words are not those of the timeline."),
        ("report, revision 9", "Added by hand: the timeline does not know it."),
    ]
