"""Text that a shell would read differently from what its words seem to say is not run."""

from __future__ import annotations

import pytest

from runbook.commands import shell

DESCRIBE = "gcloud sql instances describe db --project=netra-staging"
ACCESS = "gcloud secrets versions access latest --project=netra-staging --secret="


def texts(text: str, **values: str) -> list[str]:
    read = shell.read(text, values)
    assert read.reason == ""
    return [line.text for line in read.lines]


def reason(text: str, **values: str) -> str:
    read = shell.read(text, values)
    assert read.lines == ()
    return read.reason


@pytest.mark.parametrize(
    "text",
    [
        "A=xxxxxxxxxx\n" + "A=$A$A\n" * 40 + "curl https://a.b/$A",
        "A=x" + "\nA=" + "$A" * 100 + "\nA=" + "$A" * 9000 + "\ncurl https://a.b/$A",
        "for i in {1..9999}; do " + "A=x; " * 400 + "done; curl https://a.b/",
        "for i in " + "{1..9999} " * 300 + "; do A=x; done; curl https://a.b/",
        "A=" + "x" * 5000 + "\nfor i in {1..99}; do gcloud" + " $A" * 3000 + "; done",
        "A=(" + " x" * 4000 + ")\nfor i in " + '"${A[@]}" ' * 1000 + "; do B=x; done; curl x",
    ],
    ids=["doubled", "squared", "empty loop", "ranges", "wide", "lists"],
)
def test_text_that_grows_when_it_is_unrolled_is_refused(text: str) -> None:
    read = shell.read(text, {})
    assert read.lines == ()
    assert read.reason == "This unrolls to more text than is read as a command."


@pytest.mark.parametrize(
    "text",
    [
        "CLOUDSDK_CORE_PROJECT=other; " + DESCRIBE,
        "export PATH=/opt; " + DESCRIBE,
        "IFS=,; " + DESCRIBE,
        "https_proxy=http://10.0.0.1; " + DESCRIBE,
    ],
)
def test_read_refuses_to_set_what_programs_look_at(text: str) -> None:
    assert reason(text).endswith("changes how programs work, which needs a shell.")


@pytest.mark.parametrize("text", ["X=~; ", "X=~/bin; ", "X=a:~/b; "])
def test_read_refuses_a_home_that_a_shell_would_write_out(text: str) -> None:
    assert reason(text + DESCRIBE) == "A shell replaces ~ by a folder; write it out."


def test_read_keeps_the_width_of_a_range() -> None:
    assert texts(f"for i in {{08..10}}; do {ACCESS}s$i; done") == [
        f"{ACCESS}s08",
        f"{ACCESS}s09",
        f"{ACCESS}s10",
    ]


@pytest.mark.parametrize(
    "text",
    [
        'X="db --quiet"; gcloud sql instances describe $X --project=netra-staging',
        'for f in "a b"; do gcloud sql instances list --project=netra-staging --filter=$f; done',
        'L=(a "b c"); for f in ${L[@]}; do curl https://a.example.com/ -H "A: $f"; done',
        'X="a*"; gcloud sql instances list --project=netra-staging --filter=$X',
    ],
)
def test_read_refuses_values_that_a_shell_would_split(text: str) -> None:
    assert reason(text).startswith("A shell splits the value of ")


def test_read_takes_values_with_spaces_inside_of_quotes() -> None:
    text = 'X="a OR b"; gcloud sql instances list --project=netra-staging --filter="$X"'
    assert texts(text) == ["gcloud sql instances list --project=netra-staging '--filter=a OR b'"]


def test_read_takes_no_stream_for_a_word() -> None:
    text = "gcloud secrets versions describe 10>/dev/null --secret=s --project=netra-staging"
    assert reason(text) == "'10>' needs a shell."


@pytest.mark.parametrize("text", [f";{DESCRIBE}", f"{DESCRIBE}; ;", f"{DESCRIBE}\n; {DESCRIBE}"])
def test_read_refuses_a_semicolon_without_a_command(text: str) -> None:
    assert reason(text) == "A shell wants a command in front of ';'."


def test_read_refuses_a_stream_that_runs_into_a_word() -> None:
    text = "gcloud 2>&1sql instances list --project=netra-staging"
    assert reason(text) == "Writing into a file is not done from here."


@pytest.mark.parametrize("text", ["curl https://$A\\\nB.example.com", "curl https://$\\\nA"])
def test_read_refuses_a_name_that_goes_on_in_the_next_line(text: str) -> None:
    assert "$" in reason(text, A="a", AB="b")


@pytest.mark.parametrize("text", ['"X"=db', 'X"="db', "X\\=db", 'L""=(db)'])
def test_read_takes_no_quoted_name_for_an_assignment(text: str) -> None:
    assert shell.read(f"{text}; {DESCRIBE}", {}).lines == ()


@pytest.mark.parametrize(
    "text",
    [
        f"for i in a; b; do {DESCRIBE}; done",
        f"for i in a\nb\ndo {DESCRIBE}; done",
        f"for i in a; do; {DESCRIBE}; done",
        f"if {DESCRIBE}; then; echo a; fi",
        f"if {DESCRIBE}; then echo a; ; fi",
    ],
)
def test_read_refuses_what_is_no_sentence_of_a_shell(text: str) -> None:
    assert shell.read(text, {}).lines == ()


def test_read_takes_a_loop_with_its_parts_on_lines_of_their_own() -> None:
    assert texts(f"for i in a b;\n\ndo\n{ACCESS}$i\ndone") == [f"{ACCESS}a", f"{ACCESS}b"]
