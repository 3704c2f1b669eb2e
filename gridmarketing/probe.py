"""The containers' health checks: does the web server answer, the worker, the scheduler?

python -m gridmarketing.probe web | worker | beat   (exit code 0 when it does)
"""

from __future__ import annotations

import os
import socket
import sys
import urllib.error
import urllib.request
from datetime import datetime, timedelta

import django
from django.apps import apps
from django.db.models import Max
from django.utils import timezone

from gridmarketing.celery import app

LATEST = timedelta(minutes=2)  # the shortest schedule is 30 seconds


def web_answers() -> bool:
    """True if /healthz says that all is well."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{os.environ.get('PORT', '8000')}/healthz", timeout=5):
            return True
    except (urllib.error.URLError, OSError):
        return False


def worker_answers() -> bool:
    """True if a worker on this machine answers a ping."""
    return bool(app.control.inspect(destination=[f"celery@{socket.gethostname()}"], timeout=5).ping())


def beat_ticks(now: datetime) -> bool:
    """True if the scheduler sent a task within the last two minutes."""
    django.setup()
    task = apps.get_model("django_celery_beat", "PeriodicTask")
    last = task.objects.aggregate(last=Max("last_run_at"))["last"]
    return last is not None and now - last < LATEST


def main(name: str) -> bool:
    if name == "web":
        return web_answers()
    return worker_answers() if name == "worker" else beat_ticks(timezone.now())


if __name__ == "__main__":
    sys.exit(0 if main(sys.argv[1]) else 1)
