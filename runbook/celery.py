"""The Celery application: two queues, reads on threads and changes on processes."""

from __future__ import annotations

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "runbook.settings")

app = Celery("runbook")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
