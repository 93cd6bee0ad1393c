"""How a Cloud Run service's traffic is shared among revisions, wished for and as it is.

A target's key is the name of its revision, or `LATEST` for whatever revision is the newest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from runbook.commands.cloud_run.resource import Resource, number_at, objects_at, text_at
from runbook.document.definition import Json

LATEST = "LATEST"
WHOLE = 100
TAGS_PATH = "spec.traffic.tags."


@dataclass(frozen=True, slots=True)
class Share:
    """What one revision gets: percents wished for and as they are, None where it is not named;
    its tags with their addresses, and whether each is wished for and there."""

    key: str
    revision: str
    wished: int | None
    actual: int | None
    tags: tuple[tuple[str, str, bool, bool], ...]

    @property
    def is_latest(self) -> bool:
        return self.key == LATEST


def key_of(target: Json) -> str:
    is_latest = isinstance(target, dict) and target.get("latestRevision") is True
    return LATEST if is_latest else text_at(target, "revisionName")


def in_order(key: str) -> tuple[bool, str]:
    """Sorts revisions by name and `LATEST` last."""
    return key == LATEST, key


def shares(service: Json) -> list[Share]:
    """One for each revision that is named in the wish or has traffic, in gcloud's order."""
    wished = _by_key(objects_at(service, "spec", "traffic"))
    actual = _by_key(objects_at(service, "status", "traffic"))
    serving = text_at(service, "status", "latestReadyRevisionName")
    split = _latest_apart(wished, actual, serving)
    keys = sorted({*wished, *actual}, key=in_order)
    return [
        Share(
            key=key,
            revision=serving if key == LATEST else key,
            wished=_percent(wished.get(key)),
            actual=split.get(key, _percent(actual.get(key))),
            tags=_tags(wished.get(key, []), actual.get(key, [])),
        )
        for key in keys
    ]


def _latest_apart(
    wished: Mapping[str, list[Resource]], actual: dict[str, list[Resource]], serving: str
) -> dict[str, int]:
    """Google tells one percent for a revision that gets traffic by its name and as the newest;
    this names the latter in `actual` and gives the two percents when both are wished for."""
    if LATEST not in wished or LATEST in actual or serving not in actual:
        return {}
    actual[LATEST] = actual[serving]
    if serving not in wished:
        del actual[serving]
        return {}
    together = _percent(actual[LATEST]) or 0
    as_latest = min(_percent(wished[LATEST]) or 0, together)
    return {LATEST: as_latest, serving: together - as_latest}


def percents(service: Json) -> dict[str, int]:
    """The wish, by key, targets without traffic left out."""
    found = {
        key: _percent(targets) or 0
        for key, targets in _by_key(objects_at(service, "spec", "traffic")).items()
    }
    return {key: percent for key, percent in found.items() if percent}


def tags(service: Json) -> dict[str, str]:
    """Which key each tag of the wish stands for."""
    targets = objects_at(service, "spec", "traffic")
    return {text_at(target, "tag"): key_of(target) for target in targets if target.get("tag")}


def with_tags(
    targets: list[Resource], added: Mapping[str, str], removed: set[str], *, only_added: bool
) -> list[Resource]:
    """`targets` with tags given, taken and kept; a tag that is given again moves."""
    kept: list[Resource] = []
    for target in targets or [{"latestRevision": True, "percent": WHOLE}]:
        tag = text_at(target, "tag")
        is_taken = only_added or tag in removed or tag in added
        names = target.keys() - ({"tag"} if is_taken else set())
        if names & {"percent", "tag"}:
            kept.append({name: value for name, value in target.items() if name in names})
    return kept + [_target(key) | {"tag": tag} for tag, key in sorted(added.items())]


def with_percents(targets: list[Resource], wanted: Mapping[str, int]) -> list[Resource]:
    """`targets` with the percents `wanted`; what remains of the whole is shared by those with
    traffic that `wanted` does not name, in the proportion they have now."""
    present = {key: _percent(of_key) or 0 for key, of_key in _by_key(targets).items()}
    others = {key: now for key, now in present.items() if now and key not in wanted}
    shared = _rounded(dict(wanted) | _rest(WHOLE - sum(wanted.values()), others))
    kept = [key for key in sorted(shared, key=in_order) if wanted.get(key) != 0]
    tagged = [_target(key_of(one)) | {"tag": one["tag"]} for one in targets if one.get("tag")]
    return [_target(key) | {"percent": shared[key]} for key in kept] + tagged


def without_latest(targets: list[Resource], serving: str) -> list[Resource]:
    """`targets` in which what the newest revision gets goes to the one that serves now."""
    present = {key: _percent(of_key) or 0 for key, of_key in _by_key(targets).items()}
    if not present.get(LATEST):
        return targets
    moved = present.pop(LATEST)
    present[serving] = present.get(serving, 0) + moved
    kept = [key for key in sorted(present, key=in_order) if present[key]]
    tagged = [_target(key_of(one)) | {"tag": one["tag"]} for one in targets if one.get("tag")]
    return [_target(key) | {"percent": present[key]} for key in kept] + tagged


def _rest(rest: int, others: Mapping[str, int]) -> dict[str, float]:
    whole = sum(others.values())
    return {key: now * rest / whole for key, now in others.items()} if rest and whole else {}


def _rounded(exact: Mapping[str, float]) -> dict[str, int]:
    """Whole percents with the same sum; those that lose most by cutting get one more."""
    cut = {key: int(percent) for key, percent in exact.items()}
    missing = round(sum(exact.values())) - sum(cut.values())
    first = sorted(exact, key=lambda key: (1 - exact[key] + cut[key], exact[key], in_order(key)))
    return {key: percent + (key in first[:missing]) for key, percent in cut.items()}


def _target(key: str) -> Resource:
    return {"latestRevision": True} if key == LATEST else {"revisionName": key}


def _by_key(targets: list[Resource]) -> dict[str, list[Resource]]:
    found: dict[str, list[Resource]] = {}
    for target in targets:
        found.setdefault(key_of(target), []).append(target)
    return found


def _percent(targets: list[Resource] | None) -> int | None:
    return None if targets is None else sum(number_at(target, "percent") for target in targets)


def _tags(
    wished: list[Resource], actual: list[Resource]
) -> tuple[tuple[str, str, bool, bool], ...]:
    wanted = {text_at(target, "tag") for target in wished} - {""}
    there = {text_at(target, "tag"): text_at(target, "url") for target in actual}
    there.pop("", None)
    names = sorted(wanted | there.keys())
    return tuple((name, there.get(name, ""), name in wanted, name in there) for name in names)
