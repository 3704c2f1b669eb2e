"""Teams and their ratings of a month: who is rated by whom, what is published, and one's own drafts."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from accounts.models import User
from core import sql
from core.formats import listed
from core.periods import Month
from grids.models import Branch, Grid
from kpi.choices import RatingItem
from kpi.domain import ratings
from kpi.indicators.measure import plain
from kpi.models import Rating, RatingDraft
from kpi.queries.evidence import Evidence, Fact, evidence_of
from managers.models import Manager, Posting


@dataclass(slots=True)
class RatingCell:
    """One sub-item: what is published and the reader's own draft, which is shown in its place.

    After a refusal `score` and `comment` hold what was typed, with the error beside it. `facts` are what is on record.
    """

    key: str
    item: str
    label: str
    rating: Rating | None
    draft: RatingDraft | None = None
    score: str = ""
    comment: str = ""
    error: str = ""
    facts: list[Fact] = field(default_factory=list)

    def __post_init__(self) -> None:
        if shown := self.draft or self.rating:
            self.score, self.comment = "" if shown.score is None else plain(shown.score), shown.comment

    @property
    def seen(self) -> str:
        return ratings.stored_text(self.rating)


@dataclass(slots=True)
class Member:
    """One person of a team. `days` are those in this grid, `elsewhere` the other grids of the month.

    `branch` is the branch that scores and rates the person; `is_here` tells whether it is that of the grid, `is_ours`
    whether the reader rates for it.
    """

    manager: Manager
    duty: str
    days: int
    elsewhere: str
    branch: Branch
    is_here: bool
    is_ours: bool
    cells: list[RatingCell]
    evidence: Evidence | None = None

    @property
    def is_lent(self) -> bool:
        """Of another branch, but scored and rated by that of the grid."""
        return self.is_here and self.branch.pk != self.manager.branch_id

    @property
    def rated(self) -> list[Rating]:
        return [cell.rating for cell in self.cells if cell.rating]

    @property
    def drafts(self) -> int:
        return sum(cell.draft is not None for cell in self.cells)

    @property
    def is_missing(self) -> bool:
        return self.is_ours and not self.rated

    @property
    def mean(self) -> float | None:
        return float(sum(rating.score for rating in self.rated)) / len(self.rated) if self.rated else None


@dataclass(slots=True)
class Team:
    grid: Grid
    members: list[Member] = field(default_factory=list)

    @property
    def missing(self) -> int:
        return sum(member.is_missing for member in self.members)

    @property
    def drafts(self) -> int:
        return sum(member.drafts for member in self.members)


def teams_of(month: Month, grids: list[Grid], *, branches: set[int], reader: User) -> list[Team]:
    """The teams of some grids in a month; six queries, whatever the number. `branches` are those one rates for."""
    of_month = Posting.objects.filter(period__overlap=(month.first, month.next_first)).order_by("period")
    teams = {grid.pk: Team(grid) for grid in grids}
    postings = list(of_month.filter(grid__in=grids).order_by("duty", "manager__staff_no", "period"))
    people = Manager.objects.select_related("branch").in_bulk({posting.manager_id for posting in postings})
    places: dict[int, dict[int, str]] = defaultdict(dict)
    for manager, grid, name in of_month.filter(manager__in=people).values_list("manager_id", "grid_id", "grid__name"):
        places[manager][grid] = name
    raters, cells = _branches_of(month, people), _cells(month, people, reader)
    members: dict[tuple[int, int], Member] = {}
    for posting in postings:
        key = (posting.grid_id, posting.manager_id)
        if key in members:
            members[key].days += _days(posting, month)
            continue
        branch, team = raters[posting.manager_id], teams[posting.grid_id]
        members[key] = Member(
            people[posting.manager_id],
            posting.get_duty_display(),
            _days(posting, month),
            listed(name for grid, name in places[posting.manager_id].items() if grid != posting.grid_id),
            branch,
            branch.pk == team.grid.branch_id,
            branch.pk in branches,
            cells[posting.manager_id],
        )
        team.members.append(members[key])
    return list(teams.values())


def _branches_of(month: Month, people: Iterable[int]) -> dict[int, Branch]:
    rows = sql.tuples("kpi/list_rating_branches", month=month.first, managers=list(people))
    branches = Branch.objects.in_bulk({branch for _manager, branch in rows})
    return {manager: branches[branch] for manager, branch in rows}


def _cells(month: Month, people: Iterable[int], reader: User) -> dict[int, list[RatingCell]]:
    rows = list(Rating.objects.filter(month=month.first, manager__in=people))
    raters = User.objects.in_bulk({row.rated_by_id for row in rows if row.rated_by_id})
    for row in rows:
        row.rated_by = raters.get(row.rated_by_id) if row.rated_by_id else None
    published = {(row.manager_id, row.item): row for row in rows}
    own = RatingDraft.objects.filter(month=month.first, manager__in=people, rater=reader)
    drafts = {(draft.manager_id, draft.item): draft for draft in own}
    items = [(item.value, str(item.label)) for item in RatingItem]
    return {
        manager: [
            RatingCell(
                ratings.key_of(manager, item),
                item,
                label,
                published.get((manager, item)),
                drafts.get((manager, item)),
            )
            for item, label in items
        ]
        for manager in people
    }


def _days(posting: Posting, month: Month) -> int:
    start = max(posting.period.lower, month.first)
    end = min(posting.period.upper or month.next_first, month.next_first)
    return int((end - start).days)


def add_evidence(team: Team, month: Month, now: dt.datetime) -> None:
    """Lay beside each person and sub-item what was recorded in the month."""
    found = evidence_of(month, [member.manager.pk for member in team.members], now)
    for member in team.members:
        member.evidence = found[member.manager.pk]
        for cell in member.cells:
            cell.facts = member.evidence.facts.get(cell.item, [])
