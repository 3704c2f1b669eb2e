"""Acceptances and cancellations of a month, per grid and product: counted once, then kept up by what changed."""

from core import sql
from core.periods import Month

TYPES = {"first": "date", "next": "date"}


def ensure(*, month: Month) -> None:
    """See that the month has tallies that agree with the acceptances as they are.

    Changed acceptances left marks with the difference they make; those of a transaction still open stay for the next.
    """
    days = {"first": month.first, "next": month.next_first}
    if are_kept(month=month):
        sql.rows_planned_once(["kpi/take_acceptance_changes"], TYPES, **days)
        return
    sql.run("kpi/take_acceptance_changes", **days)
    sql.run("kpi/analyze_tallies")


def are_kept(*, month: Month) -> bool:
    """Whether the month was counted before. One without any acceptance never is: its first one comes late."""
    return bool(sql.row_planned_once("kpi/find_tallies", first=month.first))
