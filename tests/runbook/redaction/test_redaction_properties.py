"""What holds for every text: nothing raises, nothing known stays, and twice is once."""

from __future__ import annotations

import base64
import itertools
import json
import random
import string
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runbook.redaction.labels import DONE
from runbook.redaction.redactor import Redactor

LENGTH = 1 << 17
WORDS = [
    *("password", "token=", "secret: ", "api_key", "Authorization: ", "Bearer ", "Basic ", "\n"),
    *("-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----", "://", "u:", "@", '"', "'", "\\"),
    *("Cookie: ", "a=b; ", "eyJ", ".", "  ", "name: ", "value: ", "[redacted password]", "[***]"),
    *("--password ", "curl -u ", "=", ",", "&", "AKIA", "hunter22", "0123456789abcdef"),
]
texts = st.one_of(
    st.text(), st.lists(st.one_of(st.sampled_from(WORDS), st.text(max_size=9))).map("".join)
)
known = st.text(min_size=6, max_size=60).filter(lambda value: len(value.strip()) >= 6)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)


@given(texts)
@settings(max_examples=300, deadline=None, derandomize=True)
def test_redacting_twice_is_redacting_once(text: str) -> None:
    once = Redactor().text(text)
    assert Redactor().text(once) == once


@given(values)
@settings(deadline=None, derandomize=True)
def test_json_keeps_its_form_and_stays_json(value: object) -> None:
    once = Redactor().json(value)  # type: ignore[arg-type]  # JSON, as generated
    json.dumps(once)
    assert Redactor().json(once) == once


@pytest.mark.parametrize("text", ["AUTHORIZATION:::::::::::Token=@", "password=abc[redacted x]"])
def test_labels_are_not_taken_for_a_part_of_a_secret(text: str) -> None:
    once = Redactor().text(text)
    assert Redactor().text(once) == once
    assert once.endswith("]")


def written(value: str, form: str, before: str) -> str:
    data = value.encode("utf-8", errors="surrogatepass")
    forms = {
        "plain": value,
        "json": json.dumps(value)[1:-1],
        "json of json": json.dumps(json.dumps(value))[3:-3],
        "url": quote(data, safe=""),
        "base64": base64.b64encode(data).decode().rstrip("="),
        "login": base64.b64encode(before.encode("utf-8", errors="replace") + data).decode()[-200:],
    }
    return forms[form]


FORMS = st.sampled_from(["plain", "json", "json of json", "url", "base64"])


@given(known, texts, texts, FORMS)
@settings(max_examples=300, deadline=None, derandomize=True)
def test_a_known_value_never_survives(secret: str, before: str, after: str, form: str) -> None:
    """Neither in the whole text nor line by line."""
    shown = written(secret.strip(), form, before)
    redactor = Redactor(known=[secret])
    text = before + shown + after

    assert shown not in redactor.text(text)
    assert shown not in json.dumps(redactor.json({"a": [text, {text: 1}]}), ensure_ascii=False)
    lines = redactor.lines()
    taken = [out for line in text.split("\n") for out in lines.line(line)]
    assert shown not in "\n".join([*taken, *lines.close()])


@pytest.mark.parametrize("name", ["", "a", "ab", "abc", "user:"])
def test_a_known_value_inside_of_base64_does_not_survive(name: str) -> None:
    secret = "s3cr3t-value!"
    shown = base64.b64encode(f"{name}{secret}@host".encode()).decode()
    left = Redactor(known=[secret]).text(f"x {shown} y")

    assert "[redacted secret value]" in left
    for start in range(3):
        padded = "".join(DONE.split(left)[0].split()[1:])[start:]
        assert secret.encode() not in base64.b64decode(padded[: len(padded) // 4 * 4] or "")


def test_a_known_value_of_several_lines_is_found_line_by_line() -> None:
    lines = Redactor(known=["ab\ncd\nef"]).lines()

    taken = [lines.line(line) for line in ["x ab", "cd", "ab", "cd", "ef y", "z"]]

    assert [*itertools.chain(*taken), *lines.close()] == [
        "x ab",
        "cd",
        "[redacted secret value] y",
        "z",
    ]


def test_a_line_of_a_known_value_is_known_too() -> None:
    text = Redactor(known=["first line\nsecond line"]).text("  second line | first")
    assert text == "  [redacted secret value] | first"


def test_a_short_value_is_not_looked_for() -> None:
    assert Redactor(known=["ab", "      "]).text("cab and tab      here") == "cab and tab      here"


def test_a_known_value_that_labels_spell_is_hidden_all_the_same() -> None:
    assert (
        Redactor(known=["redacted"]).text("password=hunter2, redacted") == "password=[***], [***]"
    )


@pytest.mark.parametrize(
    ("pattern", "left"),
    [
        (r"INC-\d{4}", "ticket [redacted marked text], card 4111"),
        (r"card (\d{4})", "ticket INC-1234, card [redacted marked text]"),
        (r"x*", "ticket INC-1234, card 4111"),
    ],
)
def test_a_pattern_marks_more(pattern: str, left: str) -> None:
    redactor = Redactor(patterns=[pattern])
    assert redactor.text("ticket INC-1234, card 4111") == left
    assert redactor.text(left) == left


def test_a_label_can_tell_secrets_apart() -> None:
    redactor = Redactor(label=lambda what, secret: f"[redacted {what} {len(secret)}]")
    assert redactor.json({"password": "four", "a": "token=abcdef"}) == {
        "password": "[redacted password 4]",
        "a": "token=[redacted token 6]",
    }


def test_numbers_and_arguments_in_json() -> None:
    redactor = Redactor(known=["12345678"])
    assert redactor.json([12345678, 8, True, None, 1.5]) == [
        "[redacted secret value]",
        *(8, True, None, 1.5),
    ]
    assert redactor.json({"args": ["--password", "x1", "--port", "80"], "password": 1234}) == {
        "args": ["--password", "[redacted password]", "--port", "80"],
        "password": "[redacted password]",
    }


@pytest.mark.parametrize(
    "piece",
    [
        *(
            "a:",
            "password a:",
            "-----BEGIN",
            "-----BEGIN PRIVATE KEY-----",
            "a",
            "passwordpassword",
        ),
        *("password=", 'token="', "eyJ", "eyJaaaaaaaa.", "a://b:c@", "cookie: a=b;", "bearer "),
        *(
            "authorization: x a=b ",
            "basic aaaa",
            "name: token, value: ",
            "password: x\n",
            "token=&",
        ),
        *(
            "-----BEGIN PRIVATE KEY-----\nAAAA\n",
            'token=\\"',
            "\nname: TOKEN",
            "key -",
            "secret,a=",
            "password=$(",
            "token=`",
        ),
    ],
)
def test_hostile_text_comes_to_an_end(piece: str) -> None:
    """Anything worse than linear would take hours."""
    Redactor(known=["hunter2hunter2"]).text(piece * (LENGTH // len(piece)))


def test_many_characters_without_an_end_are_read_once() -> None:
    letters = random.Random(0).choices(string.ascii_letters + string.digits + "+/=_-.:", k=LENGTH)
    Redactor().text("token " + "".join(letters))
