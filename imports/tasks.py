"""Background work of imports; each task calls one rule."""

from celery import shared_task
from django.utils import timezone

from imports.domain import batches


@shared_task
def run_batch(*, batch_id: int) -> None:
    batches.run(batch_id, now=timezone.now())


@shared_task
def sweep() -> None:
    batches.sweep(now=timezone.now())
