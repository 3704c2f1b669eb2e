"""What a web server runs (WSGI)."""

import os

from django.core.wsgi import get_wsgi_application

# The Celery application must be known to the web process too, else a message goes nowhere.
from gridmarketing.celery import app as celery_app

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gridmarketing.settings")

_application = get_wsgi_application()

# They can be imported only now that Django is set up.
from acceptance.api import slip_list  # noqa: E402
from gridmarketing.lean import LeanPosts  # noqa: E402

application = LeanPosts(_application, {"/api/v1/acceptance/slips/": slip_list})

__all__ = ["application", "celery_app"]
