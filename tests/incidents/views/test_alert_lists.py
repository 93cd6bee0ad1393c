"""Many alerts on one page: the worst first, part by part, and long words folded."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from incidents import clock
from incidents.models import Alert, AlertMessage, AlertSource
from tests import factories
from tests.incidents.views.conftest import SignIn

pytestmark = pytest.mark.django_db

PLACE = "/alerts/?environment=staging"


def _make_alerts(count: int, **columns: Any) -> None:
    """Each fires since a minute before the one that was made before it."""
    now, environment = clock.now(), factories.make_environment()
    there = Alert.objects.count()
    Alert.objects.bulk_create(
        Alert(
            **{
                "key": f"k{number}",
                "kind": "alertmanager",
                "environment": environment,
                "title": f"Condition {number}",
                "first_at": now - timedelta(minutes=number),
                "last_at": now - timedelta(minutes=number),
                "resolved_at": now if columns.get("state") == "resolved" else None,
                **columns,
            }
        )
        for number in range(there, there + count)
    )


def _shown(page: str, part: str) -> list[str]:
    found = re.search(rf'<h2 id="{part}">.*?</section>', page, re.DOTALL)
    assert found
    return re.findall(r'class="alert-title">([^<]+)<', found[0])


def _further(page: str, part: str) -> str:
    """The address of the next part, "" on the last."""
    found = re.findall(rf'href="([^"]+[&;]{part}=\d+)#{part}"', page)
    return found[0].replace("&amp;", "&") if found else ""


def _parts(client: Client, part: str) -> list[list[str]]:
    parts, address = [], PLACE
    while address:
        page = client.get(address).content.decode()
        parts.append(_shown(page, part))
        address = _further(page, part)
    return parts


def test_worst_come_first_and_each_is_shown_once(sign_in: SignIn, commander: User) -> None:
    _make_alerts(30)
    _make_alerts(18, severity="critical")

    parts = _parts(sign_in(commander), "firing")

    assert [len(part) for part in parts] == [20, 20, 8]
    order = [*range(30, 48), *range(30)]
    assert [title for part in parts for title in part] == [f"Condition {one}" for one in order]


def test_recovered_and_messages_go_on_too(sign_in: SignIn, commander: User) -> None:
    _make_alerts(23, state="resolved")
    environment = factories.make_environment()
    source = AlertSource.objects.create(
        name="eu", kind="google", environment=environment, created_by=commander,
        created_at=clock.now(),
    )  # fmt: skip
    for _ in range(12):
        AlertMessage.objects.create(
            source=source, received_at=clock.now(), state="malformed", body="", digest=""
        )
    client = sign_in(commander)

    assert [len(part) for part in _parts(client, "recent")] == [10, 10, 3]
    first = client.get(PLACE).content.decode()
    second = client.get(_further(first, "messages")).content.decode()
    assert [page.count('class="kept"') for page in (first, second)] == [10, 2]
    assert 'href="/alerts/?environment=staging#messages"' in second


def test_part_stays_where_it_is_when_the_alert_before_it_recovers(
    sign_in: SignIn, commander: User
) -> None:
    _make_alerts(45)
    client = sign_in(commander)
    address = _further(client.get(PLACE).content.decode(), "firing")
    second = _shown(client.get(address).content.decode(), "firing")
    Alert.objects.filter(title="Condition 19").update(state="resolved", resolved_at=clock.now())

    assert _shown(client.get(address).content.decode(), "firing") == second
    Alert.objects.exclude(title="Condition 3").update(state="resolved", resolved_at=clock.now())
    page = client.get(address).content.decode()
    assert "No others fire any more." in page and "Nothing fires" not in page


def test_live_change_fetches_the_part_that_is_shown(sign_in: SignIn, commander: User) -> None:
    _make_alerts(21)
    client = sign_in(commander)
    address = _further(client.get(PLACE).content.decode(), "firing")
    page = client.get(address).content.decode()
    assert f'hx-get="{address}"'.replace("&", "&amp;") in page


@pytest.mark.parametrize("row", ["", "x", "0", "9" * 30, "-1"])
def test_row_that_is_not_there_begins_the_list(row: str, sign_in: SignIn, commander: User) -> None:
    _make_alerts(1)
    page = sign_in(commander).get(PLACE, {"environment": "staging", "firing": row})
    assert _shown(page.content.decode(), "firing") == ["Condition 0"]


def test_long_words_are_folded_and_whole(sign_in: SignIn, commander: User) -> None:
    long = "The connector is stuck. " * 100
    _make_alerts(1, summary=long)
    page = sign_in(commander).get(PLACE).content.decode()
    begins = re.findall(r'class="alert-begin">([^<]+)<', page)
    assert [len(words) for words in begins] == [200]
    assert long in re.findall(r'class="small alert-summary">([^<]+)<', page)[0]


def test_as_many_queries_for_few_as_for_many(sign_in: SignIn, commander: User) -> None:
    _make_alerts(1)
    _make_alerts(1, state="resolved")
    client = sign_in(commander)
    with CaptureQueriesContext(connection) as few:
        client.get(PLACE)
    _make_alerts(60)
    _make_alerts(30, state="resolved")
    with CaptureQueriesContext(connection) as many:
        client.get(PLACE)
    assert len(many) == len(few)
