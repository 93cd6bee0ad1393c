"""Comparisons of expectations, forms of secrets, and where a URL map leads."""

from __future__ import annotations

import pytest

from runbook.document.definition import Json
from runbook.health.comparing import holds, words
from runbook.health.definition import Bound, Comparison
from runbook.health.kinds import Shape
from runbook.health.secret_rules import judge
from runbook.health.url_map import service_for


@pytest.mark.parametrize(
    ("found", "comparison", "wanted", "shape", "is_met"),
    [
        ("READY", "is", "READY", "text", True),
        ("READY", "one_of", ["READY", "UPDATING"], "text", True),
        (None, "is", "READY", "text", False),
        (1, "at_least", 2, "number", False),
        (2, "at_least", 2, "number", True),
        ("100", "at_least", 100, "number", True),
        (None, "at_least", 2, "number", False),
        (True, "at_least", 1, "number", False),
        (5, "below", 5, "seconds", False),
        (4.99, "below", 5, "seconds", True),
        (5, "above", 4, "number", True),
        (10, "at_most", 10, "number", True),
        ("POSTGRES_9_6", "at_least", "POSTGRES_14", "version", False),
        ("POSTGRES_15", "at_least", "POSTGRES_14", "version", True),
        ("MYSQL_8_0", "at_least", "POSTGRES_14", "version", False),
        ("SQLSERVER_2019_STANDARD", "at_least", "SQLSERVER_2017_WEB", "version", True),
        ("500m", "at_least", "1", "quantity", False),
        ("2000m", "is", "2", "quantity", True),
        ("4096Mi", "is", "4Gi", "quantity", True),
        ("4G", "at_least", "4Gi", "quantity", False),
        (["a", "b"], "includes", ["b"], "texts", True),
        (["a"], "includes", ["a", "b"], "texts", False),
        (["b", "a"], "is", ["a", "b"], "texts", True),
        ("on", "is", "on", "setting", True),
        ("4096", "is", 4096, "setting", True),
        ("off", "at_least", 1, "setting", False),
        (False, "is", False, "flag", True),
        (0, "is", False, "flag", False),
    ],
)
def test_what_is_found_holds_or_does_not(
    found: Json, comparison: Comparison, wanted: Json, shape: Shape, *, is_met: bool
) -> None:
    assert holds(Bound(comparison, wanted), found, shape) is is_met


def test_values_are_words() -> None:
    assert words(True, "flag") == "yes"
    assert words(90, "seconds") == "1 min 30 s"
    assert words(0.254, "seconds") == "0.25 s"
    assert words(["a", "b"], "texts") == "a, b"
    assert words(None, "number") == "nothing"


@pytest.mark.parametrize(
    ("rule", "wanted", "value", "verdict"),
    [
        ("scheme", "redis", "redis://10.0.0.1:6379/0", "fits"),
        ("scheme", ["redis", "rediss"], "rediss://cache/0", "fits"),
        ("scheme", "redis", "http://10.0.0.1", "does not fit"),
        ("scheme", "redis", "redis:nowhere", "does not fit"),
        ("scheme", "redis", "redis://[::", "does not fit"),
        ("scheme", "postgresql", "postgresql://u:PASSWORD@10.0.0.1/db", "holds a placeholder"),
        ("min_length", 32, "x" * 32, "fits"),
        ("min_length", 32, "x" * 31, "does not fit"),
        ("min_length", 3, "xxxxxxx\n", "ends with a line break"),
        ("prefix", "sk-", "sk-abc", "fits"),
        ("prefix", "sk-", "pk-abc", "does not fit"),
        ("suffix", ".example.com", "id.example.com", "fits"),
        ("json", "array of URLs", '["https://a.example"]', "fits"),
        ("json", "array of URLs", '["a.example"]', "does not fit"),
        ("json", "array", "[1]", "fits"),
        ("json", "array", '{"a": 1}', "does not fit"),
        ("json", "object", '{"a": 1}', "fits"),
        ("json", "object", "{", "does not fit"),
        ("json", "object", "[" * 100_000, "does not fit"),
        ("pattern", "[a-z]+", "abc", "fits"),
        ("pattern", "[a-z]+", "abc1", "does not fit"),
        ("pattern", "(a+)+", "a", "does not fit"),
    ],
)
def test_a_secret_is_judged_by_its_form(rule: str, wanted: Json, value: str, verdict: str) -> None:
    assert judge(value.encode(), {rule: wanted})[rule].words == verdict


def test_bytes_are_no_text() -> None:
    assert judge(b"\xff\xfe", {"min_length": 1})["min_length"].words == "is no text"


_MAP: dict[str, Json] = {
    "defaultService": "…/backendServices/main",
    "hostRules": [
        {"hosts": ["shop.example"], "pathMatcher": "shop"},
        {"hosts": ["*.shop.example"], "pathMatcher": "any"},
        {"hosts": ["*.eu.shop.example"], "pathMatcher": "europe"},
    ],
    "pathMatchers": [
        {
            "name": "shop",
            "defaultService": "…/backendServices/shop",
            "pathRules": [
                {"paths": ["/auth/*"], "service": "…/backendServices/auth"},
                {"paths": ["/auth/new/*", "/auth/exact"], "service": "…/backendServices/new"},
            ],
        },
        {"name": "any", "defaultService": "…/backendServices/any"},
        {
            "name": "europe",
            "defaultService": "…/backendServices/europe",
            "routeRules": [
                {
                    "priority": 2,
                    "matchRules": [{"prefixMatch": "/"}],
                    "service": "…/backendServices/two",
                },
                {
                    "priority": 1,
                    "matchRules": [{"fullPathMatch": "/one"}],
                    "service": "…/backendServices/one",
                },
            ],
        },
    ],
}


@pytest.mark.parametrize(
    ("url", "service"),
    [
        ("https://elsewhere.example/", "main"),
        ("https://shop.example", "shop"),
        ("https://shop.example/auth", "shop"),
        ("https://shop.example/auth/login", "auth"),
        ("https://shop.example/auth/new/x", "new"),
        ("https://shop.example/auth/exact", "new"),
        ("https://a.shop.example/", "any"),
        ("https://a.eu.shop.example/one", "one"),
        ("https://a.eu.shop.example/other", "two"),
    ],
)
def test_a_url_goes_where_google_sends_it(url: str, service: str) -> None:
    assert service_for(_MAP, url) == f"…/backendServices/{service}"
