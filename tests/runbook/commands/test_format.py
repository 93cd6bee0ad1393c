"""Formats: what they print, and what is not printed here. Beside these, gcloud itself is asked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runbook.commands.base import NotRunnable
from runbook.commands.format import parse_format
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
    ("form", "why"),
    [
        ("table", "Format [table] requires a non-empty projection."),
        ("value(a", "The format 'value(a' cannot be read."),
        ("value(a..b)", "gcloud cannot read the field path 'a..b'."),
        ("value(a b)", "gcloud cannot read the field path 'a b'."),
        ("value(a.date())", "The format function 'date()' is not applied here."),
        ("value(a.segment())", "segment() takes the number of a part."),
        ("yaml(a.basename())", "Functions in a yaml format are not applied here."),
        ("table[box](a)", "The attribute 'box' of the format 'table' is not known here."),
        ("table(a:wrap)", "The column setting 'wrap' is not known here."),
    ],
)
def test_format_says_what_it_does_not_print(form: str, why: str) -> None:
    with pytest.raises(NotRunnable) as caught:
        parse_format(form)
    assert caught.value.reason == why


@given(st.text(max_size=60))
def test_format_survives_any_text(text: str) -> None:
    try:
        parse_format(text).print_one(RESOURCE)
    except NotRunnable as refusal:
        assert refusal.reason
