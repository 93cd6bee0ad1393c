"""Reads an infrastructure file; what is wrong with it is said at once, line by line: all mistakes
of its resources, the first of its thresholds and of its validation."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath
from typing import cast

from runbook.document.definition import Json
from runbook.health.catalogue import kinds_known
from runbook.health.criteria import Criteria, OfMetric
from runbook.health.criteria_reading import BadCriterion, read_criteria
from runbook.health.definition import Bound, Expectation, Infrastructure, Resource
from runbook.health.expectation_text import Mistakes, read_expectations
from runbook.health.kinds import EXISTS, Kind
from runbook.health.thresholds import BadThreshold, Threshold, read_thresholds
from runbook.health.yaml_text import NotYaml, Path, read_yaml

_HEAD = ("title", "project", "region")
_OTHERS = ("thresholds", "validation")
_MOST_OPTION = 1024


class Unreadable(Exception):
    """Why a file is not used: `problems` are lines and sentences, the text has all of them."""

    def __init__(self, file_name: str, problems: list[tuple[int, str]]) -> None:
        self.file_name = file_name
        self.problems = sorted(problems)
        told = (f"{file_name}:{line}: {sentence}" for line, sentence in self.problems)
        super().__init__("\n".join(told))


def read(text: str, file_name: str) -> Infrastructure:
    """Raises `Unreadable`."""
    try:
        written = read_yaml(text)
    except NotYaml as error:
        raise Unreadable(file_name, [(error.line, str(error))]) from error
    mistakes = Mistakes(written)
    found = _read(written.value, PurePath(file_name).stem, mistakes)
    if mistakes.found:
        raise Unreadable(file_name, mistakes.found)
    return found


def _read(value: Json, name: str, mistakes: Mistakes) -> Infrastructure:
    if not isinstance(value, dict):
        mistakes.add((), "The file is empty; it begins with title:, project: and region:.")
        value = {}
    known = (*_HEAD, *kinds_known(), *_OTHERS)
    for key in value.keys() - set(known):
        mistakes.add_unknown((key,), known, "part of an infrastructure file")
    found = Infrastructure(
        name=name,
        **{key: _head(value, key, mistakes) for key in _HEAD},
        resources=tuple(_resources(value, mistakes)),
        thresholds=_thresholds(value.get("thresholds", []), mistakes),
        validation=_validation(value.get("validation"), mistakes),
    )
    if not mistakes.found:
        _check_metrics(found, mistakes)
    return found


def _head(value: dict[str, Json], key: str, mistakes: Mistakes) -> str:
    found = value.get(key)
    if isinstance(found, str) and found.strip():
        return found.strip()
    mistakes.add((key,), f"'{key}' is missing: write {key}: TEXT at the top of the file.")
    return ""


def _resources(value: dict[str, Json], mistakes: Mistakes) -> Iterator[Resource]:
    for section, kind in kinds_known().items():
        named = value.get(section, {})
        if not isinstance(named, dict):
            mistakes.add((section,), f"'{section}' names resources: write NAME: below it.")
            continue
        for name, fields in named.items():
            yield _resource(kind, name, fields, (section, name), mistakes)


def _resource(kind: Kind, name: str, fields: Json, path: Path, mistakes: Mistakes) -> Resource:
    if fields is not None and not isinstance(fields, dict):
        mistakes.add(path, f"What is expected of {name} stands below it, as FIELD: VALUE.")
    if not kind.names.fits(name):
        mistakes.add(path, f"'{name}' is no name in '{kind.section}'; write {kind.names.example}.")
    fields = fields if isinstance(fields, dict) else {}
    options = {key: fields[key] for key in kind.options if key in fields}
    for key in (key for key, given in options.items() if not _is_count(given)):
        mistakes.add((*path, key), f"'{key}' is a number from 1 to {_MOST_OPTION}, such as 32.")
    region = fields.get("region", "")
    if not isinstance(region, str):
        mistakes.add((*path, "region"), "'region' is a text such as us-central1.")
    return Resource(
        section=kind.section,
        area=kind.area,
        name=name,
        expectations=tuple(_expectations(kind, fields, path, mistakes)),
        line=mistakes.written.line(path),
        region=str(region),
        options=options,
    )


def _expectations(
    kind: Kind, fields: dict[str, Json], path: Path, mistakes: Mistakes
) -> Iterator[Expectation]:
    """In the order of the kind's fields; that it exists comes first unless the file says how."""
    usual = [EXISTS, *kind.fields] if kind.asks_existence else list(kind.fields)
    known = [one.name for one in usual] + [*kind.options, "region"]
    for key in fields.keys() - set(known):
        mistakes.add_unknown((*path, key), known, f"field of '{kind.section}'")
    if not kind.asks_existence and not fields:
        names = ", ".join(one.name for one in kind.fields)
        mistakes.add(path, f"Nothing is expected of '{path[-1]}': add one of {names}.")
    if kind.asks_existence and "exists" not in fields:
        yield Expectation("exists", (Bound("is", wanted=True),), mistakes.written.line(path))
    for about in usual:
        if about.name in fields:
            where = (*path, about.name)
            yield from read_expectations(fields[about.name], about, where, mistakes)


def _is_count(given: Json) -> bool:
    is_whole = isinstance(given, int) and not isinstance(given, bool)
    return is_whole and 1 <= cast("int", given) <= _MOST_OPTION


def _thresholds(value: Json, mistakes: Mistakes) -> tuple[Threshold, ...]:
    try:
        return read_thresholds(value)
    except BadThreshold as error:
        mistakes.add(("thresholds", *error.path), str(error))
        return ()


def _validation(value: Json, mistakes: Mistakes) -> Criteria:
    try:
        return read_criteria(value)
    except BadCriterion as error:
        mistakes.add(("validation", *error.path), str(error))
        return read_criteria(None)


def _check_metrics(found: Infrastructure, mistakes: Mistakes) -> None:
    """A criterion about a metric that nothing reads could never be checked."""
    for group in found.validation.groups:
        at: Path = ("validation", "categories", group.category.value, "criteria")
        for number, what in enumerate(one.what for one in group.criteria):
            if isinstance(what, OfMetric) and what.metric not in found.metrics:
                path = (*at, number, "metric", what.metric)
                mistakes.add_unknown(path, sorted(found.metrics), "metric")
