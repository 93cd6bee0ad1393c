from pathlib import Path

import pytest

from runbook.processes.log_file import LogFile


def test_log_file_starts_again_when_full_and_keeps_the_older_ones(tmp_path: Path) -> None:
    log = LogFile(tmp_path / "web.log", limit=10, keep=2)
    for number in range(5):
        log.write(f"{number}: some text\n".encode())
    log.close()
    kept = {path.name: path.read_text() for path in tmp_path.iterdir()}
    assert kept == {
        "web.log": "4: some text\n",
        "web.log.1": "3: some text\n",
        "web.log.2": "2: some text\n",
    }


def test_log_file_appends_to_what_is_there(tmp_path: Path) -> None:
    path = tmp_path / "web.log"
    path.write_text("before\n")
    log = LogFile(path)
    log.write(b"after\n")
    log.close()
    assert path.read_text() == "before\nafter\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_log_file_survives_a_full_disk_and_says_what_is_wrong(tmp_path: Path) -> None:
    path = tmp_path / "web.log"
    path.symlink_to("/dev/full")
    log = LogFile(path)
    log.write(b"lost\n")
    assert log.fault == "No space left on device"
    log.close()


def test_log_file_writes_again_when_it_can(tmp_path: Path) -> None:
    log = LogFile(tmp_path / "later" / "web.log")
    log.write(b"lost\n")
    assert log.fault == "No such file or directory"
    (tmp_path / "later").mkdir()
    log.write(b"kept\n")
    log.close()
    assert (log.fault, log.path.read_text()) == ("", "kept\n")
