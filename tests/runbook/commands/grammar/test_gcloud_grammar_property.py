"""Whatever the words: they are arguments that can be written again, or there is a reason."""

from __future__ import annotations

import shlex

from hypothesis import given, settings
from hypothesis import strategies as st

from runbook.commands import shell
from runbook.commands.base import NotRunnable
from runbook.commands.grammar.flag_values import Flag
from runbook.commands.grammar.gcloud_grammar import Arguments, Grammar, read_arguments
from runbook.commands.registry import known, parse

GRAMMAR = Grammar(
    "things update",
    operand="THING",
    pattern=r"(?s).*",
    scope="global or region",
    is_list=True,
    flags=(
        Flag("timeout", "duration"),
        Flag("size", "size"),
        Flag("on", "boolean"),
        Flag("count", "integer"),
        Flag("labels", "mapping"),
        Flag("items", "list"),
        Flag("kind", "choice", choices=("ALWAYS", "NEVER")),
        Flag("text", pattern=r"(?s).*"),
    ),
)
NAMES = st.text(alphabet="abc-_.^;:|#@% ", min_size=1, max_size=5)
ITEMS = st.text(alphabet="ab,;:|#@%~^= '", max_size=6)
TEXTS = st.text(max_size=12)


def flag(name: str, text: str) -> str:
    return f"--{name}={text}"


WORDS = st.one_of(
    st.sampled_from(["--on", "--no-on", "--global", "--region=us-central1", "-q", "--", "--kind"]),
    st.sampled_from(
        ["--kind=always", "--limit=3", "--page-size=2", "--sort-by=~a,b", "--size=2TB"]
    ),
    st.sampled_from(["--format=json(a)", "--filter=a:b", "--flatten=a[],b", "--timeout=1h", "--x"]),
    st.builds(flag, st.just("count"), st.integers().map(str)),
    st.builds(flag, st.just("text"), TEXTS),
    st.builds(flag, st.sampled_from(["labels", "items", "timeout", "size", "kind"]), ITEMS),
    st.builds(flag, st.sampled_from(["format", "filter", "sort-by", "limit", "region"]), ITEMS),
    TEXTS,
)


@settings(max_examples=250, deadline=None)
@given(st.lists(WORDS, max_size=6))
def test_arguments_read_back_to_the_same_arguments(words: list[str]) -> None:
    try:
        read = read_arguments(["--project=netra-staging", *words], GRAMMAR)
    except NotRunnable as refusal:
        assert refusal.reason
        assert refusal.gcloud_exit in (0, 1, 2)
        return
    assert again(read) == read


@settings(deadline=None)
@given(st.dictionaries(NAMES.filter(lambda name: "=" not in name), ITEMS, min_size=1, max_size=3))
def test_mapping_reads_back(labels: dict[str, str]) -> None:
    read = Arguments("things update", "x", (("labels", tuple(labels.items())),), "netra-staging")
    assert again(read).mapping("labels") == labels


@settings(deadline=None)
@given(st.lists(ITEMS, max_size=4))
def test_list_reads_back(items: list[str]) -> None:
    read = Arguments("things update", "x", (("items", tuple(items)),), "netra-staging")
    assert again(read).items("items") == tuple(items)


def again(arguments: Arguments) -> Arguments:
    words = shlex.split(arguments.as_gcloud())
    assert words[:3] == ["gcloud", "things", "update"]
    return read_arguments(words[3:], GRAMMAR)


COMMANDS = [kind.name for kind in known()]
PIECES = [
    *("--project=netra-staging", "--region=us-central1", "--global", "--format=json", "--filter=a"),
    *("name", "-", "--", "--x", "-q", "--secret=s", "--data-file=-", "|", ">", "2>&1", "/dev/null"),
    *(
        "head",
        "-5",
        "grep",
        "-E",
        "'a|b'",
        "||",
        "&&",
        ";",
        "echo",
        "$X",
        "${X}",
        "for",
        "in",
        "do",
    ),
    *("--database-flags=a=1", "--timeout=5s", "--limit", "3", "'", '"', "\\", "\n", "(", ")"),
]


@settings(max_examples=250, deadline=None)
@given(
    st.sampled_from(COMMANDS), st.lists(st.sampled_from(PIECES) | TEXTS, max_size=7).map(" ".join)
)
def test_shell_text_is_read_or_refused(command: str, rest: str) -> None:
    read = shell.read(f"{command} {rest}", {"X": "y"})
    assert bool(read.lines) != bool(read.reason)
    for line in read.lines:
        assert shell.read(line.text, {}).lines == (line,)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(["gcloud", "sql", "instances", "describe", *PIECES]), max_size=8))
def test_words_are_a_command_or_refused(words: list[str]) -> None:
    try:
        parse(words)
    except NotRunnable as refusal:
        assert refusal.reason
