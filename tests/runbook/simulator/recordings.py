"""Recorded exchanges with Google's APIs, and the same requests as our scenario would see them.

The recordings lie beside the checkout and are no part of it. Each says whether Google answered
(`real`), a mock server of another project did (`mock`), or nobody knows (`unknown`).
"""

import functools
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.runbook.simulator.discovery_schema import document

FOLDER = Path(__file__).resolve().parents[3].parent / "shared" / "gcp-recordings"
STAND_INS = {
    "projects": "netra-staging",
    "namespaces": "netra-staging",
    "regions": "us-central1",
    "locations": "us-central1",
    "zones": "us-central1-a",
    "healthChecks": "staging-backend-health-check",
    "backendServices": "staging-backend-service",
    "regionBackendServices": "staging-internal-service",
    "targetHttpsProxies": "staging-https-proxy",
    "urlMaps": "staging-url-map",
    "sslCertificates": "staging-netrasystems-ai-cert",
    "networks": "staging-vpc",
    "subnetworks": "staging-subnet",
    "instanceGroups": "staging-backend",
    "connectors": "staging-connector",
    "instances": "netra-staging-db",
    "services": "auth-staging",
    "secrets": "redis-url",
    "versions": "1",
}
APIS = {
    "compute.googleapis.com": "compute.v1",
    "sqladmin.googleapis.com": "sqladmin.v1beta4",
    "vpcaccess.googleapis.com": "vpcaccess.v1",
    "secretmanager.googleapis.com": "secretmanager.v1",
    "run.googleapis.com": "run.v1",
    "us-central1-run.googleapis.com": "run.v1",
    "logging.googleapis.com": "logging.v2",
    "cloudresourcemanager.googleapis.com": "cloudresourcemanager.v1",
}
_LINK = re.compile(r"(https?://[^/]+/compute/\w+/)?projects/[^/]+/.+")
_BLANKED = re.compile(r"\$\{\w+\}")
_PARAMETER = re.compile(r"\{\+?\w+\}")


@dataclass(frozen=True)
class Exchange:
    """One recorded request and its answer. `title` names the file and the place in it."""

    title: str
    recorded: str
    method: str
    host: str
    recorded_path: str
    query: dict[str, str]
    body: Any
    status: int
    answer: Any

    @property
    def path(self) -> str:
        """The path as our scenario knows it; what was not found stays a name nobody has."""
        path = re.sub(r"^/compute/\w+/", "/compute/v1/", self.recorded_path.rstrip("/"))
        path = re.sub(r"^/v1beta1/", "/v1/", path)
        return told_here(path, last="nix" if self.status == 404 else "")

    @property
    def api(self) -> str:
        if self.recorded_path.startswith("/sql/"):
            return "sqladmin.v1beta4"
        if self.host == "sqladmin.googleapis.com":
            return "sqladmin.v1"
        if self.recorded_path.startswith("/compute/"):
            return "compute.v1"
        return APIS.get(self.host, "")

    @property
    def schema(self) -> str:
        """The name of the answer's schema in the API's description, or "" for none."""
        if not self.api:
            return ""
        described = document(self.api)
        for verb, pattern, name in _answers(self.api):
            if verb == self.method and pattern.fullmatch(
                self.path.removeprefix(f"/{described['servicePath']}").lstrip("/")
            ):
                return name
        return ""


def exchanges() -> list[Exchange]:
    """All of them, those of flows and of gcloud's traces one by one."""
    listed = json.loads((FOLDER / "index.json").read_text())
    return [one for row in listed for one in _in_file(row["file"])]


def told_here(path: str, *, last: str = "") -> str:
    """A path or link with the names of our scenario; `last` replaces a resource's own name."""
    parts = path.replace("/backendServices/", _services_of(path)).split("/")
    for index, collection in enumerate(parts[:-1]):
        name, colon, verb = parts[index + 1].partition(":")
        if collection in STAND_INS and name not in ("-", "global"):
            is_last = index + 1 == len(parts) - 1
            parts[index + 1] = (last if is_last and last else STAND_INS[collection]) + colon + verb
    return "/".join(parts).replace("/regionBackendServices/", "/backendServices/")


def _services_of(path: str) -> str:
    """Regional back ends have a name of their own in our scenario."""
    return "/regionBackendServices/" if "/regions/" in path else "/backendServices/"


def body_here(value: Any) -> Any:
    """A body whose links point into our scenario."""
    if isinstance(value, dict):
        return {field: body_here(inner) for field, inner in value.items()}
    if isinstance(value, list):
        return [body_here(inner) for inner in value]
    return told_here(value) if isinstance(value, str) and _LINK.fullmatch(value) else value


def _in_file(name: str) -> list[Exchange]:
    told = json.loads((FOLDER / name).read_text())
    many = told.get("exchanges", [told])
    title = name.removesuffix(".json")
    return [
        _exchange(f"{title}#{number}" if "exchanges" in told else title, told["recorded"], one)
        for number, one in enumerate(many)
        if "request" in one and "response" in one
    ]


def _exchange(title: str, recorded: str, told: Any) -> Exchange:
    address = urlsplit(told["request"]["url"])
    return Exchange(
        title=title,
        recorded=recorded,
        method=told["request"]["method"],
        host=address.netloc,
        recorded_path=address.path,
        query={
            name: _BLANKED.sub("x", values[0]) for name, values in parse_qs(address.query).items()
        },
        body=told["request"].get("body"),
        status=told["response"]["status"],
        answer=told["response"].get("body"),
    )


@functools.cache
def _answers(api: str) -> list[tuple[str, re.Pattern[str], str]]:
    return [
        (one["httpMethod"], _pattern(one.get("flatPath", one["path"])), one["response"]["$ref"])
        for one in _methods(document(api))
        if "response" in one
    ]


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile("[^/:]+".join(re.escape(piece) for piece in _PARAMETER.split(path)))


def _methods(told: Any) -> list[Any]:
    own = list(told.get("methods", {}).values())
    return own + [one for inner in told.get("resources", {}).values() for one in _methods(inner)]
