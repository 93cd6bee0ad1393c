"""Where a Compute Engine resource lives and what it is called there."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """A project with at most one of `region` and `zone`; neither means global."""

    project: str
    region: str = ""
    zone: str = ""

    @property
    def scope(self) -> str:
        if self.zone:
            return f"zones/{self.zone}"
        return f"regions/{self.region}" if self.region else "global"

    @property
    def names(self) -> dict[str, str]:
        """The fields of a request that say where."""
        named = {"project": self.project, "region": self.region, "zone": self.zone}
        return {field: name for field, name in named.items() if name}

    def path(self, collection: str, name: str = "") -> str:
        """The full name of a resource, or of its collection."""
        parts = ("projects", self.project, self.scope, collection, name)
        return "/".join(part for part in parts if part)
