"""What lint says stands on the runbook's page, with the lines it speaks of marked."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from incidents.actions.declare import declare, open_runbook
from incidents.actions.unfold import MOST_COMMANDS
from incidents.refusal import Refused
from incidents.views.document import draw_document
from tests import factories
from tests.incidents.views.conftest import SignIn

pytestmark = pytest.mark.django_db

WRONG = b"""# Look

```bash
curl -I https://h.example 2>&1 | head -1
curl -w "@<b>.txt" https://h.example
```
"""


def test_findings_are_counted_and_lead_to_their_lines(sign_in: SignIn, commander: User) -> None:
    factories.make_revision(WRONG, slug="wrong")

    page = sign_in(commander).get("/runbooks/wrong/").content.decode()

    assert "2 warnings, see Source" in page
    assert '<a class="figures" href="#line-4">line 4</a>' in page
    assert "Without -s curl writes its progress first" in page
    assert "curl -s -I https://h.example | head -1" in page
    assert 'class="source-line source-line-marked" id="line-4"' in page
    assert 'class="source-line" id="line-1"' in page


def test_words_of_the_document_stay_words(sign_in: SignIn, commander: User) -> None:
    factories.make_revision(WRONG, slug="wrong")

    page = sign_in(commander).get("/runbooks/wrong/").content.decode()

    assert "The file &lt;b&gt;.txt does not come with the runbook" in page
    assert "@<b>" not in page


def test_a_runbook_without_findings_shows_none(sign_in: SignIn, commander: User) -> None:
    factories.make_revision(b"# Clean\n", slug="clean")

    page = sign_in(commander).get("/runbooks/clean/").content.decode()

    assert "see Source" not in page
    assert 'class="problems"' not in page


STEP = b"""# Look
## Phase 1: Look
- [ ] Scale
  ```bash
  gcloud compute networks vpc-access connectors update c --region=us-central1 --min-instances=3 --max-instances=50 --project=${PROJECT}
  ```
- [ ] Look
  ```bash
  gcloud sql instances list --projct=${PROJECT}
  ```
"""  # noqa: E501  (a command is one line)


def test_a_warning_stands_beside_its_command(sign_in: SignIn, commander: User) -> None:
    factories.make_revision(STEP, slug="wrong")

    page = sign_in(commander).get("/runbooks/wrong/").content.decode()
    steps = page.partition('id="book-steps"')[2].partition('id="book-about"')[0]

    assert steps.count('<li class="problem problem-warning">') == 1
    assert "--max-instances=50 is outside of what Google allows" in steps


def test_what_to_write_instead_keeps_the_names_of_the_runbook(
    sign_in: SignIn, commander: User
) -> None:
    factories.make_revision(STEP, slug="wrong")

    page = sign_in(commander).get("/runbooks/wrong/").content.decode()

    assert 'data-copy="gcloud sql instances list --project=${PROJECT}"' in page
    assert "unset-project" not in page


def test_a_page_of_thousands_of_commands_says_that_it_stopped(
    commander: User,
) -> None:
    lines = "\n".join(["curl https://h.example/"] * (MOST_COMMANDS + 1))
    source = f"# Long\n\n## Look\n\n```bash\n{lines}\n```\n".encode()
    revision = factories.make_revision(source, slug="long")

    drawn = draw_document(open_runbook(revision))

    assert (drawn.reads, drawn.unrunnable) == (0, MOST_COMMANDS + 1)
    assert drawn.phases[0].steps[0].commands[0].reason == (
        "This runbook has more than 2500 commands; none is looked at. Split it."
    )
    assert [finding.code for finding in drawn.findings] == ["stopped-early"]
    with pytest.raises(Refused, match="more than 2500 commands"):
        declare(
            actor=commander,
            revision=revision,
            environment=factories.make_environment(),
            severity="P2",
            title="Long",
            parameters={},
        )
