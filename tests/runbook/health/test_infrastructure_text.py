"""Infrastructure files: what is read from one, and what is said about a wrong one."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runbook.health import files
from runbook.health.catalogue import kinds_known
from runbook.health.definition import Bound
from runbook.health.reading import Unreadable, read
from runbook.health.report import Area

ROOT = Path(__file__).resolve().parents[3]
HEAD = "title: Shop\nproject: shop-staging\nregion: europe-west1\n"


def _problems(text: str) -> list[tuple[int, str]]:
    with pytest.raises(Unreadable) as caught:
        read(text, "shop.yaml")
    return caught.value.problems


def test_the_shipped_file_names_what_the_project_stands_on() -> None:
    shipped = files.at(ROOT / "infrastructure" / "netra-staging.yaml")
    assert (shipped.name, shipped.project) == ("netra-staging", "netra-staging")
    assert shipped.areas == tuple(Area)
    assert len([one for one in shipped.resources if one.section == "secrets"]) == 10
    assert all(one.expects("format") for one in shipped.resources if one.section == "secrets")
    assert shipped.hosts == ("staging.netrasystems.ai", "api-staging.netrasystems.ai")


def test_values_become_expectations_with_bounds_severity_and_line() -> None:
    text = HEAD + (
        "connectors:\n"
        "  way-in:\n"
        "    state: READY\n"
        "    min_instances: {at_least: 2, severity: warning, message: 'Only {found}'}\n"
        "    max_instances: {at_least: 3, at_most: 10}\n"
        "databases:\n"
        "  orders:\n"
        "    tls_required: {is: true, risk: true}\n"
        "    flags: {max_connections: {at_least: 100}, work_mem: 4096, ssl: on}\n"
    )
    connector, database = read(text, "somewhere/shop.yaml").resources
    exists, state, least, most = connector.expectations
    assert (exists.field, state.bounds, state.line) == ("exists", (Bound("is", "READY"),), 6)
    assert (least.severity, least.message) == ("warning", "Only {found}")
    assert most.bounds == (Bound("at_least", 3), Bound("at_most", 10))
    _exists, tls, connections, memory, ssl = database.expectations
    assert ssl.bounds == (Bound("is", "on"),)
    assert (tls.is_risk, tls.severity) == (True, "warning")
    assert (connections.name, memory.bounds) == ("flags.max_connections", (Bound("is", 4096),))


def test_times_are_seconds_and_lists_are_choices_or_contents() -> None:
    text = HEAD + (
        "endpoints:\n  https://shop.example/health: {status: [200, 204], seconds: {below: 5s}}\n"
        "services:\n  web: {environment: [A, B], cpu: 2}\n"
    )
    web, page = read(text, "shop.yaml").resources
    assert [one.bounds[0] for one in page.expectations] == [
        Bound("one_of", [200, 204]),
        Bound("below", 5),
    ]
    assert [one.bounds[0] for one in web.expectations[1:]] == [
        Bound("is", "2"),
        Bound("includes", ["A", "B"]),
    ]


def test_merged_keys_keep_their_own_lines() -> None:
    text = HEAD + "services:\n  a: &usual\n    cpu: 1\n  b:\n    <<: *usual\n    memory: 1Gi\n"
    _a, b = read(text, "shop.yaml").resources
    assert [(one.name, one.line) for one in b.expectations] == [
        ("exists", 7),
        ("cpu", 6),
        ("memory", 9),
    ]


@pytest.mark.parametrize(
    ("written", "line", "sentence"),
    [
        (
            "conectors: {}\n",
            4,
            "'conectors' is no part of an infrastructure file. Did you mean 'connectors'?",
        ),
        (
            "connectors:\n  a: {min_instance: 2}\n",
            5,
            "'min_instance' is no field of 'connectors'. Did you mean 'min_instances'?",
        ),
        (
            "connectors:\n  a:\n    min_instances: {atleast: 2}\n",
            6,
            "'atleast' is no word of an expectation of 'min_instances'. Did you mean 'at_least'?",
        ),
        (
            "connectors:\n  a:\n    min_instances: two\n",
            6,
            "'two' does not fit here; write a number such as 2.",
        ),
        (
            "connectors:\n  a:\n    state: {at_least: READY}\n",
            6,
            "'at_least' compares amounts; write a word such as READY.",
        ),
        (
            "connectors:\n  a:\n    state: {severity: warning}\n",
            6,
            "'state' expects nothing: add one of is, at_least, at_most, above, below, one_of, inc",
        ),
        (
            "connectors:\n  a:\n    state: {is: READY, severity: bad}\n",
            6,
            "'bad' is no severity: critical or warning.",
        ),
        (
            "databases:\n  a:\n    version: fourteen\n",
            6,
            "'fourteen' does not fit here; write a version such as POSTGRES_14.",
        ),
        (
            "endpoints:\n  https://a.example/:\n    seconds: {below: soon}\n",
            6,
            "'soon' does not fit here; write a length of time such as 5s, or seconds as a number.",
        ),
        (
            "secrets:\n  a:\n    format: {base64: 3}\n",
            6,
            "'base64' is no entry of 'format'. There are: scheme, min_length, prefix, suffix, js",
        ),
        ("secrets:\n  a:\n  a:\n", 6, "'a' stands here twice; keep one of the two."),
        ("secrets: [a]\n", 4, "'secrets' names resources: write NAME: below it."),
        ("secrets:\n  a: ENABLED\n", 5, "What is expected of a stands below it, as FIELD: VALUE."),
        ("secrets: {a: {\n", 5, "This is not YAML: expected the node content, but found '<stream"),
    ],
)
def test_a_mistake_is_shown_at_its_line_with_what_to_write(
    written: str, line: int, sentence: str
) -> None:
    ((found_line, found),) = _problems(HEAD + written)
    assert found.startswith(sentence)
    assert found_line == line


def test_all_mistakes_are_told_at_once() -> None:
    text = "title: Shop\nregion: 7\nsecrets:\n  a: {sate: ENABLED}\n  b: {state: {}}\n"
    problems = _problems(text)
    assert [line for line, _sentence in problems] == [1, 2, 4, 5]
    with pytest.raises(Unreadable, match=r"shop.yaml:4: 'sate' is no field"):
        read(text, "shop.yaml")


def test_mistakes_of_thresholds_and_validation_have_lines_too() -> None:
    assert _problems(HEAD + "thresholds:\n  - name: x\n    metric: nowhere\n")[0][0] in (5, 6)
    assert _problems(HEAD + "validation:\n  categories: {}\n")[0][0] in (4, 5)


def test_an_empty_file_says_what_begins_one() -> None:
    assert _problems("")[0] == (
        1,
        "'project' is missing: write project: TEXT at the top of the file.",
    )


@settings(max_examples=80, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                *("title: a", "project: b", "region: c", "connectors:", "  a:", "    state: READY"),
                *(
                    "    min_instances: {at_least: [1]}",
                    "secrets: &s",
                    "  x: *s",
                    "  <<: *s",
                    "- 1",
                ),
                *("thresholds: [{}]", "validation: {a: b}", "    exists: no", "\t", "\0", "? []"),
                *(
                    "endpoints: {1: 2}",
                    "    format: {min_length: 2020-01-01}",
                    "!!python/name:os",
                    "{",
                ),
            ]
        )
    )
)
def test_whatever_stands_in_a_file_it_is_read_or_told_wrong(lines: list[str]) -> None:
    try:
        read("\n".join(lines), "shop.yaml")
    except Unreadable as error:
        assert all(sentence and line > 0 for line, sentence in error.problems)


def test_files_are_found_by_name_and_by_project(tmp_path: Path) -> None:
    (tmp_path / "shop.yaml").write_text(HEAD)
    (tmp_path / "torn.yaml").write_text("title: [")
    assert files.names(tmp_path) == ("shop", "torn")
    found = files.for_project(tmp_path, "shop-staging")
    assert found is not None
    assert found.name == "shop"
    with pytest.raises(Unreadable, match=r"torn\.yaml:1"):
        files.for_project(tmp_path, "elsewhere")
    with pytest.raises(Unreadable, match="there are: shop, torn"):
        files.named(tmp_path, "../settings")


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "shop.yaml"
    path.write_text(HEAD)
    assert files.at(path).title == "Shop"
    path.write_text(HEAD.replace("Shop", "Store and more"))
    assert files.at(path).title == "Store and more"


def test_every_field_of_every_kind_says_what_it_is() -> None:
    for kind in kinds_known().values():
        read_fields = {name for one in kind.reads for name in one.fields}
        assert read_fields == {one.name for one in kind.fields}
        assert all(one.about for one in kind.fields)
