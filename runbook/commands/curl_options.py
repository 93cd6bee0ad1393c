"""The options of curl that only read, in all their spellings."""

from __future__ import annotations

import re
from collections.abc import Sequence

from runbook.commands.base import NotRunnable

_LONG = {
    "--silent": "-s",
    "--show-error": "-S",
    "--fail": "-f",
    "--head": "-I",
    "--include": "-i",
    "--location": "-L",
    "--output": "-o",
    "--write-out": "-w",
    "--max-time": "-m",
    "--header": "-H",
    "--request": "-X",
}
_PLAIN = "sSfIiL"
_WITH_VALUE = ("-o", "-w", "-m", "-H", "-X", "--connect-timeout")
_HEADER = re.compile(r"([A-Za-z0-9-]+): ?([\x20-\x7e]*)")
_OWN_HEADERS = {"host", "connection", "content-length", "transfer-encoding", "x-forwarded-proto"}
_URL = re.compile(r"https?://[A-Za-z0-9.-]+(?::\d{1,5})?(?:[/?#][^\s\[\]{}]*)?")
_SECONDS = re.compile(r"\d{1,5}(?:\.\d{1,3})?")
VARIABLE = re.compile(r"%\{([a-z_]+)\}")
_MEASURED = (
    *("http_code", "response_code", "exitcode", "content_type", "http_version", "num_redirects"),
    *("time_namelookup", "time_connect", "time_appconnect", "time_pretransfer"),
    *("time_starttransfer", "time_total", "size_download", "size_header", "url_effective"),
    *("method", "scheme", "redirect_url", "remote_ip", "remote_port"),
)


def separate(words: Sequence[str]) -> tuple[list[tuple[str, str]], list[str]]:
    """Options in their short form with their values, and what is left: addresses."""
    options: list[tuple[str, str]] = []
    urls: list[str] = []
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if not word.startswith("-") or word == "-":
            urls.append(word)
        elif word.startswith("--"):
            _take_option(_LONG.get(word, word), rest, options)
        else:
            _take_cluster(word[1:], rest, options)
    return options, urls


def _take_cluster(letters: str, rest: list[str], options: list[tuple[str, str]]) -> None:
    """Letters joined as in `-sSf`; the first that takes a value ends the row, as in `-m5`."""
    while letters:
        letter, letters = f"-{letters[0]}", letters[1:]
        if letter in _WITH_VALUE and letters:
            options.append((letter, letters))
            return
        _take_option(letter, rest, options)


def _take_option(name: str, rest: list[str], options: list[tuple[str, str]]) -> None:
    if name in _WITH_VALUE:
        if not rest:
            raise NotRunnable(f"curl's option {name} needs a value.")
        options.append((name, rest.pop(0)))
    elif name.removeprefix("-") in tuple(_PLAIN):
        options.append((name, ""))
    else:
        raise NotRunnable(f"curl's option {name} is not understood here.")


def url_of(text: str) -> str:
    if not _URL.fullmatch(text):
        raise NotRunnable(f"'{text}' is not a whole address; write https:// and no brackets.")
    return text


def method_of(options: dict[str, str]) -> str:
    method = options.get("-X", "HEAD" if "-I" in options else "GET")
    if method not in ("GET", "HEAD"):
        raise NotRunnable(f"curl only reads here, with GET or HEAD, not {method}.")
    return method


def checked_write_out(text: str) -> str:
    if text.startswith("@"):
        raise NotRunnable(f"The file {text[1:]} for curl -w is not there; write the format itself.")
    for variable in VARIABLE.findall(text):
        if variable not in _MEASURED:
            raise NotRunnable(f"curl's %{{{variable}}} is not measured here.")
    return text


def header_of(text: str) -> tuple[str, str]:
    found = _HEADER.fullmatch(text)
    if found is None or found[1].lower() in _OWN_HEADERS:
        raise NotRunnable(f"The header '{text}' cannot be sent from here.")
    return found[1].lower(), found[2]


def seconds_of(text: str | None) -> float | None:
    if text is None:
        return None
    if not _SECONDS.fullmatch(text) or float(text) <= 0:
        raise NotRunnable(f"'{text}' is not a number of seconds.")
    return float(text)
