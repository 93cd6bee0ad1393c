"""Putting runbooks into the library. Revisions are only ever added."""

from __future__ import annotations

import hashlib

from django.contrib.auth.models import User
from django.db import transaction

from incidents import clock
from incidents.models import Revision, Runbook
from runbook.document.parse import parse


def add_revision(
    *, slug: str, source: bytes, is_shipped: bool, actor: User | None
) -> tuple[Revision, bool]:
    """The newest revision of the runbook, and whether these bytes made a new one.

    Raises `runbook.document.parse.Unreadable` with a sentence for a person; nothing is saved then.
    """
    document = parse(source, file_name=f"{slug}.md")
    digest = hashlib.sha256(source).hexdigest()
    with transaction.atomic():
        runbook, _ = Runbook.objects.update_or_create(
            slug=slug, defaults={"title": document.title[:200], "is_shipped": is_shipped}
        )
        newest = runbook.revisions.order_by("-number").first()
        if newest is not None and newest.digest == digest:
            return newest, False
        revision = Revision.objects.create(
            runbook=runbook,
            number=(newest.number if newest else 0) + 1,
            source=source,
            digest=digest,
            created_at=clock.now(),
            created_by=actor,
        )
    return revision, True
