"""An incident's parameters: what each is, who set it and when."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User

from incidents.models import Incident, TimelineEntry
from runbook.document.definition import Parameter
from runbook.document.parameters import FROM_ENVIRONMENT

DECLARED, EDITED, REREAD = "incident.declared", "parameters.edited", "runbook.reread"


@dataclass(frozen=True, slots=True)
class ParameterLine:
    """`value` is "" where it is a secret, which is kept and not shown. `is_fixed`: it is the
    environment's and cannot be edited."""

    name: str
    value: str
    about: str
    is_secret: bool
    is_fixed: bool
    set_by: User | None
    set_at: datetime | None


@dataclass(frozen=True, slots=True)
class ParameterList:
    """`seen` numbers the timeline entry that set the newest of them."""

    lines: tuple[ParameterLine, ...]
    seen: int

    @property
    def is_editable(self) -> bool:
        return any(not line.is_fixed for line in self.lines)


def settings_of(incident: Incident) -> list[TimelineEntry]:
    """The entries that set parameters, oldest first."""
    kinds = (DECLARED, EDITED, REREAD)
    entries = incident.timeline.filter(kind__in=kinds).select_related("actor")
    return list(entries.order_by("number"))


def read_parameters(incident: Incident, known: Iterable[Parameter]) -> ParameterList:
    """In the order of the document; names that it no longer has behind them."""
    entries = settings_of(incident)
    last = {name: entry for entry in entries for name in _names_set(entry)}
    about = {parameter.name: parameter.about for parameter in known}
    names = sorted(incident.parameters, key=lambda name: (name in FROM_ENVIRONMENT, name))
    in_order = [*(name for name in about if name in names), *names]
    lines = _lines(incident, dict.fromkeys(in_order), about, last)
    return ParameterList(tuple(lines), seen=entries[-1].number if entries else 0)


def _lines(
    incident: Incident,
    names: Iterable[str],
    about: Mapping[str, str],
    last: Mapping[str, TimelineEntry],
) -> Iterator[ParameterLine]:
    for name in names:
        is_secret = name in incident.secrets
        entry = last.get(name)
        yield ParameterLine(
            name=name,
            value="" if is_secret else incident.parameters[name],
            about=about.get(name, ""),
            is_secret=is_secret,
            is_fixed=name in FROM_ENVIRONMENT,
            set_by=entry.actor if entry else None,
            set_at=entry.at if entry else None,
        )


def _names_set(entry: TimelineEntry) -> Iterable[str]:
    if entry.kind == DECLARED:
        return [str(name) for name in entry.data.get("parameters", {})]
    return [str(change["name"]) for change in entry.data.get("changes", [])]
