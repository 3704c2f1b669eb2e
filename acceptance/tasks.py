"""Background work of the slips; each task calls one rule."""

from celery import shared_task
from django.utils import timezone

from acceptance.domain import slips
from acceptance.models import Slip


@shared_task
def complete_slips() -> None:
    slips.complete(slips=Slip.objects.all(), now=timezone.now())
