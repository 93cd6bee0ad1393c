"""An incident as one file that proves itself: everything that was written, and how to check it.

`verify_bundle.py` beside this file is in every bundle; it says what each file must hold.
"""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from incidents import ledger
from incidents.models import Incident, OutputChunk
from incidents.queries.proof import record, record_words
from incidents.queries.proof.chain import facts_of
from incidents.queries.proof.snapshot import snapshot
from incidents.queries.report.as_markdown import as_markdown
from incidents.queries.report.whole import read_report

FORMAT = 4
VERIFIER = Path(__file__).with_name("verify_bundle.py")
README = """\
{name}, exported from Runbook at {at}.

To verify it, with nothing but Python 3.8 or newer, and without Runbook:

    python3 verify_bundle.py THIS-FILE.zip HEAD

HEAD is what the incident's page shows at the end of its timeline. It was

    {head}

when this was exported; take it from the page, from `manage.py verify` or from somebody whom you
trust, not from here: who made this bundle anew would have written another one here as well. For
the same reason take verify_bundle.py from Runbook itself when it matters.

timeline.jsonl    every entry: its facts, the digest of the entry before, its own digest
phases.jsonl      when each phase began and ended; steps.jsonl who decided what about steps
runs.jsonl        every attempt at a command, with result and checks
plans.jsonl       what each change was going to do, and what its digest is over
approvals.jsonl   what was asked of whom, and how it ended
decisions.jsonl   what each person said to it
pastes.jsonl      what people pasted who ran a command elsewhere
updates.jsonl     what was told to whom
handoffs.jsonl    which team handed the work to which; checklists.jsonl its checklists
reports.jsonl     every revision of the report's words
follow_ups.jsonl  what is to be done because of it
validations.jsonl whether the fix held: every criterion, before and after
outputs/          what commands printed, one file per run
document.md       the runbook, byte for byte
incident.json     the incident itself, its phases, steps, components and escalation levels
report.md         the report as it was set for this export, for reading
manifest.json     SHA-256 of all these files

An entry's digest is SHA-256 over the digest before it, a line feed, and its facts as JSON with
sorted keys, no spaces, ASCII. Entries hold digests of what stands beside the timeline: of each
object that has a name in "sealed_as" (of its "value", where it has one), of each fact of the
incident itself, of outputs and of the document. Where a later entry tells of the same, that counts.

Not proven: report.md (its words are in reports.jsonl, its facts in the other files), components,
escalation levels, the environment, titles of phases and steps, and what stands outside of such
objects. What was written before Runbook sealed it is counted as older than its proof. What secrets
were redacted is not in here.
"""


@dataclass(slots=True)
class _Files:
    """Writes one file after the other, in pieces, and remembers their digests."""

    archive: zipfile.ZipFile
    at: datetime
    digests: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, parts: Iterable[bytes]) -> None:
        digest = hashlib.sha256()
        entry = zipfile.ZipInfo(name, self.at.timetuple()[:6])
        entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
        with self.archive.open(entry, "w", force_zip64=True) as file:
            for part in parts:
                digest.update(part)
                file.write(part)
        self.digests[name] = digest.hexdigest()

    def add_lines(self, name: str, rows: Iterable[record.Json]) -> None:
        self.add(name, (ledger.canonical(row) + b"\n" for row in rows))


def write_bundle(number: int, target: IO[bytes], *, at: datetime) -> None:
    """The incident of that number, as it stands at one moment. Memory does not grow with it."""
    with snapshot(), zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        incident = Incident.objects.select_related(
            "environment", "revision__runbook", "commander"
        ).get(number=number)
        files = _Files(archive, at.astimezone(UTC))
        head = incident.timeline_head or ledger.FIRST
        words = README.format(name=incident.name, at=f"{at:%Y-%m-%d %H:%M:%S} UTC", head=head)
        files.add("README.txt", [words.encode()])
        files.add("verify_bundle.py", [VERIFIER.read_bytes()])
        files.add("document.md", [bytes(incident.revision.source)])
        files.add_lines("incident.json", [_incident(incident)])
        files.add_lines("timeline.jsonl", _entries(incident))
        files.add_lines("phases.jsonl", record.of_phases(incident))
        files.add_lines("steps.jsonl", record.of_steps(incident))
        files.add_lines("runs.jsonl", record.of_runs(incident))
        files.add_lines("plans.jsonl", record.of_plans(incident))
        files.add_lines("approvals.jsonl", record.of_approvals(incident))
        files.add_lines("decisions.jsonl", record.of_decisions(incident))
        files.add_lines("pastes.jsonl", record_words.of_pastes(incident))
        files.add_lines("updates.jsonl", record_words.of_updates(incident))
        files.add_lines("handoffs.jsonl", record_words.of_handoffs(incident))
        files.add_lines("checklists.jsonl", record_words.of_checklists(incident))
        files.add_lines("reports.jsonl", record_words.of_reports(incident))
        files.add_lines("follow_ups.jsonl", record_words.of_follow_ups(incident))
        files.add_lines("validations.jsonl", record_words.of_validations(incident))
        files.add("report.md", [as_markdown(read_report(incident, now=at)).encode()])
        for run in incident.runs.order_by("number").values("pk", "number"):
            files.add(f"outputs/run-{run['number']}.txt", _lines(run["pk"]))
        manifest = {
            "format": FORMAT,
            "incident": incident.name,
            "exported_at": at.isoformat(),
            "entries": incident.timeline_count,
            "head": head,
            "files": dict(files.digests),
        }
        files.add_lines("manifest.json", [manifest])


def _incident(incident: Incident) -> record.Json:
    return {
        **record.of_incident(incident),
        "levels": record_words.of_levels(incident),
        "components": record_words.of_components(incident),
    }


def _entries(incident: Incident) -> Iterator[record.Json]:
    for entry in incident.timeline.order_by("number").iterator(chunk_size=500):
        yield {
            "facts": facts_of(incident.name, entry),
            "previous": entry.previous,
            "digest": entry.digest,
        }


def _lines(run_id: int) -> Iterator[bytes]:
    """All lines, joined by newlines: the digest of this is the one on the timeline."""
    chunks = OutputChunk.objects.filter(run_id=run_id).order_by("first").values_list("text")
    for count, (text,) in enumerate(chunks.iterator(chunk_size=20)):
        yield (b"\n" if count else b"") + text.encode()
