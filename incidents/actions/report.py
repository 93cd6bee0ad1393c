"""The words of a report: saved section by section, in revisions, until somebody marks it final."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.models import User
from django.db import transaction

from incidents import clock, ledger, permissions, timeline
from incidents.actions import timers
from incidents.actions.declare import open_runbook
from incidents.actions.due_reports import topic_of_report
from incidents.actions.moves import hold
from incidents.actions.storable import storable_text
from incidents.actions.tell import no_longer
from incidents.models import Incident, ReportRevision, Timer
from incidents.queries.proof.record_words import of_report
from incidents.queries.proof.seals import seals_of
from incidents.queries.report.facts import read_facts
from incidents.queries.report.sections import (
    newest_revision,
    parts_of,
    revision_numbered,
    text_in,
)
from incidents.redacting import redactor_for
from incidents.refusal import Refused
from incidents.states import ReportSection, TimerKind, TimerState

LONGEST = 20_000
TIMER_KEY = "report"


class SavedMeanwhile(Refused):
    """Somebody else saved the same section after the person began to write. `newest` is what
    stands, `words` what the person wrote: nothing of either is lost."""

    def __init__(self, newest: ReportRevision, words: str) -> None:
        name = newest.author.get_full_name() or newest.author.get_username()
        super().__init__(
            f"{name} saved this section at {newest.at:%H:%M:%S} UTC, while you wrote. Your words"
            " are still here: take in what differs, then save again."
        )
        self.newest = newest
        self.words = words


def expect_report(incident: Incident) -> None:
    """Start the report's clock, inside the transaction that resolves the incident."""
    wanted = open_runbook(incident.revision).report
    due_at = clock.now() + timedelta(seconds=wanted)
    timers.start(incident, TimerKind.REPORT, TIMER_KEY, due_at)


def save_section(
    *, actor: User, incident_id: int, section: str, text: str, seen: int
) -> ReportRevision | None:
    """Write one section anew. `seen` is the revision that the person began with, 0 for none.

    Other sections may have been saved meanwhile; this one not. Empty words bring back the draft.
    None when nothing was ever written and nothing is now.
    """
    if section not in ReportSection.values:
        raise Refused("A report has no such section.", status=404)
    with transaction.atomic():
        hold(pk=incident_id)
        incident = reportable(actor=actor, incident_id=incident_id, what="write its report")
        newest = newest_revision(incident)
        _require_draft(newest)
        words = redactor_for(incident).text(_words(text))
        if text_in(newest, section) == words:
            return newest
        if newest and text_in(newest, section) != text_in(_seen(incident, seen), section):
            raise SavedMeanwhile(newest, words)
        written = _with(newest, section, words)
        title = ReportSection(section).label
        did = "rewrote" if words else "went back to the draft of"
        return _store(
            incident,
            actor,
            written,
            kind="report.saved",
            entry=f"{did} “{title}” of the report",
        )


def restore(*, actor: User, incident_id: int, number: int, seen: int) -> ReportRevision:
    """Make an old revision the newest again; those between stay."""
    with transaction.atomic():
        hold(pk=incident_id)
        incident = reportable(actor=actor, incident_id=incident_id, what="restore its report")
        newest = _require_newest(incident, seen)
        _require_draft(newest)
        old = revision_numbered(incident, number)
        if old is None:
            raise Refused(f"The report has no revision {number}.", status=404)
        return _store(
            incident,
            actor,
            old.text,
            kind="report.restored",
            entry=f"restored revision {number} of the report",
        )


def finish(*, actor: User, incident_id: int, seen: int) -> ReportRevision:
    """Mark the report final: drafts become words that no longer move with the facts, and its clock
    stops."""
    with transaction.atomic():
        hold(pk=incident_id)
        incident = reportable(actor=actor, incident_id=incident_id, what="finish its report")
        if incident.is_open:
            raise Refused(f"{incident.name} is still open. Resolve it, then finish its report.")
        newest = _require_newest(incident, seen)
        _require_draft(newest)
        parts = parts_of(newest, read_facts(incident, now=clock.now()))
        timers.cancel(incident, TimerKind.REPORT)
        no_longer(topic_of_report(incident))
        return _store(
            incident,
            actor,
            {part.name: part.text for part in parts},
            kind="report.final",
            entry="marked the report final",
            is_final=True,
        )


