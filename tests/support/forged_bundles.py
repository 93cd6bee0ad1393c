"""A bundle whose files somebody changed, with a manifest that fits again."""

from __future__ import annotations

import json
import zipfile
from hashlib import sha256
from pathlib import Path

from incidents import clock, ledger
from incidents.models import Incident
from incidents.queries.proof.bundle import write_bundle

Files = dict[str, bytes]


def exported(incident: Incident, file: Path) -> Files:
    with file.open("wb") as target:
        write_bundle(incident.number, target, at=clock.now())
    with zipfile.ZipFile(file) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def forge(file: Path, files: Files) -> None:
    manifest = json.loads(files["manifest.json"])
    manifest["files"] = {n: sha256(c).hexdigest() for n, c in files.items() if n != "manifest.json"}
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in (
            files | {"manifest.json": ledger.canonical(manifest) + b"\n"}
        ).items():
            archive.writestr(name, content)
