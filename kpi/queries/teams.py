"""The league of teams: a grid's members with their own scores, the rating by days, and who is missing."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field

from core import sql
from grids.models import Grid
from kpi.domain.worth import by_days
from kpi.queries.generations import Generation
from kpi.queries.league import Cell, Row, figures_of
from managers.models import Manager
from managers.queries import teams as team_rows


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who served the grid in the month; `total` is their own, over all grids they served."""

    staff_no: str
    name: str
    days: int
    total: float | None


@dataclass(slots=True)
class Team:
    """A grid's team. `total` is the mean of the members' totals by days served here, 2 places; the rating in `items`
    is the grid's own, which is the mean of theirs by the same days. `gaps` is what departs from 2 + 1–2 people."""

    grid_id: int
    code: str
    name: str
    branch_name: str
    total: float | None
    grid_total: float
    rank: int = 0
    climbed: int | None = None
    items: dict[str, Cell] = field(default_factory=dict)
    members: list[Member] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)
    is_waived: bool = False

    @property
    def spread(self) -> float | None:
        """Points between the best and the last member."""
        totals = [member.total for member in self.members if member.total is not None]
        return round(max(totals) - min(totals), 2) if totals else None


def team_league(shown: Generation, before: Generation, rows: list[Row], last_day: dt.date) -> list[Team]:
    """The teams of the grids of a league, best first; places among the teams shown, now and a month ago."""
    served = _served(shown)
    now, old = (_means(part, _served(part)) for part in (shown, before))
    people = Manager.objects.in_bulk({manager for days in served.values() for manager in days})
    totals = figures_of(shown, of_grids=False)
    found = []
    for row in rows:
        days = served.get(row.grid_id, {})
        members = [Member(people[m].staff_no, people[m].name, n, totals.get(m)) for m, n in days.items()]
        members.sort(key=lambda member: -(member.total or 0))
        team = Team(row.grid_id, row.code, row.name, row.branch_name, now.get(row.grid_id), row.total)
        team.items, team.members = row.items, members
        found.append(team)
    _add_gaps(found, last_day)
    return _placed(found, old)


def _served(part: Generation) -> dict[int, dict[int, int]]:
    """Grid → manager → days."""
    found: dict[int, dict[int, int]] = defaultdict(dict)
    for manager, grid, days in sql.tuples("kpi/list_service", first=part.month.first, next=part.month.next_first):
        found[grid][manager] = days
    return found


def _means(part: Generation, served: dict[int, dict[int, int]]) -> dict[int, float]:
    """Grid → the mean of its members' totals by days."""
    totals = figures_of(part, of_grids=False)
    found = {}
    for grid, days in served.items():
        # Hundredths, so that nothing is lost on the way from a float.
        mean = by_days((n, round(totals[manager] * 100)) for manager, n in days.items() if manager in totals)
        if mean is not None:
            found[grid] = round(float(mean) / 100, 2)
    return found


def _add_gaps(teams: list[Team], day: dt.date) -> None:
    by_id = {team.grid_id: team for team in teams}
    for row in team_rows(Grid.objects.filter(pk__in=by_id), day):
        team = by_id[row.grid.pk]
        team.gaps = [finding.words for finding in row.findings]
        team.is_waived = not row.open_findings


def _placed(teams: list[Team], old: dict[int, float]) -> list[Team]:
    """Equal means share a place; those without a member who has a score come last."""
    known = sorted((t.total for t in teams if t.total is not None), reverse=True)
    was = sorted((old[t.grid_id] for t in teams if t.grid_id in old), reverse=True)
    for team in teams:
        team.rank = known.index(team.total) + 1 if team.total is not None else len(teams)
        if team.grid_id in old:
            team.climbed = was.index(old[team.grid_id]) + 1 - team.rank
    return sorted(teams, key=lambda team: (team.rank, team.code))
