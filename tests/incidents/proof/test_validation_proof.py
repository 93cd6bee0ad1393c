"""Nobody changes what was judged of a fix unseen, in the database or in a bundle."""

from __future__ import annotations

import io
import json
import zipfile
from hashlib import sha256
from pathlib import Path

import pytest
from django.contrib.auth.models import User

from incidents import clock, ledger
from incidents.models import Incident, Validation
from incidents.queries.proof import verify_bundle
from incidents.queries.proof.bundle import write_bundle
from incidents.queries.proof.verification import verify_incident
from tests.support.judged_fixes import judge_fix


@pytest.fixture
def judged(incident: Incident, engineer: User) -> Incident:
    for _ in range(2):
        judge_fix(incident, engineer)
    incident.refresh_from_db()
    return incident


def found(incident: Incident) -> list[tuple[str, str]]:
    problems = verify_incident(incident.number).problems
    return [(one.what, one.sentence) for one in problems]


def test_changed_and_added_validations_are_named(judged: Incident, engineer: User) -> None:
    assert found(judged) == []

    Validation.objects.filter(number=1).update(may_sign_off=True)
    Validation.objects.filter(number=2).delete()
    now = clock.now()
    Validation.objects.create(
        incident=judged, number=9, asked_by=engineer, asked_at=now, queued_at=now, state="done"
    )
    assert found(judged) == [
        ("validation 1", "Changed: its results are not those of the timeline."),
        ("validation 2", "Removed."),
        ("validation 9", "Added by hand: the timeline does not know it."),
    ]


def test_a_forged_validation_in_a_bundle_is_found(judged: Incident, tmp_path: Path) -> None:
    file = tmp_path / "bundle.zip"
    with file.open("wb") as target:
        write_bundle(judged.number, target, at=clock.now())
    assert verify_bundle.verify(file)[0] == []

    with zipfile.ZipFile(io.BytesIO(file.read_bytes())) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    rows = [json.loads(line) for line in files["validations.jsonl"].splitlines()]
    rows[1]["judged"]["value"]["may_sign_off"] = True
    files["validations.jsonl"] = b"".join(ledger.canonical(row) + b"\n" for row in rows[1:])
    manifest = json.loads(files["manifest.json"])
    manifest["files"]["validations.jsonl"] = sha256(files["validations.jsonl"]).hexdigest()
    files["manifest.json"] = ledger.canonical(manifest) + b"\n"
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)

    assert verify_bundle.verify(file)[0] == [
        "validation 2, judged: not what the timeline says",
        "validation 1, judged: removed",
    ]
