"""Refuses passwords that would be guessed: known from breaches, repeated, typed along a keyboard,
dates, or words about the person. Everything is judged here; nobody is asked."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from zxcvbn import zxcvbn

LEAST_SCORE = 3
"""Of 0 to 4: at least 10^8 guesses, which a hash as slow as ours makes out of reach."""

_LONGEST_JUDGED = 72


class NotGuessable:
    """A validator for `AUTH_PASSWORD_VALIDATORS`."""

    def validate(self, password: str, user: AbstractUser | None = None) -> None:
        judged = zxcvbn(password[:_LONGEST_JUDGED], user_inputs=_about(user))
        if judged["score"] < LEAST_SCORE:
            reason = judged["feedback"]["warning"] or "It follows a pattern"
            raise ValidationError(
                f"This password would be guessed soon: {reason.rstrip('.')}. Take four unrelated"
                " words, or what a password safe makes.",
                code="password_guessable",
            )

    def get_help_text(self) -> str:
        return "Your password must not be one that is easily guessed."


def _about(user: AbstractUser | None) -> list[str]:
    known = ["runbook"]
    if user is not None:
        known += [user.username, user.first_name, user.last_name, *user.email.split("@")]
    return [word for word in known if word]
