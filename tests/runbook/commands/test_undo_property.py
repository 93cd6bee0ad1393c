"""Whatever a resource holds, the undo of a change is text that reads as the way back to it."""

from __future__ import annotations

from typing import cast

from hypothesis import given
from hypothesis import strategies as st

from runbook.commands.base import FieldChange, NotRunnable
from runbook.commands.changing import Changing, Resource, difference
from runbook.commands.undo import undo_lines
from runbook.document.definition import Json
from tests.runbook.simulated import HERE, line_of

_PLACE = f"--region=us-central1 {HERE}"
_ANY = st.text(max_size=40)
_SHOWN = st.text(st.characters(exclude_categories=["C", "Z"]), max_size=40)


def _changing(text: str) -> Changing:
    return cast("Changing", line_of(text).command)


def _undone(text: str, before: Resource) -> tuple[Resource, str]:
    """What the undo of a change makes of the changed resource, and the undo itself."""
    command = _changing(text)
    after = command.changed(before)
    undo = command.undo_of(before, _difference(command, before, after))
    found = after
    for line in undo_lines(undo.text):
        found = _changing(line).changed(found)
    return found or {}, undo.text


def _difference(
    command: Changing, before: Resource | None, after: Resource | None
) -> tuple[FieldChange, ...]:
    return difference(command.fields(before), command.fields(after))


def _service(value: str) -> Resource:
    variables: list[Json] = [{"name": "KEPT", "value": "a"}, {"name": "A", "value": value}]
    container: Resource = {"image": "i@sha256:0", "env": variables, "resources": {}}
    return {
        "metadata": {"name": "auth"},
        "spec": {
            "template": {"metadata": {}, "spec": {"containers": [container]}},
            "traffic": [{"latestRevision": True, "percent": 100}],
        },
        "status": {"latestReadyRevisionName": "auth-1"},
    }


@given(_ANY)
def test_a_variable_goes_back_to_its_text(value: str) -> None:
    text = f"gcloud run services update auth --update-env-vars=A=new {_PLACE}"
    before = _service(value)
    found, undo = _undone(text, before)
    fields = _changing(text).fields
    if "update-traffic" in undo:
        assert not value.isprintable()
    else:
        assert fields(found) == fields(before)


@given(_SHOWN)
def test_a_database_flag_goes_back_to_its_value(value: str) -> None:
    text = f"gcloud sql instances patch db --database-flags=search_path=new {HERE}"
    flags: list[Json] = [{"name": "search_path", "value": value}, {"name": "kept", "value": "1"}]
    before: Resource = {"settings": {"databaseFlags": flags}}
    try:
        found, _undo = _undone(text, before)
    except NotRunnable:
        assert not value
        return
    fields = _changing(text).fields
    assert fields(found) == fields(before)


@given(_SHOWN)
def test_a_description_goes_back_to_its_text(value: str) -> None:
    text = f"gcloud compute health-checks update tcp check --description=new --global {HERE}"
    before: Resource = {"name": "check", "type": "TCP", "description": value or None}
    found, _undo = _undone(text, before)
    fields = _changing(text).fields
    assert fields(found) == fields(before)
