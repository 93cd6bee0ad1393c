"""How a person is told: own channels, the ladder of rules over them, quiet hours."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from incidents import permissions
from incidents.actions import notification_rules as rules
from incidents.notification_forms import QuietHoursForm, RuleForm
from incidents.queries.channels import known_services, read_own
from incidents.states import Severity
from incidents.views.answers import shown_again
from incidents.views.requests import PageRequest
from incidents.views.typed import typed

WAITS = (0, 1, 5, 10, 15, 30, 60, 120)
"""Minutes that a rule can be chosen to wait."""


@never_cache
@require_GET
def own(request: PageRequest) -> HttpResponse:
    return render_own(request)


def render_own(request: PageRequest, **new: object) -> HttpResponse:
    """`new` is what is shown this once, of a channel that was just added."""
    may_name_hosts = permissions.is_administrator_somewhere(request.user)
    context = {
        "own": read_own(request.user),
        "services": known_services(with_hosts=may_name_hosts),
        "may_name_hosts": may_name_hosts,
        "severities": Severity,
        "waits": WAITS,
        **new,
    }
    page = "notifications/_own.html" if request.htmx else "notifications/own.html"
    return render(request, page, context)


@require_POST
def add_rule(request: PageRequest) -> HttpResponse:
    values = typed(RuleForm(request.POST))
    rules.add_rule(
        actor=request.user,
        channel_id=values["channel"],
        after=values["minutes"] * 60,
        least_severity=values["least_severity"],
    )
    return shown_again(request, "own-notifications")


@require_POST
def remove_rule(request: PageRequest, rule_id: int) -> HttpResponse:
    rules.remove_rule(actor=request.user, rule_id=rule_id)
    return shown_again(request, "own-notifications")


@require_POST
def set_quiet_hours(request: PageRequest) -> HttpResponse:
    rules.set_quiet_hours(actor=request.user, **typed(QuietHoursForm(request.POST)))
    return shown_again(request, "own-notifications")


@require_POST
def clear_quiet_hours(request: PageRequest) -> HttpResponse:
    rules.clear_quiet_hours(actor=request.user)
    return shown_again(request, "own-notifications")
