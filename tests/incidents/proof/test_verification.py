"""What was changed by hand is found and named, whoever did it; what was not is whole."""
# ruff: noqa: S608  (the tests' own numbers)

import json

import pytest
from django.contrib.auth.models import User
from django.db import transaction

from incidents import administration, ledger
from incidents.models import Incident, TimelineEntry
from incidents.queries.proof import heads
from incidents.queries.proof.verification import (
    verify_administration,
    verify_incident,
    wrong_installation,
)
from tests.incidents.conftest import Tamper

ENTRIES = "incidents_timelineentry"


def found(incident: Incident) -> list[tuple[str, str]]:
    return [
        (problem.what, problem.sentence) for problem in verify_incident(incident.number).problems
    ]


def where(incident: Incident, number: int) -> str:
    return f"WHERE incident_id = {incident.pk} AND number = {number}"


def test_whole_incident(proven: Incident) -> None:
    verdict = verify_incident(proven.number)
    assert verdict.problems == []
    assert (verdict.entries, verdict.head) == (8, proven.timeline_head)
    counts = verdict.counts
    assert (counts.runs, counts.lines, counts.plans, counts.decisions) == (2, 4, 1, 1)


@pytest.mark.parametrize(
    "column",
    [
        "text = 'other'",
        "kind = 'step.skipped'",
        "actor_name = 'somebody'",
        "source = 'api'",
        "at = '2026-01-01 00:00:00+00'",
        """data = '{"step": 9}'""",
    ],
)
def test_changed_entry(proven: Incident, tamper: Tamper, column: str) -> None:
    tamper(f"UPDATE {ENTRIES} SET {column} {where(proven, 2)}")
    assert ("entry 2", "Changed after it was written.") in found(proven)


def test_entry_of_another_person(proven: Incident, tamper: Tamper, outsider: User) -> None:
    tamper(f"UPDATE {ENTRIES} SET actor_id = {outsider.pk} {where(proven, 2)}")
    assert found(proven) == [("entry 2", "It points to a person who is not commander.")]


def test_renamed_person_is_still_the_same(proven: Incident, commander: User) -> None:
    User.objects.filter(pk=commander.pk).update(username="chiara")
    assert [what for what, _ in found(proven) if what.startswith("entry")] == []


def test_removed_entry(proven: Incident, tamper: Tamper) -> None:
    tamper(f"DELETE FROM {ENTRIES} {where(proven, 2)}")
    assert found(proven) == [("entry 2", "Removed: the entries around it are there.")]


def test_removed_entry_with_the_gap_closed(proven: Incident, tamper: Tamper) -> None:
    renumber = f"UPDATE {ENTRIES} SET number = number - 1 {where(proven, 8)}"
    tamper(f"DELETE FROM {ENTRIES} {where(proven, 7)}", renumber)
    assert found(proven) == [
        ("entry 7", "It was entry 8 when it was written: something before it was removed."),
        ("entry 8", "Cut off at the end."),
    ]


def test_swapped_entries(proven: Incident, tamper: Tamper) -> None:
    tamper(
        f"UPDATE {ENTRIES} SET number = 1000 {where(proven, 2)}",
        f"UPDATE {ENTRIES} SET number = 2 {where(proven, 7)}",
        f"UPDATE {ENTRIES} SET number = 7 {where(proven, 1000)}",
    )
    assert found(proven) == [("entries 2 and 7", "Swapped.")]


def test_inserted_entry(proven: Incident, tamper: Tamper) -> None:
    """Made with a digest that fits, but without the installation's key."""
    first = proven.timeline.get(number=1)
    forged = ledger.facts_of(
        ledger=proven.name,
        number=2,
        at=first.at,
        actor="",
        source="system",
        kind="a.b",
        text="nothing happened",
        data={},
    )
    digest = ledger.digest_of(first.digest, forged)
    move = [f"UPDATE {ENTRIES} SET number = {n + 1} {where(proven, n)}" for n in range(8, 1, -1)]
    tamper(*move)
    TimelineEntry.objects.create(
        incident=proven,
        number=2,
        at=first.at,
        source="system",
        kind="a.b",
        text="nothing happened",
        previous=first.digest,
        digest=digest,
        seal="0" * 64,
    )
    said = found(proven)
    assert said[0][0] == "entry 2"
    assert said[0][1].startswith("It was inserted or written anew by hand")
    moved = "It was entry 2 when it was written: something before it was inserted."
    assert ("entry 3", moved) in said
    assert ("entry 9", "Added by hand: the ledger's head ends before.") in said


