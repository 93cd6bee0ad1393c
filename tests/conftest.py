"""What every test may use. The settings are `tests/settings.py`."""

import pytest

pytest_plugins = ["tests.support.servers", "tests.support.browsers", "tests.support.emptied_tables"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Stories first: they wait a lot, while others work. Browser tests must come last: see
    `tests/support/browsers.py`. That holds in each of several processes too, as they take whole
    files in this order."""
    items.sort(key=lambda item: 2 * _is(item, "browser") - _is(item, "story"))


def _is(item: pytest.Item, marker: str) -> bool:
    return item.get_closest_marker(marker) is not None
