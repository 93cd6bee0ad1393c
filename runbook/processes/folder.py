"""The data folder: private, and held by one instance at a time."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path


class FolderInUse(Exception):
    """Another instance holds the folder. The message says which process and what to do."""


def make_private(folder: Path) -> None:
    """The folder, its parents where missing, and no access for anybody else."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)


def hold(folder: Path) -> int:
    """An open file descriptor that holds `folder` until it is closed or its last owner ends."""
    lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        owner = os.read(lock, 32).decode().strip() or "unknown"
        os.close(lock)
        raise FolderInUse(
            f"The data folder {folder} is in use by another Runbook (process {owner}). "
            "Stop that one, or set RUNBOOK_DATA to another folder."
        ) from None
    os.ftruncate(lock, 0)
    os.write(lock, f"{os.getpid()}\n".encode())
    return lock
