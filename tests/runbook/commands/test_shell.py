"""What of shell text may run, and the words for what may not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runbook.commands import registry, shell
from runbook.commands.base import Effect, OutputFilter

SHARED = Path(__file__).resolve().parents[4] / "shared"
SEED_COMMANDS = SHARED / "wire" / "seed-commands.tsv"
DESCRIBE = "gcloud sql instances describe db --project=netra-staging"
ACCESS = "gcloud secrets versions access latest --project=netra-staging --secret="


def seed_commands() -> list[str]:
    """Every command of the five documents, where their list is at hand."""
    if not SEED_COMMANDS.exists():
        pytest.skip("the collected commands are not beside the project")
    rows = SEED_COMMANDS.read_text(encoding="utf-8").splitlines()
    return [row.rsplit("\t", 1)[0] for row in rows]


def texts(text: str, **values: str) -> list[str]:
    read = shell.read(text, values)
    assert read.reason == ""
    return [line.text for line in read.lines]


def reason(text: str, **values: str) -> str:
    read = shell.read(text, values)
    assert read.lines == ()
    return read.reason


def test_read_joins_continued_lines() -> None:
    assert texts("gcloud sql instances describe db \\\n  --project=netra-staging") == [DESCRIBE]


def test_read_accepts_windows_line_ends() -> None:
    assert texts("gcloud sql instances describe db \\\r\n --project=netra-staging\r\n") == [
        DESCRIBE
    ]


def test_read_fills_both_spellings_of_a_parameter() -> None:
    text = 'gcloud sql instances describe $NAME --project="${PROJECT}"'
    assert texts(text, NAME="db", PROJECT="netra-staging") == [DESCRIBE]


def test_read_keeps_single_quoted_dollars() -> None:
    assert reason("gcloud sql instances describe '$NAME' --project=netra-staging", NAME="db") == (
        "argument INSTANCE: '$NAME' is not a possible name."
    )


def test_read_never_splits_a_value() -> None:
    assert reason("gcloud sql instances describe $NAME --project=p", NAME="db --project=q") == (
        "argument INSTANCE: 'db --project=q' is not a possible name."
    )


@pytest.mark.parametrize("value", ["-db", "--project=other", "-"])
def test_read_refuses_a_value_that_starts_with_a_dash(value: str) -> None:
    assert reason("curl https://$HOST/", HOST=value) == (
        "The value of HOST starts with a dash and could pass for an option."
    )


@pytest.mark.parametrize("value", ["a\nb", "a\rb", "a\x00b", "a\u202eb", "a\u2028b"])
def test_read_refuses_a_value_with_line_breaks_or_invisible_characters(value: str) -> None:
    assert reason("curl https://$HOST/", HOST=value) == (
        "The value of HOST holds a line break or an invisible character."
    )


@pytest.mark.parametrize(
    "flag", ["--database-flags=a=$V", '--database-flags "a=$V"', '"--database-flags=a=$V"']
)
def test_read_refuses_a_value_that_would_become_two_entries(flag: str) -> None:
    text = f"gcloud sql instances patch db --project=netra-staging {flag}"
    assert reason(text, V="1,log_statement=all") == (
        "The value of V holds a comma inside of an option."
    )


def test_read_names_a_parameter_without_value() -> None:
    assert reason("gcloud sql instances describe ${NAME}") == "NAME has no value."
    assert reason("gcloud sql instances describe ${NAME}", NAME="") == "NAME has no value."


def test_read_drops_dressing_that_says_nothing_about_the_command() -> None:
    quiet = f'{ACCESS}a >/dev/null 2>&1 && echo " ✅ there" || echo " ❌ missing"'
    assert texts(quiet) == [f"{ACCESS}a"]


def test_read_keeps_time_out_and_output_filters() -> None:
    (line,) = shell.read(f"timeout 10s {DESCRIBE} 2>&1 | grep -iE '(a|b)' | head -5", {}).lines
    assert line.text == f"timeout 10 {DESCRIBE} | grep -iE '(a|b)' | head -5"
    assert line.timeout == 10.0
    assert line.filters == (
        OutputFilter("grep", pattern="(a|b)", ignore_case=True),
        OutputFilter("head", count=5),
    )


@pytest.mark.parametrize(
    ("pipe", "filters"),
    [
        ("head", (OutputFilter("head", count=10),)),
        ("head -n 3", (OutputFilter("head", count=3),)),
        ("head -n3", (OutputFilter("head", count=3),)),
        ("tail -20", (OutputFilter("tail", count=20),)),
        ("grep READY", (OutputFilter("grep", pattern="READY"),)),
        ("grep -v -i x", (OutputFilter("grep", pattern="x", ignore_case=True, invert=True),)),
    ],
)
def test_read_understands_output_filters(pipe: str, filters: tuple[OutputFilter, ...]) -> None:
    (line,) = shell.read(f"{DESCRIBE} | {pipe}", {}).lines
    assert line.filters == filters


@pytest.mark.parametrize(
    "pipe",
    [
        "sh",
        "tee out.txt",
        "xargs rm",
        "head -c 5",
        "grep -f file",
        "grep a file",
        "head file",
        "jq .",
    ],
)
def test_read_refuses_other_pipes(pipe: str) -> None:
    assert shell.read(f"{DESCRIBE} | {pipe}", {}).lines == ()


def test_read_refuses_patterns_that_could_take_for_ever() -> None:
    assert reason(f"{DESCRIBE} | grep -E '(a+)+$'") == "'(a+)+$' could take for ever."


def test_read_refuses_to_filter_a_change() -> None:
    change = "gcloud sql instances patch db --project=netra-staging --activation-policy=ALWAYS"
    assert reason(f"{change} | head -1") == (
        "The output of a change is shown whole; write it without the pipe."
    )


def test_read_unrolls_a_loop_over_words() -> None:
    loop = f'for s in a b; do\n  echo "== $s"\n  {ACCESS}"$s" >/dev/null\ndone'
    assert texts(loop) == [f"{ACCESS}a", f"{ACCESS}b"]


def test_read_unrolls_a_loop_over_an_array() -> None:
    text = 'LIST=(\n "a"\n b\n)\nfor s in "${LIST[@]}"; do ' + ACCESS + '"$s"; done'
    assert texts(text) == [f"{ACCESS}a", f"{ACCESS}b"]


def test_read_unrolls_a_range() -> None:
    assert (
        texts("for i in {1..3}; do curl https://staging.example.com/; done")
        == ["curl https://staging.example.com/"] * 3
    )


def test_read_stops_unrolling_at_a_bound() -> None:
    assert reason("for i in {1..999}; do curl https://staging.example.com/; done") == (
        "This unrolls to more than 100 commands."
    )


def test_read_uses_assignments_before_parameters() -> None:
    text = "NAME=db\nexport P=netra-staging\ngcloud sql instances describe $NAME --project=$P"
    assert texts(text, NAME="other") == [DESCRIBE]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("gcloud sql instances describe $(cat name)", "Command substitution $(…) needs a shell."),
        ("gcloud sql instances describe `cat name`", "Command substitution (`…`) needs a shell."),
        ('gcloud sql instances describe "$(cat name)"', "Command substitution $(…) needs a shell."),
        (
            "gcloud sql instances describe ${N:-db}",
            "Only ${NAME} is filled in; other forms of ${…} need a shell.",
        ),
        ("gcloud sql instances describe $1", "$1 needs a shell."),
        ("gcloud sql instances describe $'a'", "$' needs a shell."),
        ("gcloud sql instances describe <instance-name>", "Fill in <instance-name> first."),
        (
            "gcloud sql instances describe {name}",
            "A shell may expand braces; fill in what they stand for, or use quotes.",
        ),
        (
            "gcloud sql instances describe db*",
            "A shell may replace * by file names; put the word in quotes.",
        ),
        ("curl ~/x", "A shell replaces ~ by a folder; write it out."),
        (
            f"{DESCRIBE} --format=value(state)",
            "A shell reads ( as its own syntax; put the word in quotes.",
        ),
        (f"{DESCRIBE} > out.txt", "Writing into a file is not done from here."),
        (f"{DESCRIBE} < in.txt", "Feeding text into a command needs a shell."),
        (f"{DESCRIBE} &", "Running in the background needs a shell; a URL with & needs quotes."),
        (
            f"{DESCRIBE} && rm -rf /",
            "Two commands joined by && or || need a shell; run each on its own.",
        ),
        (
            f"{DESCRIBE} || {DESCRIBE}",
            "Two commands joined by && or || need a shell; run each on its own.",
        ),
        (f"({DESCRIBE})", "'(' needs a shell."),
        (
            f"while {DESCRIBE}; do echo; done",
            "'while' needs a shell; run the command behind it on its own.",
        ),
        (f"A=b {DESCRIBE}", "Setting A for one command only needs a shell."),
        (f"! {DESCRIBE}", "'!' needs a shell; run the command behind it on its own."),
        (f"{DESCRIBE} 'open", "A quote is not closed."),
        (f'{DESCRIBE} "open', "A quote is not closed."),
        (f"{DESCRIBE} \\", "The command ends in a backslash."),
        ("for x in a b; do", "The loop does not end here; its whole text is needed to unroll it."),
        ("timeout -k 5 10 gcloud", "Only 'timeout SECONDS COMMAND' is understood."),
        ("sudo gcloud sql instances list", "sudo is not a program that is run from here."),
        (
            "/usr/bin/gcloud sql instances describe db",
            "/usr/bin/gcloud is not a program that is run from here.",
        ),
        ("export gcloud sql instances list", "'export' without a value needs a shell."),
        (f"A=(x y) {DESCRIBE}", "Setting A for one command only needs a shell."),
        (
            f"for x in a; do {DESCRIBE} done",
            "A shell wants 'do' and 'done' to start a command of their own.",
        ),
        (
            f'{DESCRIBE} --format=x{{1..3}}"y"',
            "A range in braces is only understood in the head of a loop.",
        ),
        ("echo hello", "This only prints words."),
        ("NAME=db", "There is no command here, only preparation."),
        ("# only a comment", "There is no command here, only preparation."),
        ("", "There is no command here, only preparation."),
        (
            "gcloud sql instances describe d\u200bb",
            "The command holds an invisible character (U+200B).",
        ),
        (f"echo x | {DESCRIBE}", "echo is not a program that is run from here."),
    ],
)
def test_read_says_why_text_is_not_run(text: str, why: str) -> None:
    assert reason(text) == why


def test_read_gives_a_line_again_from_its_text() -> None:
    text = f"timeout 1.5m {DESCRIBE} --format='value(state, name)' | grep -E 'A|B' | tail -n 2"
    (line,) = shell.read(text, {}).lines
    assert shell.read(line.text, {}).lines == (line,)


@pytest.mark.parametrize(
    "text",
    [
        "if {0}; then echo a; fi",
        "if {0} >/dev/null 2>&1; then\n  echo a\n  echo b\nelse\n  echo fi\nfi",
        'for x in a; do\n  if {0}; then echo "yes; $x"; else echo done-not; fi\ndone',
        "{0} </dev/null && echo A || echo B",
    ],
)
def test_read_runs_the_command_of_an_if_around_words(text: str) -> None:
    assert texts(text.format(DESCRIBE)) == [DESCRIBE]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("if {0}; then rm -rf /; fi", "Only 'echo' may stand in the branches of an 'if' here."),
        ("if {0}; then echo a; else {0}; fi", "Only 'echo' may stand in the branches"),
        ("if {0}; then echo a > /etc/passwd; fi", "Only 'echo' may stand in the branches"),
        ("if {0}; then echo a && {0}; fi", "Only 'echo' may stand in the branches"),
        ("if {0}; then echo a & fi", "The 'if' does not end here"),
        ("if {0}; then X=1; fi", "Only 'echo' may stand in the branches"),
        ("if {0}; then fi", "The 'if' does not end here"),
        ("if {0}; then if {0}; then echo a; fi; fi", "Only 'if COMMAND; then echo"),
        ("if {0}; then echo a; elif {0}; then echo b; fi", "Only 'if COMMAND; then echo"),
        ("if {0}; then echo a; fi | head -1", "What follows 'fi' needs a shell."),
        ("if ! {0}; then echo a; fi", "'!' needs a shell; run the command behind it on its own."),
        ("if {0}; {0}; then echo a; fi", "An 'if' is understood around one command only."),
        ("if {0}; then echo a", "The 'if' does not end here"),
        ("{0} | head -1 </dev/null", "Feeding text into a command needs a shell."),
        ("{0} < /etc/passwd", "Feeding text into a command needs a shell."),
    ],
)
def test_read_refuses_what_an_if_may_not_hold(text: str, why: str) -> None:
    assert reason(text.format(DESCRIBE)).startswith(why)


def test_read_knows_the_strongest_effect() -> None:
    change = "gcloud sql instances patch db --project=netra-staging --activation-policy=ALWAYS"
    assert shell.read(f"{DESCRIBE}\n{change}", {}).effect is Effect.CHANGES
    assert shell.read(DESCRIBE, {}).effect is Effect.READS
    assert shell.read("rm -rf /", {}).effect is None


def test_read_answers_every_command_of_the_seeds() -> None:
    read = {text: shell.read(text, {}) for text in seed_commands()}
    assert len(read) == 112
    assert [text for text, found in read.items() if bool(found.lines) == bool(found.reason)] == []
    assert [
        found.reason for found in read.values() if found.reason and found.reason[-1] not in ".?'"
    ] == []


def test_read_runs_nothing_of_the_seeds_but_known_commands() -> None:
    known = " ".join(kind.name for kind in registry.known())
    runnable = {text: shell.read(text, {}).lines for text in seed_commands()}
    names = {line.command.name for lines in runnable.values() for line in lines}
    assert [name for name in names if name not in known] == []
    assert [text for text, lines in runnable.items() if lines and text.startswith(NEVER)] == []


NEVER = ("python", "cd ", "gcloud compute ssh", "gcloud sql connect", "for ", "sh ")


MARKS = "$( ) ` | && || ; sh ' \" \\ $X ${X} { } ( <( > >> & done eval # echo = do in"
WORDS = """gcloud sql instances describe db --project=netra-staging
curl https://a.example.com/
rm -rf /
for x in a
-o /etc/passwd
--data=x
head -1
timeout 5
if
; then
else
; fi
wait
<"""
PIECES = st.sampled_from([*MARKS.split(" "), *WORDS.split("\n"), "\n", " "])


@given(st.lists(PIECES, max_size=12).map(" ".join), st.text(max_size=20))
def test_read_never_runs_more_than_it_shows(text: str, value: str) -> None:
    """Whatever comes in: a reason, or lines that only read and read back to themselves."""
    found = shell.read(text, {"X": value})
    assert bool(found.lines) != bool(found.reason)
    for line in found.lines:
        assert line.command.effect is Effect.READS
        assert shell.read(line.text, {}).lines == (line,)


@given(st.text(max_size=200))
def test_read_survives_any_text(text: str) -> None:
    found = shell.read(text, {})
    assert bool(found.lines) != bool(found.reason)


def test_reading_commands_imports_no_client_of_google() -> None:
    program = (
        "import sys; from runbook.commands import shell; "
        "assert shell.read('curl https://a.b/', {}).lines; "
        "assert not {'google.cloud.compute_v1', 'googleapiclient', 'httpx'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
