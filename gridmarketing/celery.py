"""The Celery application: it carries messages only, the truth about a job is a row in PostgreSQL."""

import os

from celery import Celery
from celery.signals import setup_logging
from django.conf import settings

from gridmarketing.logs import configure

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gridmarketing.settings")

app = Celery("gridmarketing")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect  # Celery's own hook: without it Celery sets up logs of its own shape
def use_our_logs(**_: object) -> None:
    """Log as the web server does."""
    configure(settings.LOGGING)
