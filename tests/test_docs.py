"""What the documentation names exists, what exists is documented; nothing names our machines."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SETTING = r"[A-Z][A-Z_]*[A-Z]"
OPERATIONS = (ROOT / "docs" / "operations.md").read_text()
README = (ROOT / "README.md").read_text()


def settings_in_code() -> set[str]:
    text = (ROOT / "runbook" / "settings.py").read_text()
    return set(re.findall(rf'env\.\w+\(\s*"({SETTING})"', text))


def settings_in_example() -> set[str]:
    text = (ROOT / ".env.example").read_text()
    return set(re.findall(rf"^#?({SETTING})=", text, re.MULTILINE))


def settings_in_docs() -> set[str]:
    text = (ROOT / "docs" / "settings.md").read_text()
    return set(re.findall(rf"^\| `({SETTING})` \|", text, re.MULTILINE))


def settings_in_compose() -> set[str]:
    text = (ROOT / "docker-compose.yml").read_text()
    return set(re.findall(rf"\$\{{({SETTING})[:}}]", text))


def test_settings_agree_in_code_example_and_docs() -> None:
    only_compose = settings_in_compose() - settings_in_code()
    assert settings_in_example() == settings_in_code() | only_compose
    assert settings_in_docs() == settings_in_example()


def test_settings_that_processes_share_reach_the_containers() -> None:
    of_one_machine = {"RUNBOOK_DATA", "PORT", "RUNBOOK_SIMULATOR_PORT", "RUNBOOK_DEBUG"}
    given = set(
        re.findall(rf"^    ({SETTING}): ", (ROOT / "docker-compose.yml").read_text(), re.MULTILINE)
    )
    assert given == settings_in_code() - of_one_machine


def test_management_commands_are_documented() -> None:
    folder = ROOT / "incidents" / "management" / "commands"
    commands = {path.stem for path in folder.glob("*.py")} - {"__init__"}
    documented = set(re.findall(r"^\| `(\w+)` \|", OPERATIONS, re.MULTILINE))
    assert documented == commands


def test_make_targets_are_explained_and_those_in_the_docs_exist() -> None:
    makefile = (ROOT / "Makefile").read_text()
    phony = set(re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)[1].split())  # type: ignore[index]
    explained = set(re.findall(r"^([a-z-]+):.*## \w", makefile, re.MULTILINE))
    named = {
        target
        for path in [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]
        for target in re.findall(r"(?:`|^ {4})make ([a-z-]+)", path.read_text(), re.MULTILINE)
    }
    assert explained == phony
    assert named <= phony


@pytest.mark.parametrize(
    "page", sorted(p.relative_to(ROOT) for p in ROOT.glob("docs/*.md")), ids=str
)
def test_page_is_linked_from_the_readme(page: Path) -> None:
    assert f"({page})" in README


@pytest.mark.parametrize(
    "page",
    sorted(p.relative_to(ROOT) for p in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]),
    ids=str,
)
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", (ROOT / page).read_text())
    missing = [link for link in links if not (ROOT / page.parent / link).exists()]
    assert missing == []


def test_no_file_names_a_machine_or_an_index() -> None:
    """Lock files and documents must mean the same on every machine."""
    local = r"(^|[^.\w])/(home|root|work|Users|opt/(wheels|pypi))/|find-links|index-url +http"
    answer = subprocess.run(
        [
            "git",
            "grep",
            "-InE",
            local,
            "--",
            ".",
            ":!tests/test_docs.py",
            ":!static/vendor",
            ":!.ci/lock",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.stdout == ""
