"""`manage.py load_library`: the shipped runbooks, a new revision for each that changed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from incidents.actions.catalogue import list_components
from incidents.actions.library import add_revision
from incidents.actions.spells import catch_up
from runbook.document.parse import Unreadable, parse

SHIPPED = Path(settings.BASE_DIR) / "runbook" / "library"


class Command(BaseCommand):
    help = "Load the shipped runbooks; unchanged ones are left alone."

    def handle(self, *args: Any, **options: Any) -> None:  # Any: Django's signature  # noqa: ANN401, ARG002
        for path in sorted(SHIPPED.glob("*.md")):
            try:
                revision, is_new = add_revision(
                    slug=path.stem, source=path.read_bytes(), is_shipped=True, actor=None
                )
            except Unreadable as error:
                raise CommandError(f"{path.name}: {error}") from error
            if is_new:
                list_components(parse(path.read_bytes(), file_name=path.name).components)
                self.stdout.write(f"loaded “{revision.runbook.title}”, revision {revision.number}")
        catch_up()
