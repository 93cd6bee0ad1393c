"""docs/health.md names every section and field of an infrastructure file."""

from __future__ import annotations

import re
from pathlib import Path

from runbook.health.catalogue import kinds_known
from runbook.health.reading import read
from runbook.health.report import Area
from runbook.health.secret_rules import RULES

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "health.md").read_text()


def test_every_section_and_field_is_documented() -> None:
    rows = re.findall(r"^\| `(\w+)` \| `([a-z-]+)` \| (.*) \|$", PAGE, re.MULTILINE)
    documented = {section: (area, re.findall(r"`(\w+)`: ", told)) for section, area, told in rows}
    assert documented == {
        section: (kind.area.value, [one.name for one in kind.fields])
        for section, kind in kinds_known().items()
    }


def test_every_area_and_form_is_documented() -> None:
    assert all(f"`{area.value}`" in PAGE for area in Area)
    assert all(f"`{rule}`" in PAGE for rule in RULES)


def test_the_example_of_the_page_can_be_read() -> None:
    found = re.search(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    assert found is not None
    assert read(found[1], "shop.yaml").project == "shop-staging"
