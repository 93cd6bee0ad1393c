"""Every setting, read once from the environment. Names and meanings are listed in `.env.example`
and `docs/settings.md`; a test compares the three."""

from __future__ import annotations

from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured
from django.core.management.utils import get_random_secret_key

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()


def _secret_key(folder: Path) -> str:
    """The key kept in the data folder, made at the first start and readable by the owner alone."""
    path = folder / "secret-key"
    try:
        if not path.exists():
            folder.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
            path.write_text(get_random_secret_key())
        return path.read_text().strip()
    except OSError as error:
        raise ImproperlyConfigured(
            f"The data folder {folder} cannot be used ({error.strerror})."
            " Set RUNBOOK_DATA to a folder that this user can write to."
        ) from error


# Where things are -----------------------------------------------------------------------------
RUNBOOK_DATA = Path(env.str("RUNBOOK_DATA", default=str(BASE_DIR / "data"))).resolve()
DEBUG = env.bool("RUNBOOK_DEBUG", default=False)
PORT = env.int("PORT", default=8000)
SIMULATOR_PORT = env.int("RUNBOOK_SIMULATOR_PORT", default=PORT + 1)
REDIS_URL = env.str("REDIS_URL", default=f"unix://{RUNBOOK_DATA}/run/redis.sock")

# Trust ----------------------------------------------------------------------------------------
SECRET_KEY = env.str("RUNBOOK_SECRET_KEY", default="") or _secret_key(RUNBOOK_DATA)
SECRET_KEY_FALLBACKS = env.list("RUNBOOK_OLD_SECRET_KEYS", default=[])
ALLOWED_HOSTS = env.list("RUNBOOK_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
RUNBOOK_HTTPS = env.bool("RUNBOOK_HTTPS", default=False)
CSRF_TRUSTED_ORIGINS = env.list("RUNBOOK_TRUSTED_ORIGINS", default=[])
RUNBOOK_PROXIES = env.int("RUNBOOK_PROXIES", default=0)
METRICS_TOKEN = env.str("RUNBOOK_METRICS_TOKEN", default="")
STATUS_PAGE_IS_PUBLIC = env.bool("RUNBOOK_STATUS_PUBLIC", default=False)
STATUS_PAGE_NAME = env.str("RUNBOOK_STATUS_NAME", default="Service status")

SESSION_HOURS = env.int("RUNBOOK_SESSION_HOURS", default=12)
SESSION_COOKIE_AGE = SESSION_HOURS * 3600
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = RUNBOOK_HTTPS
SECURE_SSL_REDIRECT = RUNBOOK_HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if RUNBOOK_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = RUNBOOK_HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if RUNBOOK_HTTPS else None
if RUNBOOK_HTTPS:
    # Browsers take such a name over HTTPS alone, and from no sub-domain.
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# Application ----------------------------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.mfa",
    "allauth.usersessions",
    "incidents",
    "django.contrib.auth",  # behind ours, whose `changepassword` also ends tokens
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "incidents.middleware.content_security_policy",
    "incidents.middleware.acting_from",
    "incidents.middleware.health_for_strangers",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "incidents.middleware.seen_sessions",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "incidents.middleware.refusals",
]

ROOT_URLCONF = "runbook.urls"
ASGI_APPLICATION = "runbook.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = RUNBOOK_DATA / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# A pasted runbook that is too long gets our own sentence, not a broken connection.
DATA_UPLOAD_MAX_MEMORY_SIZE = 8 * 1024 * 1024

# Database -------------------------------------------------------------------------------------
DATABASES = {
    "default": env.db_url_config(
        env.str("DATABASE_URL", default=f"sqlite:///{RUNBOOK_DATA}/runbook.sqlite3")
    )
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # A file, so that tests with threads and processes see one database as the product does.
    DATABASES["default"]["TEST"] = {"NAME": str(RUNBOOK_DATA / "test.sqlite3")}
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 10,
        "transaction_mode": "IMMEDIATE",
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;"
            "PRAGMA cache_size=-20000;"
        ),
    }
else:
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DATABASES["default"]["CONN_MAX_AGE"] = 60
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# People ---------------------------------------------------------------------------------------
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "now"
LOGOUT_REDIRECT_URL = "sign-in"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "incidents.sign_in.passwords.NotGuessable"},
]
LOCAL_PASSWORDS = env.bool("RUNBOOK_LOCAL_PASSWORDS", default=True)
SECOND_FACTOR_MINUTES = env.int("RUNBOOK_SECOND_FACTOR_MINUTES", default=10)

OIDC_URL = env.str("RUNBOOK_OIDC_URL", default="").rstrip("/")
OIDC_CLIENT_ID = env.str("RUNBOOK_OIDC_CLIENT_ID", default="")
OIDC_SECRET = env.str("RUNBOOK_OIDC_SECRET", default="")
OIDC_NAME = env.str("RUNBOOK_OIDC_NAME", default="your organisation")
OIDC_GROUPS_CLAIM = env.str("RUNBOOK_OIDC_GROUPS_CLAIM", default="")
OIDC_MATCHES_MAIL = env.bool("RUNBOOK_OIDC_MATCHES_MAIL", default=False)

