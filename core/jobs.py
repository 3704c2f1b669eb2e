"""Messages to the workers. They may get lost or come twice: the truth about a job is its row in the database."""

from functools import partial

from celery import Celery
from django.db import transaction

# Carries messages only; the workers' own application (gridmarketing.celery) lives on the roof, out of reach from here.
_carrier = Celery("jobs", set_as_current=False)
_carrier.config_from_object("django.conf:settings", namespace="CELERY")


def send_on_commit(task: str, **ids: int) -> None:
    """Send a message to the task of this name once the row it speaks of is there to be read.

    A broker that is down is logged and forgotten: a sweeper finds the row.
    """
    transaction.on_commit(partial(_carrier.send_task, task, kwargs=ids), robust=True)
