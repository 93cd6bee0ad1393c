"""Long lists, part by part: what a page shows of one, and where the next part begins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db.models import Model, Q, QuerySet

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True)
class Part(Generic[Row]):
    """`further` is the id of the last row where more follow it, else None; `is_first` is the part
    that the list begins with."""

    rows: Sequence[Row]
    further: int | None
    is_first: bool


def part_of(
    rows: QuerySet[Row], order: Sequence[str], *, size: int, behind: int | None
) -> Part[Row]:
    """At most `size` of these in that order, from behind the row of this id on, which need not be
    one of them any more; from the first on where it is gone altogether."""
    last = None if behind is None else rows.model._default_manager.filter(pk=behind).first()
    left = rows if last is None else rows.filter(_behind(last, order))
    found = list(left.order_by(*order)[: size + 1])
    further = found[size - 1].pk if len(found) > size else None
    return Part(rows=found[:size], further=further, is_first=last is None)


def _behind(last: Model, order: Sequence[str]) -> Q:
    """`order` ends with a column that no two rows share, so that none is shown twice."""
    behind, same = Q(pk__in=()), Q()
    for field in order:
        name = field.removeprefix("-")
        is_falling = field != name
        value = getattr(last, name)
        behind |= same & Q(**{f"{name}__{'lt' if is_falling else 'gt'}": value})
        same &= Q(**{name: value})
    return behind
