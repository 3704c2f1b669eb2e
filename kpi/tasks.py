"""Background work of the assessment; each task calls one rule."""

from celery import shared_task
from django.utils import timezone

from core.periods import local_day
from kpi import pack_files
from kpi.domain import company_packs, corrections, late_records, replay_jobs, sum_checks
from kpi.domain import recompute as recomputing


@shared_task
def recompute(*, run_id: int) -> None:
    recomputing.run(run_id, now=timezone.now())


@shared_task
def replay_scheme(*, job_id: int) -> None:
    replay_jobs.run(job_id, now=timezone.now())


@shared_task
def make_company_pack(*, job_id: int) -> None:
    company_packs.run(job_id, make=pack_files.make, now=timezone.now())


@shared_task
def sweep_runs() -> None:
    recomputing.sweep(now=timezone.now())
    replay_jobs.sweep(now=timezone.now())
    company_packs.sweep(now=timezone.now())
    recompute_after_files()
    score_late_records()
    recomputing.prune()


@shared_task
def recompute_nightly() -> None:
    now = timezone.now()
    recomputing.request_nightly(today=local_day(now), now=now)


@shared_task
def check_closed_months() -> None:
    now = timezone.now()
    corrections.check_closed(today=local_day(now), now=now)


@shared_task
def score_late_records() -> None:
    late_records.rescore(now=timezone.now())


@shared_task
def recompute_after_files() -> None:
    now = timezone.now()
    recomputing.request_after_files(today=local_day(now), now=now)


@shared_task
def check_kept_sums() -> None:
    now = timezone.now()
    sum_checks.check_moving(today=local_day(now), now=now)
