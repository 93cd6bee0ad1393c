"""Rules about alerts: listed in their order, tried on what came, written and changed."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HttpResponseClientRedirect

from incidents import permissions
from incidents.actions import alert_rules as acting
from incidents.actions.alert_rule_terms import LONGEST_NAME, Terms
from incidents.actions.declare import open_runbook
from incidents.actions.unfold import steps_of
from incidents.alert_forms import RuleForm, empty_form, form_of
from incidents.models import AlertMessage, AlertRule, Runbook
from incidents.queries.alert_rules import conditions_of, rules_about, try_rules
from incidents.queries.alerts import kept_messages
from incidents.views.answers import shown_again
from incidents.views.panels import Context
from incidents.views.requests import PageRequest, number_in
from incidents.views.typed import typed
from runbook.alerts.matching import Matcher


@require_GET
def rules(request: PageRequest) -> HttpResponse:
    """`?try=ID` tries a kept message on them."""
    may_change = permissions.is_superuser(request.user)
    visible = permissions.visible_environments(request.user)
    tried = _message(request, "try") if may_change else None
    context = {
        "rules": [(rule, conditions_of(rule)) for rule in rules_about(visible)],
        "messages_kept": kept_messages() if may_change else [],
        "tried": tried,
        "trials": try_rules(tried) if tried else [],
        "may_change": may_change,
    }
    return render(request, "alerts/rules.html", context)


@require_GET
def new(request: PageRequest) -> HttpResponse:
    """`?message=ID` begins with what the first alert of a kept message says."""
    _require_may(request)
    message = _message(request, "message")
    alert = message.alerts.order_by("pk").first() if message else None
    known = sorted(alert.labels.items()) if alert else []
    named = [one for one in known if one[0] in ("alertname", "policy", "service")] or known[:1]
    matchers = [Matcher(label, "is", str(value)) for label, value in named]
    name = alert.title[:LONGEST_NAME] if alert else ""
    form = empty_form(matchers, message.source if message else None, name)
    context = {"form": form, "labels": known, "action": reverse("add-alert-rule")}
    return render(request, "alerts/rule.html", context | _offer(None))


@require_GET
def rule(request: PageRequest, rule_id: int) -> HttpResponse:
    _require_may(request)
    row = get_object_or_404(AlertRule, pk=rule_id)
    action = reverse("change-alert-rule", args=[row.pk])
    context = {"rule": row, "form": form_of(row), "action": action}
    return render(request, "alerts/rule.html", context | _offer(row.runbook))


@require_GET
def steps(request: PageRequest) -> HttpResponse:
    """What a rule may run of the runbook that was chosen in its form."""
    _require_may(request)
    runbook = Runbook.objects.filter(pk=number_in(request.GET.get("runbook", "")) or 0).first()
    return render(request, "alerts/_steps.html", _offer(runbook))


@require_POST
def add(request: PageRequest) -> HttpResponse:
    acting.add_rule(actor=request.user, terms=Terms(**typed(RuleForm(request.POST))))
    return _back(request)


@require_POST
def change(request: PageRequest, rule_id: int) -> HttpResponse:
    terms = Terms(**typed(RuleForm(request.POST)))
    acting.change_rule(actor=request.user, rule_id=rule_id, terms=terms)
    return _back(request)


@require_POST
def move(request: PageRequest, rule_id: int) -> HttpResponse:
    """`way=up`, anything else down."""
    acting.move_rule(actor=request.user, rule_id=rule_id, up=request.POST.get("way") == "up")
    return shown_again(request, "alert-rules")


@require_POST
def remove(request: PageRequest, rule_id: int) -> HttpResponse:
    acting.remove_rule(actor=request.user, rule_id=rule_id)
    return _back(request)


def _offer(runbook: Runbook | None) -> Context:
    """Of its newest revision: the phases with the steps that have commands, and the parameters."""
    revision = runbook.revisions.order_by("-number").first() if runbook else None
    if revision is None:
        return {"phases": (), "parameters": ()}
    document = open_runbook(revision)
    phases = [
        (phase.title, [step for step, _, _ in steps_of(phase) if step.commands])
        for phase in document.phases
    ]
    return {
        "phases": [(title, found) for title, found in phases if found],
        "parameters": document.parameters,
    }


def _require_may(request: PageRequest) -> None:
    permissions.require_superuser(person=request.user, what="change what follows from alerts")


def _message(request: PageRequest, name: str) -> AlertMessage | None:
    number = number_in(request.GET.get(name, ""))
    return AlertMessage.objects.select_related("source").filter(pk=number or 0).first()


def _back(request: PageRequest) -> HttpResponse:
    address = reverse("alert-rules")
    return HttpResponseClientRedirect(address) if request.htmx else redirect(address)