def test_entry_written_anew_with_a_fitting_digest(proven: Incident, tamper: Tamper) -> None:
    entry = proven.timeline.get(number=8)
    facts = ledger.facts_of(
        ledger=proven.name,
        number=8,
        at=entry.at,
        actor=entry.actor_name,
        source=entry.source,
        kind=entry.kind,
        text="other",
        data=entry.data,
    )
    digest = ledger.digest_of(entry.previous, facts)
    tamper(
        f"UPDATE {ENTRIES} SET text = 'other', digest = '{digest}' {where(proven, 8)}",
        f"UPDATE incidents_incident SET timeline_head = '{digest}' WHERE id = {proven.pk}",
    )
    said = found(proven)
    assert [what for what, _ in said] == ["entry 8", "head"]
    assert "not of this installation's key" in said[0][1]
    assert "changed by hand" in said[1][1]


def test_cut_off_end(proven: Incident, tamper: Tamper) -> None:
    tamper(f"DELETE FROM {ENTRIES} WHERE incident_id = {proven.pk} AND number > 6")
    assert found(proven) == [("entries 7 to 8", "Cut off at the end.")]


def test_cut_off_end_with_the_head_set_back(proven: Incident, tamper: Tamper) -> None:
    tamper(
        f"DELETE FROM {ENTRIES} WHERE incident_id = {proven.pk} AND number > 7",
        f"UPDATE incidents_incident SET timeline_count = 7, timeline_head = "
        f"(SELECT digest FROM {ENTRIES} {where(proven, 7)}) WHERE id = {proven.pk}",
    )
    assert found(proven) == [
        ("head", "Its count and digest were changed by hand: the seal does not fit.")
    ]


@pytest.mark.parametrize(
    ("statement", "what", "sentence"),
    [
        (
            "UPDATE incidents_outputchunk SET text = 'a third, and <i>\nlast' WHERE first = 3",
            "run 1",
            "Its output was changed: the digest is not the one of entry 3.",
        ),
        ("DELETE FROM incidents_outputchunk WHERE first = 1", "run 1", "lines 1 to 2 were removed"),
        ("DELETE FROM incidents_outputchunk WHERE first = 3", "run 1", "has 2 lines, and entry 3"),
        ("UPDATE incidents_run SET result = '{}' WHERE number = 1", "run 1", "Its result is not"),
        ("UPDATE incidents_run SET checks = '[]' WHERE number = 1", "run 1", "Its checks are"),
        ("UPDATE incidents_run SET state = 'failed' WHERE number = 1", "run 1", "It is failed,"),
        ("UPDATE incidents_run SET state = 'void' WHERE number = 2", "run 2", "It is void, and"),
        ("UPDATE incidents_plan SET after = '{}'", "run 2, plan", "Changed: what is stored"),
        ("UPDATE incidents_plan SET warnings = '[\"b\"]'", "run 2, plan", "Changed: what is"),
        ("UPDATE incidents_plan SET digest = 'ab'", "run 2, plan", "name different digests"),
        ("UPDATE incidents_approval SET digest = 'ab'", "run 2, plan", "name different digests"),
        ("UPDATE incidents_approval SET named = '{\"a\": 1}'", "run 2, plan", "Changed: what is"),
        (
            "UPDATE incidents_approval SET named = '{}'",
            "run 2, plan",
            "Changed: what is stored does not give the digest",
        ),
        (
            "UPDATE incidents_approval SET evidence = '[{}]'",
            "run 2, plan",
            "The evidence pinned to it is not",
        ),
        ("DELETE FROM incidents_plan", "run 2, plan", "Removed: there is an approval and no plan."),
        (
            "UPDATE incidents_decision SET verdict = 'rejected'",
            "run 2, decision of engineer",
            "Removed or changed: the timeline knows that they approved",
        ),
        (
            "DELETE FROM incidents_decision",
            "run 2, decision of engineer",
            "Removed or changed: the timeline knows that they approved",
        ),
        (
            "UPDATE incidents_incident SET run_count = 3",
            "run 3",
            "Removed.",
        ),
    ],
)  # fmt: skip
def test_changed_row(
    proven: Incident, tamper: Tamper, statement: str, what: str, sentence: str
) -> None:
    tamper(statement)
    assert any(name == what and sentence in said for name, said in found(proven)), found(proven)


