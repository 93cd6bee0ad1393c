"""What Google allows of a Serverless VPC Access connector, as far as the words alone can tell."""

from __future__ import annotations

import ipaddress
from dataclasses import replace

from runbook.commands.base import Caution
from runbook.commands.grammar.flag_values import FlagValue
from runbook.commands.grammar.gcloud_grammar import Arguments
from runbook.document.definition import Json

# Limits and machine types from gcloud's help of the create and update commands.
LEAST_MIN, MOST_MIN, LEAST_MAX, MOST_MAX = 2, 9, 3, 10
MACHINE_TYPES = ("f1-micro", "e2-micro", "e2-standard-4")
FIELDS = {
    "min-instances": "minInstances",
    "max-instances": "maxInstances",
    "machine-type": "machineType",
}
_LIMITS = {"min-instances": (LEAST_MIN, MOST_MIN), "max-instances": (LEAST_MAX, MOST_MAX)}
_RANGE_BITS = 28


def scaling_of(arguments: Arguments) -> dict[str, Json]:
    """The given limits and machine type as fields of a connector."""
    return {
        FIELDS[flag]: value
        for flag, value in arguments.flags
        if flag in FIELDS and isinstance(value, int | str)
    }


def update_cautions(arguments: Arguments) -> tuple[Caution, ...]:
    """Rules that an update breaks whatever the connector is like."""
    low, high = arguments.flag("min-instances"), arguments.flag("max-instances")
    found = _scaling_cautions(arguments)
    if (low is None) != (high is None):
        message = "Google wants --min-instances and --max-instances together."
        found.append(Caution("connector-limits-together", message))
    if (low, high) == (LEAST_MIN, LEAST_MAX):
        message = (
            f"--min-instances={low} --max-instances={high} are the least values: connectors only "
            "scale up, so this changes nothing or is refused."
        )
        found.append(Caution("connector-only-up", message))
    return tuple(found)


def create_cautions(arguments: Arguments) -> tuple[Caution, ...]:
    """Rules that a create breaks."""
    found = _scaling_cautions(arguments)
    if not arguments.text("range") and not arguments.text("subnet"):
        message = "A connector needs a /28 of its own: --range=10.8.0.0/28, or --subnet=SUBNET."
        found.append(Caution("connector-place", message))
    return (*found, *_range_cautions(arguments))


def _scaling_cautions(arguments: Arguments) -> list[Caution]:
    found = [
        Caution("connector-limits", message, _within_limits(arguments))
        for message in _limit_messages(arguments)
    ]
    machine = arguments.text("machine-type")
    if machine and machine not in MACHINE_TYPES:
        allowed = ", ".join(MACHINE_TYPES)
        message = f"Google does not allow machine type {machine}, only {allowed}."
        found.append(Caution("connector-machine-type", message, _within_limits(arguments)))
    return found


def _limit_messages(arguments: Arguments) -> list[str]:
    found: list[str] = []
    for flag, (least, most) in _LIMITS.items():
        value = arguments.flag(flag)
        if isinstance(value, int) and not least <= value <= most:
            found.append(f"--{flag}={value} is outside of what Google allows: {least} to {most}.")
    low, high = arguments.flag("min-instances"), arguments.flag("max-instances")
    if isinstance(low, int) and isinstance(high, int) and low >= high:
        found.append(f"--min-instances={low} must be below --max-instances={high}.")
    return found


def _within_limits(arguments: Arguments) -> str:
    """The same command with the nearest values that Google takes, or "" where none is near."""
    flags: dict[str, FlagValue] = dict(arguments.flags)
    for flag, (least, most) in _LIMITS.items():
        value = flags.get(flag)
        if isinstance(value, int):
            flags[flag] = min(max(value, least), most)
    low, high = flags.get("min-instances"), flags.get("max-instances")
    if isinstance(low, int) and isinstance(high, int) and low >= high:
        return ""
    if flags.get("machine-type", "e2-micro") not in MACHINE_TYPES:
        flags["machine-type"] = "e2-standard-4"
    return replace(arguments, flags=tuple(flags.items())).as_gcloud()


def _range_cautions(arguments: Arguments) -> list[Caution]:
    text = arguments.text("range")
    if not text:
        return []
    try:
        network = ipaddress.IPv4Network(text, strict=False)
    except ValueError:
        return [Caution("connector-range", f"'{text}' is not a range such as 10.8.0.0/28.")]
    if network.prefixlen == _RANGE_BITS and str(network) == text:
        return []
    flags = {**dict(arguments.flags), "range": f"{network.network_address}/{_RANGE_BITS}"}
    instead = replace(arguments, flags=tuple(flags.items())).as_gcloud()
    return [Caution("connector-range", f"The range of a connector is a /28, not {text}.", instead)]
