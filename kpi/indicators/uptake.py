"""Uptake 办理率: net new acceptances against a share of the lines in use that could take the product up.

The target isn't set by hand: it is the target rate of the lines of the same business class at the month's start, so a
grid with twice the broadband lines has to win twice the speed-ups 提速.
"""

from django.utils.translation import gettext_lazy as _

from kpi.choices import Level
from kpi.indicators.measure import Figures, Measure, plain

SQL = """
WITH rule AS MATERIALIZED (
    SELECT code, floor, cap, target_rate, products
    FROM kpi_indicator WHERE scheme_id = %(scheme)s AND measure = 'uptake'
), part AS MATERIALIZED (
    SELECT DISTINCT rule.code, line.code AS product_code
    FROM rule
    JOIN acceptance_product sold ON sold.code = ANY(rule.products)
    JOIN acceptance_product line ON line.business_class = sold.business_class
), held AS MATERIALIZED (
    SELECT membership.grid_id, part.code, sum(balance.lines)::bigint AS base
    FROM kpi_grid
    JOIN grids_gridcommunity membership ON membership.grid_id = kpi_grid.grid_id
                                       AND membership.period @> %(first)s::date
    JOIN kpi_balance balance ON balance.month = %(first)s AND balance.community_id = membership.community_id
    JOIN part ON part.product_code = balance.product_code
    GROUP BY membership.grid_id, part.code
)
INSERT INTO kpi_item (grid_id, branch_id, code, status, gained, lost, actual, base, target, rate, score)
SELECT grid_id, branch_id, code, status, gained, lost, gained - lost, base, target, rate,
       CASE WHEN rate IS NOT NULL THEN least(greatest(rate, floor), cap) END
FROM (
    SELECT *, CASE WHEN status = 'scored' THEN kpi_half_up((gained - lost) * 100, target, 4) END AS rate
    FROM (
        SELECT grid.grid_id, grid.branch_id, rule.code, rule.floor, rule.cap, coalesce(held.base, 0) AS base,
               coalesce(held.base, 0) * rule.target_rate / 100 AS target,
               coalesce(moved.gained, 0) AS gained, coalesce(moved.lost, 0) AS lost,
               CASE WHEN target.is_exempt OR coalesce(held.base, 0) = 0 THEN 'exempt' ELSE 'scored' END AS status
        FROM kpi_grid grid
        CROSS JOIN rule
        LEFT JOIN kpi_target target
               ON target.month = %(first)s AND target.grid_id = grid.grid_id AND target.code = rule.code
        LEFT JOIN held ON held.grid_id = grid.grid_id AND held.code = rule.code
        LEFT JOIN kpi_movement moved ON moved.grid_id = grid.grid_id AND moved.code = rule.code
    ) input
) measured;
"""


def formula(item: Figures) -> str:
    """(新增 − 撤销) ÷ (月初同类在网 × 目标率) × 100."""
    return f"({plain(item.gained)} − {plain(item.lost)}) ÷ {plain(item.target)} × 100 = {plain(item.rate)}"


MEASURE = Measure(
    code="uptake",
    label=_("办理率"),
    place=5,
    sql=SQL,
    level=Level.GRID,
    level_words=_("以网格月初同类在网数的目标率为目标，所以按网格计；组员按任职天数得网格的分。"),
    reads=frozenset({"products", "target_rate"}),
    formula=formula,
)
