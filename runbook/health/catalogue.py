"""The areas and their kinds of resources, found among the modules of the folder `areas`."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from runbook.health import areas
from runbook.health.kinds import AreaWords, Kind
from runbook.health.report import Area


@cache
def areas_known() -> dict[Area, AreaWords]:
    """The `AREA` of each module, in the order in which areas are shown."""
    modules = pkgutil.iter_modules(areas.__path__, f"{areas.__name__}.")
    found = [importlib.import_module(module.name).AREA for module in modules]
    by_area = {words.area: words for words in found}
    return {area: by_area[area] for area in Area if area in by_area}


@cache
def kinds_known() -> dict[str, Kind]:
    """By section, in the order in which they are checked and shown."""
    return {kind.section: kind for words in areas_known().values() for kind in words.kinds}
