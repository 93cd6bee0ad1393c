"""A bundle is checked by its own script, alone and isolated, as somebody elsewhere would."""

import ast
import json
import runpy
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from unittest.mock import patch

import pytest

from incidents import ledger
from incidents.actions import follow_ups, report
from incidents.models import Incident
from incidents.queries.proof.bundle import VERIFIER, write_bundle

AT = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
Files = dict[str, bytes]
Change = Callable[[Files], None]


def verify(bundle: Path, *head: str) -> tuple[int, str]:
    """With the script from the source: the one inside could be a forger's."""
    command = [sys.executable, "-I", "-W", "error", str(VERIFIER), str(bundle), *head]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    return ended.returncode, ended.stdout + ended.stderr


def said_here(bundle: Path) -> str:
    """What the script says, run in this process: where many bundles are looked at."""
    with patch.object(sys, "argv", [str(VERIFIER), str(bundle)]), pytest.raises(SystemExit) as end:
        runpy.run_path(str(VERIFIER), run_name="__main__")
    return str(end.value.code)


@pytest.fixture
def bundle(proven: Incident, tmp_path: Path) -> Path:
    file = tmp_path / "bundle.zip"
    with file.open("wb") as target:
        write_bundle(proven.number, target, at=AT)
    return file


def read(bundle: Path) -> Files:
    with zipfile.ZipFile(bundle) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def write(bundle: Path, files: Files) -> None:
    with zipfile.ZipFile(bundle, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)


def forge(bundle: Path, change: Change) -> Path:
    """Change files, and make the manifest fit again."""
    files = read(bundle)
    change(files)
    manifest = json.loads(files["manifest.json"])
    manifest["files"] = {n: sha256(c).hexdigest() for n, c in files.items() if n != "manifest.json"}
    files["manifest.json"] = ledger.canonical(manifest) + b"\n"
    write(bundle, files)
    return bundle


def lines(files: Files, name: str) -> list[bytes]:
    return files[name].splitlines(keepends=True)


def test_bundle_is_whole_and_says_its_head(bundle: Path, proven: Incident) -> None:
    code, said = verify(bundle)
    assert code == 0
    assert said == (
        f"{proven.name}: 8 entries, all whole except 5 facts older than their proof."
        f" Head {proven.timeline_head}:"
        " compare it with the incident's page\n"
    )
    for head in (proven.timeline_head, proven.timeline_head[:12].upper()):
        code, said = verify(bundle, head)
        assert code == 0
        assert said.endswith("as expected\n")


def test_script_is_written_for_old_pythons() -> None:
    ast.parse(VERIFIER.read_text(), feature_version=(3, 8))


def test_script_is_short_and_in_the_bundle(bundle: Path) -> None:
    assert read(bundle)["verify_bundle.py"] == VERIFIER.read_bytes()
    assert len(VERIFIER.read_text().splitlines()) < 150


def test_incident_without_anything_is_whole(incident: Incident, tmp_path: Path) -> None:
    file = tmp_path / "empty.zip"
    with file.open("wb") as target:
        write_bundle(incident.number, target, at=AT)
    code, said = verify(file)
    assert code == 0, said


def test_a_changed_byte_in_any_file_is_found(bundle: Path) -> None:
    original = read(bundle)
    assert len(original) == 22
    for name, content in original.items():
        if name == "manifest.json":
            continue
        middle = len(content) // 2
        flipped = bytes([content[middle] ^ 1]) if content else b"x"
        changed = content[:middle] + flipped + content[middle + 1 :]
        write(bundle, {**original, name: changed})
        said = said_here(bundle)
        assert name in said or "cannot be verified" in said, said


def test_a_removed_file_is_found(bundle: Path) -> None:
    original = read(bundle)
    for name in original:
        write(bundle, {kept: content for kept, content in original.items() if kept != name})
        said = said_here(bundle)
        assert name in said, said


def drop_entry_three(files: Files) -> None:
    kept = lines(files, "timeline.jsonl")
    files["timeline.jsonl"] = b"".join(kept[:2] + kept[3:])


def swap_entries(files: Files) -> None:
    kept = lines(files, "timeline.jsonl")
    kept[1], kept[6] = kept[6], kept[1]
    files["timeline.jsonl"] = b"".join(kept)


def repeat_entry(files: Files) -> None:
    kept = lines(files, "timeline.jsonl")
    files["timeline.jsonl"] = b"".join([*kept[:3], kept[2], *kept[3:]])


