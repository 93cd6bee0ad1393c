"""What people type about how they are told, and about rotas: shapes alone. What may stand there is
the actions' business."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib.auth.models import Group, User

from incidents.states import ChannelKind, Severity

LONGEST_ADDRESS = 1000
LONGEST_MEMBERS = 8000


class ChannelForm(forms.Form):
    """Without a group it is the person's own channel."""

    kind = forms.ChoiceField(choices=ChannelKind.choices)
    name = forms.CharField(max_length=60)
    address = forms.CharField(max_length=LONGEST_ADDRESS)
    group = forms.ModelChoiceField(queryset=Group.objects.all(), required=False)


class RuleForm(forms.Form):
    channel = forms.IntegerField(min_value=1, max_value=10**18)
    minutes = forms.IntegerField(min_value=0, max_value=24 * 60)
    least_severity = forms.ChoiceField(choices=Severity.choices)


class QuietHoursForm(forms.Form):
    """Times are local to the time zone."""

    begins = forms.TimeField()
    until = forms.TimeField()
    time_zone = forms.CharField(max_length=60)


class RotaForm(forms.Form):
    """`members` are usernames, one a line, in the order of their turns; cleaned, people."""

    time_zone = forms.CharField(max_length=60)
    begins_on = forms.DateField()
    hands_over_at = forms.TimeField()
    shift_days = forms.IntegerField(min_value=1, max_value=366)
    members = forms.CharField(max_length=LONGEST_MEMBERS)

    def clean_members(self) -> list[User]:
        lines = str(self.cleaned_data["members"]).splitlines()
        names = [line.strip() for line in lines if line.strip()]
        found = {
            person.get_username(): person for person in User.objects.filter(username__in=names)
        }
        unknown = [name for name in names if name not in found]
        if unknown:
            raise forms.ValidationError(f"Nobody is called {', '.join(unknown)} here.")
        return [found[name] for name in names]


class NewRotaForm(RotaForm):
    name = forms.CharField(max_length=60)


class OverrideForm(forms.Form):
    """Times are local to `zone`, the rota's; cleaned, they know it."""

    person = forms.ModelChoiceField(queryset=User.objects.filter(is_active=True))
    starts_at = forms.DateTimeField()
    ends_at = forms.DateTimeField()
    reason = forms.CharField(required=False, max_length=300)

    def __init__(self, data: Any, *, zone: str) -> None:  # Any: Django's own  # noqa: ANN401
        super().__init__(data)
        self._zone = ZoneInfo(zone)

    def clean_starts_at(self) -> datetime:
        return self._local("starts_at")

    def clean_ends_at(self) -> datetime:
        return self._local("ends_at")

    def _local(self, name: str) -> datetime:
        typed: datetime = self.cleaned_data[name]
        return typed.replace(tzinfo=self._zone).astimezone(UTC)
