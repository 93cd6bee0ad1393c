"""The page of alerts, and taking one for over."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_POST

from incidents import clock, permissions
from incidents.actions.end_alert import end_alert
from incidents.models import Environment
from incidents.queries.alerts import Turned, read_inbox
from incidents.views.answers import shown_again
from incidents.views.requests import PageRequest, number_in

LISTS = ("firing", "recent", "messages")


@require_GET
def alerts(request: PageRequest) -> HttpResponse:
    """`?environment=NAME` shows one environment alone, `?firing=ID`, `?recent=ID` and
    `?messages=ID` go on behind that row of a list."""
    visible = permissions.visible_environments(request.user)
    name = request.GET.get("environment", "")
    if not name.isprintable():
        raise Http404("No such environment.")
    environment = get_object_or_404(visible, name=name) if name else None
    turned = {name: number_in(request.GET.get(name, "")) for name in LISTS}
    now = clock.now()
    may_change = permissions.is_superuser(request.user)
    context = {
        "inbox": read_inbox(
            visible,
            now=now,
            environment=environment,
            sees_all=may_change,
            turned=Turned(**turned),
        ),
        "begin": _address(environment, {}),
        "address": _address(environment, turned),
        "environment": environment,
        "environments": visible.order_by("name"),
        "may_change": may_change,
        "commanded": {one.pk for one in permissions.environments_to_declare_in(request.user)},
        "now": now,
    }
    page = "alerts/_inbox.html" if request.htmx else "alerts/alerts.html"
    return render(request, page, context)


def _address(environment: Environment | None, turned: dict[str, int | None]) -> str:
    """It ends with a question mark or a parameter, so that another can follow."""
    wanted = {"environment": environment.name} if environment else {}
    rows = {name: str(row) for name, row in turned.items() if row is not None}
    return f"{reverse('alerts')}?{urlencode(wanted | rows)}"


@require_POST
def end(request: PageRequest, alert_id: int) -> HttpResponse:
    end_alert(actor=request.user, alert_id=alert_id)
    return shown_again(request, "alerts")
