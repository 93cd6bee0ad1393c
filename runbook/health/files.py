"""The infrastructure files of a folder, read once and again when they change."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from runbook.health.definition import Infrastructure
from runbook.health.reading import Unreadable, read

ENDING = ".yaml"


def names(folder: Path) -> tuple[str, ...]:
    """The names of all files, whether they can be read or not."""
    return tuple(sorted(path.stem for path in folder.glob(f"*{ENDING}")))


def named(folder: Path, name: str) -> Infrastructure:
    """Raises `Unreadable`, for a file that is not there too."""
    if name not in names(folder):
        known = ", ".join(names(folder)) or "none yet"
        raise Unreadable(f"{name}{ENDING}", [(1, f"There is no such file; there are: {known}.")])
    return at(folder / f"{name}{ENDING}")


def at(path: Path) -> Infrastructure:
    """Raises `Unreadable`."""
    try:
        return _read(path, path.stat().st_mtime_ns)
    except (OSError, UnicodeDecodeError) as error:
        raise Unreadable(path.name, [(1, f"The file cannot be read: {error}.")]) from error


def for_project(folder: Path, project: str, region: str = "") -> Infrastructure | None:
    """The file of a project, of that region where there are several; None where there is none.
    A file that is wrong hides no other. Raises `Unreadable` where none fits and one is wrong."""
    broken: Unreadable | None = None
    found: list[Infrastructure] = []
    for name in names(folder):
        try:
            one = named(folder, name)
        except Unreadable as error:
            broken = broken or error
            continue
        if one.project == project:
            found.append(one)
    if broken is not None and not found:
        raise broken
    return next((one for one in found if one.region == region), found[0] if found else None)


@lru_cache(maxsize=64)
def _read(path: Path, _changed: int) -> Infrastructure:
    return read(path.read_text(encoding="utf-8"), path.name)