def reopen(*, actor: User, incident_id: int) -> ReportRevision:
    """Let people write in a final report again. It is due when it was, or now if that is over."""
    with transaction.atomic():
        hold(pk=incident_id)
        incident = reportable(actor=actor, incident_id=incident_id, what="open its report again")
        newest = newest_revision(incident)
        if newest is None or not newest.is_final:
            raise Refused("The report is not final: you can write in it.")
        _expect_again(incident)
        return _store(
            incident,
            actor,
            newest.text,
            kind="report.reopened",
            entry="opened the report again",
        )


def _expect_again(incident: Incident) -> None:
    """A clock that had fired before the report was final has said so already."""
    own = Timer.objects.filter(incident=incident, kind=TimerKind.REPORT, key=TIMER_KEY)
    last = own.order_by("-occurrence").first()
    if last is not None and last.state == TimerState.CANCELLED:
        timers.start(incident, TimerKind.REPORT, TIMER_KEY, max(last.due_at, clock.now()))


def reportable(*, actor: User, incident_id: int, what: str) -> Incident:
    """The incident, for who may report on it; also when it is closed. Call after `hold`."""
    incident = (
        Incident.objects.select_related("environment", "commander", "revision__runbook")
        .filter(pk=incident_id)
        .first()
    )
    if incident is None:
        raise Refused("That incident does not exist.", status=404)
    if not permissions.abilities(person=actor, incident=incident).can_report:
        raise Refused(
            f"You may not {what} in {incident.environment}. Ask someone who is responder or"
            " commander there.",
            status=403,
        )
    return incident


def _with(newest: ReportRevision | None, section: str, words: str) -> dict[str, str]:
    """Every section that somebody has written, this one among them."""
    sections = {**(newest.text if newest else {}), section: words}
    return {name: one for name, one in sections.items() if one}


def _words(text: str) -> str:
    words = storable_text(text.replace("\r\n", "\n")).strip()
    if len(words) > LONGEST:
        raise Refused(
            f"A section may have {LONGEST} characters; this one has {len(words)}.", status=422
        )
    return words


def _seen(incident: Incident, number: int) -> ReportRevision | None:
    return revision_numbered(incident, number) if number else None


def _require_draft(newest: ReportRevision | None) -> None:
    if newest and newest.is_final:
        raise Refused("The report is final. Open it again before you change it.")


def _require_newest(incident: Incident, seen: int) -> ReportRevision | None:
    newest = newest_revision(incident)
    if (newest.number if newest else 0) != seen:
        raise Refused("Somebody saved the report a moment ago. Load the page, read it, try again.")
    return newest


def _store(
    incident: Incident,
    actor: User,
    text: dict[str, str],
    *,
    kind: str,
    entry: str,
    is_final: bool = False,
) -> ReportRevision:
    newest = newest_revision(incident)
    revision = ReportRevision.objects.create(
        incident=incident,
        number=newest.number + 1 if newest else 1,
        text=text,
        is_final=is_final,
        author=actor,
        at=clock.now(),
    )
    timeline.record(
        incident_id=incident.pk,
        actor=actor,
        kind=kind,
        text=f"{entry} (revision {revision.number})",
        panels=["report", "incidents", *_moved(newest, revision)],
        data={"report": revision.number, "text": ledger.digest_of_json(text)},
        seals=seals_of(of_report(revision)),
    )
    return revision


def _moved(old: ReportRevision | None, new: ReportRevision) -> list[str]:
    """Panels of the sections that read otherwise now, or may be written in otherwise."""
    is_other = new.is_final or (old is not None and old.is_final)
    return [
        f"report-{section}"
        for section in ReportSection.values
        if is_other or text_in(old, section) != text_in(new, section)
    ]