def test_decision_added_by_hand(proven: Incident, outsider: User) -> None:
    approval = proven.runs.get(number=2).approval
    approval.decisions.create(
        person=outsider, verdict="approved", digest=approval.digest, at=proven.started_at
    )
    (problem,) = verify_incident(proven.number).problems
    assert problem.what == "run 2, decision of outsider"
    assert problem.sentence.startswith("Added by hand")


def test_other_source_of_the_runbook(proven: Incident, tamper: Tamper) -> None:
    revision = proven.revision_id
    tamper(f"UPDATE incidents_revision SET digest = 'ab' WHERE id = {revision}")
    assert found(proven) == [
        ("runbook", "The incident points to another source than it began with.")
    ]
    assert next(problem.where for problem in wrong_installation()) == "library"


def test_administration_is_a_ledger_too(commander: User, tamper: Tamper) -> None:
    for number in range(3):
        with transaction.atomic():
            administration.record(actor=commander, kind="role.granted", text=f"{number}")
    assert verify_administration().problems == []
    tamper("UPDATE incidents_administrationentry SET text = '9' WHERE number = 2")
    (problem,) = verify_administration().problems
    assert str(problem) == "administration, entry 2: Changed after it was written."


def test_seals_of_an_old_key_still_count(proven: Incident, settings: object) -> None:
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]  # type: ignore[attr-defined]
    settings.SECRET_KEY = "a new key"  # type: ignore[attr-defined]
    assert found(proven) == []


def test_chain_made_anew_with_the_key_is_found_by_saved_heads(
    proven: Incident, tamper: Tamper
) -> None:
    """Who has the database and the key can make a chain that passes, but not the one of before."""
    kept = heads.read(heads.written({proven.name: (8, proven.timeline_head)}, at="now"))
    assert list(heads.fallen(kept)) == []
    entry = proven.timeline.get(number=8)
    made = ledger.link(
        ledger.facts_of(
            ledger=proven.name,
            number=8,
            at=entry.at,
            actor=entry.actor_name,
            source=entry.source,
            kind=entry.kind,
            text="other",
            data=entry.data,
        ),
        after=entry.previous,
    )
    tamper(
        f"UPDATE {ENTRIES} SET text = 'other', digest = '{made.digest}',"
        f" seal = '{made.columns['seal']}' {where(proven, 8)}",
        f"UPDATE incidents_incident SET timeline_head = '{made.digest}',"
        f" timeline_seal = '{made.head_seal}' WHERE id = {proven.pk}",
    )
    assert found(proven) == []
    (problem,) = heads.fallen(kept)
    assert (problem.where, problem.what) == (proven.name, "entries 1 to 8")


def test_ledger_that_is_gone_is_found_by_saved_heads(db: None) -> None:
    kept = {"INC-9": (3, "ab"), "administration": (1, "cd"), "INC-10": (0, ""), "other": (1, "a")}
    assert [(p.where, p.what) for p in heads.fallen(kept)] == [
        ("INC-9", "entry 3"),
        ("administration", "entry 1"),
        ("other", "entry 1"),
    ]


@pytest.mark.parametrize("text", ["", "[]", "{}", json.dumps({"format": 9, "ledgers": {}})])
def test_file_that_is_no_list_of_heads_is_said(text: str) -> None:
    with pytest.raises(heads.NotHeads, match="This is"):
        heads.read(text)
