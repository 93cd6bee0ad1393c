"""Putting runbooks into the library. Revisions are only ever added."""

from __future__ import annotations

import hashlib

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.text import slugify

from incidents import clock, permissions
from incidents.models import Revision, Runbook
from incidents.refusal import Refused
from runbook.document.parse import Unreadable, parse


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


def add_runbook(*, actor: User, source: bytes, file_name: str) -> Revision:
    """Read a person's document and put it into the library under its title.

    The title of a runbook that is there already gives it a new revision. Refuses, saving nothing,
    what cannot be read and what would replace a shipped runbook.
    """
    if not permissions.environments_to_declare_in(actor).exists():
        raise Refused(
            "You may not add runbooks. Ask someone who is commander in an environment.", status=403
        )
    try:
        document = parse(source, file_name=file_name)
    except Unreadable as error:
        raise Refused(str(error), status=422) from error
    slug = slugify(document.title)[:80] or "runbook"
    if Runbook.objects.filter(slug=slug, is_shipped=True).exists():
        raise Refused(
            f"“{document.title}” comes with Runbook and is replaced with each release."
            " Give yours a title of its own.",
            status=409,
        )
    return add_revision(slug=slug, source=source, is_shipped=False, actor=actor)[0]
