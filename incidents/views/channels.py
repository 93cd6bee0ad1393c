"""Channels of oneself and of groups: added, switched, tried and removed."""

from __future__ import annotations

from django.contrib.auth.models import Group
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from incidents import clock, permissions
from incidents.actions import channels as acting
from incidents.models import Channel, Notification
from incidents.notification_forms import ChannelForm
from incidents.queries.channels import channels_of_group, find_test, known_services
from incidents.states import NotificationState
from incidents.views.answers import shown_again
from incidents.views.own_notifications import render_own
from incidents.views.requests import PageRequest
from incidents.views.typed import typed

PATIENCE = 120
"""Seconds after which a page no longer asks what came of a test."""


@never_cache
@require_GET
def of_group(request: PageRequest, group_id: int) -> HttpResponse:
    permissions.require_superuser(person=request.user, what="look after the channels of groups")
    return _render_group(request, get_object_or_404(Group, pk=group_id))


@never_cache
@require_POST
def add(request: PageRequest) -> HttpResponse:
    """The page again, with the new channel and, this once, the key of its signatures."""
    values = typed(ChannelForm(request.POST))
    group: Group | None = values.pop("group")
    made, key = acting.add_channel(
        actor=request.user, group_id=group.pk if group else None, **values
    )
    if group is not None:
        return _render_group(request, group, made=made, key=key)
    return render_own(request, made=made, key=key)


@require_POST
def remove(request: PageRequest, channel_id: int) -> HttpResponse:
    group_id = _group_of(channel_id)
    acting.remove_channel(actor=request.user, channel_id=channel_id)
    return _again(request, group_id)


@require_POST
def set_enabled(request: PageRequest, channel_id: int) -> HttpResponse:
    """`is_enabled=yes` switches it on, anything else off."""
    is_enabled = request.POST.get("is_enabled") == "yes"
    acting.set_enabled(actor=request.user, channel_id=channel_id, is_enabled=is_enabled)
    return _again(request, _group_of(channel_id))


@require_POST
def test(request: PageRequest, channel_id: int) -> HttpResponse:
    made = acting.test_channel(actor=request.user, channel_id=channel_id)
    return _answer(request, made) if request.htmx else _again(request, _group_of(channel_id))


@require_GET
def tested(request: PageRequest, notification_id: int) -> HttpResponse:
    """What came of a test, asked again and again while it is on its way."""
    found = find_test(notification_id)
    if found is None or found.channel is None or not _may_see(request, found.channel):
        raise Http404("No such test.")
    return _answer(request, found)


def _may_see(request: PageRequest, channel: Channel) -> bool:
    if channel.group_id is None:
        return channel.person_id == request.user.pk
    return permissions.is_superuser(request.user)


def _answer(request: PageRequest, test: Notification) -> HttpResponse:
    unsent = (NotificationState.WAITING, NotificationState.SENDING)
    waited = (clock.now() - test.created_at).total_seconds()
    is_on_its_way = test.state in unsent
    context = {
        "test": test,
        "is_on_its_way": is_on_its_way,
        "goes_on": is_on_its_way and waited < PATIENCE,
        "waited": round(waited),
    }
    return render(request, "notifications/_test.html", context)


def _group_of(channel_id: int) -> int | None:
    return Channel.objects.filter(pk=channel_id).values_list("group_id", flat=True).first()


def _again(request: PageRequest, group_id: int | None) -> HttpResponse:
    if request.htmx or group_id is None:
        return shown_again(request, "own-notifications")
    return redirect("group-channels", group_id)


def _render_group(request: PageRequest, group: Group, **new: object) -> HttpResponse:
    context = {
        "group": group,
        "channels": channels_of_group(group),
        "services": known_services(with_hosts=True),
        "may_name_hosts": True,
        **new,
    }
    page = "notifications/_group.html" if request.htmx else "notifications/group.html"
    return render(request, page, context)
