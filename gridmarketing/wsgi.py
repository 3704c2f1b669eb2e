"""What a web server runs (WSGI)."""

import os

from django.core.wsgi import get_wsgi_application

# The Celery application must be known to the web process too, else a message goes nowhere.
from gridmarketing.celery import app as celery_app

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gridmarketing.settings")

application = get_wsgi_application()

__all__ = ["application", "celery_app"]
