"""Whatever the text and the resource: formats and filters answer, or say why not."""

from __future__ import annotations

import json
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from runbook.commands.base import NotRunnable
from runbook.commands.language.filter import parse_filter
from runbook.commands.language.format import parse_format
from runbook.commands.language.keys import get, key_name, parse_key
from runbook.commands.language.patterns import compiled
from runbook.document.definition import Json

DATA = Path(__file__).parents[3] / "data" / "language" / "resources.json"
RESOURCES: list[Json] = json.loads(DATA.read_text())["odd"]
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
TREES: st.SearchStrategy[Json] = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["a", "b", "items", "key", "value"]), inner, max_size=3)
    ),
    max_leaves=5,
)
ODD = st.fixed_dictionaries({"name": TREES})
CALLS = [
    *("basename()", "len()", "list()", "join()", "segment(0)", "date()", "duration()", "size()"),
    *("map()", "flatten()", "sort()", "format('{0}')", "float()", "yesno()", "count()", "sub(a,b)"),
    *("scope()", "slice(1:)", "extract(a)", "group(a)", "notnull()", "firstof(a,b)", "iso()"),
    *("upper()", "split()", "trailoff(9)", "regex(a)", "encode(base64)", "always()", "color()"),
    *("location()", "machine_type()", "scoped_suffixes()", "type_suffix()", "status()", "zone()"),
]
PIECES = [
    *(
        "name",
        "zones",
        "deep",
        "flags",
        "created",
        "n",
        ".",
        "[",
        "]",
        "[]",
        "[0]",
        "[-1]",
        "(",
        ")",
        ",",
        ":",
        "=",
        "*",
    ),
    *("label=", "sort=1", "reverse", "align=right", "wrap", "optional", "format=yaml", "width=9"),
    *("table", "value", "csv", "json", "yaml", "list", "flattened", "get", "box", "title=T"),
    *CALLS,
    *(" ", "\n", "'", '"', "\\", "x", "1", "~", "!~", "!=", "<", ">=", "AND ", "OR ", "NOT ", "-"),
    *("true", "null", "2026-01-01", "P1D", "é", "日", "^", ";", "{", "}", "%"),
]
TEXTS = st.text(max_size=40) | st.lists(st.sampled_from(PIECES), max_size=14).map("".join)
FORMATS = TEXTS | st.builds(
    "{}({})".format, st.sampled_from(["table", "value", "csv", "list", "json", "yaml"]), TEXTS
)
FILTERS = TEXTS | st.builds("{}{}".format, st.sampled_from(["n", "deep.a", "zones[]"]), TEXTS)


@settings(max_examples=400, deadline=None)
@given(FORMATS)
def test_format_prints_or_says_why_not(text: str) -> None:
    try:
        read = parse_format(text)
        read.print_many(RESOURCES)
        read.print_one(RESOURCES[0])
    except NotRunnable as refusal:
        assert refusal.reason


@settings(max_examples=400, deadline=None)
@given(FILTERS)
def test_filter_decides_or_says_why_not(text: str) -> None:
    try:
        wanted = parse_filter(text)
        assert all(isinstance(wanted(resource), bool) for resource in RESOURCES)
        wanted.notes()
    except NotRunnable as refusal:
        assert refusal.reason


NAMES = st.text(min_size=1, max_size=6)
KEYS = st.builds(
    lambda first, others: (first, *others),
    NAMES,
    st.lists(NAMES | st.integers(-3, 3) | st.none(), max_size=4),
)


@given(KEYS, ODD)
def test_path_reads_back_and_finds_what_it_found(key: tuple[str, ...], resource: Json) -> None:
    read = parse_key(key_name(key))
    assert read == key
    assert get(resource, read) == get(resource, key)


@given(ODD, st.sampled_from(CALLS))
def test_function_takes_any_value(resource: Json, call: str) -> None:
    try:
        parse_format(f"table(name.{call},name.map().{call})").print_one(resource)
    except NotRunnable as refusal:
        assert refusal.reason.startswith("gcloud crashed")


@given(ODD)
def test_term_and_its_negation_divide_the_resources(resource: Json) -> None:
    assert parse_filter("name:b")(resource) != parse_filter("-name:b")(resource)
    assert parse_filter("name=b")(resource) != parse_filter("NOT name=b")(resource)


@given(st.text(alphabet="ab(|)*+?{}[].\\$^", max_size=12))
def test_pattern_is_refused_or_cannot_run_for_ever(pattern: str) -> None:
    try:
        compiled(pattern).search("a" * 40 + "c")
    except NotRunnable as refusal:
        assert refusal.reason
