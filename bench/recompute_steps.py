"""What bench.recompute_month measures; imported once Django is set up."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.utils import timezone

from acceptance.models import Acceptance
from core.periods import Month
from customers.models import Subscription
from kpi.choices import RunCause
from kpi.domain import balances
from kpi.domain import recompute as recomputing
from kpi.models import Balance, Run


def chosen_month(text: str | None) -> Month:
    """The month named, or the last whole one with acceptances."""
    if text:
        return Month.parse(text)
    newest = Acceptance.objects.order_by("-accepted_on").values_list("accepted_on", flat=True).first()
    assert newest, "The database holds no acceptances: build a demo company first."
    return Month.of(newest).shift(-1)


def count_rows() -> int:
    """The bare count that everything is measured against."""
    return Subscription.objects.count() + Acceptance.objects.count()


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
    """Drop the month's balance and see that the one before is there to carry from."""
    balances.ensure(month=month.shift(-1))
    Balance.objects.filter(month=month.first).delete()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE kpi_balance")
