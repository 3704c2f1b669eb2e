"""What bench.recompute_month measures; imported once Django is set up."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction
from django.utils import timezone

from acceptance.models import Acceptance
from core.periods import Month
from customers.models import Subscription
from grids.models import Branch
from kpi.choices import MonthState, RunCause
from kpi.domain import balances, schemes, scoring
from kpi.domain import recompute as recomputing
from kpi.models import Balance, BranchMonth, Loss, Run, Tally


def chosen_month(text: str | None) -> Month:
    """The month named, or the newest that no branch has published: one that a recompute scores whole."""
    if text:
        return Month.parse(text)
    settled = BranchMonth.objects.exclude(state__in=[MonthState.OPEN, MonthState.TRIAL]).values("month")
    months = BranchMonth.objects.exclude(current_run=None).exclude(month__in=settled).order_by("-month")
    newest = months.values_list("month", flat=True).first()
    assert newest, "No month is open in every branch: build a demo company first."
    return Month.of(newest)


def count_rows() -> int:
    """The bare count that everything is measured against."""
    return Subscription.objects.count() + Acceptance.objects.count()


def count_in_order() -> int:
    """The same by reading every page: what the first prototypes were measured against."""
    with connection.cursor() as cursor:
        cursor.execute("SET enable_indexonlyscan = off; SET enable_indexscan = off; SET enable_bitmapscan = off")
        try:
            return count_rows()
        finally:
            cursor.execute("RESET enable_indexonlyscan; RESET enable_indexscan; RESET enable_bitmapscan")


@contextmanager
def one_process() -> Iterator[None]:
    """Statements without the planner's parallel workers, which a recompute has none of."""
    with connection.cursor() as cursor:
        cursor.execute("SET max_parallel_workers_per_gather = 0")
        try:
            yield
        finally:
            cursor.execute("RESET max_parallel_workers_per_gather")


def recompute(month: Month) -> Run:
    """A whole run of the company: request, sums, swap."""
    now = timezone.now()
    run = recomputing.request(month=month, cause=RunCause.COMMAND, now=now)
    done = recomputing.run(run.pk, now=now)
    run.refresh_from_db()
    assert done and not run.error, (
        run.error or "Another worker took the run: stop it, or use a data directory of its own."
    )
    return run


def forget_balance(month: Month) -> None:
    """Drop the month's balance and losses, and see that the balance before is there to carry from."""
    balances.ensure(month=month.shift(-1))
    forget_losses(month)
    Balance.objects.filter(month=month.first).delete()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE kpi_balance")


def forget_losses(month: Month) -> None:
    """As if a file of lines had come in: the month's losses have to be counted again."""
    Loss.objects.filter(month=month.first).delete()


def change_a_day(month: Month) -> None:
    """As if a day's acceptances had come in: a mark for each grid and product."""
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO acceptance_acceptancechange (month, grid_id, product_id, gained, lost)
               SELECT month, grid_id, product_id, step, 0 FROM kpi_tally, (VALUES (1), (-1)) of (step)
               WHERE month = %s""",
            [month.first],
        )


def stage_back(months: list[Month]) -> None:
    """Work out the items of some months; writes nothing, because most of them are closed."""
    branches = list(Branch.objects.values_list("pk", flat=True))
    for month in months:
        with transaction.atomic():
            scheme = schemes.in_force(month)
            scoring.stage(month=month, scheme_id=scheme.pk, branches=branches)


def tidy() -> None:
    """What the sweep does every half minute: old generations go; and what autovacuum does some time later."""
    recomputing.prune()
    with connection.cursor() as cursor:
        for table in (
            "kpi_score",
            "kpi_tally",
            "kpi_loss",
            "kpi_balance",
            "acceptance_acceptancechange",
        ):
            cursor.execute(f"VACUUM (ANALYZE) {table}")


def forget_everything() -> None:
    """Drop all kept sums: the next month to be worked out starts from all records."""
    for model in (Balance, Loss, Tally):
        model.objects.all().delete()
