"""Programs of the operator's own: listed by an administrator, run by a worker, never by default."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from pytest_django.fixtures import Settings as SettingsWrapper

from incidents.actions import approve, execute, plan, work
from incidents.actions.declare import declare
from incidents.actions.edit_command import edit_command
from incidents.models import Approval, Incident, ListedProgram, OutputChunk, Run, StepCommand
from incidents.refusal import Refused
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)

SOURCE = b"""# Deploy again

## Deployment
- [ ] The service is deployed
  ```bash
  python scripts/deploy.py --service=auth
  ```
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "deploy.py").write_text(
        "import os, sys\nprint('deploying', *sys.argv[1:])\nprint(sorted(os.environ))\n"
    )
    return tmp_path


def listed(folder: Path, **columns: Any) -> ListedProgram:
    return ListedProgram.objects.create(
        **{
            "environment": factories.make_environment(),
            "name": "deploy",
            "written": "python scripts/deploy.py",
            "executable": [sys.executable, "deploy.py"],
            "pattern": "--service=[a-z]+",
            "effect": "changes",
            "seconds": 20.0,
            "folder": str(folder),
            **columns,
        }
    )


def declared(commander: User) -> Incident:
    return declare(
        actor=commander,
        revision=factories.make_revision(SOURCE),
        environment=factories.make_environment(),
        severity="P2",
        title="Deploy again",
        parameters={},
    )


def output_of(run: Run) -> str:
    return "\n".join(chunk.text for chunk in OutputChunk.objects.filter(run=run).order_by("first"))


def test_program_is_only_shown_while_the_setting_is_off(folder: Path, commander: User) -> None:
    listed(folder)
    declared(commander)
    command = StepCommand.objects.get()
    assert (command.effect, command.reason) == (
        "",
        "python is not a program that is run from here.",
    )


def test_program_of_another_environment_is_only_shown(
    folder: Path, commander: User, settings: SettingsWrapper
) -> None:
    settings.PROGRAMS = True
    listed(folder, environment=factories.make_environment("other"))
    declared(commander)
    assert StepCommand.objects.get().effect == ""


def test_program_that_changes_runs_once_it_is_approved(
    folder: Path, commander: User, engineer: User, settings: SettingsWrapper
) -> None:
    settings.PROGRAMS = True
    listed(folder)
    declared(commander)
    run = execute.request_run(actor=commander, command_id=StepCommand.objects.get().pk)
    plan.plan_run(run.pk, worker="test")
    approval = Approval.objects.get(run=run)
    assert "Nobody can foresee" in " ".join(approval.run.plan.warnings)

    approve.approve(actor=engineer, approval_id=approval.pk, digest=approval.digest)
    work.execute_run(run.pk, worker="test")

    run.refresh_from_db()
    assert (run.state, output_of(run).splitlines()[0]) == ("succeeded", "deploying --service=auth")
    assert "DJANGO_SETTINGS_MODULE" not in output_of(run)


def test_program_that_left_the_list_does_not_run(
    folder: Path, commander: User, settings: SettingsWrapper
) -> None:
    settings.PROGRAMS = True
    row = listed(folder, effect="reads")
    declared(commander)
    run = execute.request_run(actor=commander, command_id=StepCommand.objects.get().pk)
    row.delete()
    work.execute_run(run.pk, worker="test")
    run.refresh_from_db()
    assert (run.state, run.message) == (
        "failed",
        "Nothing was sent. python is not a program that is run from here.",
    )


def test_change_whose_program_was_listed_otherwise_meanwhile_is_not_started(
    folder: Path, commander: User, engineer: User, settings: SettingsWrapper
) -> None:
    settings.PROGRAMS = True
    row = listed(folder)
    declared(commander)
    run = execute.request_run(actor=commander, command_id=StepCommand.objects.get().pk)
    plan.plan_run(run.pk, worker="test")
    approval = Approval.objects.get(run=run)
    approve.approve(actor=engineer, approval_id=approval.pk, digest=approval.digest)
    row.executable = [sys.executable, "-c", "print('something else')"]
    row.save()

    work.execute_run(run.pk, worker="test")

    run.refresh_from_db()
    assert run.state in ("failed", "void")
    assert "something else" not in output_of(run)


def test_program_that_is_listed_as_something_graver_by_now_is_read_anew_first(
    folder: Path, commander: User, settings: SettingsWrapper
) -> None:
    settings.PROGRAMS = True
    row = listed(folder)
    declared(commander)
    Incident.objects.update(approval_policy={"changes": "1 approver", "destroys": "2 approvers"})
    row.effect = "destroys"
    row.save()
    command = StepCommand.objects.get()
    run = execute.request_run(actor=commander, command_id=command.pk)

    plan.plan_run(run.pk, worker="test")

    run.refresh_from_db()
    assert (run.state, "destroys by now" in run.message) == ("failed", True)
    edit_command(actor=commander, command_id=command.pk, text=command.text)
    again = execute.request_run(actor=commander, command_id=command.pk)
    plan.plan_run(again.pk, worker="test")
    assert [one["policy"] for one in Approval.objects.get().requirements] == ["2 approvers"]


def test_of_two_programs_that_begin_alike_the_one_that_runs_is_approved(
    folder: Path, commander: User, engineer: User, settings: SettingsWrapper
) -> None:
    settings.PROGRAMS = True
    listed(folder)
    runs = listed(folder, name="deploy-auth", written="python scripts/deploy.py --service=auth")
    declared(commander)
    run = execute.request_run(actor=commander, command_id=StepCommand.objects.get().pk)
    plan.plan_run(run.pk, worker="test")
    approval = Approval.objects.get(run=run)
    runs.executable = [sys.executable, "-c", "print('something else')"]
    runs.save()

    with pytest.raises(Refused, match="The program's executable changed"):
        approve.approve(actor=engineer, approval_id=approval.pk, digest=approval.digest)
