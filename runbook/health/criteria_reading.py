"""Reads the block `validation` of an infrastructure file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias, cast, get_args

from runbook.document.definition import Json
from runbook.document.durations import seconds as seconds_of
from runbook.health.criteria import (
    OTHERWISE,
    Category,
    Criteria,
    Criterion,
    Group,
    OfAreas,
    OfLogs,
    OfMetric,
    OfPage,
    OfSocket,
    OfSteps,
    What,
)
from runbook.health.naming import is_address
from runbook.health.report import Area, Severity

Path: TypeAlias = tuple[str | int, ...]

MOST_CRITERIA = 100
MOST_TRIES = 20


class BadCriterion(ValueError):
    """`path` leads from `validation` to what is wrong: ("categories", "business", "critical")."""

    def __init__(self, sentence: str, path: Path) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.path = path


def read_criteria(written: Json) -> Criteria:
    """The criteria of a file, those of `OTHERWISE` where it has none. Raises `BadCriterion`."""
    if written is None:
        return OTHERWISE
    fields = _mapping(written, (), {"pass_rate", "categories"})
    rate = _number(fields, "pass_rate", (), 80.0, least=0.0, most=100.0)
    categories = _mapping(fields.get("categories"), ("categories",), set(Category))
    groups = tuple(_group(category, categories) for category in Category if category in categories)
    if not groups:
        raise BadCriterion("A validation needs `categories` with criteria.", ())
    if sum(len(group.criteria) for group in groups) > MOST_CRITERIA:
        raise BadCriterion(f"These are more than {MOST_CRITERIA} criteria.", ("categories",))
    return Criteria(groups, rate)


def _group(category: Category, categories: Mapping[str, Json]) -> Group:
    at: Path = ("categories", category.value)
    fields = _mapping(categories[category], at, {"critical", "criteria"})
    is_critical = fields.get("critical", False)
    if not isinstance(is_critical, bool):
        raise BadCriterion("`critical` is true or false.", (*at, "critical"))
    written = fields.get("criteria")
    if not isinstance(written, list) or not written:
        raise BadCriterion("`criteria` is a list with at least one entry.", (*at, "criteria"))
    criteria = (_criterion(one, (*at, "criteria", n)) for n, one in enumerate(written))
    return Group(category, tuple(criteria), is_critical)


def _criterion(written: Json, at: Path) -> Criterion:
    kinds = sorted(_KINDS)
    given = [kind for kind in kinds if isinstance(written, dict) and kind in written]
    if len(given) != 1:
        raise BadCriterion(f"A criterion has exactly one of {', '.join(kinds)}.", at)
    read, own = _KINDS[given[0]]
    fields = _mapping(written, at, {given[0], "title", "severity", *own})
    severity = fields.get("severity", "critical")
    if severity not in get_args(Severity):
        raise BadCriterion("`severity` is critical or warning.", (*at, "severity"))
    title = _text(fields, "title", at) if "title" in fields else ""
    return Criterion(read(fields, at), title, cast("Severity", severity))


def _areas(fields: Mapping[str, Json], at: Path) -> OfAreas:
    written, known = fields["areas"], [area.value for area in Area]
    if not isinstance(written, list) or not written or any(one not in known for one in written):
        raise BadCriterion(f"`areas` is a list of some of {', '.join(known)}.", (*at, "areas"))
    return OfAreas(tuple(Area(str(one)) for one in written))


def _page(fields: Mapping[str, Json], at: Path) -> OfPage:
    return OfPage(
        url=_url(fields, "endpoint", at, ("http", "https")),
        status=int(_number(fields, "status", at, 200, least=100, most=599)),
        within=_seconds(fields, "within", at, 30),
        tries=int(_number(fields, "tries", at, 1, least=1, most=MOST_TRIES)),
    )


def _socket(fields: Mapping[str, Json], at: Path) -> OfSocket:
    url = _url(fields, "websocket", at, ("ws", "wss"))
    return OfSocket(url, _seconds(fields, "within", at, 10))


def _metric(fields: Mapping[str, Json], at: Path) -> OfMetric:
    is_above = "above" in fields
    if is_above == ("below" in fields):
        raise BadCriterion("A metric needs either `above` or `below`, and a number.", at)
    side = "above" if is_above else "below"
    return OfMetric(_text(fields, "metric", at), _number(fields, side, at, 0.0), is_above)


def _logs(fields: Mapping[str, Json], at: Path) -> OfLogs:
    at_most = int(_number(fields, "at_most", at, 0, least=0, most=1000))
    over = int(_seconds(fields, "over", at, 900))
    return OfLogs(_text(fields, "logs", at), at_most, over)


def _steps(fields: Mapping[str, Json], at: Path) -> OfSteps:
    if fields["steps"] != "exit criteria":
        raise BadCriterion("`steps` can only be `exit criteria`.", (*at, "steps"))
    return OfSteps()


_KINDS: Mapping[str, tuple[Callable[[Mapping[str, Json], Path], What], tuple[str, ...]]] = {
    "areas": (_areas, ()),
    "endpoint": (_page, ("status", "within", "tries")),
    "websocket": (_socket, ("within",)),
    "metric": (_metric, ("above", "below")),
    "logs": (_logs, ("at_most", "over")),
    "steps": (_steps, ()),
}


def _mapping(written: Json, at: Path, known: set[str]) -> Mapping[str, Json]:
    if not isinstance(written, dict):
        raise BadCriterion(f"Here belong {', '.join(sorted(known))}.", at)
    unknown = [name for name in written if name not in known]
    if unknown:
        words = f"`{unknown[0]}` is not known here; there are {', '.join(sorted(known))}."
        raise BadCriterion(words, (*at, unknown[0]))
    return written


def _text(fields: Mapping[str, Json], name: str, at: Path) -> str:
    written = fields.get(name)
    if not isinstance(written, str) or not written.strip() or len(written) > 500:
        raise BadCriterion(f"`{name}` is a text of at most 500 characters.", (*at, name))
    return written.strip()


def _number(
    fields: Mapping[str, Json],
    name: str,
    at: Path,
    otherwise: float,
    *,
    least: float = -1e12,
    most: float = 1e12,
) -> float:
    written = fields.get(name, otherwise)
    is_number = isinstance(written, int | float) and not isinstance(written, bool)
    if not is_number or not least <= cast("float", written) <= most:
        between = f" between {least:g} and {most:g}" if most < 1e12 else ""
        raise BadCriterion(f"`{name}` is a number{between}.", (*at, name))
    return float(cast("float", written))


def _seconds(fields: Mapping[str, Json], name: str, at: Path, otherwise: float) -> float:
    written = fields.get(name, otherwise)
    found = seconds_of(str(written)) if isinstance(written, str) else written
    is_number = isinstance(found, int | float) and not isinstance(found, bool)
    if not is_number or not 0 < cast("float", found) <= 86400:
        raise BadCriterion(f"`{name}` is a length of time, such as 5s or 15m.", (*at, name))
    return float(cast("float", found))


def _url(fields: Mapping[str, Json], name: str, at: Path, schemes: tuple[str, ...]) -> str:
    written = _text(fields, name, at)
    if not is_address(written, schemes):
        words = f"`{name}` is a whole address that begins with {schemes[-1]}://."
        raise BadCriterion(words, (*at, name))
    return written
