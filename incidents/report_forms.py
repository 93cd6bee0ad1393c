"""What people type into reports and follow-ups."""

from __future__ import annotations

from django import forms
from django.contrib.auth.models import User

LONGEST_LINK = 300


class SectionForm(forms.Form):
    """`seen` is the revision that the person began with. How long the text may be is the action's
    business."""

    text = forms.CharField(required=False, strip=False)
    seen = forms.IntegerField(min_value=0, max_value=2**31)


class SeenForm(forms.Form):
    """`seen` is the revision that the person looked at."""

    seen = forms.IntegerField(min_value=0, max_value=2**31)


class RestoreForm(SeenForm):
    number = forms.IntegerField(min_value=1, max_value=2**31)


class FollowUpForm(forms.Form):
    """Whether the owner may be it, and the day be in the past, is the action's business."""

    title = forms.CharField(required=False, max_length=2000)
    owner = forms.ModelChoiceField(queryset=User.objects.filter(is_active=True), required=False)
    due_on = forms.DateField(required=False, input_formats=["%Y-%m-%d"])
    link = forms.URLField(required=False, max_length=LONGEST_LINK, assume_scheme="https")
