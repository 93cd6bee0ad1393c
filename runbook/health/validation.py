"""Whether a fix may be signed off: what was found for each criterion, and the rule over all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import cast

from runbook.document.definition import Json
from runbook.health.criteria import Category, Criteria
from runbook.health.report import Severity

_NAMED = 3


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one criterion. `passed` is None when it could not be checked. `before` and
    `after` are words for what was found then and now, `detail` is a sentence, "" for what passed.
    """

    category: Category
    title: str
    passed: bool | None
    before: str = ""
    after: str = ""
    detail: str = ""
    severity: Severity = "critical"

    def as_json(self) -> dict[str, Json]:
        return cast("dict[str, Json]", asdict(self)) | {"category": self.category.value}


@dataclass(frozen=True, slots=True)
class Judgement:
    """`total` is how many could be checked. `recommendation` is words for who signs off."""

    passed: int
    total: int
    may_sign_off: bool
    recommendation: str

    @property
    def rate(self) -> float:
        """Percent; 0 where nothing could be checked."""
        return 100 * self.passed / self.total if self.total else 0.0


def judge(results: Sequence[Result], criteria: Criteria) -> Judgement:
    """What is critical in a critical category must have passed: one that could not be checked
    holds it up like one that failed. A warning there counts in the rate alone."""
    checked = [one for one in results if one.passed is not None]
    passed = sum(1 for one in checked if one.passed)
    is_enough = bool(checked) and 100 * passed >= criteria.pass_rate * len(checked)
    held_up = [one for one in results if _holds_up(one, criteria)]
    may = is_enough and not held_up
    draft = Judgement(passed, len(checked), may, "")
    words = " ".join(_sentences(draft, results, held_up, criteria, is_enough=is_enough))
    return Judgement(passed, len(checked), may, words)


def _holds_up(one: Result, criteria: Criteria) -> bool:
    is_critical = one.category in criteria.critical and one.severity == "critical"
    return is_critical and one.passed is not True


def _sentences(
    judgement: Judgement,
    results: Sequence[Result],
    held_up: Sequence[Result],
    criteria: Criteria,
    *,
    is_enough: bool,
) -> Iterable[str]:
    counted = f"{judgement.passed} of {judgement.total} passed ({judgement.rate:.0f} %)"
    if judgement.may_sign_off:
        yield f"The fix can be signed off: {counted}, and every critical category holds."
    elif not judgement.total:
        yield "The fix cannot be signed off: nothing could be checked."
    else:
        need = "" if is_enough else f"; {criteria.pass_rate:g} % are needed"
        yield f"The fix cannot be signed off yet: {counted}{need}."
    for category in dict.fromkeys(one.category for one in held_up):
        yield _of_category(category, [one for one in held_up if one.category is category])
    rest = [one for one in results if one.passed is False and one not in held_up]
    if rest:
        yield f"Also not passed: {_names(rest)}."
    unchecked = [one for one in results if one.passed is None and one not in held_up]
    if unchecked:
        yield f"Not checked, and not counted: {_names(unchecked)}."


def _of_category(category: Category, held_up: Sequence[Result]) -> str:
    failed = [one for one in held_up if one.passed is False]
    unchecked = [one for one in held_up if one.passed is None]
    parts = [f"{len(failed)} failed ({_names(failed)})"] if failed else []
    parts += [f"{len(unchecked)} could not be checked ({_names(unchecked)})"] if unchecked else []
    return f"{category.value.capitalize()} must hold wholly: {', '.join(parts)}."


def _names(results: Sequence[Result]) -> str:
    named = "; ".join(one.title for one in results[:_NAMED])
    more = len(results) - _NAMED
    return f"{named}; and {more} more" if more > 0 else named
