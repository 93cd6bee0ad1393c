"""Tokens with which programs speak for a person."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class ApiToken(models.Model):
    """`digest` is the SHA-256 in hex of the token, which is shown once and kept nowhere; `prefix`
    its first characters, to tell tokens apart. `scopes` is a list of `states.Scope`."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_tokens"
    )
    name = models.CharField(max_length=60)
    prefix = models.CharField(max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.prefix}… ({self.name})"
