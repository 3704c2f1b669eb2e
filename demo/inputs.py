"""What the branch departments enter each month: targets and ratings, with the few things they forgot."""

import random
from collections.abc import Iterator

from demo.market import ASSESSED, Market
from demo.people import People
from demo.places import Places
from demo.plan import Plan
from kpi.choices import RatingItem

TARGET_COLUMNS = ["month", "grid_id", "code", "value", "is_exempt", "reason"]
RATING_COLUMNS = ["month", "manager_id", "item", "score", "comment", "rated_by_id", "rated_at"]
COMMENTS = {
    RatingItem.PUBLICITY: ["宣传栏按时更新", "海报缺两处", "楼道宣传到位"],
    RatingItem.PROMOTION: ["现场活动组织得好", "活动场次偏少", "配合营业厅较好"],
    RatingItem.TRAINING: ["每周晨会都讲", "培训内容需更新", "讲解清楚"],
    RatingItem.COMMUNITY: ["居委会评价好", "与物业沟通不足", "社区关系稳定"],
    RatingItem.REPORTING: ["报表准时", "信息上报迟两次", "需求收集细致"],
}


def targets(plan: Plan, places: Places, market: Market) -> Iterator[tuple[object, ...]]:
    """A, B and C of every grid and month; in the running month one grid has no target for B yet."""
    for month in plan.month_list:
        for grid in places.grids:
            for code in ASSESSED:
                if month == plan.month_list[-1] and grid is places.grids[-1] and code == "B":
                    continue
                yield month.first, grid.id, code, market.target(grid, month, code), False, ""


def ratings(plan: Plan, people: People) -> Iterator[tuple[object, ...]]:
    """Five sub-items of everybody for each full month; in the last one a person's are missing."""
    chance = random.Random(f"ratings {plan.seed}")
    merit = [chance.gauss(86, 5) for _ in people.managers]
    for month in plan.month_list[:-1]:
        for manager, usual in zip(people.managers, merit, strict=True):
            for item in RatingItem:
                score = min(100.0, max(55.0, round(chance.gauss(usual, 4) * 2) / 2))
                comment = chance.choice(COMMENTS[item]) if chance.random() < 0.4 else ""
                if month == plan.month_list[-2] and manager is people.managers[1]:
                    continue
                yield month.first, manager.id, item.value, score, comment, 2, month.end
