"""The odd cases that generated companies must hold, each told by looking at a company and its sheets."""

from collections import Counter
from collections.abc import Iterator

from tests.reference.scoring import Company, Line, Mark, Sheet, Stay, assess

CASES = [
    "above the cap",
    "below the floor",
    "cancelled from an earlier month",
    "community between grids",
    "grid begins in the month",
    "grid ends in the month",
    "grid with nobody in its team",
    "lent to another branch",
    "line ended before the month",
    "line ended on the 1st",
    "line ended on the last day",
    "line opened on the 1st",
    "line opened on the last day before",
    "moved between grids",
    "negative net new",
    "no rating",
    "no target",
    "nobody in the base",
    "not assessed",
    "nothing assessed in a class",
    "order without a grid",
    "rank shared",
    "target 0",
]


def cases_of(company: Company) -> set[str]:
    """Which of the cases a company holds."""
    by_kind = assess(company)
    found = {case for sheets in by_kind.values() for sheet in sheets.values() for case in _of_sheet(company, sheet)}
    found |= {case for sheets in by_kind.values() for case in _of_ranks(list(sheets.values()))}
    found |= {case for line in company.lines for case in _of_line(company, line)}
    return found | set(_of_places(company)) | set(_of_orders(company)) | set(_of_people(company))


def _of_sheet(company: Company, sheet: Sheet) -> Iterator[str]:
    for mark in sheet.marks.values():
        yield from _of_mark(mark)
    for group in ("business", "retention"):
        if all(sheet.marks[item.code].status == "exempt" for item in company.scheme if item.group == group):
            yield "nothing assessed in a class"


def _of_mark(mark: Mark) -> Iterator[str]:
    if mark.status != "scored":
        yield {"exempt": "not assessed", "no_target": "no target", "no_rating": "no rating"}[mark.status]
    if mark.rate is not None and mark.score is not None and mark.rate != mark.score:
        yield "above the cap" if mark.rate > mark.score else "below the floor"
    if mark.base is None and mark.actual is not None and mark.actual < 0:
        yield "negative net new"
    if mark.base == 0:
        yield "nobody in the base"


def _of_ranks(sheets: list[Sheet]) -> Iterator[str]:
    ranks = Counter((sheet.branch, sheet.rank) for sheet in sheets)
    if max(ranks.values(), default=0) > 1:
        yield "rank shared"


def _of_line(company: Company, line: Line) -> Iterator[str]:
    if line.opened == company.first:
        yield "line opened on the 1st"
    if (company.first - line.opened).days == 1:
        yield "line opened on the last day before"
    if line.closed:
        if line.closed == company.first:
            yield "line ended on the 1st"
        if line.closed < company.first:
            yield "line ended before the month"
        if (company.after - line.closed).days == 1:
            yield "line ended on the last day"


def _of_places(company: Company) -> Iterator[str]:
    for start, end in company.lives.values():
        if company.first < start < company.after:
            yield "grid begins in the month"
        if end and company.first < end < company.after:
            yield "grid ends in the month"
    if any(len(grids) > 1 for grids in _grids_of(company, company.communities).values()):
        yield "community between grids"
    if any(goal.value == 0 and not goal.exempt for goal in company.goals.values()):
        yield "target 0"


def _of_orders(company: Company) -> Iterator[str]:
    for order in company.orders:
        if order.grid is None:
            yield "order without a grid"
        elif order.accepted < company.first and company.in_month(order.cancelled):
            yield "cancelled from an earlier month"


def _of_people(company: Company) -> Iterator[str]:
    served = _grids_of(company, company.postings)
    if set(company.lives) - set().union(*served.values()):
        yield "grid with nobody in its team"
    for grids in served.values():
        if len(grids) > 1:
            yield "moved between grids"
        if len({company.branch_of[grid] for grid in grids}) > 1:
            yield "lent to another branch"


def _grids_of(company: Company, stays: list[Stay]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for stay in stays:
        if stay.start < company.after and (stay.end is None or stay.end > company.first):
            found.setdefault(stay.who, set()).add(stay.grid)
    return found
