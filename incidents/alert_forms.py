"""What people type about alerts, their sources and rules: shapes alone. What may stand there is the
actions' business."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib.auth.models import User

from incidents.administration_forms import Fields, LinesField
from incidents.health_states import AlertKind
from incidents.models import AlertRule, AlertSource, Environment, Runbook
from incidents.states import Severity
from runbook.alerts.matching import Matcher, read_matchers
from runbook.document.definition import Json

_LINE = re.compile(r"(?P<label>\S+)\s+(?P<test>is not|is|matches)(?:\s+(?P<value>.*))?")


def _written(match: re.Match[str]) -> Json:
    return {"label": match["label"], "test": match["test"], "value": match["value"] or ""}


class SourceForm(forms.Form):
    name = forms.CharField(max_length=60)
    kind = forms.ChoiceField(choices=AlertKind.choices)
    environment = forms.ModelChoiceField(queryset=Environment.objects.all(), required=False)


class SourceChangeForm(forms.Form):
    is_on = forms.BooleanField(required=False)
    environment = forms.ModelChoiceField(queryset=Environment.objects.all(), required=False)


class SecretForm(forms.Form):
    secret = forms.CharField(max_length=500, strip=True)


class MatchersField(LinesField):
    """Conditions, one a line: "severity is critical". Cleaned, matchers."""

    def prepare_value(self, value: Any) -> Any:  # Any: Django's signature  # noqa: ANN401
        if isinstance(value, list):
            return "\n".join(f"{one.label} {one.test} {one.value}".rstrip() for one in value)
        return value

    def clean(self, value: Any) -> Any:  # Any: Django's signature  # noqa: ANN401
        lines = super().clean(value)
        found = [(line, _LINE.fullmatch(line)) for line in lines]
        for line, match in found:
            if match is None:
                raise forms.ValidationError(
                    f"Write a condition as in “severity is critical”, not “{line[:80]}”."
                )
        return read_matchers([_written(match) for _, match in found if match is not None])


class RuleForm(forms.Form):
    """All of a rule but its place."""

    name = forms.CharField(label="Name", max_length=100)
    is_on = forms.BooleanField(label="It is on", required=False)
    source = forms.ModelChoiceField(
        label="Source",
        queryset=AlertSource.objects.all(),
        required=False,
        empty_label="Any, the monitor too",
    )
    matchers = MatchersField(
        label="Conditions, all of which must hold",
        help_text=(
            "One a line: a label, then “is”, “is not” or “matches” (a regular expression for the"
            " whole value). Every alert has source, kind, environment, severity, verdict and title"
            " besides its labels. None at all: every alert fits."
        ),
    )
    tells = LinesField(
        label="Tells",
        help_text="People, groups, rotas and roles, one a line, such as database-on-call.",
    )
    declares = forms.BooleanField(label="It declares an incident", required=False)
    runbook = forms.ModelChoiceField(
        label="From the runbook", queryset=Runbook.objects.all(), required=False, empty_label="None"
    )
    environment = forms.ModelChoiceField(
        label="In the environment",
        queryset=Environment.objects.all(),
        required=False,
        empty_label="The alert's own",
    )
    severity = forms.ChoiceField(label="As", choices=Severity.choices)
    acts_as = forms.ModelChoiceField(
        label="In the name of",
        queryset=User.objects.filter(is_active=True).order_by("username"),
        required=False,
        empty_label="Nobody",
        help_text="An account that is commander and responder there, and approves nothing.",
    )
    parameters = LinesField(
        label="Parameters", help_text="NAME = value, one a line; {label} takes that of the alert."
    )
    group_by = LinesField(
        label="One incident for alerts with the same",
        help_text="Labels, one a line. None: all of this rule are one incident.",
    )
    runs = LinesField(
        label="Runs at once",
        help_text=(
            "Keys of steps, one a line, or “diagnostics” for all reads of the first phase. Changes"
            " are planned and wait for approval."
        ),
    )
    closes = forms.BooleanField(
        label="Resolves the incident when all of its alerts have recovered",
        help_text="One that people have worked on is left to them.",
        required=False,
    )
    reopens_within = forms.IntegerField(
        label="Minutes within which it is the same alert again",
        min_value=0,
        max_value=30 * 24 * 60,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )

    def parts(self) -> Iterator[Fields]:
        """The fields as the page shows them."""
        for title, names in PARTS.items():
            yield Fields(title, [self[name] for name in names])

    def clean_parameters(self) -> dict[str, str]:
        pairs = [line.partition("=") for line in self.cleaned_data["parameters"]]
        if not all(sign and name.strip() for name, sign, _ in pairs):
            raise forms.ValidationError("Write NAME = value.")
        return {name.strip(): value.strip() for name, _, value in pairs}

    def clean_reopens_within(self) -> int:
        minutes: int = self.cleaned_data["reopens_within"]
        return minutes * 60


PARTS = {
    "Which alerts": ("name", "source", "matchers", "is_on"),
    "Who is told": ("tells", "reopens_within"),
    "An incident": ("declares", "runbook", "environment", "severity", "acts_as", "group_by"),
    "What happens in it": ("parameters", "runs", "closes"),
}


def empty_form(matchers: list[Matcher], source: AlertSource | None, name: str) -> RuleForm:
    """For a new rule, with what is known of the alert that it is made from."""
    given = {"name": name, "source": source, "matchers": matchers, "is_on": True}
    return RuleForm(initial=given | {"severity": Severity.P1, "reopens_within": 60})


def form_of(rule: AlertRule) -> RuleForm:
    """Filled with what stands."""
    given = {name: getattr(rule, name) for name in RuleForm.base_fields}
    given["matchers"] = list(read_matchers(rule.matchers))
    given["parameters"] = [f"{name} = {value}" for name, value in rule.parameters.items()]
    given["reopens_within"] = rule.reopens_within // 60
    return RuleForm(initial=given)
