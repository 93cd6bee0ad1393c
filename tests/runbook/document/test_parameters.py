from __future__ import annotations

import pytest

from runbook.document import parameters
from runbook.document.definition import Runbook
from runbook.document.parse import parse


def test_missing_names_what_has_no_value(native: Runbook) -> None:
    assert parameters.missing(native, {}) == ("MIN",)
    assert parameters.missing(native, {"MIN": "3"}) == ()
    assert parameters.missing(native, {"MIN": " ", "CONNECTOR": ""}) == ("CONNECTOR", "MIN")


def test_names_that_the_text_sets_itself_are_no_parameters() -> None:
    text = "A=1\nfor x in ${LIST}; do echo ${x} ${A}; done"
    assert parameters.names_in(text) == ("LIST",)


def test_project_and_region_come_from_the_environment() -> None:
    read = parse(b"## A\n```bash\ngcloud x --project=${PROJECT} --region=${REGION} ${NAME}\n```\n")
    assert [parameter.name for parameter in read.parameters] == ["NAME"]


def test_expressions_name_parameters_too() -> None:
    block = b'## A\n- [ ] a\n  ```bash\n  curl ${A}\n  ```\n  Expect: `names == "${B}"`\n'
    assert [parameter.name for parameter in parse(block).parameters] == ["A", "B"]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("", "is empty"),
        ("  ", "is empty"),
        ("a" * 201, "has 201 characters"),
        ("--project=other", "starts with a dash"),
        ("a\nb", "line break or a control character"),
        ("a\x1bb", "line break or a control character"),
        ("a\u2028b", "line break or a control character"),
        ('a"b', 'the character "'),
        ("a'b", "the character '"),
        ("$(id)", "the character $"),
        ("`id`", "the character `"),
        ("a\\b", "the character \\"),
    ],
)
def test_validate_says_what_is_wrong(value: str, words: str) -> None:
    said = parameters.validate("NAME", value)
    assert said.startswith("NAME ")
    assert words in said


@pytest.mark.parametrize("value", ["staging-connector", "10.8.0.0/28", "a b", "état"])
def test_validate_accepts_ordinary_values(value: str) -> None:
    assert parameters.validate("NAME", value) == ""
