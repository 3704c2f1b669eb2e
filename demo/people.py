"""Teams, clerks and everybody's logins."""

import datetime as dt
from dataclasses import dataclass, field

from accounts.choices import Role
from demo import names
from demo.places import Grid, Hall, Places
from demo.plan import Plan

CLERKS_A_HALL = 3
# One login a role, in a demo company only. The password is no secret: it is printed by `show_logins`.
PASSWORD = "demo2026"
LOGINS = ["company", "branch", "bureau", "field", "halldesk", "clerk", "hallmanager", "admin", "auditor"]


@dataclass(slots=True, eq=False)
class Posting:
    grid: Grid
    duty: str
    since: dt.date
    until: dt.date | None = None

    def holds_on(self, day: dt.date) -> bool:
        return self.since <= day and (self.until is None or day < self.until)


@dataclass(slots=True, eq=False)
class Manager:
    id: int
    staff_no: str
    name: str
    phone: str
    postings: list[Posting]
    user_id: int = 0

    @property
    def first_grid(self) -> Grid:
        return self.postings[0].grid


@dataclass(slots=True, eq=False)
class Operator:
    id: int
    operator_no: str
    name: str
    hall: Hall
    user_id: int = 0


@dataclass(slots=True, eq=False)
class User:
    id: int
    username: str
    name: str
    role: Role
    staff_code: str = ""
    branch_code: str = ""
    sub_bureau_code: str = ""
    hall_code: str = ""


@dataclass(slots=True)
class People:
    managers: list[Manager] = field(default_factory=list)
    operators: list[Operator] = field(default_factory=list)
    users: list[User] = field(default_factory=list)
    short_team: Grid | None = None

    def team(self, grid: Grid, duty: str, day: dt.date) -> list[Manager]:
        """Managers of the grid with this duty on the day."""
        return [
            m
            for m in self._by_grid.get(grid.id, [])
            if any(p.grid is grid and p.duty == duty and p.holds_on(day) for p in m.postings)
        ]

    def clerks(self, hall: Hall) -> list[Operator]:
        return self._by_hall[hall.id]

    _by_grid: dict[int, list[Manager]] = field(default_factory=dict)
    _by_hall: dict[int, list[Operator]] = field(default_factory=dict)

    def index(self) -> None:
        for manager in self.managers:
            for posting in manager.postings:
                self._by_grid.setdefault(posting.grid.id, []).append(manager)
        for operator in self.operators:
            self._by_hall.setdefault(operator.hall.id, []).append(operator)


def hire(plan: Plan, places: Places) -> People:
    """Teams of 3–4 (one of 2), clerks in each hall, and a login for everybody."""
    rng = plan.rng("people")
    people = People()
    fourth = rng.random(len(places.grids)) < 0.5
    if len(places.grids) > 3:
        people.short_team = places.grids[3]
    for grid, has_fourth in zip(places.grids, fourth.tolist(), strict=True):
        duties = ["field", "field", "hall", "hall"][: 4 if has_fourth else 3]
        if grid is people.short_team:
            duties = ["field", "hall"]
        for duty in duties:
            number = len(people.managers) + 1
            posting = Posting(grid, duty, plan.founded)
            people.managers.append(Manager(number, f"TJ{20_000 + number}", "", "", [posting]))
    for hall in places.halls:
        for _ in range(CLERKS_A_HALL):
            number = len(people.operators) + 1
            people.operators.append(Operator(number, f"HD{number:04d}", "", hall))
    _name_all(people, plan)
    _move_one(people, places, plan)
    people.index()
    _give_logins(people, places)
    return people


def _name_all(people: People, plan: Plan) -> None:
    rng = plan.rng("names of people")
    everybody: list[Manager | Operator] = [*people.managers, *people.operators]
    for person, name in zip(everybody, names.people(len(everybody), rng), strict=True):
        person.name = name
    for manager, phone in zip(people.managers, names.phones(len(people.managers), rng), strict=True):
        manager.phone = phone


def _move_one(people: People, places: Places, plan: Plan) -> None:
    """One manager of a team of four moves to a neighbouring team of three in the middle of the last full month."""
    teams = {grid.id: [m for m in people.managers if m.first_grid is grid] for grid in places.grids}
    day = plan.month_list[max(0, len(plan.month_list) - 2)].first + dt.timedelta(days=15)
    for old in places.grids:
        for new in places.grids:
            if old.branch is new.branch and len(teams[old.id]) == 4 and len(teams[new.id]) == 3:
                moved = teams[old.id][-1]
                moved.postings[0].until = day
                moved.postings.append(Posting(new, "hall", day))
                return


def shown_grid(places: Places) -> Grid:
    """The grid whose people the demo logins are."""
    return places.grids[min(6, len(places.grids) - 1)]


def _give_logins(people: People, places: Places) -> None:
    grid = shown_grid(places)
    day = dt.date.max - dt.timedelta(days=1)
    seller, desk = people.team(grid, "field", day)[0], people.team(grid, "hall", day)[0]
    clerk = people.clerks(grid.hall)[0]
    place = {"branch_code": grid.branch.code}
    hall = {**place, "hall_code": grid.hall.code}
    users = [
        User(1, "company", "公司家客部", Role.COMPANY),
        User(2, "branch", f"{grid.branch.short_name}家客部", Role.BRANCH, **place),
        User(3, "bureau", grid.sub_bureau.name, Role.SUB_BUREAU, sub_bureau_code=grid.sub_bureau.code, **place),
        User(4, "field", seller.name, Role.ACCOUNT_MANAGER, seller.staff_no, **place),
        User(5, "halldesk", desk.name, Role.ACCOUNT_MANAGER, desk.staff_no, **place),
        User(6, "clerk", clerk.name, Role.HALL_CLERK, clerk.operator_no, **hall),
        User(7, "hallmanager", f"{grid.hall.name}经理", Role.HALL_MANAGER, **hall),
        User(8, "admin", "系统管理员", Role.IT_ADMIN),
        User(9, "auditor", "审计员", Role.AUDITOR),
    ]
    seller.user_id, desk.user_id, clerk.user_id = 4, 5, 6
    for manager in people.managers:
        if not manager.user_id:
            manager.user_id = len(users) + 1
            own = {"branch_code": manager.first_grid.branch.code}
            users.append(
                User(manager.user_id, manager.staff_no, manager.name, Role.ACCOUNT_MANAGER, manager.staff_no, **own)
            )
    for operator in people.operators:
        if not operator.user_id:
            operator.user_id = len(users) + 1
            own = {"branch_code": operator.hall.branch.code, "hall_code": operator.hall.code}
            users.append(
                User(
                    operator.user_id,
                    operator.operator_no,
                    operator.name,
                    Role.HALL_CLERK,
                    operator.operator_no,
                    **own,
                )
            )
    people.users = users
