"""What people type into pages, read and trimmed before an action sees it."""

from __future__ import annotations

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict

from incidents.models import Environment
from incidents.states import Audience, ComponentState, Severity
from runbook.document.parse import MAX_BYTES

LONGEST_WORDS = 4000


class ReasonForm(forms.Form):
    """A reason; whether it may be empty is the action's business."""

    reason = forms.CharField(required=False, max_length=LONGEST_WORDS)


class WordsForm(forms.Form):
    words = forms.CharField(required=False, max_length=LONGEST_WORDS)


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


class UpdateForm(forms.Form):
    audience = forms.ChoiceField(choices=Audience.choices)
    text = forms.CharField(required=False, max_length=LONGEST_WORDS)


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
        prefix = "parameter-"
        return {
            name.removeprefix(prefix): str(value)
            for name, value in self.data.items()
            if name.startswith(prefix) and value
        }
