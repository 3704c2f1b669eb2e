-- Retention: kept ÷ base ÷ target rate × 100. The base is the balance of the communities that the grid held on the
-- 1st; lost are those of the base that ended in the month. Nobody in the base: 不考核.
WITH home AS MATERIALIZED (
    SELECT membership.community_id, membership.grid_id
    FROM grids_gridcommunity membership
    JOIN kpi_grid USING (grid_id)
    WHERE membership.period @> %(first)s::date
), rule AS MATERIALIZED (
    SELECT code, floor, cap, target_rate, products
    FROM kpi_indicator WHERE scheme_id = %(scheme)s AND measure = 'retention'
), held AS MATERIALIZED (
    SELECT home.grid_id, rule.code, sum(balance.lines)::bigint AS base
    FROM kpi_balance balance
    JOIN home USING (community_id)
    JOIN rule ON balance.product_code = ANY(rule.products)
    WHERE balance.month = %(first)s
    GROUP BY home.grid_id, rule.code
), ended AS MATERIALIZED (
    -- Per community first: the joins that follow see a few thousand rows, whatever the month brought.
    SELECT household.community_id, line.product_code, count(*) AS lines
    FROM customers_subscription line
    JOIN customers_household household ON household.id = line.household_id
    WHERE line.closed_on >= %(first)s AND line.closed_on < %(next)s AND line.opened_on < %(first)s
    GROUP BY household.community_id, line.product_code
), gone AS MATERIALIZED (
    SELECT home.grid_id, rule.code, sum(ended.lines)::bigint AS lost
    FROM ended
    JOIN home USING (community_id)
    JOIN rule ON ended.product_code = ANY(rule.products)
    GROUP BY home.grid_id, rule.code
)
INSERT INTO kpi_item (grid_id, branch_id, code, status, lost, actual, base, target, rate, score)
SELECT grid_id, branch_id, code, status, lost, base - lost, base, target_rate, rate,
       CASE WHEN rate IS NOT NULL THEN least(greatest(rate, floor), cap) END
FROM (
    SELECT *, CASE WHEN status = 'scored' THEN kpi_half_up((base - lost) * 10000, base * target_rate, 4) END AS rate
    FROM (
        SELECT grid.grid_id, grid.branch_id, rule.code, rule.floor, rule.cap, rule.target_rate,
               coalesce(held.base, 0) AS base, coalesce(gone.lost, 0) AS lost,
               CASE WHEN target.is_exempt OR coalesce(held.base, 0) = 0 THEN 'exempt' ELSE 'scored' END AS status
        FROM kpi_grid grid
        CROSS JOIN rule
        LEFT JOIN kpi_target target
               ON target.month = %(first)s AND target.grid_id = grid.grid_id AND target.code = rule.code
        LEFT JOIN held ON held.grid_id = grid.grid_id AND held.code = rule.code
        LEFT JOIN gone ON gone.grid_id = grid.grid_id AND gone.code = rule.code
    ) input
) measured;
