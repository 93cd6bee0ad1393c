"""The one place that writes what happened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib.auth.models import User

from incidents import clock, ledger, live, source
from incidents.models import Incident, TimelineEntry
from incidents.redacting import redactor_for


def record(
    *,
    incident_id: int,
    actor: User | None,
    kind: str,
    text: str,
    panels: Sequence[str],
    data: dict[str, Any] | None = None,  # Any: JSON whose shape belongs to `kind`
    seals: Mapping[str, str] | None = None,
) -> TimelineEntry:
    """Write one entry inside the caller's transaction and tell the pages when it commits.

    The caller holds the incident (`actions.moves.hold`): entries are numbered without gaps and
    each is chained to the one before. Secrets are taken out first. `panels` are the parts of the
    page that this fact changed. `seals` are the digests of the rows that it is about, by name
    (`queries.proof.seals`): no pattern of secrets may take a piece out of one.
    """
    incident = (
        Incident.objects.select_related("environment")
        .only("number", "timeline_count", "timeline_head", "secrets", "environment__redact")
        .get(pk=incident_id)
    )
    redactor = redactor_for(incident)
    now = clock.now()
    said = {name: redactor.field(name, one) for name, one in ledger.plain(data or {}).items()}
    facts = ledger.facts_of(
        ledger=incident.name,
        number=incident.timeline_count + 1,
        at=now,
        actor=actor.get_username() if actor else "",
        source=source.current(),
        kind=kind,
        text=redactor.text(text),
        data=said | ({"seals": dict(seals)} if seals else {}),
    )
    link = ledger.link(facts, after=incident.timeline_head)
    _move_head(incident, link)
    entry = TimelineEntry.objects.create(incident=incident, at=now, actor=actor, **link.columns)
    live.changed(incident_id, [*panels, "timeline"])
    return entry


def _move_head(incident: Incident, link: ledger.Link) -> None:
    """The row is held; should it not be, two entries of one number are worse than an error."""
    held = Incident.objects.filter(pk=incident.pk, timeline_count=incident.timeline_count)
    if not held.update(
        timeline_count=link.number, timeline_head=link.digest, timeline_seal=link.head_seal
    ):
        raise ledger.NotHeld(f"{incident.name} got another entry meanwhile: it was not held")
