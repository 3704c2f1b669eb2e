"""What is shown, as a file; who took it is kept in the access log."""

from collections.abc import Sequence
from typing import cast

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from accounts.domain import access_log
from accounts.models import User
from core.downloads import Table, sent
from grids.models import Grid
from kpi.queries.explanations import file_header, file_rows
from kpi.queries.sheets import Sheet


def delivered(request: HttpRequest, table: Table, kind: str, subject: str) -> HttpResponseBase:
    """The table as .xlsx or .csv, with a line in the access log; any other kind is not there."""
    answer = sent(table, kind)
    access_log.record(user=cast(User, request.user), action="export", subject=subject)
    return answer


def explanation_table(sheet: Sheet, grid: Grid, codes: Sequence[str]) -> Table:
    """The working of some items of a grid with every record, one line each."""
    name = f"{grid.name}-{'-'.join(codes)}-{sheet.score.month:%Y-%m}"
    return Table(name, file_header(), file_rows(sheet, grid, list(codes)))
