"""What people type into pages, read and trimmed before an action sees it."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping

from django import forms
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import QueryDict

from incidents.models import Environment
from incidents.states import Audience, ComponentState, HandoffSide, Severity
from runbook.document.parse import MAX_BYTES

LONGEST_WORDS = 4000


class ReasonForm(forms.Form):
    """A reason; whether it may be empty is the action's business."""

    reason = forms.CharField(required=False, max_length=LONGEST_WORDS)


class AskForm(forms.Form):
    """Why a change is asked for, and why it cannot wait where the environment is closed."""

    reason = forms.CharField(required=False, max_length=LONGEST_WORDS)
    emergency_reason = forms.CharField(required=False, max_length=LONGEST_WORDS)


class WordsForm(forms.Form):
    words = forms.CharField(required=False, max_length=LONGEST_WORDS)


class OfferForm(forms.Form):
    """To whom command is offered; whether they may command is the action's business."""

    person = forms.ModelChoiceField(queryset=User.objects.all())
    words = forms.CharField(required=False, max_length=LONGEST_WORDS)


class HandoffForm(forms.Form):
    """Checklists are one line each; whether the teams exist is the action's business."""

    given_by = forms.CharField(required=False, max_length=200)
    taken_by = forms.CharField(required=False, max_length=200)
    done = forms.CharField(required=False, max_length=LONGEST_WORDS)
    asked = forms.CharField(required=False, max_length=LONGEST_WORDS)
    asked_items = forms.CharField(required=False, max_length=LONGEST_WORDS)
    giver_items = forms.CharField(required=False, max_length=LONGEST_WORDS)
    taker_items = forms.CharField(required=False, max_length=LONGEST_WORDS)
    answers = forms.IntegerField(required=False, min_value=1, max_value=2**31)

    def items(self) -> dict[HandoffSide, list[str]]:
        given = self.cleaned_data
        return {
            HandoffSide.ASKED: given["asked_items"].splitlines(),
            HandoffSide.GIVER_STANDBY: given["giver_items"].splitlines(),
            HandoffSide.TAKER_STANDBY: given["taker_items"].splitlines(),
        }


class AcceptForm(forms.Form):
    """Who accepts where it is not the person themselves; empty for the person."""

    person = forms.ModelChoiceField(queryset=User.objects.all(), required=False)


class ItemForm(forms.Form):
    is_done = forms.BooleanField(required=False)


class ApproveForm(forms.Form):
    """`digest` is what the person saw: an approval of another plan is refused."""

    digest = forms.CharField(max_length=64)
    words = forms.CharField(required=False, max_length=LONGEST_WORDS)


class PasteForm(forms.Form):
    """What a command printed elsewhere; its length is the action's business."""

    text = forms.CharField(required=False, strip=False)


class SettleForm(forms.Form):
    verdict = forms.ChoiceField(
        choices=[
            ("applied", "applied"),
            ("not-applied", "not applied"),
            ("undo", "applied, to be taken back"),
            ("leave", "nobody can tell"),
        ]
    )
    reason = forms.CharField(required=False, max_length=LONGEST_WORDS)


LONGEST_UPDATE = 10_000


class UpdateForm(forms.Form):
    """An update and where it goes. Recipients and labels are lists with commas or line ends.

    `drafted` is the draft that the words began as and `drafted_for` what it was made for: words
    that somebody typed are told from a draft by them. `replaces` has them go all the same."""

    audience = forms.ChoiceField(choices=Audience.choices)
    text = forms.CharField(required=False, max_length=LONGEST_UPDATE)
    template = forms.CharField(required=False, max_length=40)
    subject = forms.CharField(required=False, max_length=LONGEST_WORDS)
    recipients = forms.CharField(required=False, max_length=LONGEST_WORDS)
    stage = forms.CharField(required=False, max_length=15)
    public_title = forms.CharField(required=False, max_length=LONGEST_WORDS)
    issue = forms.CharField(required=False, max_length=200)
    labels = forms.CharField(required=False, max_length=LONGEST_WORDS)
    token = forms.UUIDField(required=False)
    insisted = forms.CharField(required=False, max_length=16)
    drafted = forms.CharField(required=False, max_length=20_000)
    drafted_for = forms.CharField(required=False, max_length=100)
    replaces = forms.BooleanField(required=False)

    def clean_text(self) -> str:
        return _with_plain_line_ends(self.cleaned_data["text"])

    def listed(self, name: str) -> tuple[str, ...]:
        words = re.split(r"[,;\n]", self.cleaned_data[name])
        return tuple(word.strip() for word in words if word.strip())

    def clean_drafted(self) -> str:
        return _with_plain_line_ends(self.cleaned_data["drafted"])

    def typed_words(self) -> str:
        """What a person wrote, "" where it is still the draft."""
        text = self.cleaned_data["text"]
        is_draft = text.strip() == self.cleaned_data["drafted"].strip()
        return "" if is_draft or self.cleaned_data["replaces"] else text


