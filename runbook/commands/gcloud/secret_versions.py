"""Secret versions: which there are and in which state. A value never enters this process."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from runbook.commands.base import Command, Effect, NotRunnable
from runbook.commands.gcloud.secrets import address
from runbook.commands.grammar.flag_values import Flag
from runbook.commands.grammar.gcloud_grammar import Arguments, Grammar, read_arguments
from runbook.commands.grammar.list_flags import URI
from runbook.commands.kinds import CommandKind
from runbook.commands.reading import Reading
from runbook.commands.secret_values import check_secret
from runbook.document.definition import Json

if TYPE_CHECKING:
    from runbook.cloud.sessions import Session

_VERSION = r"latest|[1-9]\d{0,9}|[A-Za-z][A-Za-z0-9_-]{0,62}"
_NAME = r"[A-Za-z0-9_-]{1,255}"
_NOTE = "The value is not read: what follows is the version's metadata."
_SCHEMA = "secretmanager.v1.SecretVersion"
_TABLE = (
    "table(name.basename():label=NAME,state.enum(secrets.StateVersionJobState):label=STATE,createTime.date():label=CREATED,"
    "destroyTime.date(undefined='-'):label=DESTROYED)"
)

_LIST = Grammar(
    "secrets versions list",
    operand="SECRET",
    pattern=_NAME,
    flags=(URI,),
    is_list=True,
    default_format=_TABLE,
    schema=_SCHEMA,
)
_DESCRIBE = Grammar(
    "secrets versions describe",
    operand="VERSION",
    pattern=_VERSION,
    flags=(Flag("secret", pattern=_NAME),),
    schema=_SCHEMA,
)
_ACCESS = Grammar(
    "secrets versions access",
    operand="VERSION",
    pattern=_VERSION,
    flags=(Flag("secret", pattern=_NAME),),
    schema=_SCHEMA,
)


def _resource(arguments: Arguments) -> str:
    secret = f"projects/{arguments.project}/secrets/{arguments.text('secret')}"
    return f"{secret}/versions/{arguments.operand}"


def _fetch(session: Session, arguments: Arguments) -> Json:
    return session.secrets.version(_resource(arguments))


def _list(session: Session, arguments: Arguments) -> Json:
    secret = f"projects/{arguments.project}/secrets/{arguments.operand}"
    return session.secrets.versions(secret)


def _parse_list(words: Sequence[str]) -> Command:
    arguments = read_arguments(words, _LIST)
    secret = f"projects/{arguments.project}/secrets/{arguments.operand}"
    return Reading(arguments, f"{secret}/versions", _list, cut="before sorting", uri=address)


def _parse_describe(words: Sequence[str]) -> Command:
    arguments = read_arguments(words, _DESCRIBE)
    check_secret(arguments)
    return Reading(arguments, _resource(arguments), _fetch)


def _parse_access(words: Sequence[str]) -> Command:
    arguments = read_arguments(words, _ACCESS)
    check_secret(arguments)
    if arguments.format:
        raise NotRunnable("The value of a secret is not read here, so it cannot be formatted.")
    return Reading(arguments, _resource(arguments), _fetch, note=_NOTE)


KINDS = (
    CommandKind(
        f"gcloud {_DESCRIBE.name}",
        Effect.READS,
        "Shows the state of a secret's version, never its value.",
        _parse_describe,
    ),
    CommandKind(
        f"gcloud {_ACCESS.name}",
        Effect.READS,
        "Tells that a secret's version exists and its state; the value is not read.",
        _parse_access,
    ),
    CommandKind(
        f"gcloud {_LIST.name}",
        Effect.READS,
        "Lists the versions of a secret and their states.",
        _parse_list,
    ),
)
