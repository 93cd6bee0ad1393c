import os
import socket
from pathlib import Path

import pytest

from runbook.processes import ports
from runbook.processes.folder import FolderInUse, hold, make_private
from runbook.processes.ports import free_port, is_free
from runbook.processes.stamps import digest_of, is_current, remember


def test_make_private_closes_an_open_folder(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    folder.mkdir(parents=True, mode=0o755)
    make_private(folder)
    assert folder.stat().st_mode & 0o777 == 0o700


def test_hold_refuses_a_second_owner_and_names_the_first(tmp_path: Path) -> None:
    lock = hold(tmp_path)
    with pytest.raises(FolderInUse) as refusal:
        hold(tmp_path)
    assert str(refusal.value) == (
        f"The data folder {tmp_path} is in use by another Runbook (process {os.getpid()}). "
        "Stop that one, or set RUNBOOK_DATA to another folder."
    )
    os.close(lock)
    os.close(hold(tmp_path))


def test_free_port_is_another_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before its server listens, nothing tells that a port was given away."""
    monkeypatch.setattr(ports, "ASKED_FOR", ports.ASKED_FOR[-40:])
    assert len({free_port() for _ in range(30)}) == 30


def test_is_free_sees_a_listener_and_its_end() -> None:
    port = free_port()
    assert is_free(port) is True
    with socket.create_server(("127.0.0.1", port)):
        assert is_free(port) is False
    assert is_free(port, within=1.0) is True


def test_stamp_is_current_until_a_file_or_a_word_changes(tmp_path: Path) -> None:
    folder, stamp = tmp_path / "static", tmp_path / "run" / "stamp"
    folder.mkdir()
    (folder / "a.css").write_text("a")
    digest = digest_of([folder], "5.2")
    assert is_current(stamp, digest) is False
    remember(stamp, digest)
    assert is_current(stamp, digest_of([folder], "5.2")) is True
    assert is_current(stamp, digest_of([folder], "5.3")) is False
    (folder / "b.css").write_text("b")
    assert is_current(stamp, digest_of([folder], "5.2")) is False
