"""What a web server runs (ASGI)."""

import os

from django.core.asgi import get_asgi_application

# The Celery application must be known to the web process too, else a message goes nowhere.
from gridmarketing.celery import app as celery_app

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gridmarketing.settings")

application = get_asgi_application()

__all__ = ["application", "celery_app"]