def cut_the_end(files: Files) -> None:
    files["timeline.jsonl"] = b"".join(lines(files, "timeline.jsonl")[:-1])


def change_words(files: Files) -> None:
    files["timeline.jsonl"] = files["timeline.jsonl"].replace(b"ticked the last", b"did nothing")


def change_output(files: Files) -> None:
    files["outputs/run-1.txt"] += b"\nmore"


def change_result(files: Files) -> None:
    files["runs.jsonl"] = files["runs.jsonl"].replace(b"READY", b"ERROR")


def change_plan(files: Files) -> None:
    files["plans.jsonl"] = files["plans.jsonl"].replace(b"maxInstances", b"minInstance5")


def change_named(files: Files) -> None:
    files["plans.jsonl"] = files["plans.jsonl"].replace(b'"environment":"staging"', b'"e":1')


def forget_named(files: Files) -> None:
    plan = json.loads(lines(files, "plans.jsonl")[0])
    plan["plan"]["value"]["named"] = {}
    files["plans.jsonl"] = ledger.canonical(plan) + b"\n"


def change_evidence(files: Files) -> None:
    evidence = b'evidence","value":[]', b'evidence","value":[{"run":1}]'
    files["approvals.jsonl"] = files["approvals.jsonl"].replace(*evidence)


def make_up_run(files: Files) -> None:
    run = json.loads(lines(files, "runs.jsonl")[0])
    text = ledger.canonical({**run, "run": 3}).replace(b"run 1,", b"run 3,")
    files["runs.jsonl"] += text + b"\n"


def change_decision(files: Files) -> None:
    files["decisions.jsonl"] = files["decisions.jsonl"].replace(b"engineer", b"commander")


def drop_run(files: Files) -> None:
    files["runs.jsonl"] = lines(files, "runs.jsonl")[1]


def change_document(files: Files) -> None:
    files["document.md"] = b"# Another\n"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (drop_entry_three, ["entry 3: removed"]),
        (swap_entries, ["entries 2 and 7: swapped"]),
        (repeat_entry, ["entry 3: there 2 times"]),
        (cut_the_end, ["entry 8: removed", "head: expected"]),
        (change_words, ["entry 8: changed after it was written"]),
        (change_output, ["run 1, output: not what the timeline says"]),
        (change_result, ["run 1, result: not what the timeline says"]),
        (change_plan, ["run 2, plan: not what the timeline says"]),
        (change_named, ["run 2, plan: not what the timeline says"]),
        (forget_named, ["run 2, plan: not what the timeline says"]),
        (change_evidence, ["run 2, evidence: not what the timeline says"]),
        (make_up_run, ["run 3, state: not on the timeline"]),
        (
            change_decision,
            [
                "run 2, engineer approved: removed",
                "run 2, commander approved: not on the timeline",
            ],
        ),
        (drop_run, ["run 1, state: removed"]),
        (change_document, ["document.md: not what the timeline says"]),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_what_a_forger_changed_is_named_although_the_manifest_fits(
    bundle: Path, change: Change, expected: list[str]
) -> None:
    code, said = verify(forge(bundle, change))
    assert code == 1
    for sentence in expected:
        assert sentence in said, said


def make_anew(files: Files) -> None:
    """The whole chain from entry 1 on, with digests that fit."""
    previous, made = ledger.FIRST, []
    for line in lines(files, "timeline.jsonl"):
        facts = json.loads(line)["facts"]
        facts["text"] = facts["text"].replace("ticked", "skipped")
        digest = ledger.digest_of(previous, facts)
        made.append({"facts": facts, "previous": previous, "digest": digest})
        previous = digest
    files["timeline.jsonl"] = b"".join(ledger.canonical(line) + b"\n" for line in made)
    manifest = json.loads(files["manifest.json"])
    files["manifest.json"] = ledger.canonical({**manifest, "head": previous}) + b"\n"


def test_bundle_made_anew_is_found_by_the_head(bundle: Path, proven: Incident) -> None:
    forge(bundle, make_anew)
    assert verify(bundle)[0] == 0  # nothing in it can tell
    code, said = verify(bundle, proven.timeline_head)
    assert code == 1
    assert f"head: expected {proven.timeline_head}" in said


def test_short_head_proves_nothing(bundle: Path, proven: Incident) -> None:
    assert verify(bundle, proven.timeline_head[:6])[0] == 1


