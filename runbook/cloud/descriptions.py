"""Google's descriptions of its APIs, as the client library brings them along.

Only what sending needs is kept. The library would write the help text of each method from the
schemas of what goes in and out, and prepare it for a dozen parameters that every method takes: that
takes longer than everything else, and nobody here reads or sends it.
"""

from __future__ import annotations

import json
from typing import Any

from googleapiclient.discovery_cache import get_static_doc

Description = dict[str, Any]
"""Any: the shape is Google's, documented with its discovery service."""


def description_of(api: str, version: str) -> Description:
    found: Description = json.loads(get_static_doc(api, version))
    found["schemas"] = {name: {"id": name, "type": "object"} for name in found["schemas"]}
    found["parameters"] = {}
    return found
