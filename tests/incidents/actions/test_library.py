"""Adding runbooks: what cannot be read is refused in words, and nothing is saved."""

import pytest
from django.contrib.auth.models import User

from incidents.actions import library
from incidents.models import Revision, Runbook
from incidents.refusal import Refused

MEBIBYTE = 1024 * 1024


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (b"", "empty"),
        (b" \n\n", "empty"),
        (b"# Title\n" + b"x" * (5 * MEBIBYTE), "5.0 MiB"),
        (b"\x7fELF\x02\x01\x01\x00\x00\x00", "binary"),
        (b"# Caf\xe9\n", "UTF-8"),
    ],
)
def test_add_runbook_refuses_what_cannot_be_read(
    commander: User, source: bytes, words: str
) -> None:
    with pytest.raises(Refused) as refused:
        library.add_runbook(actor=commander, source=source, file_name="mine.md")

    assert words in refused.value.sentence
    assert refused.value.status == 422
    assert not Runbook.objects.exists()


def test_add_runbook_keeps_the_bytes(commander: User) -> None:
    source = b"\xef\xbb\xbf# Disk full\r\n\r\n- [ ] Look\r\n"

    revision = library.add_runbook(actor=commander, source=source, file_name="mine.md")

    assert bytes(Revision.objects.get().source) == source
    assert (revision.runbook.slug, revision.number) == ("disk-full", 1)


def test_add_runbook_again_is_the_next_revision(commander: User) -> None:
    library.add_runbook(actor=commander, source=b"# Disk full\n", file_name="mine.md")

    changed = library.add_runbook(actor=commander, source=b"# Disk full\n\nMore.\n", file_name="m")
    same = library.add_runbook(actor=commander, source=b"# Disk full\n\nMore.\n", file_name="m")

    assert (changed.number, same.number, changed.created_by) == (2, 2, commander)


def test_add_runbook_never_replaces_a_shipped_one(commander: User) -> None:
    library.add_revision(slug="disk-full", source=b"# Disk full\n", is_shipped=True, actor=None)

    with pytest.raises(Refused, match="comes with Runbook"):
        library.add_runbook(actor=commander, source=b"# Disk full\n\nMine.\n", file_name="m.md")


def test_add_runbook_by_a_viewer_is_refused(leader: User) -> None:
    with pytest.raises(Refused, match="commander"):
        library.add_runbook(actor=leader, source=b"# Disk full\n", file_name="mine.md")
