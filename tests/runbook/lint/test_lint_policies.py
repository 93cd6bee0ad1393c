"""Policies that cannot be read are found at their line."""

from tests.runbook.lint.documents import codes, lint, the


def test_a_policy_of_the_head_is_found_at_its_line() -> None:
    found = the(
        "approval-policy",
        lint("---\napproval:\n  changes: 1 approver\n  destroys: 0 approvers\n---\n"),
    )

    assert (found.line, found.severity) == (4, "error")
    assert "asks for nobody" in found.message


def test_a_policy_on_the_line_of_its_key_is_found() -> None:
    assert the("approval-policy", lint("---\napproval: {changes: 1 viewer}\n---\n")).line == 2


def test_the_policy_of_a_step_is_found_at_the_step() -> None:
    text = '- [ ] Scale it\n  ```bash {approve="+"}\n  gcloud run services list\n  ```\n'
    assert the("approval-policy", lint(text)).line == 1


def test_policies_that_can_be_read_are_quiet() -> None:
    text = "---\napproval: {changes: 1 infrastructure, destroys: 1 approver + 1 commander}\n---\n"
    assert "approval-policy" not in codes(lint(text))
