"""What a gcloud command line says once it is read, and that line written again."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass, field

from runbook.commands.grammar.flag_values import FlagValue, written
from runbook.commands.language.format import Format


@dataclass(frozen=True, slots=True)
class Arguments:
    """A command line that gcloud would accept. `region`, `zone` and `location` are "" where they
    were not given."""

    name: str
    operand: str = ""
    flags: tuple[tuple[str, FlagValue], ...] = ()
    project: str = ""
    region: str = ""
    zone: str = ""
    location: str = ""
    is_global: bool = False
    format: str = ""
    filter: str = ""
    limit: int = 0
    sort_by: str = ""
    flatten: tuple[str, ...] = ()
    page_size: int = 0
    printed: Format = field(default_factory=Format)
    schema: str = ""

    def flag(self, name: str) -> FlagValue | None:
        return dict(self.flags).get(name)

    def text(self, name: str) -> str:
        value = self.flag(name)
        return value if isinstance(value, str) else ""

    def mapping(self, name: str) -> dict[str, str]:
        """What a flag of kind "mapping" holds; {} where it was not given."""
        value = self.flag(name)
        entries = value if isinstance(value, tuple) else ()
        return {entry[0]: entry[1] for entry in entries if isinstance(entry, tuple)}

    def items(self, name: str) -> tuple[str, ...]:
        """What a flag of kind "list" holds; () where it was not given."""
        value = self.flag(name)
        entries = value if isinstance(value, tuple) else ()
        return tuple(entry for entry in entries if isinstance(entry, str))

    def as_gcloud(self) -> str:
        """One line that the real CLI accepts and that reads back to the same arguments."""
        words = [written(name, value) for name, value in self.flags]
        words += ["--global"] if self.is_global else []
        for name in ("region", "zone", "location", "project", "filter", "sort_by", "format"):
            value = getattr(self, name)
            words += [f"--{name.replace('_', '-')}={value}"] if value else []
        words += [written("flatten", self.flatten)] if self.flatten else []
        words += [f"--limit={self.limit}"] if self.limit else []
        words += [f"--page-size={self.page_size}"] if self.page_size else []
        return shlex.join(["gcloud", *self.name.split(), *_placed(self.operand, words)])


def _placed(operand: str, words: Sequence[str]) -> list[str]:
    """An operand that looks like a flag stands behind `--`."""
    if operand.startswith("-"):
        return [*words, "--", operand]
    return [operand, *words] if operand else [*words]
