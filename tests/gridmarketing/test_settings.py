"""What production must have and what the scheduler calls."""

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.test import Client

from gridmarketing.celery import app
from gridmarketing.checks import PRODUCTION
from gridmarketing.embedded import ROOT


@pytest.mark.parametrize("missing", ["SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL", "REDIS_URL"])
def test_production_does_not_start_without(missing: str) -> None:
    variables = {**os.environ, **PRODUCTION, missing: "", "DJANGO_SETTINGS_MODULE": "gridmarketing.settings"}
    command = [sys.executable, "-c", "import gridmarketing.settings"]
    done = subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True)
    assert done.returncode == 1
    assert f"Set the environment variable {missing}." in done.stderr


def test_scheduled_tasks_exist() -> None:
    app.loader.import_default_modules()
    scheduled = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert scheduled - set(app.tasks) == set()


def test_jobs_survive_a_killed_worker_by_configuration() -> None:
    assert app.conf.task_acks_late is True
    assert app.conf.task_reject_on_worker_lost is True
    assert app.conf.worker_prefetch_multiplier == 1
    assert app.conf.broker_transport_options["visibility_timeout"] >= 3600
    assert app.conf.task_ignore_result is True


def test_login_is_guarded_by_configuration() -> None:
    assert settings.AXES_FAILURE_LIMIT == 5
    assert settings.AXES_COOLOFF_TIME.total_seconds() == 900
    assert settings.SESSION_COOKIE_AGE == 1800
    assert settings.SESSION_PHONE_AGE == 43200


def test_every_answer_forbids_inline_code(client: Client) -> None:
    policy = client.post("/healthz").headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "style-src 'self'" in policy
    assert "unsafe" not in policy
