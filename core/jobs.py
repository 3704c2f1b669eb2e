"""Messages to the workers. They may get lost or come twice: the truth about a job is its row in the database."""

from celery import Celery
from django.db import transaction

# Carries messages only; the workers' own application (gridmarketing.celery) lives on the roof, out of reach from here.
_carrier = Celery("jobs", set_as_current=False)
_carrier.config_from_object("django.conf:settings", namespace="CELERY")


def send_on_commit(task: str, **ids: int) -> None:
    """Send a message to the task of this name once the row it speaks of is there to be read.

    A broker that is down is logged and forgotten: a sweeper finds the row.
    """

    def send() -> None:  # named, because Django's log of its failure asks for a name
        _carrier.send_task(task, kwargs=ids)

    transaction.on_commit(send, robust=True)
