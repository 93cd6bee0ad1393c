"""The arithmetic of a ledger: what a digest and a seal are over."""

import hashlib
import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from pytest_django import Settings

from incidents import ledger

AT = datetime(2026, 11, 21, 3, 0, 1, 250, tzinfo=UTC)


def facts(**changed: object) -> ledger.Facts:
    given = {
        "ledger": "INC-7",
        "number": 1,
        "at": AT,
        "actor": "ada",
        "source": "page, private network",
        "kind": "step.ticked",
        "text": "ticked \N{GREEK SMALL LETTER ALPHA}",
        "data": {"step": 3},
    }
    return ledger.facts_of(**{**given, **changed})  # type: ignore[arg-type]


def test_digest_is_over_the_digest_before_and_sorted_ascii_json() -> None:
    written = (
        '{"actor":"ada","at":"2026-11-21T03:00:01.000250+00:00","data":{"step":3},'
        '"kind":"step.ticked","ledger":"INC-7","number":1,"source":"page, private network",'
        '"text":"ticked \\u03b1"}'
    )
    assert ledger.canonical(facts()).decode() == written
    expected = hashlib.sha256(f"{ledger.FIRST}\n{written}".encode()).hexdigest()
    assert ledger.digest_of(ledger.FIRST, facts()) == expected


def test_same_moment_in_another_zone_is_the_same_fact() -> None:
    elsewhere = AT.astimezone(timezone(timedelta(hours=5, minutes=30)))
    assert ledger.canonical(facts(at=elsewhere)) == ledger.canonical(facts())


@pytest.mark.parametrize(
    "changed",
    [
        {"ledger": "INC-8"},
        {"number": 2},
        {"at": AT + timedelta(microseconds=1)},
        {"actor": "bob"},
        {"source": "api"},
        {"kind": "step.skipped"},
        {"text": "ticked"},
        {"data": {"step": 3, "more": None}},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_every_fact_counts(changed: dict[str, object]) -> None:
    assert ledger.digest_of(ledger.FIRST, facts(**changed)) != ledger.digest_of(
        ledger.FIRST, facts()
    )


@pytest.mark.parametrize(
    ("number", "stored"), [(1e16, 10**16), (-0.0, 0.0), (2.5, 2.5), (1e-7, 1e-7), (3, 3)]
)
def test_numbers_are_taken_as_every_database_gives_them_back(number: float, stored: float) -> None:
    assert json.dumps(ledger.plain({"n": number})) == json.dumps({"n": stored})
    assert ledger.canonical({"n": number}) == ledger.canonical({"n": stored})


def test_what_json_cannot_hold_is_refused() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        ledger.plain({"n": float("nan")})


def test_seal_needs_the_key(settings: Settings) -> None:
    seal = ledger.seal_of("what")
    assert ledger.is_sealed("what", seal)
    assert not ledger.is_sealed("else", seal)
    old, settings.SECRET_KEY = settings.SECRET_KEY, "another key"
    assert not ledger.is_sealed("what", seal)
    settings.SECRET_KEY_FALLBACKS = [old]
    assert ledger.is_sealed("what", seal)


def test_seal_of_a_head_names_ledger_and_count() -> None:
    seals = {
        ledger.seal_of_head("INC-1", 2, "a"),
        ledger.seal_of_head("INC-2", 2, "a"),
        ledger.seal_of_head("INC-1", 3, "a"),
        ledger.seal_of_head("INC-1", 2, "b"),
    }
    assert len(seals) == 4


def test_link_of_the_first_entry_begins_at_zeros() -> None:
    made = ledger.link(facts(), after="")
    assert made.columns["previous"] == ledger.FIRST
    assert made.columns["digest"] == made.digest == ledger.digest_of(ledger.FIRST, facts())
    assert ledger.is_sealed(made.digest, made.columns["seal"])
    assert made.head_seal == ledger.seal_of_head("INC-7", 1, made.digest)
