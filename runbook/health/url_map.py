"""Where a URL map sends a request, by Google's rules of hosts and paths."""

from __future__ import annotations

from urllib.parse import urlsplit

from runbook.commands.cloud_run.resource import objects_at, text_at
from runbook.document.definition import Json


def service_for(url_map: dict[str, Json], url: str) -> str:
    """The link of the backend service that answers `url`, "" where a redirect does."""
    parts = urlsplit(url)
    matcher = _matcher(url_map, parts.hostname or "")
    if matcher is None:
        return text_at(url_map, "defaultService")
    return _by_path(matcher, parts.path or "/")


def _matcher(url_map: dict[str, Json], host: str) -> dict[str, Json] | None:
    """The exact host goes before the longest wildcard, "*" is last."""
    best: tuple[int, str] | None = None
    for rule in objects_at(url_map, "hostRules"):
        hosts = rule.get("hosts")
        for pattern in hosts if isinstance(hosts, list) else ():
            rank = _rank(str(pattern), host)
            if rank and (best is None or rank > best[0]):
                best = rank, text_at(rule, "pathMatcher")
    if best is None:
        return None
    matchers = objects_at(url_map, "pathMatchers")
    return next((one for one in matchers if one.get("name") == best[1]), None)


def _rank(pattern: str, host: str) -> int:
    if pattern == host:
        return 1000
    if pattern == "*":
        return 1
    return len(pattern) if pattern.startswith("*") and host.endswith(pattern[1:]) else 0


def _by_path(matcher: dict[str, Json], path: str) -> str:
    """The longest path rule that fits; route rules go by their priority."""
    for rule in sorted(objects_at(matcher, "routeRules"), key=_priority):
        if any(_fits(one, path) for one in objects_at(rule, "matchRules")):
            return text_at(rule, "service")
    best, service = -1, text_at(matcher, "defaultService")
    for rule in objects_at(matcher, "pathRules"):
        paths = rule.get("paths")
        for pattern in paths if isinstance(paths, list) else ():
            length = _length(str(pattern), path)
            if length > best:
                best, service = length, text_at(rule, "service")
    return service


def _length(pattern: str, path: str) -> int:
    """How much of the path a pattern fits; -1 for not at all. "/a/*" fits what is below /a/."""
    if pattern == path:
        return len(path) + 1
    return len(pattern) if pattern.endswith("/*") and path.startswith(pattern[:-1]) else -1


def _priority(rule: dict[str, Json]) -> int:
    found = rule.get("priority")
    return found if isinstance(found, int) else 0


def _fits(rule: dict[str, Json], path: str) -> bool:
    if text_at(rule, "fullPathMatch"):
        return path == rule["fullPathMatch"]
    prefix = text_at(rule, "prefixMatch")
    return bool(prefix) and path.startswith(prefix)
