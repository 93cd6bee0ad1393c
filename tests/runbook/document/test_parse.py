from __future__ import annotations

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runbook.document.definition import (
    ApprovalPolicy,
    Component,
    DurationRange,
    Parameter,
    Problem,
    Runbook,
    UpdateCadence,
)
from runbook.document.export import export
from runbook.document.parse import MAX_BYTES, Unreadable, parse


def test_front_matter_fills_the_runbook(native: Runbook) -> None:
    assert native.title == "Staging cannot reach its database"
    assert native.severity == "P0"
    assert native.environment == "staging"
    assert native.impact == "Demonstrations are off."
    assert native.roles == {"infrastructure": "Infrastructure team"}
    assert native.components == (Component("Frontend"), Component("Database", "Data", "P0"))
    assert native.updates == (UpdateCadence("leadership", 3600), UpdateCadence("engineering", 7200))
    assert native.approval == ApprovalPolicy(
        "1 infrastructure", "1 infrastructure + 1 commander", 1200
    )
    assert native.problems == ()


def test_escalation_levels_stand_in_order_of_time(native: Runbook) -> None:
    assert [(level.after, level.condition, level.to) for level in native.escalation] == [
        (7200, "infrastructure is blocked", ("infrastructure-lead",)),
        (14400, "", ("vp-engineering",)),
    ]


def test_parameters_are_the_declared_ones_and_those_that_commands_name(native: Runbook) -> None:
    assert native.parameters == (
        Parameter("CONNECTOR", "staging-connector", "Serverless VPC Access connector", line=5),
        Parameter("MIN", line=39),
    )


def test_phases_carry_title_role_duration_and_introduction(native: Runbook) -> None:
    first, rollback = native.phases
    assert (first.title, first.number, first.role) == ("Diagnosis", 1, "infrastructure")
    assert first.duration == DurationRange(3600, 3600)
    assert first.introduction == "Look before you act."
    assert [step.title for step in first.exit_criteria] == ["Every finding is understood"]
    assert (rollback.title, rollback.number, rollback.is_rollback) == ("Rollback", 2, True)


def test_steps_carry_kind_key_group_and_attributes(native: Runbook) -> None:
    ready, missing, scale = native.phases[0].steps
    assert (ready.key, ready.kind, ready.attributes.timeout) == ("connector", "command", 600)
    assert (missing.kind, missing.is_conditional) == ("decision", True)
    assert [(step.title, step.role) for step in missing.steps] == [
        ("Ask the owner", "development"),
        ("Create it", ""),
    ]
    assert (scale.group, scale.duration) == ("Capacity", DurationRange(900, 900))
    assert (scale.attributes.undo, scale.attributes.needs) == ("scale-back", ("connector",))


def test_commands_carry_label_span_and_checks(native: Runbook) -> None:
    ready, _, scale = native.phases[0].steps
    assert [(check.expression, check.level, check.line) for check in ready.commands[0].checks] == [
        ('state == "READY" && minInstances >= 2', "expect", 28),
        ("maxInstances <= 10", "warn", 29),
    ]
    command = scale.commands[0]
    assert command.label == "scale it"
    assert command.text == (
        "gcloud compute networks vpc-access connectors update ${CONNECTOR}"
        " --region=${REGION} --min-instances=${MIN}"
    )
    assert (command.span.first, command.span.last) == (39, 40)
    assert [check.expression for check in command.checks] == ["minInstances == 3"]


def test_summary_and_sections_hold_the_words(native: Runbook) -> None:
    assert native.summary == "What this is for."
    assert native.sections == (("Background", "Words that explain."),)


def test_digest_is_of_the_bytes(native: Runbook) -> None:
    assert native.digest == hashlib.sha256(native.source).hexdigest()


def test_keys_are_numbered_on_collision() -> None:
    read = parse(b"## A\n- [ ] Do it\n- [ ] Do it\n- [ ] Do it 2\n")
    assert [step.key for step in read.phases[0].steps] == ["do-it", "do-it-2", "do-it-2-2"]


def test_second_step_with_an_id_is_a_problem() -> None:
    step = b"- [ ] Look\n  ```bash {id=x}\n  curl https://a.example\n  ```\n"
    read = parse(b"## A\n" + step + step)
    assert [step.key for step in read.phases[0].steps] == ["x", "x-2"]
    assert [problem.what for problem in read.problems] == ["Two steps have the id `x`"]


def test_undo_that_names_no_step_is_a_problem() -> None:
    read = parse(b"## A\n- [ ] Look\n  ```bash {undo=back}\n  curl https://a.example\n  ```\n")
    assert [(p.severity, p.what) for p in read.problems] == [
        ("error", "`undo=back` names no step of this runbook")
    ]


def test_invalid_expression_is_a_problem_at_its_line() -> None:
    read = parse(
        b"## A\n- [ ] L\n  ```bash\n  curl https://a.example\n  ```\n  Expect: `status ==`\n"
    )
    assert [(p.line, p.severity) for p in read.problems] == [(6, "error")]
    assert len(read.phases[0].steps[0].commands[0].checks) == 1