@pytest.mark.parametrize(
    "name", ["../evil", "/etc/evil", "outputs/../evil", "outputs/run-01.txt", "a\\b", "outputs/"]
)
def test_names_that_do_not_belong_there_are_refused(bundle: Path, name: str) -> None:
    write(bundle, read(bundle) | {name: b"x"})
    code, said = verify(bundle)
    assert code == 1
    assert "does not belong there" in said


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_name_that_is_there_twice_is_refused(bundle: Path) -> None:
    with zipfile.ZipFile(bundle, "a") as archive:
        archive.writestr("runs.jsonl", b"")
    code, said = verify(bundle)
    assert code == 1
    assert "'runs.jsonl' is in it 2 times" in said


def test_bomb_is_refused_before_it_is_unpacked(bundle: Path) -> None:
    """The sizes in the directory of the zip are what would be unpacked: five times one GiB."""
    with zipfile.ZipFile(bundle, "a") as archive:
        for number in range(90, 95):
            archive.writestr(f"outputs/run-{number}.txt", b"x")
    data = bytearray(bundle.read_bytes())
    for number in range(90, 95):
        at = data.rindex(b"PK\x01\x02", 0, data.rindex(f"outputs/run-{number}.txt".encode()))
        data[at + 24 : at + 28] = (1024**3).to_bytes(4, "little")
    bundle.write_bytes(bytes(data))
    code, said = verify(bundle)
    assert code == 1
    assert "would unpack to more than" in said


@pytest.mark.parametrize(
    "line",
    [
        b'{"a":1,"a":2}\n',
        b'{"b": 1}\n',
        b"[" * 100_000 + b"\n",
        b"\xff\n",
        b"{}\n",
        b"[]\n",
        b"1" * 10_000 + b"\n",
        b'{"digest":"","facts":{"data":[],"kind":1,"number":"x"},"previous":""}\n',
    ],
)
def test_lines_of_another_hand_are_refused_in_words(bundle: Path, line: bytes) -> None:
    def add(files: Files) -> None:
        files["timeline.jsonl"] += line

    code, said = verify(forge(bundle, add))
    assert code == 1
    assert "This bundle cannot be verified:" in said
    assert "Traceback" not in said


@pytest.mark.parametrize("content", [b"", b"PK", b"# no zip"])
def test_file_that_is_no_bundle(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "no.zip"
    file.write_bytes(content)
    assert verify(file) == (1, "This bundle cannot be verified: File is not a zip file\n")


def test_other_format_is_said(bundle: Path) -> None:
    files = read(bundle)
    manifest = json.loads(files["manifest.json"])
    files["manifest.json"] = ledger.canonical({**manifest, "format": 1}) + b"\n"
    write(bundle, files)
    assert "format 1 is not known here, only 4" in verify(bundle)[1]


def test_report_and_follow_ups_come_with_it(proven: Incident, tmp_path: Path) -> None:
    author = proven.commander
    report.save_section(actor=author, incident_id=proven.pk, section="causes", text="One.", seen=0)
    wanted = follow_ups.Wanted("Widen the subnet", owner_id=author.pk)
    follow_ups.add(actor=author, incident_id=proven.pk, wanted=wanted)
    file = tmp_path / "bundle.zip"
    with file.open("wb") as target:
        write_bundle(proven.number, target, at=AT)

    files = read(file)
    assert json.loads(files["reports.jsonl"])["text"]["value"] == {"causes": "One."}
    assert json.loads(files["follow_ups.jsonl"])["title"] == "Widen the subnet"
    assert b"## What caused it\n\nOne.\n" in files["report.md"]
    assert verify(file)[0] == 0

    def reword(files: Files) -> None:
        files["reports.jsonl"] = files["reports.jsonl"].replace(b"One.", b"Two.")

    wrong = [f"report{part}: not what the timeline says" for part in (" 1, text", ", revision 1")]
    assert verify(forge(file, reword)) == (1, "\n".join(["WRONG:", *wrong, ""]))


def test_bundle_counts_the_addresses_of_recipients(proven: Incident, tmp_path: Path) -> None:
    proven.updates.create(
        audience="leadership",
        text="We know why.",
        author=proven.commander,
        at=AT,
        recipients=["directors", "ada@example.com"],
    )
    with (tmp_path / "bundle.zip").open("wb") as target:
        write_bundle(proven.number, target, at=AT)

    files = read(tmp_path / "bundle.zip")
    update = json.loads(lines(files, "updates.jsonl")[0])
    assert (update["to"], update["addresses"]) == (["directors"], 1)
    assert not any(b"ada@example.com" in content for content in files.values())
