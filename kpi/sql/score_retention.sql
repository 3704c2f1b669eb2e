-- Retention: kept ÷ base ÷ target rate × 100. The base is the balance of the communities that the grid held on the
-- 1st; lost are those of the base that ended in the month. Nobody in the base: 不考核.
WITH home AS (
    SELECT membership.community_id, membership.grid_id
    FROM grids_gridcommunity membership
    JOIN kpi_grid USING (grid_id)
    WHERE membership.period @> %(first)s::date
), based AS (
    SELECT home.grid_id, balance.product_code, sum(balance.lines) AS lines
    FROM kpi_balance balance
    JOIN home USING (community_id)
    WHERE balance.month = %(first)s
    GROUP BY home.grid_id, balance.product_code
), ended AS (
    SELECT home.grid_id, line.product_code, count(*) AS lines
    FROM customers_subscription line
    JOIN customers_household household ON household.id = line.household_id
    JOIN home ON home.community_id = household.community_id
    WHERE line.closed_on >= %(first)s AND line.closed_on < %(next)s AND line.opened_on < %(first)s
    GROUP BY home.grid_id, line.product_code
)
INSERT INTO kpi_item (grid_id, branch_id, code, status, lost, actual, base, target, rate, score)
SELECT grid_id, branch_id, code, status, lost, base - lost, base, target_rate, rate,
       CASE WHEN rate IS NOT NULL THEN least(greatest(rate, floor), cap) END
FROM (
    SELECT *, CASE WHEN status = 'scored'
                   THEN kpi_half_up((base - lost) * 10000, base * target_rate, 4) END AS rate
    FROM (
        SELECT grid.grid_id, grid.branch_id, indicator.code, indicator.floor, indicator.cap, indicator.target_rate,
               held.base, gone.lost,
               CASE WHEN target.is_exempt OR held.base = 0 THEN 'exempt' ELSE 'scored' END AS status
        FROM kpi_grid grid
        JOIN kpi_indicator indicator ON indicator.scheme_id = %(scheme)s AND indicator.measure = 'retention'
        LEFT JOIN kpi_target target
               ON target.month = %(first)s AND target.grid_id = grid.grid_id AND target.code = indicator.code
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(lines), 0)::bigint AS base
            FROM based WHERE grid_id = grid.grid_id AND product_code = ANY(indicator.products)
        ) held
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(lines), 0)::bigint AS lost
            FROM ended WHERE grid_id = grid.grid_id AND product_code = ANY(indicator.products)
        ) gone
    ) input
) measured;
