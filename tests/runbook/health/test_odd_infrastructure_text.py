"""Infrastructure files with odd names, numbers and merges: told wrong at once, not when checked."""

from __future__ import annotations

import pytest

from runbook.health.criteria import OfMetric
from runbook.health.reading import Unreadable, read

HEAD = "title: Shop\nproject: shop-staging\nregion: europe-west1\n"


def _problems(text: str) -> list[tuple[int, str]]:
    with pytest.raises(Unreadable) as caught:
        read(text, "shop.yaml")
    return caught.value.problems


@pytest.mark.parametrize(
    ("written", "line", "sentence"),
    [
        (
            "connectors:\n  a:\n    min_instances: {at_least: .nan}\n",
            6,
            "'nan' does not fit here; write a number such as 2.",
        ),
        (
            "endpoints:\n  https://a.example/:\n    seconds: {below: .inf}\n",
            6,
            "'inf' does not fit here; write a length of time such as 5s, or seconds as a number.",
        ),
        (
            f"connectors:\n  a:\n    min_instances: {'9' * 400}\n",
            6,
            f"'{'9' * 400}' does not fit here",
        ),
        (
            "endpoints:\n  'https://[a':\n    status: 200\n",
            5,
            "'https://[a' is no name in 'endpoints'; write a whole address such as https://",
        ),
        (
            "websockets:\n  https://a.example/ws:\n    status: 101\n",
            5,
            "'https://a.example/ws' is no name in 'websockets'; write a whole address such as wss:",
        ),
        (
            "hosts:\n  https://a.example:\n    tls: true\n",
            5,
            "'https://a.example' is no name in 'hosts'; write a host such as shop.example.com",
        ),
        (
            "connectors:\n  projects/p/connectors/a:\n",
            5,
            "'projects/p/connectors/a' is no name in 'connectors'; write a short name such as",
        ),
        (
            "url_maps:\n  a:\n    routes: {shop.example/x: web}\n",
            6,
            "'shop.example/x' does not fit here; write a whole address such as https://",
        ),
        (
            "endpoints:\n  https://a.example/:\n",
            5,
            "Nothing is expected of 'https://a.example/': add one of status, seconds, contains.",
        ),
        (
            "secrets:\n  a: {generate: many}\n",
            5,
            "'generate' is a number from 1 to 1024, such as 32.",
        ),
        (
            "validation: {categories: {services: {criteria: [{metric: run.erors, below: 1}]}}}\n",
            4,
            "'run.erors' is no metric. Did you mean 'run.errors'?",
        ),
        (
            "validation: {categories: {services: {criteria: [{endpoint: 'https://[a'}]}}}\n",
            4,
            "`endpoint` is a whole address that begins with https://.",
        ),
    ],
)
def test_an_odd_name_or_number_is_shown_at_its_line(written: str, line: int, sentence: str) -> None:
    ((found_line, found),) = _problems(HEAD + written)
    assert found.startswith(sentence)
    assert found_line == line


def test_a_criterion_may_name_a_metric_of_the_files_own_thresholds() -> None:
    text = HEAD + (
        "thresholds:\n  - {name: l, above: 5, metric: {name: logins, filter: 'a=b'}}\n"
        "validation: {categories: {services: {criteria: [{metric: logins, above: 95}]}}}\n"
    )
    ((_category, criterion),) = read(text, "shop.yaml").validation.criteria()
    assert criterion.what == OfMetric("logins", 95.0, is_above=True)


def test_merged_keys_do_not_grow_without_end() -> None:
    def merging(number: int) -> str:
        merged = ", ".join([f"*a{number - 1}"] * 9)
        return f"x{number}: &a{number} {{<<: [{merged}]}}\n"

    text = HEAD + "x0: &a0 {a: 1}\n" + "".join(map(merging, range(1, 30)))
    ((_line, sentence),) = _problems(text)
    assert sentence == "Keys are merged here until they are more than anybody reads."


def test_half_a_letter_is_none() -> None:
    (problem,) = _problems(HEAD + 'secrets:\n  "a\\ud800": {}\n')
    assert problem[1].startswith("'a?' is no name in 'secrets'")


def test_the_hosts_to_ask_have_their_port_where_it_is_none_of_the_usual() -> None:
    text = HEAD + (
        "hosts: {b.example: {tls: true}}\n"
        "endpoints: {'https://a.example:8443/': &well {status: 200}, 'https://b.example/': *well}\n"
    )
    assert read(text, "shop.yaml").hosts == ("b.example", "a.example:8443")
