"""Runbook's own settings for tests: a throwaway data folder, fast passwords, unhashed static files.

Only `DATABASE_URL` is taken from the environment, so that the same tests run on PostgreSQL too.
"""

import atexit
import os
import shutil
import tempfile

_folder = tempfile.mkdtemp(prefix="runbook-tests-")
atexit.register(shutil.rmtree, _folder, ignore_errors=True)
for _name in [name for name in os.environ if name.startswith("RUNBOOK_")]:
    del os.environ[_name]
os.environ.pop("REDIS_URL", None)
os.environ["RUNBOOK_DATA"] = _folder

from runbook.settings import *  # noqa: E402, F403  (the environment must be set before)

INSTALLED_APPS += ["tests.support.emptying"]  # noqa: F405
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
DATABASES["default"]["CONN_MAX_AGE"] = 0  # noqa: F405  (a thread's connection ends with its call)
