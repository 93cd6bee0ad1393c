"""Who must approve: how it is written, and when it is met."""

import itertools

import pytest

from runbook.document.approval_policy import (
    PolicyError,
    Term,
    covers,
    is_met,
    missing,
    parse_policy,
    seats,
)

APPROVER, COMMANDER, INFRASTRUCTURE = {"approver"}, {"commander"}, {"infrastructure", "approver"}


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("1 approver", [Term(1, "approver")]),
        ("approver", [Term(1, "approver")]),
        ("2 approvers", [Term(2, "approver")]),
        ("2x Approvers", [Term(2, "approver")]),
        ("1 infrastructure + 1 commander", [Term(1, "infrastructure"), Term(1, "commander")]),
        ("1 infrastructure and 1 database", [Term(1, "infrastructure"), Term(1, "database")]),
        ("1 approver, 1 approver", [Term(2, "approver")]),
        ("1 Data Base Lead", [Term(1, "data-base-lead")]),
        ("2 databases", [Term(2, "databases")]),
        ("  1   administrator ", [Term(1, "administrator")]),
    ],
)
def test_parse_policy_reads_terms(text: str, terms: list[Term]) -> None:
    assert list(parse_policy(text)) == terms


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("  ", "empty"),
        ("0 approvers", "nobody"),
        ("1 approver +", "number and a role"),
        ("1", "number and a role"),
        ("-1 approver", "number and a role"),
        ("1 viewer", "only look"),
        ("10 approvers", "at most 9"),
        ("5 approvers + 5 commanders", "at most 9"),
        ("999999 approvers", "at most 9"),
        ("1 " + "a" * 300, "longer than"),
        ("<b>", "number and a role"),
    ],
)
def test_parse_policy_refuses_in_a_sentence(text: str, words: str) -> None:
    with pytest.raises(PolicyError, match=words):
        parse_policy(text)


@pytest.mark.parametrize(
    ("policy", "people", "is_enough"),
    [
        ("1 approver", [], False),
        ("1 approver", [APPROVER], True),
        ("1 approver", [COMMANDER], False),
        ("2 approvers", [APPROVER], False),
        ("2 approvers", [APPROVER, APPROVER], True),
        ("1 infrastructure + 1 commander", [INFRASTRUCTURE], False),
        ("1 infrastructure + 1 commander", [INFRASTRUCTURE, COMMANDER], True),
        # One who counts as both fills one place.
        ("1 infrastructure + 1 commander", [INFRASTRUCTURE | COMMANDER], False),
        # Whoever came first moves over, so that the other finds a place.
        ("1 infrastructure + 1 approver", [INFRASTRUCTURE, APPROVER], True),
        ("1 approver + 1 infrastructure", [INFRASTRUCTURE, APPROVER], True),
        ("1 approver + 1 infrastructure", [APPROVER, APPROVER], False),
        (
            "1 approver + 1 infrastructure + 1 commander",
            [INFRASTRUCTURE | COMMANDER, INFRASTRUCTURE, APPROVER],
            True,
        ),
    ],
)
def test_is_met_gives_each_person_one_place(
    policy: str, people: list[set[str]], is_enough: bool
) -> None:
    for order in itertools.permutations(people):
        assert is_met(parse_policy(policy), dict(enumerate(order))) is is_enough


def test_seats_say_who_sits_where_and_what_is_open() -> None:
    terms = parse_policy("2 infrastructure + 1 commander")

    found = seats(terms, {"emeka": INFRASTRUCTURE})

    assert [(seat.role, seat.person) for seat in found] == [
        ("infrastructure", "emeka"),
        ("infrastructure", None),
        ("commander", None),
    ]
    assert missing(terms, {"emeka": INFRASTRUCTURE}) == (
        Term(1, "infrastructure"),
        Term(1, "commander"),
    )


@pytest.mark.parametrize(
    ("one", "other", "is_stricter"),
    [
        ("2 approvers", "1 approver", True),
        ("1 approver + 1 commander", "1 approver", True),
        ("1 approver", "1 approver", True),
        ("1 approver", "1 commander", False),
        ("1 infrastructure", "1 approver", False),
    ],
)
def test_covers_tells_the_stricter(one: str, other: str, is_stricter: bool) -> None:
    assert covers(parse_policy(one), parse_policy(other)) is is_stricter


def test_a_term_reads_back_as_written() -> None:
    text = "2 approvers + 1 infrastructure"
    assert " + ".join(str(term) for term in parse_policy(text)) == text
