"""From the flags of `sql instances patch` to the settings of an instance, and back to fields."""

from __future__ import annotations

from runbook.commands.changing import fingerprint_of as digest_of
from runbook.commands.cloud_sql.values import as_read, as_sent, machine_of
from runbook.commands.grammar.gcloud_grammar import Arguments
from runbook.commands.language.keys import get, parse_key
from runbook.document.definition import Json

FLAG_PATH = "settings.databaseFlags."
PATHS = {
    "activation-policy": "settings.activationPolicy",
    "assign-ip": "settings.ipConfiguration.ipv4Enabled",
    "authorized-networks": "settings.ipConfiguration.authorizedNetworks",
    "availability-type": "settings.availabilityType",
    "backup-start-time": "settings.backupConfiguration.startTime",
    "deletion-protection": "settings.deletionProtectionEnabled",
    "enable-point-in-time-recovery": "settings.backupConfiguration.pointInTimeRecoveryEnabled",
    "insights-config-query-insights-enabled": "settings.insightsConfig.queryInsightsEnabled",
    "maintenance-window-day": "settings.maintenanceWindow.day",
    "maintenance-window-hour": "settings.maintenanceWindow.hour",
    "network": "settings.ipConfiguration.privateNetwork",
    "retained-backups-count": (
        "settings.backupConfiguration.backupRetentionSettings.retainedBackups"
    ),
    "ssl-mode": "settings.ipConfiguration.sslMode",
    "storage-auto-increase": "settings.storageAutoResize",
    "storage-size": "settings.dataDiskSizeGb",
    "tier": "settings.tier",
}
_BACKUPS = "settings.backupConfiguration"
BACKUPS_ENABLED = f"{_BACKUPS}.enabled"
_WINDOW_KIND: tuple[tuple[str, Json], ...] = (
    ("settings.maintenanceWindow.kind", "sql#maintenanceWindow"),
)
# What gcloud sends along with a field.
_WITH: dict[str, tuple[tuple[str, Json], ...]] = {
    "backup-start-time": ((BACKUPS_ENABLED, True),),
    "maintenance-window-day": _WINDOW_KIND,
    "maintenance-window-hour": _WINDOW_KIND,
    "retained-backups-count": (
        (BACKUPS_ENABLED, True),
        (f"{_BACKUPS}.backupRetentionSettings.retentionUnit", "COUNT"),
    ),
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
    fields = {path: as_read(flag, get(instance, parse_key(path))) for flag, path in PATHS.items()}
    flags = {FLAG_PATH + name: value for name, value in database_flags(instance).items()}
    return {**fields, BACKUPS_ENABLED: bool(get(instance, parse_key(BACKUPS_ENABLED))), **flags}


def settings_body(instance: dict[str, Json], arguments: Arguments) -> dict[str, Json]:
    """What is sent as `settings`: Google merges objects but replaces lists as a whole."""
    body: dict[str, Json] = {}
    for flag, path in PATHS.items():
        value = _given(flag, arguments)
        if value is not None:
            sent = as_sent(flag, value, arguments.project)
            for place, content in ((path, sent), *_WITH.get(flag, ())):
                body = _merged(body, _nested(place, content))
    flags = _wanted_flags(instance, arguments)
    if flags is not None:
        body["databaseFlags"] = [{"name": name, "value": value} for name, value in flags.items()]
    return body


def versioned(settings: dict[str, Json], instance: dict[str, Json]) -> dict[str, Json]:
    """With the version they were made from: Google refuses them once there is a newer one, whose
    flags and networks they would take away."""
    version = settings_of(instance).get("settingsVersion")
    return {**settings, "settingsVersion": version} if version else settings


def patched(instance: dict[str, Json], arguments: Arguments) -> dict[str, Json]:
    """The instance as it will be."""
    settings = _merged(settings_of(instance), settings_body(instance, arguments))
    return {**instance, "settings": settings}


def _given(flag: str, arguments: Arguments) -> Json:
    """The value of a flag; some are written with flags of other names."""
    if flag == "tier":
        return arguments.text("tier") or machine_of(arguments) or None
    if flag == "authorized-networks" and arguments.flag("clear-authorized-networks"):
        return []
    if flag == "authorized-networks":
        return list(arguments.items(flag)) or None
    value = arguments.flag(flag)
    return None if isinstance(value, tuple) else value


def _nested(path: str, value: Json) -> dict[str, Json]:
    """`settings.a.b` as `{"a": {"b": value}}`."""
    *parents, name = path.split(".")[1:]
    made: dict[str, Json] = {name: value}
    for parent in reversed(parents):
        made = {parent: made}
    return made


def _merged(old: dict[str, Json], new: dict[str, Json]) -> dict[str, Json]:
    merged = dict(old)
    for name, value in new.items():
        before = old.get(name)
        if isinstance(before, dict) and isinstance(value, dict):
            merged[name] = _merged(before, value)
        else:
            merged[name] = value
    return merged


def _wanted_flags(instance: Json, arguments: Arguments) -> dict[str, str] | None:
    if arguments.flag("clear-database-flags"):
        return {}
    if arguments.flag("database-flags") is None:
        return None
    return {**database_flags(instance), **arguments.mapping("database-flags")}
