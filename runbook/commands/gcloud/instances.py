"""Virtual machines: describe, list."""

from __future__ import annotations

from runbook.commands.compute_reads import ZONES, describing, listing
from runbook.commands.grammar.gcloud_grammar import Grammar
from runbook.commands.language.keys import get
from runbook.document.definition import Json

_DESCRIBE = Grammar(
    "compute instances describe",
    operand="INSTANCE_NAME",
    scope="zone",
    must_choose_scope=True,
    schema="compute.v1.Instance",
)
_LIST = Grammar(
    "compute instances list",
    flags=(ZONES,),
    takes_more=True,
    is_list=True,
    default_format=(
        "table(name,zone.basename(),machineType.machine_type().basename(),"
        "scheduling.preemptible.yesno(yes=true,no=''),"
        "x_internal_ip:label=INTERNAL_IP,x_external_ip:label=EXTERNAL_IP,status)"
    ),
    schema="compute.v1.Instance",
)


def _with_addresses(instance: Json) -> Json:
    """With the columns that gcloud makes of the interfaces: IPv4 first, then IPv6 with its size."""
    if not isinstance(instance, dict):
        return instance
    interfaces = instance.get("networkInterfaces")
    faces = interfaces if isinstance(interfaces, list) else []
    inner = [str(found) for face in faces if (found := get(face, ("networkIP",)))]
    inner += _ipv6(faces, ("ipv6Address",), ("internalIpv6PrefixLength",))
    outer = [str(found) for face in faces if (found := get(face, ("accessConfigs", 0, "natIP")))]
    first = ("ipv6AccessConfigs", 0)
    outer += _ipv6(faces, (*first, "externalIpv6"), (*first, "externalIpv6PrefixLength"))
    return {**instance, "x_internal_ip": "\n".join(inner), "x_external_ip": "\n".join(outer)}


def _ipv6(
    faces: list[Json], address: tuple[str | int, ...], length: tuple[str | int, ...]
) -> list[str]:
    pairs = [(get(face, address), get(face, length)) for face in faces]
    return [f"{found}/{size}" for found, size in pairs if found and size]


KINDS = (
    describing("instances", _DESCRIBE, "Shows a virtual machine."),
    listing("instances", _LIST, "Lists virtual machines.", seen=_with_addresses),
)
