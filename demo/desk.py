"""What lies on people's desks now: slips in transit, visits and follow-ups."""

import datetime as dt
import random
from collections.abc import Iterator

from acceptance.choices import SlipState as S
from core.periods import SHANGHAI, Month
from demo.people import Manager, People, shown_grid
from demo.places import Grid, Places
from demo.plan import Plan
from demo.slips import RETURN_REASONS, Pad, Row, Step, wish

# How far a slip in transit has come, and how many hours ago it was sent. The limits are 24 and 48 working hours,
# nine of which make a day: some are near theirs, some over.
IN_TRANSIT = [
    (S.SUBMITTED, 1),
    (S.SUBMITTED, 3),
    (S.SUBMITTED, 20),
    (S.SUBMITTED, 61),
    (S.SUBMITTED, 78),
    (S.RECEIVED, 7),
    (S.RECEIVED, 26),
    (S.RECEIVED, 70),
    (S.RECEIVED, 124),
    (S.WORKING, 5),
    (S.WORKING, 150),
    (S.RETURNED, 22),
    (S.RETURNED, 51),
    (S.TRANSFERRED, 9),
]
VISIT_NOTES = {
    "home": ["介绍光纤提速，客户考虑中", "老宽带用户，愿意换光纤", "家中无人，留了名片", "已登记预受理单"],
    "onsite": ["小区门口摆台，发单页 120 张", "周末社区现场办公", "广场促销，登记意向 15 户"],
    "property": ["与物业谈宣传栏位置", "走访居委会，约定下月活动", "协调弱电间钥匙"],
    "publicity": ["更换宣传栏海报", "楼道张贴光改通知", "补充单页"],
    "retention": ["拆机挽留，客户同意再用一年", "资费解释，客户满意", "欠费提醒"],
    "training": ["营业厅晨会讲解融合套餐", "培训新营业员办理流程"],
}
SUBJECTS = ["回访装机满意度", "送套餐说明", "合约到期提醒", "约上门看线路", "补签协议", "挽留拆机客户", "确认安装时间"]
VISIT_COLUMNS = ["grid_id", "manager_id", "household_id", "kind", "visited_at", "note"]
FOLLOW_UP_COLUMNS = ["grid_id", "manager_id", "household_id", "subject", "due_at", "done_at"]


class Desk:
    """Writes the unfinished; everything is drawn from one stream of chance."""

    def __init__(self, plan: Plan, places: Places, people: People, pad: Pad) -> None:
        self.plan, self.places, self.people, self.pad = plan, places, people, pad
        self.chance = random.Random(f"desk {plan.seed}")

    def open_slips(self) -> None:
        """Slips in transit today: new, waiting, late, being worked on, returned, transferred."""
        for grid in self.places.grids:
            shown = grid.hall is shown_grid(self.places).hall
            for state, hours in IN_TRANSIT if shown else self.chance.sample(IN_TRANSIT, 6):
                self._open_slip(grid, state, hours)

    def _open_slip(self, grid: Grid, state: str, hours: int) -> None:
        sent = self.plan.now - dt.timedelta(hours=hours, minutes=self.chance.randrange(50))
        seller, clerk = self._pair(grid, self.plan.now)
        if seller is None:
            return
        hall = clerk.hall
        steps = [Step(S.SUBMITTED, sent, seller.user_id, hall)]
        if state == S.TRANSFERRED:
            others = [h for h in self.places.halls if h.branch is hall.branch and h is not hall] or [hall]
            steps.append(
                Step(
                    state, sent + dt.timedelta(hours=2), clerk.user_id, self.chance.choice(others), note="客户就近办理"
                )
            )
        if state in (S.RECEIVED, S.WORKING, S.RETURNED):
            steps.append(Step(S.RECEIVED, sent + dt.timedelta(hours=1), clerk.user_id, hall))
        if state == S.WORKING:
            steps.append(Step(state, sent + dt.timedelta(hours=2), clerk.user_id, hall, clerk))
        if state == S.RETURNED:
            reason = self.chance.choice(RETURN_REASONS)
            steps.append(Step(state, sent + dt.timedelta(hours=3), clerk.user_id, hall, note=reason))
        self._write(grid, seller, steps)

    def visits(self) -> Iterator[Row]:
        """Rows of VISIT_COLUMNS: some ten visits a person and month."""
        kinds = ["home"] * 5 + ["onsite", "onsite", "property", "publicity", "retention", "training"]
        for manager, grid, month in self._served():
            for _ in range(self.chance.randrange(6, 13)):
                at = self._working_hour(month)
                if at > self.plan.now:
                    continue
                kind = self.chance.choice(kinds)
                home = self._household(grid) if kind in ("home", "retention") else None
                yield grid.id, manager.id, home, kind, at, self.chance.choice(VISIT_NOTES[kind])

    def follow_ups(self) -> Iterator[Row]:
        """Rows of FOLLOW_UP_COLUMNS: done ones of this month, and open ones some of which are overdue."""
        for manager in self.people.managers:
            grid = manager.postings[-1].grid
            for hours in (-200, -120, -60, -26, -3, 2, 5, 26, 50, 100):
                due = self.plan.now + dt.timedelta(hours=hours + self.chance.randrange(3))
                done = due - dt.timedelta(hours=2) if hours < -20 and self.chance.random() < 0.8 else None
                yield grid.id, manager.id, self._household(grid), self.chance.choice(SUBJECTS), due, done

    def _served(self) -> Iterator[tuple[Manager, Grid, Month]]:
        for month in self.plan.month_list[-3:]:
            for manager in self.people.managers:
                yield manager, manager.postings[-1].grid, month

    def _pair(self, grid: Grid, at: dt.datetime) -> tuple:
        team = self.people.team(grid, "field", at.date())
        clerk = self.chance.choice(self.people.clerks(grid.hall))
        return (self.chance.choice(team) if team else None), clerk

    def _write(self, grid: Grid, seller: Manager, steps: list[Step]) -> None:
        contact, products = wish(self.chance)
        self.pad.write(grid, seller, self._household(grid), contact, products, steps)

    def _household(self, grid: Grid) -> int:
        """A household of a community that belongs to the grid today."""
        held = [c for c in grid.communities if c.grid_on(self.plan.today) is grid]
        community = self.chance.choice(held)
        return community.first_household + self.chance.randrange(community.size)

    def _working_hour(self, month: Month) -> dt.datetime:
        day = month.first + dt.timedelta(days=self.chance.randrange(month.days))
        return dt.datetime.combine(day, dt.time(self.chance.randrange(9, 19), self.chance.randrange(60)), SHANGHAI)