SOCIALACCOUNT_REAUTHENTICATION_REQUIRED = True
SOCIALACCOUNT_ADAPTER = "incidents.single_sign_on.SingleSignOn"
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "organisation",
                "name": OIDC_NAME,
                "client_id": OIDC_CLIENT_ID,
                "secret": OIDC_SECRET,
                "settings": {"server_url": OIDC_URL},
            }
        ],
    }
}
ACCOUNT_ADAPTER = "incidents.sign_in.accounts.Accounts"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = SECOND_FACTOR_MINUTES * 60
# Only what failed is counted: a whole office behind one address signs in when it matters.
ACCOUNT_RATE_LIMITS = {"login": "", "login_failed": "5/5m/key", "login_failed_here": "20/m/ip"}
MFA_ADAPTER = "incidents.sign_in.factors.Factors"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_ISSUER = "Runbook"

# What throttles sign-in must outlive Redis and be the same for every process. Entries are small,
# and the limit is high: what is thrown away first must never be a count of failures.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "sign_in_counts",
        "OPTIONS": {"MAX_ENTRIES": 200_000},
    }
}

# Telling people ------------------------------------------------------------------------------
# Where links in mails lead. Of a Runbook at home the address that `make run` prints.
PUBLIC_URL = env.str("RUNBOOK_ADDRESS", default="").rstrip("/") or (
    f"https://{ALLOWED_HOSTS[0]}" if RUNBOOK_HTTPS else f"http://{ALLOWED_HOSTS[0]}:{PORT}"
)
MAIL_URL = env.str("RUNBOOK_MAIL_URL", default="")
_mail = env.email_url_config(MAIL_URL or "dummymail://")
EMAIL_BACKEND, EMAIL_HOST = _mail["EMAIL_BACKEND"], _mail["EMAIL_HOST"]
EMAIL_HOST_USER = _mail["EMAIL_HOST_USER"] or ""
EMAIL_HOST_PASSWORD = _mail["EMAIL_HOST_PASSWORD"] or ""
EMAIL_USE_TLS, EMAIL_USE_SSL = "EMAIL_USE_TLS" in _mail, "EMAIL_USE_SSL" in _mail
EMAIL_PORT = _mail["EMAIL_PORT"] or (465 if EMAIL_USE_SSL else 587 if EMAIL_USE_TLS else 25)
EMAIL_TIMEOUT = env.float("RUNBOOK_SENDING_SECONDS", default=10.0)
DEFAULT_FROM_EMAIL = env.str("RUNBOOK_MAIL_FROM", default="Runbook <runbook@localhost>")
GITHUB_TOKEN = env.str("RUNBOOK_GITHUB_TOKEN", default="")
GITHUB_URL = env.str("RUNBOOK_GITHUB_URL", default="https://api.github.com").rstrip("/")
PRIVATE_RECEIVERS = env.list("RUNBOOK_PRIVATE_RECEIVERS", default=[])
NOTIFICATION_DAYS = env.int("RUNBOOK_NOTIFICATION_DAYS", default=90)

# Language and time ----------------------------------------------------------------------------
LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = False

# Workers --------------------------------------------------------------------------------------
# The row is the truth and the queue only a hint: early acknowledgement, our own lease and sweep.
CELERY_BROKER_URL = (
    REDIS_URL.replace("unix://", "redis+socket://", 1)
    if REDIS_URL.startswith("unix://")
    else REDIS_URL
)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_connect_timeout": 2, "socket_keepalive": True}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_DEFAULT_QUEUE = "reads"

# How long a worker may be silent before its run is taken from it, in seconds. A dead worker is
# noticed within LEASE_SECONDS plus one pass of the clock.
LEASE_SECONDS = env.int("RUNBOOK_LEASE_SECONDS", default=15)
HEARTBEAT_SECONDS = env.int("RUNBOOK_HEARTBEAT_SECONDS", default=4)
RESEND_SECONDS = env.int("RUNBOOK_RESEND_SECONDS", default=5)
READ_TIMEOUT_SECONDS = env.float("RUNBOOK_READ_TIMEOUT_SECONDS", default=30.0)
EARLY_CLIENTS = env.bool("RUNBOOK_EARLY_CLIENTS", default=True)
RUN_DEADLINE_SECONDS = env.float("RUNBOOK_RUN_DEADLINE_SECONDS", default=1200.0)
INFRASTRUCTURE = env.str("RUNBOOK_INFRASTRUCTURE", default="") or str(BASE_DIR / "infrastructure")
PROGRAMS = env.bool("RUNBOOK_PROGRAMS", default=False)

# What more than the known shapes is taken out of all that is kept: regular expressions.
REDACT = [
    pattern.strip()
    for line in env.str("RUNBOOK_REDACT", default="").splitlines()
    for pattern in line.split(";;")
    if pattern.strip()
]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "runbook.redaction.logs.RedactedFormatter",
            "fmt": "%(asctime)s %(levelname)s %(name)s: %(message)s",
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "loggers": {
        # One line per message would be several a second; what fails is still said.
        "celery.app.trace": {"level": "WARNING"},
        "celery.worker.strategy": {"level": "WARNING"},
        "celery.worker.request": {"level": "WARNING"},
        # A worker that stops gives the message it had not begun back to the queue, as it should.
        "kombu.transport.virtual.base": {"level": "ERROR"},
        # Their lines for debugging hold addresses of channels, which are secrets.
        "apprise": {"level": "WARNING"},
        "urllib3": {"level": "INFO"},
        # A line for every page that a probe asks would bury the rest.
        "httpx": {"level": "WARNING"},
    },
    "root": {"handlers": ["stderr"], "level": env.str("RUNBOOK_LOG_LEVEL", default="INFO")},
}
