"""What a patch of an instance will cost, and what Google would refuse of it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from runbook.commands.base import FieldChange
from runbook.commands.cloud_sql.settings import FLAG_PATH, PATHS, database_flags, settings_of
from runbook.commands.grammar.gcloud_grammar import Arguments
from runbook.commands.language.keys import get, parse_key
from runbook.document.definition import Json

FlagFacts: TypeAlias = Mapping[str, Json]
"""One entry of Google's list of database flags."""

_LEAST_STORAGE = 10
_WINDOW = ("maintenance-window-day", "maintenance-window-hour")
_PROTECTION = PATHS["deletion-protection"]
_COSTS = {
    PATHS["tier"]: "Another tier restarts the instance; every connection ends.",
    PATHS["network"]: "Another network restarts the instance; it also has to have private services "
    "access, and it cannot be taken back.",
    PATHS[
        "availability-type"
    ]: "Another availability type interrupts connections for a short time.",
    PATHS["storage-size"]: "Storage that has grown cannot be made smaller again.",
    PATHS[
        "enable-point-in-time-recovery"
    ]: "Switching point-in-time recovery may restart the instance.",
}


def warnings(
    before: dict[str, Json],
    arguments: Arguments,
    changes: Sequence[FieldChange],
    known: Sequence[FlagFacts],
) -> tuple[str, ...]:
    found = [_COSTS[change.path] for change in changes if change.path in _COSTS]
    if not changes:
        found.append("The instance already has these values; nothing would change.")
    if any(change.path == _PROTECTION and change.after is False for change in changes):
        found.append("The instance can be deleted from then on.")
    if before.get("state") != "RUNNABLE":
        found.append(f"The instance's state is {before.get('state')}, not RUNNABLE.")
    found += _activation(changes)
    found += _merging(before, arguments)
    found += _restarts(changes, known)
    found += _networks(before, changes)
    return tuple(found)


def _networks(before: dict[str, Json], changes: Sequence[FieldChange]) -> list[str]:
    """gcloud replaces the list of authorized networks, and so do we: who is left out is named."""
    for change in changes:
        if change.path == PATHS["authorized-networks"] and isinstance(change.before, list):
            kept = change.after if isinstance(change.after, list) else []
            gone = [str(one) for one in change.before if one not in kept]
            cut = [f"Cut off from the instance: {', '.join(gone)}."] if gone else []
            return [*cut, *_told_of_networks(before)]
    return []


def _told_of_networks(before: dict[str, Json]) -> list[str]:
    listed = get(before, parse_key(PATHS["authorized-networks"]))
    entries = listed if isinstance(listed, list) else []
    names = [str(name) for name in (get(one, ("name",)) for one in entries) if name]
    if not names and not any(get(one, ("expirationTime",)) for one in entries):
        return []
    told = f" ({', '.join(names)})" if names else ""
    lost = f"Names and ends of authorized networks{told} are lost"
    return [f"{lost}, and the undo does not bring them back: gcloud has no flags for them."]


def _activation(changes: Sequence[FieldChange]) -> list[str]:
    for change in changes:
        if change.path == PATHS["activation-policy"]:
            stops = change.after == "NEVER"
            return [
                "The instance stops; every connection ends." if stops else "The instance starts."
            ]
    return []


def _merging(before: dict[str, Json], arguments: Arguments) -> list[str]:
    if arguments.flag("clear-database-flags") and database_flags(before):
        names = ", ".join(database_flags(before))
        return [f"These flags go back to their defaults, which may restart the instance: {names}."]
    given = arguments.mapping("database-flags")
    kept = [name for name in database_flags(before) if name not in given]
    if not given or not kept:
        return []
    names = ", ".join(kept)
    words = "Google replaces the whole list of database flags. Sent along, so that they stay:"
    return [f"{words} {names}."]


def _restarts(changes: Sequence[FieldChange], known: Sequence[FlagFacts]) -> list[str]:
    facts = {fact.get("name"): fact for fact in known}
    names = [change.path.removeprefix(FLAG_PATH) for change in changes if FLAG_PATH in change.path]
    restarting = [name for name in names if facts.get(name, {}).get("requiresRestart")]
    if not restarting:
        return []
    return [f"The instance restarts to apply {', '.join(restarting)}; every connection ends."]


def refusals(
    before: dict[str, Json], arguments: Arguments, known: Sequence[FlagFacts]
) -> tuple[str, ...]:
    found: list[str] = []
    if not arguments.flags:
        found.append("The command names nothing to change.")
    facts = {fact.get("name"): fact for fact in known}
    for name, value in arguments.mapping("database-flags").items():
        if name not in facts:
            found.append(f"{before.get('databaseVersion')} has no database flag {name}.")
        else:
            found += _flag_refusal(name, value, facts[name])
    return (*found, *_storage_refusal(before, arguments), *_window_refusal(before, arguments))


def _window_refusal(before: dict[str, Json], arguments: Arguments) -> list[str]:
    """A window that does not exist yet needs a day and an hour."""
    given = [name for name in _WINDOW if arguments.flag(name) is not None]
    if len(given) != 1 or settings_of(before).get("maintenanceWindow"):
        return []
    both = "--maintenance-window-day and --maintenance-window-hour"
    return [f"The instance has no maintenance window yet: give {both} together."]


def _flag_refusal(name: str, value: str, facts: FlagFacts) -> list[str]:
    kind = facts.get("type")
    if kind == "BOOLEAN" and value not in ("on", "off"):
        return [f"The flag {name} is on or off, not '{value}'."]
    if kind == "INTEGER" and not re.fullmatch(r"-?\d+", value):
        return [f"The flag {name} is a whole number, not '{value}'."]
    allowed = facts.get("allowedStringValues")
    if kind == "STRING" and isinstance(allowed, list) and allowed and value not in allowed:
        return [f"The flag {name} is one of {', '.join(map(str, allowed))}, not '{value}'."]
    if kind == "INTEGER" and not _is_in_range(int(value), facts):
        least, most = facts.get("minValue"), facts.get("maxValue")
        return [f"The flag {name} lies between {least} and {most}; {value} does not."]
    return []


def _is_in_range(value: int, facts: FlagFacts) -> bool:
    allowed = facts.get("allowedIntValues")
    if isinstance(allowed, list) and str(value) in map(str, allowed):
        return True
    least, most = facts.get("minValue"), facts.get("maxValue")
    return (least is None or value >= int(str(least))) and (most is None or value <= int(str(most)))


def _storage_refusal(before: dict[str, Json], arguments: Arguments) -> list[str]:
    wanted = arguments.flag("storage-size")
    if not isinstance(wanted, int):
        return []
    current = settings_of(before).get("dataDiskSizeGb")
    if wanted < _LEAST_STORAGE:
        return [f"Storage has at least {_LEAST_STORAGE} GB."]
    if current and wanted < int(str(current)):
        return [f"Storage only grows; it has {current} GB now."]
    return []
