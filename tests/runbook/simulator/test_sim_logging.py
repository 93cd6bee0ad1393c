"""Log sinks, driven by the real discovery client, and entries by filter."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from googleapiclient.errors import HttpError

from tests.runbook.simulator.discovery_schema import misfits
from tests.runbook.simulator.running import CONNECTOR, Running, until

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
def test_entries_are_those_of_the_own_project(outage: Running, names: list[str], code: int) -> None:
    answer = outage.http.post("/v2/entries:list", json={"resourceNames": names})

    assert answer.status_code == code
    assert ("entries" in answer.json()) == (code == 200)


def _entries(simulator: Running, condition: str, **more: Any) -> Any:
    body = {"resourceNames": [PARENT], "filter": condition, "orderBy": "timestamp desc"} | more
    answer = simulator.http.post("/v2/entries:list", json=body)
    answer.raise_for_status()
    assert misfits("logging.v2", "ListLogEntriesResponse", answer.json()) == []
    return answer.json()


def test_outage_is_told_by_its_errors_newest_first(outage: Running) -> None:
    found = _entries(outage, 'resource.type="cloud_run_revision" severity>=ERROR')["entries"]

    assert {one["severity"] for one in found} == {"ERROR"}
    assert len(found) == 50
    times = [one["timestamp"] for one in found]
    assert times == sorted(times, reverse=True)
    told = {one["textPayload"].partition("(")[0] for one in found if "textPayload" in one}
    assert "Connection to 10.166.204.83:5432 timed out after 35.0 s " in told


def test_entries_come_in_pages(outage: Running) -> None:
    condition = 'textPayload:"timed out"'
    first = _entries(outage, condition, pageSize=20)
    second = _entries(outage, condition, pageSize=20, pageToken=first["nextPageToken"])

    assert [len(page["entries"]) for page in (first, second)] == [20, 20]
    ids = [one["insertId"] for page in (first, second) for one in page["entries"]]
    assert len(set(ids)) == 40


def test_entry_written_between_two_pages_neither_repeats_nor_hides_another(
    outage: Running,
) -> None:
    condition = 'textPayload:"timed out"'
    first = _entries(outage, condition, pageSize=20)
    ahead = datetime.now(UTC) + timedelta(minutes=10)
    outage.http.post("/_simulator/clock", json={"at": ahead.isoformat()}).raise_for_status()
    second = _entries(outage, condition, pageSize=20, pageToken=first["nextPageToken"])
    late = _entries(outage, condition, pageSize=200)["entries"]

    shown = [one["insertId"] for page in (first, second) for one in page["entries"]]
    ids = [one["insertId"] for one in late]
    assert ids.index(shown[0]) > 0
    assert shown == ids[ids.index(shown[0]) :][:40]


def test_good_day_has_no_errors(healthy: Running) -> None:
    assert _entries(healthy, "severity>=WARNING") == {}
    assert "entries" in _entries(healthy, 'logName:"requests" httpRequest.status=200')


def test_errors_end_with_the_repair_and_the_change_is_audited(outage: Running) -> None:
    condition = 'resource.type="vpc_access_connector"'
    outage.http.patch(CONNECTOR, json={"minInstances": 3, "maxInstances": 10})
    until(lambda: outage.get(CONNECTOR)["state"] == "READY")
    repaired = max(one["timestamp"] for one in _entries(outage, condition)["entries"])
    audits = _entries(outage, 'protoPayload.methodName:"UpdateConnector"')["entries"]

    assert _entries(outage, f'{condition} timestamp>"{repaired}"') == {}
    assert audits[0]["resource"]["labels"]["service"] == "vpcaccess.googleapis.com"
    assert audits[0]["severity"] == "NOTICE"


@pytest.mark.parametrize(
    "wrong",
    [{"orderBy": "severity"}, {"pageSize": "many"}, {"pageToken": "20"}, {"filter": "("}],
)
def test_wrong_request_for_entries_is_refused(outage: Running, wrong: dict[str, str]) -> None:
    body = {"resourceNames": [PARENT]} | wrong

    assert outage.http.post("/v2/entries:list", json=body).status_code == 400
