"""Log sinks, driven by the real discovery client, and the entries there are not."""

import pytest
from googleapiclient.errors import HttpError

from tests.runbook.simulator.discovery_schema import misfits
from tests.runbook.simulator.running import Running

PARENT = "projects/netra-staging"
SINK = {
    "name": "connector-logs",
    "destination": "bigquery.googleapis.com/projects/netra-staging/datasets/monitoring",
    "filter": 'resource.type="vpc_access_connector"',
}


def test_sink_is_made_listed_and_deleted(outage: Running) -> None:
    with outage.client("logging", "v2") as (service, http):
        sinks = service.projects().sinks()
        made = sinks.create(parent=PARENT, body=SINK).execute(http=http)
        listed = sinks.list(parent=PARENT).execute(http=http)
        sinks.delete(sinkName=f"{PARENT}/sinks/connector-logs").execute(http=http)
        with pytest.raises(HttpError) as gone:
            sinks.get(sinkName=f"{PARENT}/sinks/connector-logs").execute(http=http)

    assert misfits("logging.v2", "LogSink", made) == []
    assert made["writerIdentity"].startswith("serviceAccount:")
    assert listed == {"sinks": [made]}
    assert gone.value.status_code == 404


def test_sink_cannot_be_made_twice(outage: Running) -> None:
    path = f"/v2/{PARENT}/sinks"

    assert [outage.http.post(path, json=SINK).status_code for _ in range(2)] == [200, 409]


def test_sink_needs_a_destination_that_takes_logs(outage: Running) -> None:
    body = SINK | {"destination": "example.com/here"}

    assert outage.http.post(f"/v2/{PARENT}/sinks", json=body).status_code == 400


@pytest.mark.parametrize(("names", "code"), [([PARENT], 200), (["projects/other"], 403), ([], 400)])
def test_entries_of_the_own_project_are_none(outage: Running, names: list[str], code: int) -> None:
    answer = outage.http.post("/v2/entries:list", json={"resourceNames": names})

    assert answer.status_code == code
    assert answer.json() == {} or code != 200
