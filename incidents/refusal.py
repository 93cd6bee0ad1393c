"""A refusal: the sentence that tells a tired person why not and what to do instead."""

from __future__ import annotations

from typing import NamedTuple


class Way(NamedTuple):
    """A link: what it is called and where it leads, an address of ours. One that `opens_apart`
    leaves the page, and what was typed there, open."""

    label: str
    address: str
    opens_apart: bool = False


class Refused(Exception):
    """Raised by actions; nothing was changed. `sentence` is shown to the person as it is.

    `status` is the HTTP status that fits: 403 not allowed, 404 not there, 409 someone was first or
    the state is wrong, 422 the input is wrong. `way` leads to where the person can mend it.
    """

    def __init__(self, sentence: str, *, status: int = 409, way: Way | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.status = status
        self.way = way
