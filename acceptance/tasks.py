"""Background work of the slips; each task calls one rule."""

from celery import shared_task
from django.utils import timezone

from acceptance.domain import dispatches, escalations, reconciling, slips
from acceptance.models import Slip


@shared_task
def complete_slips() -> None:
    slips.complete(slips=Slip.objects.all(), now=timezone.now())


@shared_task
def reconcile() -> None:
    reconciling.reconcile(now=timezone.now())


@shared_task
def escalate() -> None:
    escalations.escalate(now=timezone.now())
    dispatches.write_down(now=timezone.now())


@shared_task
def send_digests() -> None:
    dispatches.send_due(now=timezone.now())
