"""What administrators type about environments and people: shapes alone. What may stand there is the
actions' business."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from django import forms
from django.contrib.auth.models import Group, User
from django.forms import BoundField

from incidents.models import Environment
from incidents.states import CredentialsKind, Role, Scope

LONGEST_LINES = 8000
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class LinesField(forms.CharField):
    """A list of words, one a line."""

    widget = forms.Textarea(attrs={"rows": 2, "class": "mono"})

    def __init__(self, *, label: str, help_text: str) -> None:
        super().__init__(label=label, help_text=help_text, required=False, max_length=LONGEST_LINES)

    def prepare_value(self, value: Any) -> Any:  # Any: Django's signature  # noqa: ANN401
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:  # Any: Django's signature  # noqa: ANN401
        lines = str(value or "").splitlines()
        return [line.strip() for line in lines if line.strip()]

    def run_validators(self, value: Any) -> None:  # Any: Django's signature  # noqa: ANN401
        super().run_validators("\n".join(value))


class Fields(NamedTuple):
    """A part of the settings, with its title."""

    title: str
    fields: list[BoundField]


class EnvironmentForm(forms.Form):
    """All settings of one environment but its name."""

    project = forms.CharField(label="Project", max_length=63)
    region = forms.CharField(label="Region", max_length=40)
    is_protected = forms.BooleanField(
        label="Protected",
        required=False,
        help_text="A coloured rim around its pages; approving asks for a second factor.",
    )
    endpoint = forms.CharField(
        label="Simulator's address",
        required=False,
        max_length=200,
        help_text="http://127.0.0.1:8001, on the workers' machine. Empty for the real Google.",
    )
    scenario = forms.CharField(
        label="Simulator's scenario",
        required=False,
        max_length=60,
        help_text="The state that the simulator starts from.",
    )
    allowed_hosts = LinesField(
        label="Hosts that probes may ask",
        help_text="One a line: app.example.com for ports 80 and 443, or app.example.com:8443.",
    )
    allowed_networks = LinesField(
        label="Private networks that probes may reach",
        help_text="One a line: 10.20.0.0/16. The metadata server is refused always.",
    )
    routes = LinesField(
        label="Routes",
        help_text="With a simulator only: app.example.com = http://127.0.0.1:8001",
    )
    credentials = forms.ChoiceField(
        label="Workers sign in at Google with",
        choices=CredentialsKind.choices,
        help_text="Their own credentials, or those of a service account, or a workload identity.",
    )
    service_account = forms.CharField(
        label="Service account",
        required=False,
        max_length=4000,
        help_text="Its e-mail address: whom workers act as. Never a key.",
    )
    credentials_file = forms.CharField(
        label="Configuration on the workers",
        required=False,
        max_length=4000,
        help_text="For a workload identity: the full path of its file, which holds no key.",
    )
    changes_policy = forms.CharField(
        label="Who approves changes",
        required=False,
        max_length=200,
        help_text="1 infrastructure + 1 commander: roles and groups. Holds besides the runbook's.",
    )
    destroys_policy = forms.CharField(
        label="Who approves what destroys",
        required=False,
        max_length=200,
        help_text="Besides the one for changes.",
    )
    approval_expires = forms.IntegerField(
        label="Minutes that an approval holds",
        required=False,
        min_value=1,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        help_text="The runbook's time holds where it is shorter.",
    )
    excludes_runners = forms.BooleanField(
        label="Who ran the command before may not approve it",
        required=False,
    )
    redact = LinesField(
        label="Further secrets",
        help_text="One regular expression a line: what it finds is shown as redacted.",
    )

    def parts(self) -> Iterator[Fields]:
        """The fields as the page shows them."""
        for title, names in PARTS.items():
            yield Fields(title, [self[name] for name in names])

    def clean_allowed_hosts(self) -> list[str]:
        """In lower case, as addresses are compared."""
        return [host.lower() for host in self.cleaned_data["allowed_hosts"]]

    def clean_routes(self) -> dict[str, str]:
        pairs = [line.partition("=") for line in self.cleaned_data["routes"]]
        if not all(sign and host.strip() and base.strip() for host, sign, base in pairs):
            raise forms.ValidationError("Write app.example.com = http://127.0.0.1:8001")
        return {host.strip().lower(): base.strip() for host, _, base in pairs}

    def clean_approval_expires(self) -> int | None:
        minutes: int | None = self.cleaned_data["approval_expires"]
        return None if minutes is None else minutes * 60


PARTS = {
    "Where it is": ("project", "region", "endpoint", "scenario", "is_protected"),
    "What probes may reach": ("allowed_hosts", "allowed_networks", "routes"),
    "Credentials": ("credentials", "service_account", "credentials_file"),
    "Approvals": ("changes_policy", "destroys_policy", "approval_expires", "excludes_runners"),
    "Redaction": ("redact",),
}


def form_of(environment: Environment) -> EnvironmentForm:
    """Filled with what stands."""
    given = {name: getattr(environment, name) for name in EnvironmentForm.base_fields}
    seconds = environment.approval_expires
    given["routes"] = [f"{host} = {base}" for host, base in environment.routes.items()]
    given["approval_expires"] = None if seconds is None else max(1, seconds // 60)
    return EnvironmentForm(initial=given)


class NewEnvironmentForm(forms.Form):
    name = forms.CharField(max_length=60)
    project = forms.CharField(max_length=63)
    region = forms.CharField(max_length=40)


class GrantForm(forms.Form):
    """`holder` is "person-3" or "group-2"."""

    holder = forms.RegexField(r"^(person|group)-[0-9]{1,18}$")
    role = forms.ChoiceField(choices=Role.choices)

    def found(self) -> User | Group | None:
        kind, _, key = str(self.cleaned_data["holder"]).partition("-")
        if kind == "person":
            return User.objects.filter(pk=int(key)).first()
        return Group.objects.filter(pk=int(key)).first()


class WindowForm(forms.Form):
    """Times are local to the time zone."""

    weekdays = forms.TypedMultipleChoiceField(choices=list(enumerate(WEEKDAYS)), coerce=int)
    opens = forms.TimeField()
    closes = forms.TimeField()
    time_zone = forms.CharField(max_length=60)


class FreezeForm(forms.Form):
    """`starts_at` is UTC, now when empty; `hours` of 0 or none: until somebody lifts it."""

    reason = forms.CharField(required=False, max_length=300)
    starts_at = forms.DateTimeField(
        label="From", required=False, input_formats=["%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"]
    )
    hours = forms.IntegerField(required=False, min_value=0, max_value=24 * 366)


class MonitorForm(forms.Form):
    """What the fields may be is the action's business."""

    is_on = forms.BooleanField(required=False)
    every = forms.IntegerField()
    infrastructure = forms.CharField(required=False, max_length=60)
    keeps_days = forms.IntegerField()
    keeps_sums_days = forms.IntegerField()


class NameForm(forms.Form):
    name = forms.CharField(max_length=100)


class PersonChoiceForm(forms.Form):
    person = forms.ModelChoiceField(queryset=User.objects.all())


class NewPersonForm(forms.Form):
    username = forms.CharField(max_length=200)
    first_name = forms.CharField(required=False, max_length=150)
    last_name = forms.CharField(required=False, max_length=150)
    email = forms.EmailField(required=False, max_length=254)


class TokenForm(forms.Form):
    name = forms.CharField(max_length=100)
    scopes = forms.MultipleChoiceField(choices=Scope.choices, required=False)
    days = forms.IntegerField()
