"""From the flags of `sql instances patch` to the settings of an instance, and back to fields."""

from __future__ import annotations

from runbook.commands.changing import fingerprint_of as digest_of
from runbook.commands.gcloud_grammar import Arguments
from runbook.commands.keys import get, parse_key
from runbook.document.definition import Json

FLAG_PATH = "settings.databaseFlags."
PATHS = {
    "activation-policy": "settings.activationPolicy",
    "assign-ip": "settings.ipConfiguration.ipv4Enabled",
    "availability-type": "settings.availabilityType",
    "network": "settings.ipConfiguration.privateNetwork",
    "ssl-mode": "settings.ipConfiguration.sslMode",
    "storage-size": "settings.dataDiskSizeGb",
    "tier": "settings.tier",
}


def fingerprint_of(instance: dict[str, Json]) -> str:
    """Google's own number of the settings' version."""
    version = get(instance, ("settings", "settingsVersion"))
    return str(version) if version else digest_of(instance)


def settings_of(instance: Json) -> dict[str, Json]:
    found = get(instance, ("settings",))
    return found if isinstance(found, dict) else {}


def database_flags(instance: Json) -> dict[str, str]:
    """The flags that are set, by name, in Google's order."""
    found = settings_of(instance).get("databaseFlags")
    entries = found if isinstance(found, list) else []
    return {
        str(entry.get("name")): str(entry.get("value", ""))
        for entry in entries
        if isinstance(entry, dict)
    }


def fields_of(instance: Json) -> dict[str, Json]:
    """The settings that a patch can change, by the path that people read."""
    fields = {path: get(instance, parse_key(path)) for path in PATHS.values()}
    network = PATHS["network"]
    fields[network] = _network_path(fields[network])
    flags = {FLAG_PATH + name: value for name, value in database_flags(instance).items()}
    return {**fields, **flags}


def settings_body(instance: dict[str, Json], arguments: Arguments) -> dict[str, Json]:
    """What is sent as `settings`: Google merges objects but replaces lists as a whole."""
    body: dict[str, Json] = {}
    address: dict[str, Json] = {}
    for name, path in PATHS.items():
        value = arguments.flag(name)
        if value is None or isinstance(value, tuple):
            continue
        field = path.rsplit(".", 1)[-1]
        place = address if ".ipConfiguration." in path else body
        place[field] = _as_sent(name, value, arguments.project)
    if address:
        body["ipConfiguration"] = address
    flags = _wanted_flags(instance, arguments)
    if flags is not None:
        body["databaseFlags"] = [{"name": name, "value": value} for name, value in flags.items()]
    return body


def patched(instance: dict[str, Json], arguments: Arguments) -> dict[str, Json]:
    """The instance as it will be."""
    settings, body = settings_of(instance), settings_body(instance, arguments)
    address = body.get("ipConfiguration")
    if isinstance(address, dict):
        current = settings.get("ipConfiguration")
        body["ipConfiguration"] = {**(current if isinstance(current, dict) else {}), **address}
    return {**instance, "settings": {**settings, **body}}


def _wanted_flags(instance: Json, arguments: Arguments) -> dict[str, str] | None:
    if arguments.flag("clear-database-flags"):
        return {}
    if arguments.flag("database-flags") is None:
        return None
    return {**database_flags(instance), **arguments.mapping("database-flags")}


def _as_sent(name: str, value: Json, project: str) -> Json:
    if name == "storage-size":
        return str(value)
    if name == "network" and isinstance(value, str) and "/" not in value:
        return f"projects/{project}/global/networks/{value}"
    return value


def _network_path(value: Json) -> Json:
    """Google answers with a path or a URL for what was sent as the other."""
    if isinstance(value, str) and "projects/" in value:
        return value[value.index("projects/") :]
    return value
