"""Which names announce a secret, and which values under such a name are none."""

from __future__ import annotations

import re
from functools import lru_cache

PASSWORD, SECRET, TOKEN, KEY = "password", "secret", "token", "key"

TRIGGERS = ("pass", "pwd", "secret", "token", "key")
"""Every name that announces a secret holds one of these, in lower case."""

_NUMBER = 6
"""A shorter number is a count or a port, and no token."""

LONGEST_REFERENCE = 500
"""What goes on for longer is read as a value: else each name inside of it would be looked at with
all that follows it, again and again."""

_NAME = re.compile(r"[\w.\- ]{1,100}")
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_PASSWORDS = ("password", "passwd", "passphrase", "passcode", "pwd")
_KEYS = ("apikey", "privatekey", "secretkey", "accesskey", "authkey", "signingkey", "accountkey")
_BEFORE_KEY = {
    *("api", "private", "secret", "access", "auth", "account", "signing", "encryption", "master"),
    *("shared", "session", "hmac", "jwt", "raw", "storage", "deploy", "cookie", "webhook"),
}
_OF_PAGES = {
    *("page", "next", "sync", "continuation", "continue", "resume", "lock", "start", "watch"),
    *("change", "nextpage", "pagination"),
}
_BESIDES = {
    *("value", "data", "new", "old", "current", "previous", "plaintext", "text", "base", "b"),
    *("staging", "production", "prod", "dev", "test", "primary", "secondary"),
}
_HELD_IN_SECRET = {
    *("password", "passwd", "pwd", "token", "key", "cert", "certificate", "tls", "pull", "url"),
    *("credentials", "credential", "config", "dsn"),
}

_REFERENCE = re.compile(
    r"""
      [*\u2022.?xX-]*                                             # already hidden, or nothing
    | [{\[(]+ | \{["']?\w+["']?:.*                               # the beginning of a structure
    | \[[A-Za-z][\w -]*\]? | (?:ENV|getenv|os\.(?:environ|getenv)|process\.env)\b.*
    | \$\{?[A-Za-z_]\w*(?:[:#%/^,@\[][^}]*)?\}? | \$\(.* | `.*    # a shell's
    | %\(?\w+\)?s? | \{\{.* | \{\w*\} | <[A-Za-z][^<>]*>?               # a template's
    | (?:https?:)?//[\w.-]+\.googleapis\.com/.* | projects/.*     # a resource of Google
    | [\w-]+:latest | [A-Za-z]+(?:[_-]\w+)+:\d{1,6}               # the version of a secret
    | (?:\.{1,2}|~)?/[\w./-]+\.(?:pem|key|json|txt|crt|p12|pub|env|ya?ml)
    | /(?:run|etc|var|home|root|tmp|secrets|mnt|opt|usr|app|data)/[\w./-]*
    | ssh-(?:rsa|ed25519|dss)(?:\s.*)? | ecdsa-sha2-.*            # public keys
    | (?i:YOUR[_-][\w-]*|CHANGE_?ME|REPLACE_?ME|PLACEHOLDER)
    | PASSWORD | PASSWD | PASS | SECRET | TOKEN | API_KEY | KEY
    """,
    re.VERBOSE,
)
_WORDS = {
    *("true", "false", "null", "none", "nil", "undefined", "yes", "no", "ok", "on", "off", "n/a"),
    *(
        "exists",
        "exist",
        "missing",
        "valid",
        "invalid",
        "required",
        "optional",
        "needed",
        "given",
        "found",
    ),
    *(
        "set",
        "unset",
        "unknown",
        "enabled",
        "disabled",
        "expired",
        "present",
        "absent",
        "changed",
        "not",
    ),
    *(
        "string",
        "str",
        "text",
        "int",
        "integer",
        "boolean",
        "bool",
        "bytes",
        "object",
        "array",
        "list",
    ),
    *(
        "latest",
        "revoked",
        "rotated",
        "created",
        "deleted",
        "failed",
        "passed",
        "default",
        "any",
        "all",
    ),
    *("unchanged", "empty"),
}
_NAME_LIKE = re.compile(
    r"[A-Za-z][a-z0-9]{0,30}(?:[-_.][A-Za-z0-9]{1,20}){1,8}|[a-z]{2,12}|[A-Z][A-Z0-9_]{0,40}"
)


@lru_cache(maxsize=4096)
def words_of(name: str) -> tuple[str, ...]:
    """The words of `dbPassword`, `DB_PASSWORD_2` or `db-password`, in lower case, without what only
    says which of several it is."""
    words = [word.lower() for word in _WORD.findall(name)]
    while len(words) > 1 and words[-1] in _BESIDES:
        words.pop()
    return tuple(words)


@lru_cache(maxsize=4096)
def kind_of(name: str) -> str:
    """What a value under this name is, or "" for a name that announces no secret."""
    words = words_of(name) if _NAME.fullmatch(name) else ()
    if not words:
        return ""
    last, before = words[-1], words[-2] if len(words) > 1 else ""
    if last.endswith(_PASSWORDS) or (last == "pass" and before):
        return PASSWORD
    if last == "secret" or last.endswith("clientsecret"):
        return SECRET
    if last.endswith("token") and last != "pagetoken":
        return "" if before in _OF_PAGES else TOKEN
    if (last == "key" and before in _BEFORE_KEY) or last.endswith(_KEYS):
        return KEY
    return ""


def secret_kind(name: str, value: str) -> str:
    """As `kind_of`, but "" too for a value that only names or stands for a secret."""
    kind = kind_of(name)
    if not kind or not value.strip() or is_reference(value.strip()):
        return ""
    if name.lower().endswith("pwd") and value.startswith(("/", "~")):
        return ""
    if kind != PASSWORD and len(value) < _NUMBER and value.isdigit():
        return ""
    return "" if _is_named(name, kind) and _NAME_LIKE.fullmatch(value) else kind


def is_reference(value: str) -> bool:
    """Whether the value is a variable, a place, a placeholder or a word about a secret."""
    if len(value) > LONGEST_REFERENCE:
        return False
    return bool(_REFERENCE.fullmatch(value)) or value.lower().rstrip(".,;:!?") in _WORDS


def _is_named(name: str, kind: str) -> bool:
    """Whether a plain word under this name is rather the name of a secret: `secret`, as of
    `--secret`, and `DB_PASSWORD_SECRET`; so is `password_secret_key` the key inside of one."""
    words = words_of(name)
    if kind == KEY and words[-2:-1] == ("secret",):
        words = words[:-1]
    elif kind != SECRET:
        return False
    return words == ("secret",) or (len(words) > 1 and words[-2] in _HELD_IN_SECRET)
