"""Accounts in whose name rules about alerts act: nobody reads what they are told."""

from __future__ import annotations

from django.contrib.auth.models import User

from incidents.models import AlertRule


def acts_for_rules(person: User) -> bool:
    return AlertRule.objects.filter(acts_as=person).exists()
