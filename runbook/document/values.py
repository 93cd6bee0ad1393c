"""Single values of a front matter: of the right shape, or wrong in words."""

from __future__ import annotations

from collections.abc import Mapping

from runbook.document import durations

MAX_TEXT = 200
MAX_NAME = 60


class Wrong(Exception):
    """A value that does not fit its key: what is wrong, and what to write instead."""

    def __init__(self, what: str, instead: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.instead = instead


def read_text(value: object, _line: int) -> str:
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        raise Wrong("this is not a line of text")
    line = " ".join(str(value).split())
    if len(line) > MAX_TEXT:
        raise Wrong(f"this is longer than {MAX_TEXT} characters")
    return line


def read_name(value: object, line: int) -> str:
    word = read_text(value, line)
    if not word or len(word) > MAX_NAME:
        raise Wrong(f"a name has 1 to {MAX_NAME} characters")
    return word


def read_words(value: object, _line: int) -> str:
    if not isinstance(value, str):
        raise Wrong("this is not a text")
    return value.strip()


def read_seconds(value: object, _line: int) -> int:
    length = durations.seconds(value) if isinstance(value, str) else None
    if not length:
        raise Wrong(f"`{str(value)[:40]}` is not a length of time", "`30m`, `2h` or `1 day`")
    return length


def read_texts(value: object, line: int) -> tuple[str, ...]:
    if value is None:
        return ()
    return tuple(read_text(item, line) for item in (value if isinstance(value, list) else [value]))


def read_mapping(value: object) -> Mapping[object, object]:
    if not isinstance(value, dict):
        raise Wrong("this is not a list of `name: value`")
    return value
