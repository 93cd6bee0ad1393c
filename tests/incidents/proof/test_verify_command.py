"""`manage.py verify` as an operator calls it."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from incidents.models import Incident
from incidents.states import RunState
from tests import factories
from tests.incidents.conftest import Tamper

pytestmark = pytest.mark.django_db


def verify(*arguments: str) -> tuple[int, str]:
    said, code = StringIO(), 0
    try:
        call_command("verify", *arguments, stdout=said)
    except SystemExit as ended:
        code = int(str(ended.code))
    return code, said.getvalue()


@pytest.fixture
def first(proven: Incident) -> Incident:
    """The only incident of its installation, as INC-1 would be: nothing is missing before it."""
    return proven


def test_whole_incident_is_said_with_counts_and_head(first: Incident) -> None:
    code, said = verify("--incident", first.name)
    assert code == 0
    assert (
        f"{first.name}: 8 entries, 2 runs with 4 lines, 1 plans, 1 decisions,"
        f" 18 facts older than their seals, whole, head {first.timeline_head[:12]}\n" in said
    )
    assert "Nothing is wrong." in said


def test_what_is_wrong_is_named_and_the_exit_code_is_one(first: Incident, tamper: Tamper) -> None:
    tamper("UPDATE incidents_timelineentry SET text = 'other' WHERE number = 2")
    code, said = verify("--incident", first.name.lower())
    assert code == 1
    assert f"{first.name}, entry 2: Changed after it was written.\n" in said
    assert ", 1 WRONG, head" in said
    assert "1 things are wrong." in said


def test_installation_is_looked_at_too(first: Incident) -> None:
    Incident.objects.filter(pk=first.pk).update(number=1)
    code, said = verify()
    assert code == 1  # renamed by hand: every entry names the ledger it was written to
    assert "INC-1, entry 1: Changed after it was written." in said
    assert "administration: 0 entries, whole\n" in said


def test_missing_incident_is_named(first: Incident) -> None:
    factories.make_incident(first.commander, number=first.number + 2)
    code, said = verify()
    assert code == 1
    assert f"INC-{first.number + 1}, incident: Removed: later ones are there.\n" in said


def test_saved_heads_still_stand_after_more_was_written(first: Incident, tmp_path: Path) -> None:
    file = tmp_path / "heads.json"
    verify("--save", str(file))
    code, said = verify("--incident", first.name, "--against", str(file))
    assert code == 0
    assert f"What was saved in {file} still stands." in said


def test_saved_heads_find_what_was_cut_off(first: Incident, tamper: Tamper, tmp_path: Path) -> None:
    """Also when the row was set back to what it once said, with the seal of then."""
    file = tmp_path / "heads.json"
    verify("--save", str(file))
    tamper(
        "DELETE FROM incidents_timelineentry WHERE number > 7",
        "UPDATE incidents_incident SET timeline_count = 7",
    )
    code, said = verify("--incident", first.name, "--against", str(file))
    assert code == 1
    assert f"{first.name}, entry 8: It was there when the heads were saved.\n" in said


def test_run_whose_end_nobody_wrote_down(incident: Incident) -> None:
    step = factories.make_step(factories.make_phase(incident))
    factories.make_run(factories.make_command(step), incident.commander, RunState.FAILED)
    code, said = verify("--incident", incident.name)
    assert code == 1
    assert "run 1: It is failed, and the timeline says nothing about its end." in said


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--incident", "INC-0"], "There is no incident INC-0. Name it like INC-3."),
        (["--incident", "nonsense"], "There is no incident nonsense."),
        (["--against", "/nowhere/heads"], "/nowhere/heads cannot be read: No such file"),
        (["--incident", "INC-1", "--save", "a"], "leave out --incident"),
    ],
)
def test_wrong_arguments_are_answered_in_a_sentence(arguments: list[str], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        verify(*arguments)


def test_file_that_is_no_list_of_heads(tmp_path: Path) -> None:
    file = tmp_path / "heads.json"
    file.write_text("no")
    with pytest.raises(CommandError, match="not a file that `verify --save` wrote"):
        verify("--against", str(file))
