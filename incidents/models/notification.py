"""How people are told what happens: their channels, rules and rotas, and every single telling."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import models

from incidents.models.incident import Incident
from incidents.models.status_page import Subscriber
from incidents.states import ChannelKind, NotificationState


class Channel(models.Model):
    """A way to reach one person, or a group as a whole.

    `sealed_address` and `sealed_key` (of a webhook's signature) are encrypted by
    `incidents.encryption` and never shown again; `shown` is what people see of the address.
    """

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="channels",
    )
    group = models.ForeignKey(
        Group, on_delete=models.CASCADE, null=True, blank=True, related_name="channels"
    )
    name = models.CharField(max_length=60)
    kind = models.CharField(max_length=10, choices=ChannelKind)
    sealed_address = models.TextField()
    sealed_key = models.TextField(blank=True)
    shown = models.CharField(max_length=200)
    is_enabled = models.BooleanField(default=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField()
    last_sent_at = models.DateTimeField(null=True, blank=True)
    last_failed_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(person__isnull=False, group__isnull=True)
                | models.Q(person__isnull=True, group__isnull=False),
                name="channel_of_one",
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=ChannelKind.values), name="channel_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.get_kind_display()} {self.shown})"


class NotificationRule(models.Model):
    """One rung of a person's own ladder: `after` seconds without an acknowledgement, use `channel`.

    `least_severity` is the mildest incident it is for: "P2" means P0, P1 and P2.
    """

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notification_rules"
    )
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="rules")
    after = models.PositiveIntegerField(default=0)
    least_severity = models.CharField(max_length=2, default="P4")

    class Meta:
        ordering = ["after", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["channel", "after"], name="notification_rule_once")
        ]

    def __str__(self) -> str:
        return f"{self.channel} after {self.after} s"


class QuietHours(models.Model):
    """Local times of `time_zone` ("Europe/Rome") in which a person is told of a P0 alone. Hours
    whose `until` is not after `begins` end on the next day."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="quiet_hours"
    )
    begins = models.TimeField()
    until = models.TimeField()
    time_zone = models.CharField(max_length=60, default="UTC")

    def __str__(self) -> str:
        return f"{self.begins:%H:%M} to {self.until:%H:%M} {self.time_zone}"


class Rota(models.Model):
    """Who is on call: `members` in turn, each for `shift_days` days.

    The first shift begins at `begins_on`, at `hands_over_at` local time of `time_zone`, and every
    later one at the same local time, also across a change of the clocks.
    """

    name = models.SlugField(max_length=60, unique=True)
    time_zone = models.CharField(max_length=60, default="UTC")
    begins_on = models.DateField()
    hands_over_at = models.TimeField()
    shift_days = models.PositiveIntegerField(default=7)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class RotaMember(models.Model):
    rota = models.ForeignKey(Rota, on_delete=models.CASCADE, related_name="members")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="rota_places"
    )
    position = models.PositiveIntegerField()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["rota", "position"], name="rota_position_once")
        ]

    def __str__(self) -> str:
        return f"{self.person} in {self.rota}"


class RotaOverride(models.Model):
    """From `starts_at` until `ends_at` this person is on call instead; of two, the later made one
    counts."""

    rota = models.ForeignKey(Rota, on_delete=models.CASCADE, related_name="overrides")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="rota_overrides"
    )
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    reason = models.CharField(max_length=300, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["starts_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")),
                name="rota_override_ends_after_start",
            )
        ]

    def __str__(self) -> str:
        return f"{self.person} instead, until {self.ends_at:%Y-%m-%d %H:%M}"


class Notification(models.Model):
    """One telling of one receiver by one channel, stored before anything is sent.

    `key` is unique: what is told twice by mistake is stored once. `topic` is what it is about, the
    same for all its receivers and repetitions ("INC-42 level 2"): acknowledging cancels what still
    waits. Exactly one of `channel`, `subscriber`, `sealed_address` (a mail address of an update's
    recipient, encrypted) says where it goes, or none of them: a notice in the page of `person`.

    `due_at` is when it is sent next, `lease_until` how long a worker that sends it may be silent.
    `attempts` counts, `error` says in words why the last one failed. `receipt` is what the receiver
    answered ("250 OK", "200").
    """

    key = models.CharField(max_length=200, unique=True)
    topic = models.CharField(max_length=120, blank=True)
    kind = models.CharField(max_length=40)
    incident = models.ForeignKey(
        Incident, on_delete=models.CASCADE, null=True, blank=True, related_name="notifications"
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="notifications",
    )
    channel = models.ForeignKey(
        Channel, on_delete=models.SET_NULL, null=True, blank=True, related_name="notifications"
    )
    subscriber = models.ForeignKey(
        Subscriber, on_delete=models.CASCADE, null=True, blank=True, related_name="notifications"
    )
    sealed_address = models.TextField(blank=True)
    shown = models.CharField(max_length=200, blank=True)
    subject = models.CharField(max_length=200)
    body = models.TextField()
    link = models.CharField(max_length=300, blank=True)
    data = models.JSONField(default=dict)
    state = models.CharField(
        max_length=10, choices=NotificationState, default=NotificationState.WAITING
    )
    attempts = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)
    receipt = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=NotificationState.values),
                name="notification_state_known",
            )
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=models.Q(state=NotificationState.WAITING),
                name="notification_waiting",
            ),
            models.Index(
                fields=["lease_until"],
                condition=models.Q(state=NotificationState.SENDING),
                name="notification_sending",
            ),
            models.Index(fields=["topic"], name="notification_topic"),
            models.Index(
                fields=["person"],
                condition=models.Q(
                    read_at__isnull=True,
                    channel__isnull=True,
                    subscriber__isnull=True,
                    sealed_address="",
                    shown="",
                ),
                name="notification_unread",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject}: {self.state}"
