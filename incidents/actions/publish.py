"""Telling those outside that the status page says something else now: every web process shows it
within two seconds, and who has subscribed is told. Inside the caller's transaction."""

from __future__ import annotations

from django.conf import settings

from incidents import clock, live
from incidents.actions.tell_outside import tell_subscribers
from incidents.models import Incident, Maintenance, Update
from incidents.queries.published.disruptions import read_disruption
from incidents.queries.published.facts import DisruptionFact, WordsFact, WorkFact
from incidents.queries.published.works import read_work
from incidents.states import Audience, PublicStage


def published(incident: Incident, update: Update | None = None) -> None:
    """Once words for the public (`update`), a component or the state of an incident have changed.
    Drills are never published."""
    if incident.is_drill:
        return
    live.status_changed()
    if update is not None and update.audience == Audience.PUBLIC:
        fact = read_disruption(incident, now=clock.now())
        if fact is not None and fact.words:
            _tell(fact, fact.words[0], key=f"update {update.pk}")


def closed(incident: Incident) -> None:
    """Once an incident is resolved: said to those who were told of it, if no words said so."""
    published(incident)
    fact = None if incident.is_drill else read_disruption(incident, now=clock.now())
    if fact is None or not fact.words or fact.words[0].stage == PublicStage.RESOLVED:
        return
    now = fact.resolved_at or clock.now()
    over = WordsFact(f"{fact.id}-over", PublicStage.RESOLVED, "The disruption is over.", now)
    _tell(fact, over, key=f"over {incident.pk}")


def tell_of_work(work: Maintenance, words: str, *, key: str) -> None:
    """Of work on nothing but components that are not public nobody outside hears."""
    fact = read_work(work)
    if fact is None or not settings.STATUS_PAGE_IS_PUBLIC:
        return
    span = f"{fact.starts_at:%-d %B %H:%M} to {fact.ends_at:%-d %B %H:%M} UTC"
    lines = [words, f"Planned for {span}.", _concerned([part.name for part in fact.parts])]
    tell_subscribers(
        key=f"maintenance {work.pk} {key}",
        subject=f"Maintenance {fact.state.value}: {fact.title}",
        body="\n\n".join(line for line in lines if line),
        link=f"/status/#{fact.id}",
        data=_data_of_work(fact, words),
    )


def _tell(fact: DisruptionFact, words: WordsFact, *, key: str) -> None:
    if not settings.STATUS_PAGE_IS_PUBLIC:
        return
    due = fact.next_words_at
    lines = [
        words.text,
        _concerned([f"{part.name} ({part.state.label.lower()})" for part in fact.parts]),
        f"Next update by {due:%-d %B %H:%M} UTC." if due and not fact.are_words_overdue else "",
    ]
    tell_subscribers(
        key=key,
        subject=f"{words.stage.label}: {fact.title}",
        body="\n\n".join(line for line in lines if line),
        link=f"/status/#{fact.id}",
        data=_data(fact, words),
    )


def _concerned(names: list[str]) -> str:
    return f"Components: {', '.join(names)}." if names else ""


def _data(fact: DisruptionFact, words: WordsFact) -> dict[str, object]:
    return {
        "type": "status.incident",
        "incident": fact.id,
        "title": fact.title,
        "stage": words.stage.value,
        "impact": fact.impact,
        "text": words.text,
        "at": words.at.isoformat(),
        "components": [{"name": one.name, "state": one.state.value} for one in fact.parts],
    }


def _data_of_work(fact: WorkFact, words: str) -> dict[str, object]:
    return {
        "type": "status.maintenance",
        "maintenance": fact.id,
        "title": fact.title,
        "state": fact.state.value,
        "text": words,
        "starts_at": fact.starts_at.isoformat(),
        "ends_at": fact.ends_at.isoformat(),
        "components": [part.name for part in fact.parts],
    }