class PostponeForm(forms.Form):
    minutes = forms.IntegerField(min_value=1, max_value=24 * 60)
    reason = forms.CharField(required=False, max_length=300)


class SeverityForm(forms.Form):
    severity = forms.ChoiceField(choices=Severity.choices)
    reason = forms.CharField(required=False, max_length=LONGEST_WORDS)


class ComponentForm(forms.Form):
    state = forms.ChoiceField(choices=ComponentState.choices)


class AddRunbookForm(forms.Form):
    """A file, or pasted text where there is no file."""

    file = forms.FileField(required=False, allow_empty_file=True)
    text = forms.CharField(required=False, strip=False)

    def given(self) -> tuple[bytes, str]:
        """The bytes, of a giant file only the beginning, and the name they came under."""
        upload = self.cleaned_data["file"]
        if upload is None:
            return self.cleaned_data["text"].encode(), "pasted.md"
        return upload.read(16 * MAX_BYTES), str(upload.name)


PARAMETER = "parameter-"


def _parameters(data: QueryDict | Mapping[str, object]) -> dict[str, str]:
    """What was typed for parameters, which arrive as `parameter-NAME`."""
    names = [name for name in data if name.startswith(PARAMETER)]
    return {name.removeprefix(PARAMETER): str(data[name]) for name in names}


class EditParametersForm(forms.Form):
    """Values arrive as `parameter-NAME` and are checked by the action. `seen` numbers the timeline
    entry that set the newest of those the person looked at."""

    seen = forms.IntegerField(min_value=0, max_value=2**31)

    def parameters(self, *, secret: Container[str]) -> dict[str, str]:
        """A secret is not shown in the form: its field left empty leaves it as it is."""
        given = _parameters(self.data)
        return {name: value for name, value in given.items() if value or name not in secret}


class RereadForm(forms.Form):
    """Values of new parameters arrive as `parameter-NAME`; those left empty keep their default."""

    revision = forms.IntegerField(min_value=1, max_value=2**31)

    def parameters(self) -> dict[str, str]:
        return {name: value for name, value in _parameters(self.data).items() if value}


class EditCommandForm(forms.Form):
    """`seen` is the text that the person looked at. Browsers send their own line ends."""

    text = forms.CharField(required=False, max_length=20_000, strip=False)
    seen = forms.CharField(required=False, strip=False)

    def clean_text(self) -> str:
        return _with_plain_line_ends(self.cleaned_data["text"])

    def clean_seen(self) -> str:
        return _with_plain_line_ends(self.cleaned_data["seen"])


def _with_plain_line_ends(text: str) -> str:
    return text.replace("\r\n", "\n")


class DeclareForm(forms.Form):
    """Parameters of the runbook arrive as `parameter-NAME` and are checked by the action."""

    environment = forms.ModelChoiceField(queryset=Environment.objects.none())
    severity = forms.ChoiceField(choices=Severity.choices)
    title = forms.CharField(required=False, max_length=200)
    is_drill = forms.BooleanField(required=False)

    def __init__(self, data: QueryDict, *, environments: QuerySet[Environment]) -> None:
        super().__init__(data)
        field = self.fields["environment"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101  (declared above)
        field.queryset = environments

    def parameters(self) -> dict[str, str]:
        """What was typed for the runbook's parameters; fields left empty keep their default."""
        return {name: value for name, value in _parameters(self.data).items() if value}
