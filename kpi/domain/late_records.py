"""Late records: an acceptance that comes, goes or is corrected in a month that shows scores. Only its grid and the
people who served there are scored again, inside the generation that is shown, by the same statements as a recompute.

Who accepts an order sees it in the league at once only if this is short: so it asks the database as seldom as it can.
"""

import datetime as dt
import logging
from collections import defaultdict
from typing import Any

from django.db import OperationalError, connection, transaction

from core import sql
from core.periods import Month
from kpi.domain import scoring, snapshots, tallies

log = logging.getLogger(__name__)

TAKE = ["kpi/take_acceptance_changes", "kpi/hold_touched", "kpi/list_touched"]


def rescore(*, now: dt.datetime) -> int:
    """Score again what changed acceptances touched, in months that are still open; returns the number of grids.

    Readers see the old figures or the new ones. Published and closed months aren't touched. Nothing is lost when the
    worker dies: the marks go in the same transaction.
    """
    if not sql.value("kpi/find_late"):
        return 0
    begin = snapshots.turn()
    try:
        with transaction.atomic():
            touched = sql.rows_planned_once([*begin, *TAKE], tallies.TYPES, first=None, next=None)
            for found in touched:
                _score_again(found, now)
        return sum(len(found["grids"]) for found in touched)
    except OperationalError:
        # The server went away, or a month changed its state meanwhile: the sweeper tries again.
        log.exception("late records interrupted")
        connection.close_if_unusable_or_obsolete()
        return 0


def _score_again(found: dict[str, Any], now: dt.datetime) -> None:
    """People who served in these grids may be scored in other branches: all that show a generation are held."""
    month = Month.of(found["month"])
    if not found["are_sums_kept"]:
        scoring.keep_sums(month, found["grids"])
    shown: dict[int, list[int]] = defaultdict(list)
    for run, branch in zip(found["runs"], found["branches"], strict=True):
        shown[run].append(branch)
    scoring.rewrite(month=month, scheme_id=found["scheme"], grids=found["grids"], shown=shown, now=now)
