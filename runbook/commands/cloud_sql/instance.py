"""One Cloud SQL instance as gcloud shows it, and what keeps it busy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from runbook.commands.grammar.gcloud_grammar import Arguments
from runbook.commands.language.keys import get
from runbook.commands.unfinished import under_way
from runbook.document.definition import Json

if TYPE_CHECKING:
    from runbook.cloud.sessions import Session

NAME = r"[a-z](?:[-a-z0-9]{0,96}[a-z0-9])?"
SCHEMA = "sqladmin.v1.DatabaseInstance"
_LOOKED_AT = 50


def spelled_out(words: Sequence[str]) -> list[str]:
    """`-i NAME` is `--instance NAME` in the lists of what belongs to an instance."""
    return ["--instance" if word == "-i" else word for word in words]


def resource_of(arguments: Arguments) -> str:
    return f"projects/{arguments.project}/instances/{arguments.operand}"


def read_instance(session: Session, arguments: Arguments) -> dict[str, Json]:
    return as_shown(session.sql.instance(arguments.project, arguments.operand))


def as_shown(instance: dict[str, Json]) -> dict[str, Json]:
    """An instance that is switched off is STOPPED."""
    if get(instance, ("settings", "activationPolicy")) == "NEVER":
        return {**instance, "state": "STOPPED"}
    return instance


def busy(session: Session, arguments: Arguments) -> str:
    """The latest operation on the instance that has not ended: Google takes one at a time."""
    for one in session.sql.operations_on(arguments.project, arguments.operand, _LOOKED_AT):
        if get(one, ("status",)) != "DONE":
            what = f"the operation {get(one, ('operationType',))} {get(one, ('name',))}"
            return under_way(what, get(one, ("insertTime",)))
    return ""


def restarts(session: Session, arguments: Arguments) -> list[Json]:
    """The latest operations that restarted the instance, the newest first."""
    recent = session.sql.operations_on(arguments.project, arguments.operand, _LOOKED_AT)
    return [one for one in recent if get(one, ("operationType",)) == "RESTART"]
