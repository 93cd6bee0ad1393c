"""Secret versions: enable and disable, each the undo of the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runbook.commands.base import Command, Effect, Emit, FieldChange, NotRunnable, Outcome, aside
from runbook.commands.change_output import print_if_asked
from runbook.commands.changing import Changing, Resource, Undo, fingerprint_of
from runbook.commands.grammar.flag_values import Flag
from runbook.commands.grammar.gcloud_grammar import Arguments, Grammar, read_arguments
from runbook.commands.kinds import CommandKind
from runbook.commands.secret_values import check_secret
from runbook.commands.sending import ended
from runbook.document.definition import Json

if TYPE_CHECKING:
    from runbook.cloud.sessions import Session

_STATES = {"enable": "ENABLED", "disable": "DISABLED"}


def _grammar(verb: str) -> Grammar:
    return Grammar(
        f"secrets versions {verb}",
        operand="VERSION",
        pattern=r"latest|[A-Za-z0-9_-]{1,63}",
        flags=(Flag("secret", pattern=r"[A-Za-z0-9_-]{1,255}"),),
        schema="secretmanager.v1.SecretVersion",
    )


@dataclass(frozen=True, slots=True)
class VersionSwitch(Changing):
    """`verb` is "enable" or "disable"."""

    verb: str

    @property
    def resource(self) -> str:
        return f"{self._secret}/versions/{self.arguments.operand}"

    @property
    def _secret(self) -> str:
        return f"projects/{self.arguments.project}/secrets/{self.arguments.text('secret')}"

    def read(self, session: Session) -> Resource:
        return session.secrets.version(self.resource)

    def changed(self, before: Resource | None) -> Resource:
        return {**(before or {}), "state": _STATES[self.verb]}

    def fields(self, resource: Resource | None) -> dict[str, Json]:
        return {"state": (resource or {}).get("state")}

    def fingerprint(self, resource: Resource | None) -> str:
        """Google's own, which it compares once more with the one that is sent."""
        etag = (resource or {}).get("etag")
        return str(etag) if etag else fingerprint_of(resource)

    def refusals(self, session: Session, before: Resource | None) -> list[str]:  # noqa: ARG002 (asks nobody)
        if (before or {}).get("state") != "DESTROYED":
            return []
        return ["The version is DESTROYED; what it held is gone for good."]

    def warnings(
        self, session: Session, before: Resource | None, changes: Sequence[FieldChange]
    ) -> list[str]:
        if not changes:
            return [f"The version is {_STATES[self.verb]} already; nothing would change."]
        if self.verb == "enable":
            return []
        newest = session.secrets.version(f"{self._secret}/versions/latest")
        if newest.get("name") == (before or {}).get("name"):
            return ["This is the newest version: whatever reads `latest` fails from then on."]
        return ["Whatever reads this version by its number fails from then on."]

    def undo_of(self, before: Resource | None, changes: Sequence[FieldChange]) -> Undo:  # noqa: ARG002 (not needed)
        if not changes:
            return Undo(why_not="There is nothing to undo.")
        words = self.arguments
        other = "disable" if self.verb == "enable" else "enable"
        start = f"gcloud secrets versions {other} {words.operand}"
        return Undo(f"{start} --secret={words.text('secret')} --project={words.project}")

    def send(self, session: Session, emit: Emit, found: Resource | None) -> Outcome:
        etag = str((found or {}).get("etag", ""))
        ask = session.secrets.enable_version
        if self.verb == "disable":
            ask = session.secrets.disable_version
        version = ask(self.resource, etag)
        which = (
            f"version [{self.arguments.operand}] of the secret [{self.arguments.text('secret')}]"
        )
        message = f"The version is {version.get('state')}."
        with ended(message):
            aside(emit)(f"{self.verb.title()}d {which}.")
            print_if_asked(self.arguments, version, emit)
        return Outcome("succeeded", message, version)


def _read(words: Sequence[str], verb: str) -> Arguments:
    arguments = read_arguments(words, _grammar(verb))
    check_secret(arguments)
    if not arguments.operand.isdecimal():
        raise NotRunnable(
            f"Write the number of the version: what '{arguments.operand}' means may change before "
            "this runs.",
            instead=f"gcloud secrets versions list {arguments.text('secret')} "
            f"--project={arguments.project}",
        )
    return arguments


def _parse_enable(words: Sequence[str]) -> Command:
    return VersionSwitch(_read(words, "enable"), "enable")


def _parse_disable(words: Sequence[str]) -> Command:
    return VersionSwitch(_read(words, "disable"), "disable")


KINDS = (
    CommandKind(
        "gcloud secrets versions enable",
        Effect.CHANGES,
        "Lets a disabled version of a secret be read again.",
        _parse_enable,
    ),
    CommandKind(
        "gcloud secrets versions disable",
        Effect.CHANGES,
        "Keeps a version of a secret from being read, until it is enabled.",
        _parse_disable,
    ),
)
