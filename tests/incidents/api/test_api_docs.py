"""Every address of the API is documented, and nothing else is."""

import re
from pathlib import Path

from incidents.api import urls

DOCS = Path(__file__).resolve().parents[3] / "docs" / "api.md"


def test_every_address_is_documented() -> None:
    documented = set(re.findall(r"^### `(GET|POST) /(.+)`$", DOCS.read_text(), re.MULTILINE))
    known = {
        (method, re.sub("<row:", "<", str(pattern.pattern)))
        for method, patterns in (("GET", urls.read), ("POST", [*urls.work, *urls.approve]))
        for pattern in patterns
    }

    assert documented == known
