"""Formats: what they print, and what is not printed here. Beside these, gcloud itself is asked."""

from __future__ import annotations

import pytest

from runbook.commands.base import NotRunnable
from runbook.commands.language.format import parse_format
from runbook.document.definition import Json

RESOURCE: Json = {
    "name": "projects/p/connectors/c",
    "on": "yes",
    "count": 3,
    "text": "first\nsecond",
    "nothing": None,
    "list": [{"key": "a", "value": "1"}, {"key": "b", "value": "2"}],
    "settings": {"dataDiskSizeGb": "20", "labels": {"x": "y"}},
}


@pytest.mark.parametrize(
    ("form", "printed"),
    [
        ("value(name.basename(),count)", "c\t3\n"),
        ("value(list[].key)", "a;b\n"),
        ("value(list.key)", "a;b\n"),
        ("value(list[1].value)", "2\n"),
        ("value(list[-1].value,list[9].value)", "2\t\n"),
        ("value(settings.labels)", "x=y\n"),
        ("value[separator=','](count,nothing)", "3,\n"),
        ("value(name.segment(1),list.len())", "p\t2\n"),
        ("csv(count,settings.dataDiskSizeGb)", "count,data_disk_size_gb\n3,20\n"),
        ("csv[no-heading](text)", '"first\nsecond"\n'),
        (
            "table(count,settings.dataDiskSizeGb:label=Size,list[].key)",
            "COUNT  Size  KEY\n3      20    ['a', 'b']\n",
        ),
        ("table[no-heading](count)", "3\n"),
        ("table(list.key,settings.labels.key)", "KEY         LABELS_KEY\n['a', 'b']\n"),
        ("yaml(on,count)", "count: 3\non: yes\n"),
        ("yaml(text)", "text: |-\n  first\n  second\n"),
        ("yaml(list[].key)", "list:\n- key: a\n- key: b\n"),
        ("yaml(nothing,missing)", "nothing: null\n"),
        ("json(list[0].key)", '{\n  "list": [\n    {\n      "key": "a"\n    }\n  ]\n}\n'),
    ],
)
def test_format_prints(form: str, printed: str) -> None:
    assert parse_format(form).print_one(RESOURCE) == printed


def test_format_of_many_separates_documents() -> None:
    items: list[Json] = [{"a": 1}, {"a": 2}]
    assert parse_format("yaml").print_many(items) == "---\na: 1\n---\na: 2\n"
    assert parse_format("json").print_many([]) == "[]\n"
    assert parse_format("table(a)").print_many([]) == ""
    assert parse_format("table(a:sort=1)").print_many([{"a": 2}, {"a": 1}]) == "A\n1\n2\n"


@pytest.mark.parametrize(
    ("form", "why", "status"),
    [
        ("value(a", "More tokens expected [value(a *HERE*].", 1),
        ("value(a..b)", "Non-empty key name expected [value(a. *HERE* .b)].", 1),
        ("value(a b)", "Expected ) in projection expression [value(a *HERE* b)].", 1),
        ("table(a:color=1)", "Unknown key attribute [table(a:color *HERE* =1)].", 1),
        ("value(a.segment(x))", "gcloud crashes: segment() takes the number of a part.", 1),
        ("value(a.uri())", "The format function 'uri()' is not applied here.", 0),
        ("value(a.sub('(a+)+$',''))", "'(a+)+$' could take for ever.", 0),
        ("value(format('{0.real}',a))", "The text '{0.real}' of format() is not applied here.", 0),
        ("table(a:width=100000000)", "A column this wide is not printed here.", 0),
        ("multi(a:format=json)", "The format 'multi' is not printed here.", 0),
    ],
)
def test_format_says_what_it_does_not_print(form: str, why: str, status: int) -> None:
    with pytest.raises(NotRunnable) as caught:
        parse_format(form)
    assert (caught.value.reason, caught.value.gcloud_exit) == (why, status)


def test_format_without_keys_says_what_to_write() -> None:
    with pytest.raises(NotRunnable) as caught:
        parse_format("table")
    assert caught.value.reason.startswith("Format [table] requires a non-empty projection.")
    assert caught.value.instead == "table(name)"


def test_own_format_of_a_command_gives_names_functions_and_headings() -> None:
    default = "table(name.basename():label=WHO, count:sort=1)"
    assert parse_format("value(WHO)", default=default).print_one(RESOURCE) == "c\n"
    assert parse_format("value(name)", default=default).print_one(RESOURCE) == "c\n"
    assert parse_format("json(name)", default=default).print_one(RESOURCE) == (
        '{\n  "name": "projects/p/connectors/c"\n}\n'
    )
    assert parse_format("", default=default).print_one(RESOURCE) == "WHO  COUNT\nc    3\n"


def test_sort_by_orders_the_rows_of_a_table_too() -> None:
    items: list[Json] = [{"a": 10, "b": 1}, {"a": 9, "b": 2}]
    assert parse_format("table(b)", sort_by="a").print_many(items) == "B\n2\n1\n"
    assert parse_format("table(b)", sort_by="~a").print_many(items) == "B\n1\n2\n"


def test_pages_of_a_table_have_headings_of_their_own() -> None:
    items: list[Json] = [{"a": number} for number in range(4)]
    assert parse_format("table(a)").print_many(items, page_size=2) == "A\n0\n1\n\nA\n2\n3\n"
