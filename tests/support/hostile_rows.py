"""Every text that people, runbooks, providers or Google could have written, as an attacker would.

Columns are found by looking at the models, so that a new one is tried without being named here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.contrib.auth.models import Group, User
from django.db import connection, models

from incidents.models import insert_only

BREAKOUTS = "'\"></textarea></title></select></style></script>"
TAGS = "<x-hostile onmouseover=hostile()></x-hostile><img src=x onerror=hostile()>"
SCRIPTS = "<script>hostile()</script><svg/onload=hostile()>"
LINKS = "[a](javascript:hostile()) ![b](x 'onerror=hostile()') <javascript:hostile()>"
TEMPLATES = "{{1234*1234}}{% load x %}${1234*1234}"
UNSEEN = "\u202e\u2066\x1b]0;x\x07\x9b"
JSON = '"}]},{"type":"lines"}'
HOSTILE = BREAKOUTS + TAGS + SCRIPTS + TEMPLATES + LINKS + UNSEEN + JSON
SHORT = "'\"><x-hostile onclick=1>"

FUNCTIONAL = {
    "digest", "previous", "seal", "timeline_head", "timeline_seal", "slug", "head",
    "output_digest", "kind", "key", "lock_name", "time_zone", "endpoint", "scenario", "prefix",
    "password", "session", "credentials", "fingerprint", "worker", "source", "run_state",
    "effect", "state", "level", "from", "verdict", "role", "type", "stream",
}  # fmt: skip
"""What is never words: names that code compares, digests, addresses of ours."""
KEPT_WHOLE = {("environment", "name"), ("runbook", "slug"), ("listedprogram", "name")}


def poison() -> None:
    """Overwrite all words in the database, past every check and trigger."""
    insert_only.unprotect(connection)
    for model in [*apps.get_app_config("incidents").get_models(), User, Group]:
        for row in model._default_manager.all():
            changed = dict(_words(model, row))
            if changed:
                model._default_manager.filter(pk=row.pk).update(**changed)
    insert_only.protect(connection)


def _words(model: type[models.Model], row: models.Model) -> Iterator[tuple[str, Any]]:
    for column in model._meta.concrete_fields:
        name = (model._meta.model_name or "", column.name)
        if column.name in FUNCTIONAL or name in KEPT_WHOLE or column.choices:
            continue
        if isinstance(column, models.JSONField):
            yield column.name, poisoned(getattr(row, column.name))
        elif isinstance(column, models.CharField | models.TextField):
            yield column.name, _text(column, row)


def _text(column: models.Field[Any, Any], row: models.Model) -> str:
    """As much as fits; different in every row where that is asked for."""
    room = column.max_length or 10_000
    text = HOSTILE if room > len(HOSTILE) + 10 else SHORT
    end = f"{row.pk}" if column.unique or column.name in ("name", "title") else ""
    return text[: room - len(end)] + end


def poisoned(found: Any) -> Any:
    """The same shape, with every word exchanged that is not a name of ours."""
    if isinstance(found, str):
        return HOSTILE
    if isinstance(found, list):
        return [poisoned(item) for item in found]
    if isinstance(found, dict):
        return {
            name: item if name in FUNCTIONAL else poisoned(item) for name, item in found.items()
        }
    return found
