"""How Google's APIs say that a permission is missing, as far as their words are known."""

from __future__ import annotations

import re

from runbook.simulator.errors import Refusal, shape_of

_VERBS = {"GET": "get", "POST": "create", "PATCH": "update", "PUT": "update", "DELETE": "delete"}
_SECRET = re.compile(
    r"/v1/(?P<project>projects/[^/]+)/secrets(?P<secret>/[^/:]+)?"
    r"(?P<versions>/versions)?(?P<version>/[^/:]+)?(?::(?P<verb>\w+))?"
)
_RUN = re.compile(r"/apis/[^/]+/v1/(?P<resource>namespaces/[^/]+/(?P<many>\w+)(?P<one>/[^/:]+)?)")
_COMPUTE = re.compile(
    r"/compute/v1/(?P<project>projects/[^/]+)/(?:global|aggregated|(?:regions|zones)/[^/]+)"
    r"/(?P<many>\w+)(?P<one>/[^/]+)?(?:/(?P<verb>\w+))?"
)


def denied(method: str, path: str) -> Refusal:
    """403 in the words of the API that the path belongs to."""
    if shape_of(path) == "sql":
        text = "The client is not authorized to make this request."
        return Refusal(403, text, reason="notAuthorized")
    if found := _SECRET.fullmatch(path):
        return Refusal(403, _of_secret(method, found))
    if found := _RUN.fullmatch(path):
        permission = f"run.{found['many']}.{_verb(method, found['one'])}"
        where = f"on resource '{found['resource']}' (or resource may not exist)"
        return Refusal(403, f"Permission '{permission}' denied {where}.")
    if found := _COMPUTE.fullmatch(path):
        return Refusal(403, _of_compute(method, path, found))
    return Refusal(403, "The caller does not have permission")


def _of_secret(method: str, found: re.Match[str]) -> str:
    many = "versions" if found["versions"] else "secrets"
    one = found["version"] if found["versions"] else found["secret"]
    if found["verb"] == "addVersion":
        many, verb = "versions", "add"
    else:
        verb = found["verb"] or _verb(method, one)
    resource = (
        f"{found['project']}/secrets{found['secret']}" if found["secret"] else found["project"]
    )
    if found["version"]:
        resource += f"/versions{found['version']}"
    permission = f"secretmanager.{many}.{verb}"
    return f"Permission '{permission}' denied for resource '{resource}' (or it may not exist)."


def _of_compute(method: str, path: str, found: re.Match[str]) -> str:
    permission = f"compute.{found['many']}.{found['verb'] or _verb(method, found['one'])}"
    resource = path.removeprefix("/compute/v1/").removesuffix(f"/{found['verb']}")
    return (
        f"Required '{permission}' permission for '{resource if found['one'] else found['project']}'"
    )


def _verb(method: str, one: str | None) -> str:
    return "list" if method == "GET" and not one else _VERBS.get(method, "get")