def test_expectation_without_a_command_is_a_note() -> None:
    read = parse(b"## A\n- [ ] Look\n\n  Expect: `status == 200`\n")
    assert [(p.line, p.severity) for p in read.problems] == [(4, "note")]


def test_title_comes_from_the_file_name_last() -> None:
    assert parse(b"words", file_name="runbooks/db-down.md").title == "db-down"
    assert parse(b"# The title\nwords").title == "The title"


def test_steps_without_a_heading_are_one_phase() -> None:
    read = parse(b"# Restart it\n1. Stop it\n2. Start it\n")
    assert [phase.title for phase in read.phases] == ["Restart it"]
    assert [step.title for step in read.phases[0].steps] == ["Stop it", "Start it"]


def test_step_headings_below_the_title_are_steps() -> None:
    read = parse(b"# Restart\n## Step 1: Stop\nSlowly.\n```sh\nls -l\n```\n## Step 2: Start\n")
    stop, start = read.phases[0].steps
    assert (stop.title, stop.kind, stop.body) == ("Step 1: Stop", "command", "Slowly.")
    assert (start.title, start.kind) == ("Step 2: Start", "task")


def test_fence_after_an_ordered_item_belongs_to_it() -> None:
    read = parse(b"## A\n1. One\n```bash\nls -l\n```\n2. Two\n")
    one, two = read.phases[0].steps
    assert [command.text for command in one.commands] == ["ls -l"]
    assert two.commands == ()


def test_markdown_examples_with_fences_inside_are_no_steps() -> None:
    read = parse(
        b"## A\n- [ ] a\n\n```markdown\n## B\n```bash\nls -l\n```\n- [ ] c\n```\n\n## D\n- [ ] d\n"
    )
    assert [phase.title for phase in read.phases] == ["A", "D"]
    assert [step.title for phase in read.phases for step in phase.steps] == ["a", "d"]


def test_unclosed_fence_is_a_problem() -> None:
    read = parse(b"## A\n- [ ] a\n\n```bash\nls -l\n")
    assert [(p.line, p.severity) for p in read.problems] == [(4, "warning")]


@pytest.mark.parametrize("encoding", ["mac_roman", "cp1252"])
def test_wrongly_decoded_text_is_read_repaired_and_kept_as_it_was(encoding: str) -> None:
    damaged = "# Café é bar\n".encode().decode(encoding).encode()
    read = parse(damaged)
    assert read.title == "Café é bar"
    assert [(p.line, p.severity) for p in read.problems] == [(1, "warning")]
    assert export(read) == damaged


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (b"", "The file is empty."),
        (b" \r\n\t\n", "The file is empty."),
        (b"a" * (MAX_BYTES + 1), "a runbook may have 1 MiB at most"),
        (b"PK\x03\x04\x00\x00", "binary: there is a zero byte at position 4"),
        (b"fine\nd\xe9j\xe0 vu", "byte 6 (line 2)"),
        ("# A".encode("utf-16"), "The file is UTF-16."),
    ],
)
def test_unreadable_bytes_get_a_sentence(source: bytes, words: str) -> None:
    with pytest.raises(Unreadable) as refused:
        parse(source)
    assert words in str(refused.value)


def test_byte_order_mark_is_not_part_of_the_first_line() -> None:
    read = parse(b"\xef\xbb\xbf# A\r\n\r\n- [ ] b\r\n")
    assert (read.title, [step.title for step in read.phases[0].steps]) == ("A", ["b"])


_LINES = [
    "# A",
    "## Phase 1: B (1 h)",
    "## Rollback",
    "## Escalation",
    "**2 hours**",
    "**Success criteria:**",
    "- [ ] c",
    "  - [ ] d",
    "1. e",
    "> q",
    "| a | b |",
    "---",
    "title: x",
    "```bash",
    "```",
    "````",
    "~~~",
    "$ ls",
    "X=(",
    "gcloud x \\",
    "for x in a; do",
    "done",
    "echo '",
    "cat <<EOF",
    "EOF",
    "Expect: `a == 1`",
    "<!--",
    "-->",
    "<details>",
    "",
]
_PIECES = st.sampled_from([*_LINES, "\t", "\x0b", "\x85"])
_DOCUMENTS = st.one_of(
    st.text(max_size=300),
    st.tuples(st.lists(_PIECES, max_size=40), st.sampled_from(["\n", "\r\n", "\r"])).map(
        lambda parts: parts[1].join(parts[0])
    ),
)


@settings(deadline=None, max_examples=150)
@given(_DOCUMENTS)
def test_any_text_is_read_exported_and_covered(text: str) -> None:
    source = text.encode("utf-8", "ignore")
    try:
        read = parse(source)
    except Unreadable:
        return
    assert export(read) == source
    everything = [step.key for phase in read.phases for step in phase.steps + phase.exit_criteria]
    assert len(everything) == len(set(everything))


def test_unknown_key_survives_and_is_noted() -> None:
    read = parse(b"---\nowner: [a, b]\n---\nwords\n")
    assert read.other == {"owner": ["a", "b"]}
    assert read.problems == (Problem(2, "note", "Nothing reads the front-matter key `owner`"),)
