"""Secrets that are known by their shape, whatever stands around them.

Every pattern is linear: repeats are possessive or bounded, and none can begin inside its own match.
The group `secret` is what goes; the rest of the match stays.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass

from runbook.redaction.labels import DONE, Label
from runbook.redaction.names import is_reference


@dataclass(frozen=True, slots=True)
class Shape:
    """`triggers`: one of them is in the lower case of every text that matches."""

    what: str
    triggers: tuple[str, ...]
    pattern: re.Pattern[str]
    is_secret: Callable[[re.Match[str]], bool] = bool

    def redacted(self, text: str, label: Label) -> str:
        def replaced(found: re.Match[str]) -> str:
            if DONE.match(found.string, found.start("secret")) or not self.is_secret(found):
                return found[0]
            start, end = (at - found.start() for at in found.span("secret"))
            return found[0][:start] + label(self.what, found["secret"]) + found[0][end:]

        return self.pattern.sub(replaced, text)


def redacted_shapes(text: str, lower: str, label: Label) -> str:
    for trigger, shape in _BY_TRIGGER:
        if trigger in lower:
            text = shape.redacted(text, label)
    return text


def _is_login(found: re.Match[str]) -> bool:
    """Whether it is `name:password` in base64."""
    try:
        return b":" in base64.b64decode(found["secret"], validate=True)
    except (binascii.Error, ValueError):
        return False


def _is_written(found: re.Match[str]) -> bool:
    return not is_reference(found["secret"])


def _is_no_word(found: re.Match[str]) -> bool:
    """Words of a sentence about bearer tokens hold no digit and are not that long."""
    return len(found["secret"]) > 24 or any(char.isdigit() for char in found["secret"])


def _is_no_owner(found: re.Match[str]) -> bool:
    """`-u 1000:1000` is a user and a group."""
    return not found["secret"].isdigit() and not is_reference(found["secret"])


def _shape(what: str, trigger: str, alphabet: str, rest: str) -> Shape:
    """A token that begins by itself, not inside of a longer word of its alphabet."""
    pattern = re.compile(rf"(?<![{alphabet}])(?P<secret>{rest})")
    return Shape(what, (trigger,), pattern)


_W, _D = "A-Za-z0-9_", "A-Za-z0-9_-"

SHAPES: tuple[Shape, ...] = (
    Shape(
        "password",
        ("://",),
        re.compile(
            r"(?<![A-Za-z0-9+.-])[A-Za-z][A-Za-z0-9+.-]{1,30}+://[^\s/?#:@'\"<>]{0,200}+:"
            r"(?!\d{1,5}(?:[/?#\s]|$))(?P<secret>[^\s@'\"<>]{1,256}(?:@[^\s@'\"<>]{1,256}){0,3})"
            r"@(?=[\w\[.$-])(?!sha256:)"
        ),
        _is_written,
    ),
    Shape(
        "bearer token",
        ("bearer",),
        re.compile(
            r"(?i:authorization[\"']{0,2}\s{0,3}[:=]\s{0,3}[\"']{0,2}bearer)\s{1,3}"
            r"(?P<secret>[^\s\"'\\,;$<{\[][^\s\"'\\,;\[]*+)"
        ),
    ),
    Shape(
        "bearer token",
        ("bearer",),
        re.compile(r"(?i:\bbearer)\s{1,3}(?P<secret>[A-Za-z0-9._~+/-]{8,}+=*+)"),
        _is_no_word,
    ),
    Shape(
        "basic credentials",
        ("basic",),
        re.compile(r"(?i:\bbasic)\s{1,3}(?P<secret>[A-Za-z0-9+/]{4,}+={0,2})"),
        _is_login,
    ),
    Shape(
        "credentials",
        ("authorization",),
        re.compile(
            r"(?i:authorization)[\"']{0,2}\s{0,3}[:=]\s{0,3}[\"']{0,2}"
            r"(?!(?i:bearer|basic)\s)(?:[A-Za-z][\w-]{1,30}+\s{1,3}(?=[^\s\"']{8}))?+"
            r"(?P<secret>[^\s\"'$<{\[][^\s\"'\[]{7,}+(?:\s{1,3}[\w-]{1,40}=[^\s\"'\[]++){0,20}+)"
        ),
        _is_no_word,
    ),
    Shape(
        "credentials",
        ("curl",),
        re.compile(
            r"\s(?:-[a-zA-Z]{0,8}u|--user|--proxy-user)[ =]{1,3}[\"']?[^\s:\"'+$]{1,100}:"
            r"(?P<secret>[^\s\"'\[]+)"
        ),
        _is_no_owner,
    ),
    Shape(
        "password",
        ("sshpass", "redis-cli", "mysql", "pass:", "login"),
        re.compile(
            r"(?:\bsshpass\s{1,3}-p\s{0,3}|\bredis-cli\b[^|;&\n]{0,200}?\s-a\s{1,3}"
            r"|\bmysql(?:dump|admin)?\b[^|;&\n]{0,200}?\s-p|\s-pass(?:in|out)?\s{1,3}pass:"
            r"|\blogin\s{1,3}\S{1,100}\s{1,3}password\s{1,3})[\"']?(?P<secret>[^\s\"'\[]++)"
        ),
        _is_written,
    ),
    Shape(
        "password",
        ("password", "identified by"),
        re.compile(r"(?i:\b(?:password|identified by))\s{1,3}'(?P<secret>[^'\n]{1,200}+)'"),
        _is_written,
    ),
    Shape(
        "signature",
        ("signature=", "sig="),
        re.compile(
            r"(?<=[?&])(?i:x-goog-signature|x-amz-signature|signature|sig)=(?P<secret>[^&\s\"'#\[]{8,}+)"
        ),
    ),
    _shape("JSON web token", "eyj", _D, rf"eyJ[{_D}]{{8,}}+\.[{_D}]{{4,}}+(?:\.[{_D}]*+){{1,3}}"),
    _shape("Google API key", "aiza", _D, rf"AIza[{_D}]{{35}}"),
    _shape("Google access token", "ya29.", f".{_D}", rf"ya29\.[.{_D}]{{8,}}+"),
    _shape("Google refresh token", "1//0", f"/{_D}", rf"1//0[{_D}]{{20,}}+"),
    _shape("Google client secret", "gocspx-", _D, rf"GOCSPX-[{_D}]{{16,}}+"),
    Shape(
        "AWS access key id",
        ("akia", "asia", "abia", "acca"),
        re.compile(
            r"(?<![A-Za-z0-9])(?P<secret>(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16})(?![A-Za-z0-9])"
        ),
    ),
    Shape(
        "GitHub token",
        ("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"),
        re.compile(
            rf"(?<![{_W}])(?P<secret>gh[pousr]_[A-Za-z0-9]{{30,}}+|github_pat_[{_W}]{{22,}}+)"
        ),
    ),
    Shape(
        "GitLab token",
        ("glpat-", "gldt-", "glrt-", "glptt-", "glft-", "glsoat-", "glcbt-", "glagent-", "gloas-"),
        re.compile(
            rf"(?<![{_D}])(?P<secret>gl(?:pat|dt|rt|ptt|ft|soat|cbt|agent|oas)-[.{_D}]{{16,}}+)"
        ),
    ),
    Shape(
        "Slack token",
        ("xox", "xapp-"),
        re.compile(rf"(?<![/.{_D}])(?P<secret>xox[abeoprs]-[{_D}]{{10,}}+|xapp-\d-[{_D}]{{10,}}+)"),
    ),
    Shape(
        "Slack webhook",
        ("hooks.slack.com",),
        re.compile(
            rf"(?<=hooks\.slack\.com/)(?:services|workflows|triggers)/(?P<secret>[/{_D}]{{16,}}+)"
        ),
    ),
    Shape(
        "Stripe key",
        ("k_live_", "k_test_", "whsec_"),
        re.compile(
            rf"(?<![{_W}])(?P<secret>[sr]k_(?:live|test)_[A-Za-z0-9]{{10,}}+"
            r"|whsec_[A-Za-z0-9+/=]{16,}+)"
        ),
    ),
    _shape("npm token", "npm_", _W, r"npm_[A-Za-z0-9]{36,}+"),
    _shape("PyPI token", "pypi-age", _D, rf"pypi-AgE[{_D}]{{20,}}+"),
    _shape("API key", "sk-", _D, rf"sk-(?=[{_D}]{{0,40}}\d)[{_D}]{{20,}}+"),
    _shape("SendGrid key", "sg.", f".{_D}", rf"SG\.[{_D}]{{16,}}+\.[{_D}]{{16,}}+"),
    _shape("DigitalOcean token", "_v1_", _W, r"do[opr]_v1_[a-f0-9]{64}"),
    _shape("Vault token", "hvs.", f".{_D}", rf"hvs\.[{_D}]{{20,}}+"),
    _shape("age key", "age-secret-key-", _D, r"AGE-SECRET-KEY-1[A-Z0-9]{50,}+"),
)
"""In this order: what stands first says best what a secret is."""

_BY_TRIGGER = [(trigger, shape) for shape in SHAPES for trigger in shape.triggers]
