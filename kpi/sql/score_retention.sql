-- Retention: kept ÷ base ÷ target rate × 100. The base is the balance of the communities that the grid held on the
-- 1st; lost are those of the base that ended in the month. Nobody in the base: 不考核.
WITH home AS MATERIALIZED (
    SELECT community_id, grid_id
    FROM grids_gridcommunity
    WHERE grid_id = ANY(ARRAY(SELECT grid_id FROM kpi_grid)) AND period @> %(first)s::date
), rule AS MATERIALIZED (
    SELECT code, floor, cap, target_rate, products
    FROM kpi_indicator WHERE scheme_id = %(scheme)s AND measure = 'retention'
), held AS MATERIALIZED (
    SELECT kept.grid_id, rule.code, kept.base, kept.lost
    FROM rule
    CROSS JOIN LATERAL (
        SELECT home.grid_id, sum(sums.base)::bigint AS base, sum(sums.lost)::bigint AS lost
        FROM (
            SELECT month, product_code, community_id, lines AS base, 0 AS lost FROM kpi_balance
            UNION ALL
            SELECT month, product_code, community_id, 0, lines FROM kpi_loss
        ) sums
        JOIN home USING (community_id)
        WHERE sums.month = %(first)s AND sums.product_code = ANY(rule.products)
        GROUP BY home.grid_id
    ) kept
)
INSERT INTO kpi_item (grid_id, branch_id, code, status, lost, actual, base, target, rate, score)
SELECT grid_id, branch_id, code, status, lost, base - lost, base, target_rate, rate,
       CASE WHEN rate IS NOT NULL THEN least(greatest(rate, floor), cap) END
FROM (
    SELECT *, CASE WHEN status = 'scored' THEN kpi_half_up((base - lost) * 10000, base * target_rate, 4) END AS rate
    FROM (
        SELECT grid.grid_id, grid.branch_id, rule.code, rule.floor, rule.cap, rule.target_rate,
               coalesce(held.base, 0) AS base, coalesce(held.lost, 0) AS lost,
               CASE WHEN target.is_exempt OR coalesce(held.base, 0) = 0 THEN 'exempt' ELSE 'scored' END AS status
        FROM kpi_grid grid
        CROSS JOIN rule
        LEFT JOIN kpi_target target
               ON target.month = %(first)s AND target.grid_id = grid.grid_id AND target.code = rule.code
        LEFT JOIN held ON held.grid_id = grid.grid_id AND held.code = rule.code
    ) input
) measured;
