"""What an infrastructure file says about numbers: how much is too much, and for how long."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias, cast, get_args

from runbook.document.definition import Json
from runbook.document.durations import seconds as seconds_of
from runbook.health.metrics import METRICS, Combine, DatabaseFlag, Metric
from runbook.health.report import Severity

Layer = Literal["infrastructure", "application"]
Path: TypeAlias = tuple[str | int, ...]

CHECK, DRIFT, BLIND = RESERVED = ("check", "drift", "blind")
"""Alerts of the monitor that are about no threshold."""

FIELDS = frozenset(
    ("name", "title", "metric", "above", "below", "for", "clears", "severity", "layer", "do")
)
METRIC_FIELDS = frozenset(
    ("name", "title", "unit", "filter", "aligner", "combine", "subject", "scale", "per")
)

FLAG_FIELDS = frozenset(("flag", "otherwise"))


@dataclass(frozen=True, slots=True)
class Threshold:
    """`metric` over `value` for `seconds` counts; it has cleared when it was beyond `clears` on
    the good side for `clears_seconds`. With `is_above` false, under it is what counts. `action` is
    what a person does then.
    """

    name: str
    title: str
    metric: Metric
    value: float
    clears: float
    is_above: bool = True
    seconds: int = 0
    clears_seconds: int = 0
    severity: Severity = "warning"
    layer: Layer = "infrastructure"
    action: str = ""

    def is_crossed_by(self, value: float) -> bool:
        return value > self.value if self.is_above else value < self.value

    def is_cleared_by(self, value: float) -> bool:
        return value <= self.clears if self.is_above else value >= self.clears

    @property
    def limit(self) -> str:
        """For people: "above 80 %"."""
        side = "above" if self.is_above else "below"
        return f"{side} {shown(self.value, self.metric.unit)}"


class BadThreshold(ValueError):
    """`path` leads from the list of thresholds to what is wrong: (3, "clears", "for")."""

    def __init__(self, sentence: str, path: Path) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.path = path


def shown(value: float, unit: str) -> str:
    return f"{value:.4g} {unit}".rstrip()


def read_thresholds(written: Json) -> tuple[Threshold, ...]:
    """The thresholds of a file, in its order. Raises `BadThreshold`."""
    if written is None:
        return ()
    if not isinstance(written, list):
        raise BadThreshold("The thresholds are a list: one `- name: …` for each.", ())
    return tuple(_read_all(written))


def _read_all(written: list[Json]) -> Iterator[Threshold]:
    known, names = dict(METRICS), set[str]()
    for number, one in enumerate(written):
        fields = _mapping(one, (number,), FIELDS)
        metric = _metric(fields.get("metric"), known, (number, "metric"))
        known[metric.name] = metric
        read = _threshold(fields, metric, (number,))
        if read.name in RESERVED:
            raise BadThreshold(f'"{read.name}" is what other alerts are called.', (number, "name"))
        if read.name in names:
            raise BadThreshold(f'There are two thresholds "{read.name}".', (number, "name"))
        names.add(read.name)
        yield read


def _threshold(fields: Mapping[str, Json], metric: Metric, at: Path) -> Threshold:
    name = _text(fields, "name", at, longest=60)
    is_above = "above" in fields
    if is_above == ("below" in fields):
        raise BadThreshold(f'"{name}" needs either `above` or `below`, and a number.', at)
    side = "above" if is_above else "below"
    value = _number(fields[side], (*at, side))
    lasts = _seconds(fields, "for", at, 0)
    clears, clears_seconds = _clears(fields, value, lasts, is_above=is_above, at=at)
    return Threshold(
        name=name,
        title=_text(fields, "title", at, otherwise=name),
        metric=metric,
        value=value,
        clears=clears,
        is_above=is_above,
        seconds=lasts,
        clears_seconds=clears_seconds,
        severity=cast("Severity", _word(fields, "severity", get_args(Severity), "warning", at)),
        layer=cast("Layer", _word(fields, "layer", get_args(Layer), "infrastructure", at)),
        action=_text(fields, "do", at, otherwise=""),
    )


def _clears(
    fields: Mapping[str, Json], value: float, lasts: int, *, is_above: bool, at: Path
) -> tuple[float, int]:
    """At the same value and after the same time unless the file says otherwise."""
    if "clears" not in fields:
        return value, lasts
    at, side = (*at, "clears"), "below" if is_above else "above"
    written = _mapping(fields["clears"], at, frozenset((side, "for")))
    clears = _number(written.get(side, value), (*at, side))
    if clears > value if is_above else clears < value:
        raise BadThreshold(
            f"It would clear at {clears:g} while it still counts as crossed ({value:g}).",
            (*at, side),
        )
    return clears, _seconds(written, "for", at, lasts)


def _metric(written: Json, known: Mapping[str, Metric], at: Path) -> Metric:
    if isinstance(written, str):
        if written not in known:
            raise BadThreshold(
                f'There is no metric "{written}". There are {", ".join(sorted(known))}; a metric'
                " of your own has a `name` and a `filter` here.",
                at,
            )
        return known[written]
    fields = _mapping(written, at, METRIC_FIELDS)
    name = _text(fields, "name", at, longest=80)
    own = Metric(
        name=name,
        title=_text(fields, "title", at, otherwise=name),
        unit=_text(fields, "unit", at, otherwise=""),
        filter=_text(fields, "filter", at),
        aligner=_aligner(fields, at),
        combine=cast("Combine", _word(fields, "combine", get_args(Combine), "sum", at)),
        subject=_text(fields, "subject", at, otherwise=""),
        scale=_number(fields.get("scale", 1), (*at, "scale")),
        per=_per(fields, at),
    )
    if known.get(name, own) != own:
        raise BadThreshold(f'There is another metric "{name}". Give this one its own name.', at)
    return own


def _aligner(fields: Mapping[str, Json], at: Path) -> str:
    aligner = _text(fields, "aligner", at, otherwise="ALIGN_MEAN")
    if not aligner.startswith("ALIGN_") or aligner == "ALIGN_NONE":
        raise BadThreshold(
            "`aligner` is one of Cloud Monitoring's, as ALIGN_MEAN.", (*at, "aligner")
        )
    return aligner


def _per(fields: Mapping[str, Json], at: Path) -> float | str | DatabaseFlag:
    per, at = fields.get("per", ""), (*at, "per")
    if isinstance(per, str):
        return per.strip()
    if isinstance(per, dict):
        flag = _mapping(per, at, FLAG_FIELDS)
        limit = _limit(flag.get("otherwise"), (*at, "otherwise"))
        return DatabaseFlag(_text(flag, "flag", at), limit)
    return _limit(per, at)


def _limit(written: Json, at: Path) -> float:
    number = _number(written, at)
    if number <= 0:
        raise BadThreshold(
            "`per` is a number above 0, a filter, or a `flag` of a database with the number"
            " that counts `otherwise`.",
            at,
        )
    return number


def _mapping(written: Json, at: Path, allowed: frozenset[str]) -> dict[str, Json]:
    if not isinstance(written, dict):
        raise BadThreshold(f"Here are fields expected: {', '.join(sorted(allowed))}.", at)
    for field in written:
        if field not in allowed:
            raise BadThreshold(
                f"`{field}` is not known here. Known are {', '.join(sorted(allowed))}.",
                (*at, field),
            )
    return written


def _text(
    fields: Mapping[str, Json],
    name: str,
    at: Path,
    *,
    otherwise: str | None = None,
    longest: int = 2000,
) -> str:
    found = fields.get(name, otherwise)
    if not isinstance(found, str) or len(found) > longest or (not found and otherwise is None):
        raise BadThreshold(f"`{name}` is a text of at most {longest} characters.", (*at, name))
    return found.strip()


def _word(
    fields: Mapping[str, Json], name: str, words: tuple[str, ...], otherwise: str, at: Path
) -> str:
    found = fields.get(name, otherwise)
    if found not in words:
        raise BadThreshold(f"`{name}` is one of {', '.join(words)}.", (*at, name))
    return found


def _number(found: Json, at: Path) -> float:
    if isinstance(found, bool) or not isinstance(found, int | float) or not math.isfinite(found):
        raise BadThreshold("Here is a number expected.", at)
    return float(found)


def _seconds(fields: Mapping[str, Json], name: str, at: Path, otherwise: int) -> int:
    found = fields.get(name)
    if found is None:
        return otherwise
    read = seconds_of(found) if isinstance(found, str) else found
    if isinstance(read, bool) or not isinstance(read, int) or read < 0:
        raise BadThreshold(f'`{name}` is a length of time: "5m", "30 s".', (*at, name))
    return read
