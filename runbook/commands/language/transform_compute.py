"""Functions of gcloud's formats that its Compute Engine commands add."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from runbook.commands.language.keys import get
from runbook.commands.language.transform_texts import basename, scope
from runbook.document.definition import Json

_CUSTOM = re.compile(r"(?:.*/)?(?:([a-z0-9]+)-)?custom-(\d+)-(\d+)(?:-ext)?")


def location(value: Json, undefined: str = "") -> Json:
    for name in ("zone", "region"):
        found = get(value, (name,))
        if found:
            return basename(found, undefined)
    return undefined


def location_scope(value: Json, undefined: str = "") -> Json:
    return next((name for name in ("zone", "region") if get(value, (name,))), undefined)


def machine_type(value: Json, undefined: str = "") -> Json:
    """Custom machines in words; others as they are called."""
    if not isinstance(value, str):
        return undefined
    custom = _CUSTOM.fullmatch(value)
    if custom is None:
        return value
    size = f"{int(custom[3]) / 1024:.2f}"
    return f"custom ({custom[1] or 'n1'}, {custom[2]} vCPU, {size} GiB)"


def name(value: Json, undefined: str = "") -> Json:
    return value.rpartition("/")[2] if isinstance(value, str) and value else undefined


def project(value: Json, undefined: str = "") -> Json:
    return str(scope(get(value, ("selfLink",)), "projects")).partition("/")[0] or undefined


def zone(value: Json, undefined: str = "") -> Json:
    return str(scope(get(value, ("selfLink",)), "zones")).partition("/")[0] or undefined


def status(value: Json, undefined: str = "") -> Json:
    found, deprecated = get(value, ("status",)), get(value, ("deprecated",))
    return f"{found} ({get(deprecated, ('state',)) or ''})" if deprecated else found or undefined


def scoped_suffixes(value: Json, undefined: str = "") -> Json:
    if not isinstance(value, list) or not value or not all(isinstance(one, str) for one in value):
        return undefined
    return [*sorted(_scoped_suffix(str(one)) for one in value)]


def _scoped_suffix(uri: str) -> str:
    for mark in ("/zones/", "/regions/", "/"):
        if mark in uri:
            return uri.rpartition(mark)[2]
    return uri


def type_suffix(value: Json, undefined: str = "") -> Json:
    return "/".join(value.split("/")[-2:]) or undefined if isinstance(value, str) else undefined


KNOWN: Mapping[str, Callable[..., Json]] = {
    "location": location,
    "location_scope": location_scope,
    "machine_type": machine_type,
    "name": name,
    "project": project,
    "scoped_suffixes": scoped_suffixes,
    "status": status,
    "type_suffix": type_suffix,
    "zone": zone,
}
