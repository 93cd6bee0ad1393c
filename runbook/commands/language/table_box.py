"""The lines around gcloud's boxed tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from runbook.commands.language.display_width import justified


@dataclass(frozen=True, slots=True)
class Box:
    is_ascii: bool = False

    @property
    def v(self) -> str:
        return "|" if self.is_ascii else "│"

    @property
    def h(self) -> str:
        return "-" if self.is_ascii else "─"

    def corner(self, char: str) -> str:
        return "+" if self.is_ascii else char


def rules(box: Box, widths: Sequence[int], *, has_title: bool) -> tuple[str, str, str]:
    """Above the heading, below it, and at the bottom."""
    spans = [box.h * (width + 2) for width in widths]
    ends = "├┬┤" if has_title else "┌┬┐"
    return _rule(box, spans, ends), _rule(box, spans, "├┼┤"), _rule(box, spans, "└┴┘")


def _rule(box: Box, spans: Sequence[str], marks: str) -> str:
    start, between, end = (box.corner(mark) for mark in marks)
    return f"{start}{between.join(spans)}{end}\n"


def boxed_title(title: str, widths: Sequence[int], box: Box) -> str:
    whole = sum(widths) + 3 * len(widths) - 1
    top = f"{box.corner('┌')}{box.h * whole}{box.corner('┐')}\n"
    return f"{top}{box.v}{justified(title, whole, 'center')}{box.v}\n"
