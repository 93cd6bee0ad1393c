"""A long look disturbs nobody, and nobody disturbs it."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import DatabaseError, connection

from incidents.models import Incident
from incidents.queries.proof.snapshot import snapshot
from tests.incidents.proof.conftest import record


@pytest.mark.django_db(transaction=True)
def test_writers_go_on_and_are_not_seen(incident: Incident) -> None:
    def write() -> None:
        try:
            record(incident, None, "step.ticked", "meanwhile")
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with snapshot():
            assert incident.timeline.count() == 0
            pool.submit(write).result(timeout=60)
            assert incident.timeline.count() == 0
        assert incident.timeline.count() == 1


@pytest.mark.django_db(transaction=True)
def test_other_transactions_are_as_before(incident: Incident) -> None:
    with snapshot():
        incident.timeline.count()
    record(incident, None, "step.ticked", "afterwards")
    assert incident.timeline.count() == 1


@pytest.mark.django_db(transaction=True)
def test_fault_inside_leaves_nothing_behind(incident: Incident) -> None:
    with pytest.raises(DatabaseError), snapshot(), connection.cursor() as cursor:
        cursor.execute("SELECT nothing FROM nowhere")
    record(incident, None, "step.ticked", "afterwards")
    assert incident.timeline.count() == 1
